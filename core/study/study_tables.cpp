// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_tables.h"

#include "core/base/numbers_text.h"
#include "core/base/statistics.h"
#include "core/masking/dataset_importance.h"
#include "core/measures/blocks.h"
#include "core/study/study_table_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace halflens {

namespace {

constexpr double Undefined = std::numeric_limits<double>::quiet_NaN();

/// Pairs of numbers for a correlation. Photos for which one is not defined are left out.
struct Pairs {
    std::vector<double> a;
    std::vector<double> b;

    void add(double first, double second)
    {
        if (std::isfinite(first) && std::isfinite(second)) {
            a.push_back(first);
            b.push_back(second);
        }
    }
};

class TableMaker {
public:
    TableMaker(StudyStore& store, const StudyRecipe& recipe)
        : m_store(store)
        , m_recipe(recipe)
    { }

    Result<std::vector<StudyTable>> run()
    {
        const Status read = m_store.forEach([&](StudiedPhoto photo) -> Status {
            (photo.findings.error.empty() ? m_photos : m_failed).push_back(std::move(photo));
            return {};
        });
        if (!read)
            return read.error();
        const std::array<std::pair<StudyKind, Status (TableMaker::*)()>, 8> makers{
            {{StudyKind::Table1, &TableMaker::table1},
             {StudyKind::Halves, &TableMaker::halves},
             {StudyKind::Table2, &TableMaker::table2},
             {StudyKind::Averaged, &TableMaker::averaged},
             {StudyKind::Importance, &TableMaker::importance},
             {StudyKind::Enough, &TableMaker::enough},
             {StudyKind::Size, &TableMaker::size},
             {StudyKind::Damage, &TableMaker::damage}}};
        for (const auto& [kind, make] : makers) {
            if (!m_recipe.has(kind))
                continue;
            if (Status made = (this->*make)(); !made)
                return std::move(made).error();
        }
        if (m_recipe.hasScoredStudies())
            images();
        return std::move(m_tables);
    }

private:
    /// A number with its interval, as three cells.
    void addPlcc(std::vector<std::string>& row, const Pairs& pairs) const
    {
        const double plcc = pearson(pairs.a, pairs.b);
        const Interval interval = std::isfinite(plcc)
            ? bootstrapInterval(pairs.a, pairs.b, pearson, m_recipe.resamples, m_recipe.seed)
            : Interval{Undefined, Undefined};
        row.insert(row.end(), {cell(plcc), cell(interval.low), cell(interval.high)});
    }

    const ModelFindings* findingsOf(const StudiedPhoto& photo, const std::string& model) const
    {
        for (const ModelFindings& found : photo.findings.models) {
            if (found.model == model)
                return &found;
        }
        return nullptr;
    }

    /// Pairs over all photos that `figures` gives for one model's findings.
    template<class Figures> Pairs pairsOf(const std::string& model, const Figures& figures) const
    {
        Pairs pairs;
        for (const StudiedPhoto& photo : m_photos) {
            if (const ModelFindings* found = findingsOf(photo, model)) {
                const auto [a, b] = figures(photo, *found);
                pairs.add(a, b);
            }
        }
        return pairs;
    }

    bool attends(const std::string& model) const
    {
        return std::any_of(m_photos.begin(), m_photos.end(), [&](const StudiedPhoto& photo) {
            const ModelFindings* found = findingsOf(photo, model);
            return found && found->oracle.has_value();
        });
    }

    std::vector<HiddenBy> waysOf(const std::string& model) const
    {
        return attends(model) ? std::vector{HiddenBy::Zero, HiddenBy::Attention} : std::vector{HiddenBy::Zero};
    }

    enum class Half { Important, Trivial, Random, Oracle };
    static double scoreWithout(Half half, const StudiedPhoto& photo, const ModelFindings& found, HiddenBy by)
    {
        switch (half) {
        case Half::Important:
            return found.scoreWith(by, *photo.findings.important);
        case Half::Trivial:
            return found.scoreWith(by, photo.findings.important->complement());
        case Half::Random:
            return found.scoreWith(by, photo.findings.random);
        case Half::Oracle:
            return found.oracle && by == HiddenBy::Attention ? found.scoreWith(by, *found.oracle) : Undefined;
        }
        return Undefined;
    }

    Status table1()
    {
        StudyTable table{
            "table1",
            "Agreement with the whole image and with human opinion when half of the image is hidden (PLCC)",
            {"model", "by", "images"},
            {}};
        withInterval(table.header, "plcc_mos");
        for (const char* half : {"important", "trivial", "random"}) {
            withInterval(table.header, std::string(half) + "_pred");
            withInterval(table.header, std::string(half) + "_mos");
        }
        for (const std::string& model : m_store.facts().models) {
            for (const HiddenBy by : waysOf(model)) {
                const Pairs whole = pairsOf(model, [](const StudiedPhoto& photo, const ModelFindings& found) {
                    return std::pair(found.score, photo.mos5.value_or(Undefined));
                });
                std::vector<std::string> row{model, toString(by), std::to_string(whole.a.size())};
                addPlcc(row, whole);
                for (const Half half : {Half::Important, Half::Trivial, Half::Random}) {
                    addPlcc(row, pairsOf(model, [&](const StudiedPhoto& photo, const ModelFindings& found) {
                                return std::pair(found.score, scoreWithout(half, photo, found, by));
                            }));
                    addPlcc(row, pairsOf(model, [&](const StudiedPhoto& photo, const ModelFindings& found) {
                                return std::pair(scoreWithout(half, photo, found, by), photo.mos5.value_or(Undefined));
                            }));
                }
                table.rows.push_back(std::move(row));
            }
        }
        m_tables.push_back(std::move(table));
        return {};
    }

    Status halves()
    {
        StudyTable table{"halves",
                         "Agreement with the score of the whole image when half of it is hidden (PLCC)",
                         {"model", "by", "images"},
                         {}};
        for (const char* half : {"trivial", "important", "random", "oracle"})
            withInterval(table.header, half);
        for (const std::string& model : m_store.facts().models) {
            for (const HiddenBy by : waysOf(model)) {
                std::vector<std::string> row{model, toString(by), std::to_string(m_photos.size())};
                for (const Half half : {Half::Trivial, Half::Important, Half::Random, Half::Oracle}) {
                    addPlcc(row, pairsOf(model, [&](const StudiedPhoto& photo, const ModelFindings& found) {
                                return std::pair(found.score, scoreWithout(half, photo, found, by));
                            }));
                }
                table.rows.push_back(std::move(row));
            }
        }
        m_tables.push_back(std::move(table));
        return {};
    }

    /// n of each photo with halves for one measure; -1 where the map has none.
    int matches(const StudiedPhoto& photo, std::size_t measure) const
    {
        const std::optional<BlockMask>& upper = photo.findings.upper[measure];
        return upper && photo.findings.important ? matchCount(*photo.findings.important, *upper) : -1;
    }

    Status table2()
    {
        StudyTable table{"table2",
                         "Matching degree of the important half with the upper half of each measure (per cent)",
                         {"measure", "images", "t1", "t2", "t3", "t4", "t5", "mean_n"},
                         {}};
        const auto add = [&](const std::string& name, const std::string& images, std::span<const double> degrees,
                             double mean) {
            std::vector<std::string> row{name, images};
            for (const double degree : degrees)
                row.push_back(cell(degree));
            row.push_back(cell(mean));
            table.rows.push_back(std::move(row));
        };
        for (std::size_t measure = 0; measure < StudyMeasures; ++measure) {
            std::vector<int> counts;
            for (const StudiedPhoto& photo : m_photos) {
                if (const int n = matches(photo, measure); n >= 0)
                    counts.push_back(n);
            }
            const double mean = counts.empty()
                ? Undefined
                : std::accumulate(counts.begin(), counts.end(), 0.) / static_cast<double>(counts.size());
            add(StudyMeasureNames[measure], std::to_string(counts.size()), matchingDegree(counts), mean);
        }
        add("chance", {}, chanceMatchingDegree(), HalfSize / 2.);
        m_tables.push_back(std::move(table));
        return {};
    }

    Status averaged()
    {
        StudyTable table{
            "averaged",
            "Agreement with the score of the whole image when halves by the averaged measure are zeroed (PLCC)",
            {"model", "images", "upper_zeroed", "lower_zeroed", "random_zeroed", "centre_zeroed", "left_zeroed"},
            {}};
        constexpr std::size_t Columns = 5;
        constexpr std::size_t Averaged = 3;
        std::array<std::vector<double>, Columns> all;
        for (const std::string& model : m_store.facts().models) {
            std::size_t images = 0;
            const auto plcc = [&](const auto& hidden) {
                const Pairs pairs = pairsOf(model, [&](const StudiedPhoto& photo, const ModelFindings& found) {
                    const std::optional<BlockMask> set = hidden(photo);
                    return std::pair(found.score, set ? found.scoreWith(HiddenBy::Zero, *set) : Undefined);
                });
                images = pairs.a.size();
                return pearson(pairs.a, pairs.b);
            };
            double random = 0;
            for (int n = 0; n < m_recipe.randomHalves; ++n)
                random += plcc(
                    [&](const StudiedPhoto& photo) { return std::optional(randomHalf(m_recipe.seed, photo.name, n)); });
            const auto fixed = [](BlockMask set) { return [set](const StudiedPhoto&) { return std::optional(set); }; };
            const std::array<double, Columns> values{
                plcc([](const StudiedPhoto& photo) { return photo.findings.upper[Averaged]; }),
                plcc([](const StudiedPhoto& photo) {
                    const auto upper = photo.findings.upper[Averaged];
                    return upper ? std::optional(upper->complement()) : std::nullopt;
                }),
                random / m_recipe.randomHalves, plcc(fixed(centreHalf())), plcc(fixed(leftHalf()))};
            std::vector<std::string> row{model, std::to_string(images)};
            for (std::size_t i = 0; i < Columns; ++i) {
                row.push_back(cell(values[i]));
                all[i].push_back(values[i]);
            }
            table.rows.push_back(std::move(row));
        }
        std::vector<std::string> mean{"mean", {}};
        for (const std::vector<double>& column : all)
            mean.push_back(column.empty() ? std::string()
                                          : cell(std::accumulate(column.begin(), column.end(), 0.)
                                                 / static_cast<double>(column.size())));
        table.rows.push_back(std::move(mean));
        m_tables.push_back(std::move(table));
        return {};
    }

    /// Streams the tables of a model once; empty where it has none.
    Result<DatasetImportance> gathered(const std::string& model)
    {
        DatasetImportance importance;
        const Status read =
            m_store.forEachTable(model, [&](std::span<const double> scores) { importance.add(scores); });
        if (!read)
            return read.error();
        return importance;
    }

    Status importance()
    {
        StudyTable table{"importance",
                         "Mean PLCC over the 2047 masks that hide a block; low = important, rank 1 = most important",
                         {"model", "block", "mean_plcc", "rank"},
                         {}};
        for (const std::string& model : m_store.facts().models) {
            const Result<DatasetImportance> gatheredMasks = gathered(model);
            if (!gatheredMasks)
                return gatheredMasks.error();
            const Result<std::vector<double>> means = gatheredMasks->blockMeans();
            if (!means)
                continue; // fewer than two photos with all masks, or all scores equal
            for (std::size_t block = 0; block < means->size(); ++block) {
                const auto before = [&](std::size_t other) {
                    return (*means)[other] < (*means)[block] || ((*means)[other] == (*means)[block] && other < block);
                };
                int rank = 1;
                for (std::size_t other = 0; other < means->size(); ++other)
                    rank += before(other) ? 1 : 0;
                table.rows.push_back({model, std::to_string(block), cell((*means)[block]), std::to_string(rank)});
            }
        }
        m_tables.push_back(std::move(table));
        return {};
    }

    Status size()
    {
        StudyTable table{"size",
                         "PLCC with the score of the whole image over all sets of so many hidden blocks",
                         {"model", "hidden", "best_plcc", "mean_plcc", "worst_plcc"},
                         {}};
        for (const std::string& model : m_store.facts().models) {
            const Result<DatasetImportance> gatheredMasks = gathered(model);
            if (!gatheredMasks)
                return gatheredMasks.error();
            if (gatheredMasks->images() < 2)
                continue;
            for (int hidden = 1; hidden < BlockCount; ++hidden) {
                double best = -std::numeric_limits<double>::infinity();
                double worst = std::numeric_limits<double>::infinity();
                double sum = 0;
                int defined = 0;
                for (std::uint32_t mask = 1; mask + 1 < MaskCount; ++mask) {
                    const double plcc = BlockMask(mask).count() == hidden ? gatheredMasks->plcc(mask) : Undefined;
                    if (!std::isfinite(plcc))
                        continue;
                    best = std::max(best, plcc);
                    worst = std::min(worst, plcc);
                    sum += plcc;
                    ++defined;
                }
                table.rows.push_back({model, std::to_string(hidden), cell(best),
                                      defined == 0 ? std::string() : cell(sum / defined), cell(worst)});
            }
        }
        m_tables.push_back(std::move(table));
        return {};
    }

    Status enough()
    {
        StudyTable table{"enough",
                         "Visible blocks that keep the score within epsilon, whatever else is hidden, and by luck",
                         {"model", "epsilon", "images", "guaranteed_mean", "guaranteed_median", "best_mean",
                          "share_half_guaranteed"},
                         {}};
        for (const std::string& model : m_store.facts().models) {
            for (const double epsilon : m_recipe.epsilons) {
                std::vector<int> guaranteed;
                double best = 0;
                for (const StudiedPhoto& photo : m_photos) {
                    if (const EnoughCount* count = countAt(photo, model, epsilon)) {
                        guaranteed.push_back(count->guaranteed);
                        best += count->best;
                    }
                }
                if (guaranteed.empty())
                    continue;
                std::sort(guaranteed.begin(), guaranteed.end());
                const auto n = static_cast<double>(guaranteed.size());
                const std::size_t middle = guaranteed.size() / 2;
                const double median = guaranteed.size() % 2 == 1 ? guaranteed[middle]
                                                                 : (guaranteed[middle - 1] + guaranteed[middle]) / 2.;
                const auto half =
                    std::count_if(guaranteed.begin(), guaranteed.end(), [](int blocks) { return blocks <= HalfSize; });
                table.rows.push_back({model, exact(epsilon), std::to_string(guaranteed.size()),
                                      cell(std::accumulate(guaranteed.begin(), guaranteed.end(), 0.) / n), cell(median),
                                      cell(best / n), cell(static_cast<double>(half) / n)});
            }
        }
        m_tables.push_back(std::move(table));
        return {};
    }

    const EnoughCount* countAt(const StudiedPhoto& photo, const std::string& model, double epsilon) const
    {
        const ModelFindings* found = findingsOf(photo, model);
        if (!found)
            return nullptr;
        const auto count = std::find_if(found->enough.begin(), found->enough.end(),
                                        [&](const EnoughCount& entry) { return entry.epsilon == epsilon; });
        return count == found->enough.end() ? nullptr : &*count;
    }

    void images()
    {
        StudyTable table{"images",
                         "Every image",
                         {"file", "split", "mos", "model", "score", "score_important", "score_trivial", "score_random",
                          "important_bits", "random_bits", "n_saliency", "n_frequency", "n_objectness", "n_averaged",
                          "guaranteed", "error"},
                         {}};
        std::vector<StudiedPhoto> all = m_photos;
        all.insert(all.end(), m_failed.begin(), m_failed.end());
        std::sort(all.begin(), all.end(),
                  [](const StudiedPhoto& a, const StudiedPhoto& b) { return a.number < b.number; });
        for (const StudiedPhoto& photo : all) {
            const std::string mos = photo.mos5 ? exact(*photo.mos5) : std::string();
            const std::string split = photo.split == Split::None ? std::string() : toString(photo.split);
            if (!photo.findings.error.empty()) {
                std::vector<std::string> row(table.header.size());
                row[0] = photo.name;
                row[1] = split;
                row[2] = mos;
                row.back() = photo.findings.error;
                table.rows.push_back(std::move(row));
                continue;
            }
            for (const ModelFindings& found : photo.findings.models) {
                std::vector<std::string> row{photo.name, split, mos, found.model, exact(found.score)};
                for (const Half half : {Half::Important, Half::Trivial, Half::Random})
                    row.push_back(cell(scoreWithout(half, photo, found, HiddenBy::Zero)));
                row.push_back(std::to_string(photo.findings.important->bits()));
                row.push_back(std::to_string(photo.findings.random.bits()));
                for (std::size_t measure = 0; measure < StudyMeasures; ++measure) {
                    const int n = matches(photo, measure);
                    row.push_back(n < 0 ? std::string() : std::to_string(n));
                }
                const EnoughCount* count = countAt(photo, found.model, m_recipe.listedEpsilon());
                row.push_back(count ? std::to_string(count->guaranteed) : std::string());
                row.emplace_back();
                table.rows.push_back(std::move(row));
            }
        }
        m_tables.push_back(std::move(table));
    }

    Status damage()
    {
        for (StudyTable& table : damageTables(m_photos, m_store.facts().models, m_recipe))
            m_tables.push_back(std::move(table));
        return {};
    }

    StudyStore& m_store;
    const StudyRecipe& m_recipe;
    std::vector<StudiedPhoto> m_photos; ///< without those that failed
    std::vector<StudiedPhoto> m_failed;
    std::vector<StudyTable> m_tables;
};

} // namespace

Result<std::vector<StudyTable>> studyTables(StudyStore& store, const StudyRecipe& recipe)
{
    return guarded("study", [&] { return TableMaker(store, recipe).run(); });
}

} // namespace halflens
