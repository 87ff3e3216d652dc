// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_check.h"

#include "core/base/numbers_text.h"
#include "core/image/decode.h"
#include "core/image/resize.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <map>

namespace halflens {

namespace {

constexpr int HashSide = 8;
constexpr int NearBits = 3; ///< of 64: pictures that differ in no more than this many look alike
constexpr std::size_t MostNamed = 5;

/// The first names of a list, and how many more.
std::string someOf(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), MostNamed); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > MostNamed ? text + " and " + std::to_string(names.size() - MostNamed) + " more" : text;
}

/// Difference hash: whether each of 9 x 8 means grows to the right. Near pictures have near hashes.
std::uint64_t differenceHash(const Image& image)
{
    const std::vector<std::uint8_t> small = resizedPixels(image, HashSide + 1, HashSide);
    std::uint64_t bits = 0;
    for (int y = 0; y < HashSide; ++y) {
        for (int x = 0; x < HashSide; ++x) {
            const auto grey = [&](int column) {
                const std::size_t i = 3 * static_cast<std::size_t>(y * (HashSide + 1) + column);
                return small[i] + 2 * small[i + 1] + small[i + 2];
            };
            bits = bits << 1U | (grey(x + 1) > grey(x) ? 1U : 0U);
        }
    }
    return bits;
}

struct Seen {
    std::size_t photo = 0;
    std::uint64_t hash = 0;
};

class DataLook {
public:
    explicit DataLook(const StudyPlan& plan)
        : m_plan(plan)
    { }

    Status read(const std::stop_token& stop, const std::function<void(std::size_t)>& progress)
    {
        for (std::size_t i = 0; i < m_plan.photos.size(); ++i) {
            if (stop.stop_requested())
                return cancelledError();
            lookAt(i);
            if (progress)
                progress(i + 1);
        }
        return {};
    }

    DataCheck report()
    {
        say("photos", std::to_string(m_plan.photos.size()) + " photos: " + splitsInWords());
        for (const std::string& note : m_plan.notes)
            say("columns", note);
        if (!m_missing.empty())
            blame("photos", std::to_string(m_missing.size()) + " photos are not there: " + someOf(m_missing));
        if (!m_unreadable.empty())
            blame("photos", std::to_string(m_unreadable.size()) + " photos cannot be read: " + someOf(m_unreadable));
        opinions();
        names();
        duplicates();
        return std::move(m_check);
    }

private:
    void say(const char* topic, std::string text) { m_check.findings.push_back({topic, std::move(text), false}); }
    void blame(const char* topic, std::string text) { m_check.findings.push_back({topic, std::move(text), true}); }

    void lookAt(std::size_t number)
    {
        const PlannedPhoto& photo = m_plan.photos[number];
        std::error_code unknown;
        if (!std::filesystem::exists(photo.file, unknown)) {
            m_missing.push_back(photo.name);
            return;
        }
        const Result<std::shared_ptr<const Image>> image = readImage(photo.file);
        if (!image) {
            m_unreadable.push_back(photo.name + " (" + image.error().reason + ")");
            return;
        }
        m_byContent[(*image)->contentHash].push_back(number);
        m_seen.push_back({number, differenceHash(**image)});
    }

    std::string splitsInWords() const
    {
        std::map<std::string, int> counts;
        for (const PlannedPhoto& photo : m_plan.photos)
            ++counts[photo.split == Split::None ? "no split" : toString(photo.split)];
        std::string text;
        for (const auto& [word, count] : counts)
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
        return text;
    }

    void opinions()
    {
        std::vector<double> values;
        for (const PlannedPhoto& photo : m_plan.photos) {
            if (photo.mos5)
                values.push_back(*photo.mos5);
        }
        if (values.empty())
            return;
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        const std::string range = "opinions lie between " + exact(*low) + " and " + exact(*high);
        if (*low == *high)
            blame("opinions", "all opinions are " + exact(*low) + ": nothing can agree with them");
        else if (*low >= 1 && *high <= 5)
            say("opinions", range + ", as on a scale of 1 to 5");
        else if (*low >= 0 && *high <= 1)
            say("opinions",
                range
                    + ", as on a scale of 0 to 1; to have them on 1 to 5, write \"offset\": 1, \"factor\": 4 in the "
                      "recipe");
        else if (*low >= 0 && *high <= 100)
            say("opinions",
                range
                    + ", as on a scale of 0 to 100; to have them on 1 to 5, write \"offset\": 1, \"factor\": 0.04 in "
                      "the recipe");
        else
            blame("opinions",
                  range + ", which is no scale known here; correlations hold for any, rankings of photos may not");
        if (values.size() < m_plan.photos.size())
            blame("opinions", std::to_string(m_plan.photos.size() - values.size()) + " photos have no opinion");
    }

    void names()
    {
        std::map<std::string, std::vector<std::string>> folded;
        for (const PlannedPhoto& photo : m_plan.photos) {
            std::string lower = photo.name;
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            folded[lower].push_back(photo.name);
        }
        std::vector<std::string> twice;
        for (const auto& [lower, all] : folded) {
            if (all.size() > 1)
                twice.push_back(all[0] + " and " + all[1]);
        }
        if (!twice.empty())
            blame("names", std::to_string(twice.size()) + " names differ in case only: " + someOf(twice));
    }

    /// "a and b", with their splits where these differ.
    std::string pairOf(std::size_t a, std::size_t b) const
    {
        const PlannedPhoto& first = m_plan.photos[a];
        const PlannedPhoto& second = m_plan.photos[b];
        if (first.split == second.split)
            return first.name + " and " + second.name;
        return first.name + " (" + toString(first.split) + ") and " + second.name + " (" + toString(second.split) + ")";
    }

    void addPair(std::size_t a, std::size_t b, const char* how)
    {
        const bool across = m_plan.photos[a].split != m_plan.photos[b].split;
        m_pairs[{how, across}].push_back(pairOf(a, b));
    }

    void duplicates()
    {
        for (const auto& [hash, photos] : m_byContent) {
            for (std::size_t i = 1; i < photos.size(); ++i)
                addPair(photos[0], photos[i], "equal");
        }
        for (std::size_t i = 0; i < m_seen.size(); ++i) {
            for (std::size_t j = i + 1; j < m_seen.size(); ++j) {
                const bool near = std::popcount(m_seen[i].hash ^ m_seen[j].hash) <= NearBits;
                // A flat picture has no differences, and is near every other flat one.
                if (near && std::popcount(m_seen[i].hash) > NearBits && !isEqual(m_seen[i].photo, m_seen[j].photo))
                    addPair(m_seen[i].photo, m_seen[j].photo, "nearly equal");
            }
        }
        for (const auto& [kind, pairs] : m_pairs) {
            const auto& [how, across] = kind;
            const std::string text = std::to_string(pairs.size()) + " pairs of photos are " + how
                + (across ? ", in different splits: " : ": ") + someOf(pairs);
            if (across || std::string(how) == "equal")
                blame("duplicates", text);
            else
                say("duplicates", text);
        }
    }

    bool isEqual(std::size_t a, std::size_t b) const
    {
        return std::any_of(m_byContent.begin(), m_byContent.end(), [&](const auto& entry) {
            const auto& photos = entry.second;
            return std::find(photos.begin(), photos.end(), a) != photos.end()
                && std::find(photos.begin(), photos.end(), b) != photos.end();
        });
    }

    const StudyPlan& m_plan;
    DataCheck m_check;
    std::vector<std::string> m_missing;
    std::vector<std::string> m_unreadable;
    std::map<std::string, std::vector<std::size_t>> m_byContent;
    std::vector<Seen> m_seen;
    std::map<std::pair<std::string, bool>, std::vector<std::string>> m_pairs;
};

} // namespace

int DataCheck::problems() const
{
    return static_cast<int>(
        std::count_if(findings.begin(), findings.end(), [](const Finding& finding) { return finding.isProblem; }));
}

Result<DataCheck> checkData(const StudyPlan& plan, const std::stop_token& stop,
                            const std::function<void(std::size_t)>& progress)
{
    return guarded("study", [&]() -> Result<DataCheck> {
        DataLook look(plan);
        if (Status read = look.read(stop, progress); !read)
            return std::move(read).error();
        return look.report();
    });
}

} // namespace halflens
