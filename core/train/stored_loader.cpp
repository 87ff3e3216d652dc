// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/stored_loader.h"

#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/checkpoint/element_type.h"
#include "core/train/feature_cache.h"
#include "core/train/view.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <map>
#include <nlohmann/json.hpp>

namespace halflens::train::detail {

namespace {

/// What the maps of one file have in common.
struct Variant {
    int view = PlainView;
    Degradation degradation;
    int copy = 0;
    auto operator<=>(const Variant&) const = default;
};

Variant variantOf(const Recipe& recipe, const SampleRef& sample)
{
    // A view that is the plain one shares its maps.
    const bool plain = sample.view == PlainView || viewName(viewOf(recipe, sample)) == "fit";
    return {plain ? PlainView : sample.view, sample.degradation, sample.copy};
}

class StoredLoader final : public BatchLoader {
public:
    StoredLoader(const LoaderSetup& setup, TrainingObserver& observer)
        : m_setup(setup)
        , m_observer(observer)
        , m_usable(setup.dataset->rows.size(), true)
    { }

    Status prepare(std::stop_token stop)
    {
        if (Status sizes = findSizes(); !sizes)
            return sizes;
        if (Status read = hashPhotos(stop); !read)
            return read;
        const nn::Graph graph = withBoundaryOutputs(*m_setup.graph, *m_setup.cut);
        Result<std::unique_ptr<nn::InferenceForm>> form = nn::InferenceForm::create(graph, *m_setup.trunk, {});
        if (!form)
            return std::move(form).error();
        for (const auto& [variant, rows] : neededRows()) {
            if (Status filled = fill(**form, variant, rows, stop); !filled)
                return filled;
        }
        return {};
    }

    bool isUsable(std::size_t row) const override { return m_usable[row]; }

    Result<Batch> load(const StepPlan& plan) override
    {
        Batch batch = batchFacts(*m_setup.dataset, plan);
        std::map<bool, std::vector<int>> members; // by whether the input is turned
        for (std::size_t i = 0; i < plan.samples.size(); ++i)
            members[cacheOf(plan.samples[i]).state(plan.samples[i].row) == RecordState::Turned].push_back(
                static_cast<int>(i));
        for (auto& [turned, indices] : members) {
            BatchGroup group;
            for (const nn::MapSize& size : m_sizes) {
                MapBlock block;
                block.size = turned ? nn::MapSize{size.channels, size.width, size.height} : size;
                block.half.reserve(indices.size() * valuesOf(size));
                group.maps.push_back(std::move(block));
            }
            for (const int index : indices) {
                const SampleRef& sample = plan.samples[static_cast<std::size_t>(index)];
                std::span<const std::uint16_t> values = cacheOf(sample).values(sample.row);
                for (MapBlock& block : group.maps) {
                    const std::size_t count = valuesOf(block.size);
                    block.half.insert(block.half.end(), values.begin(),
                                      values.begin() + static_cast<std::ptrdiff_t>(count));
                    values = values.subspan(count);
                }
            }
            group.members = std::move(indices);
            batch.groups.push_back(std::move(group));
        }
        if (Status targets = addTargetMaps(m_setup, plan, batch); !targets)
            return std::move(targets).error();
        return batch;
    }

private:
    static std::size_t valuesOf(const nn::MapSize& size)
    {
        return static_cast<std::size_t>(size.channels) * static_cast<std::size_t>(size.height)
            * static_cast<std::size_t>(size.width);
    }

    const FeatureCache& cacheOf(const SampleRef& sample) const
    {
        return *m_caches.at(variantOf(*m_setup.recipe, sample));
    }

    /// Input size of an upright photo: the recipe's, or that of the first readable photo where inputs keep theirs.
    Status findSizes()
    {
        int height = m_setup.recipe->input.height;
        int width = m_setup.recipe->input.width;
        if (m_setup.recipe->input.policy == InputPolicy::Native) {
            SampleRef sample;
            sample.view = PlainView;
            Result<ModelInput> input = sampleInput(m_setup, sample);
            while (!input && ++sample.row < m_setup.dataset->rows.size())
                input = sampleInput(m_setup, sample);
            if (!input)
                return std::move(input).error();
            height = input->height;
            width = input->width;
        }
        const Result<std::vector<nn::MapSize>> sizes = m_setup.graph->sizes(height, width);
        if (!sizes)
            return sizes.error();
        for (const nn::LayerId id : m_setup.cut->boundary) {
            m_sizes.push_back((*sizes)[static_cast<std::size_t>(id.value)]);
            m_values += valuesOf(m_sizes.back());
        }
        m_height = height;
        m_width = width;
        return {};
    }

    std::map<Variant, std::vector<std::size_t>> neededRows() const
    {
        const Recipe& recipe = *m_setup.recipe;
        std::map<Variant, std::vector<std::size_t>> needed;
        const auto add = [&](const Variant& variant, const std::vector<std::size_t>& rows) {
            std::vector<std::size_t>& list = needed[variant];
            list.insert(list.end(), rows.begin(), rows.end());
        };
        add({}, m_setup.dataset->of(Split::Validation));
        for (std::size_t i = 0; i < recipe.views.size(); ++i) {
            SampleRef sample;
            sample.view = static_cast<int>(i);
            if (recipe.views[i].weight > 0)
                add(variantOf(recipe, sample), m_setup.dataset->of(Split::Train));
        }
        add({}, m_setup.photos.degraded);
        add({}, m_setup.photos.damaged);
        for (const std::string& kind : recipe.synthetic.kinds) {
            for (int level = 1; level <= DegradationLevels && !m_setup.photos.degraded.empty(); ++level)
                add({PlainView, {degradationFromWord(kind), level}, 0}, m_setup.photos.degraded);
        }
        for (int copy = 1; copy <= recipe.damage.copies && !m_setup.photos.damaged.empty(); ++copy)
            add({PlainView, {}, copy}, m_setup.photos.damaged);
        for (auto& [variant, rows] : needed) {
            std::sort(rows.begin(), rows.end());
            rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        }
        return needed;
    }

    /// SHA-256 of every photo that training looks at: files of the same name are not the same photo, and one that
    /// could not be read yesterday may be there today.
    Status hashPhotos(std::stop_token stop)
    {
        constexpr std::size_t Portion = 256;
        const std::vector<DataRow>& rows = m_setup.dataset->rows;
        m_hashes.resize(rows.size());
        for (std::size_t first = 0; first < rows.size(); first += Portion) {
            m_observer.preparing("photos looked at", first, rows.size());
            const auto read = [&](int i) {
                const std::size_t row = first + static_cast<std::size_t>(i);
                if (rows[row].split == Split::Test)
                    return;
                const Result<std::string> hash = sha256HexOfFile(rows[row].file);
                m_hashes[row] = hash ? *hash : "unreadable";
            };
            if (!parallelFor(static_cast<int>(std::min(Portion, rows.size() - first)), read, stop))
                return cancelledError();
        }
        return {};
    }

    /// What the values depend on: weights, cut, input, view, and the photos' content in their order.
    std::string keyOf(const Variant& variant) const
    {
        const Recipe& recipe = *m_setup.recipe;
        std::string facts = m_setup.trunkHash + "|" + recipe.trunk.name;
        for (const nn::LayerId id : m_setup.cut->boundary)
            facts += "|" + std::to_string(id.value);
        const InputSpec& input = recipe.input;
        facts += "|" + toString(input.policy) + std::to_string(m_height) + "x" + std::to_string(m_width)
            + (input.transposePortrait ? "t" : "") + std::to_string(static_cast<int>(input.normalization));
        for (const std::string& hash : m_hashes)
            facts += "\n" + hash;
        if (variant.degradation.kind == DegradationKind::Noise)
            facts += "\nseed " + std::to_string(recipe.seed);
        std::string name =
            variant.view == PlainView ? "fit" : viewName(recipe.views[static_cast<std::size_t>(variant.view)]);
        if (variant.degradation.kind != DegradationKind::None)
            name += "-" + toString(variant.degradation.kind) + std::to_string(variant.degradation.level);
        if (variant.copy > 0) {
            facts += "\nseed " + std::to_string(recipe.seed) + " blocks " + std::to_string(recipe.damage.most);
            for (const DamageStrength& kind : recipe.damage.kinds)
                facts +=
                    " " + kind.kind + " " + nlohmann::json(kind.low).dump() + " " + nlohmann::json(kind.high).dump();
            name += "-damaged" + std::to_string(variant.copy);
        }
        const std::string hash =
            sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(facts.data()), facts.size()));
        return hash.substr(0, 16) + "-" + name;
    }

    Status fill(nn::InferenceForm& form, const Variant& variant, const std::vector<std::size_t>& rows,
                std::stop_token stop)
    {
        const std::string key = keyOf(variant);
        Result<std::unique_ptr<FeatureCache>> opened =
            FeatureCache::open(m_setup.cacheFolder, key, m_setup.dataset->rows.size(), m_values);
        if (!opened)
            return std::move(opened).error();
        FeatureCache& cache = **opened;
        m_caches[variant] = std::move(*opened);
        std::vector<std::size_t> missing;
        std::copy_if(rows.begin(), rows.end(), std::back_inserter(missing),
                     [&](std::size_t row) { return cache.state(row) == RecordState::Missing; });
        const auto input = [&](std::size_t row) {
            SampleRef sample;
            sample.row = row;
            sample.view = variant.view;
            sample.degradation = variant.degradation;
            sample.copy = variant.copy;
            return sampleInput(m_setup, sample);
        };
        std::future<Result<ModelInput>> next; // decoded while the network works on the one before
        const std::string what = "maps of the frozen layers, " + key.substr(17);
        for (std::size_t i = 0; i < missing.size(); ++i) {
            if (stop.stop_requested())
                return cancelledError();
            m_observer.preparing(what, i, missing.size());
            const Result<ModelInput> current = next.valid() ? next.get() : input(missing[i]);
            if (i + 1 < missing.size())
                next = std::async(std::launch::async, input, missing[i + 1]);
            const Status stored = store(form, cache, missing[i], current, stop);
            if (!stored) {
                if (next.valid())
                    next.wait();
                return stored;
            }
        }
        for (const std::size_t row : rows) {
            if (cache.state(row) == RecordState::Broken && m_usable[row]) {
                m_usable[row] = false;
                m_observer.problem({ErrorCode::InvalidInput, "decode", "the photo cannot be used and is left out",
                                    "replace the file", m_setup.dataset->rows[row].file.string()});
            }
        }
        return {};
    }

    Status store(nn::InferenceForm& form, FeatureCache& cache, std::size_t row, const Result<ModelInput>& input,
                 std::stop_token stop)
    {
        if (!input)
            return leaveOut(cache, row, input.error());
        const bool upright = input->height == m_height && input->width == m_width;
        const bool turned = input->height == m_width && input->width == m_height;
        if (!upright && !turned)
            return Error{ErrorCode::InvalidInput, "input",
                         "the photo is " + std::to_string(input->width) + " x " + std::to_string(input->height)
                             + ", others are " + std::to_string(m_width) + " x " + std::to_string(m_height),
                         "use the input policy fit, which brings all photos to one size",
                         m_setup.dataset->rows[row].file.string()};
        std::vector<std::string> names;
        for (std::size_t i = 0; i < m_setup.cut->boundary.size(); ++i)
            names.push_back(boundaryName(i));
        const Result<std::vector<nn::MapView>> maps =
            form.runInPlace(input->planes, input->height, input->width, names, stop);
        if (!maps)
            return maps.error();
        m_record.clear();
        for (const nn::MapView& map : *maps)
            append(map);
        return cache.write(row, upright ? RecordState::Upright : RecordState::Turned, m_record);
    }

    /// What lies in the photo itself is remembered with its content; a disk or a memory that failed is tried again.
    Status leaveOut(FeatureCache& cache, std::size_t row, Error reason)
    {
        const bool isPhoto = reason.code == ErrorCode::InvalidInput || reason.code == ErrorCode::Unsupported;
        if (m_usable[row])
            m_observer.problem(std::move(reason).withFile(m_setup.dataset->rows[row].file.string()));
        m_usable[row] = false;
        return isPhoto ? cache.write(row, RecordState::Broken, {}) : Status();
    }

    /// Channels last, clamped to the range of float16.
    void append(const nn::MapView& map)
    {
        constexpr float Largest = 65504.F;
        const std::size_t cells = static_cast<std::size_t>(map.size.height) * static_cast<std::size_t>(map.size.width);
        const auto channels = static_cast<std::size_t>(map.size.channels);
        const std::size_t first = m_record.size();
        m_record.resize(first + cells * channels);
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t cell = 0; cell < cells; ++cell) {
                const float value = map.values[c * cells + cell];
                m_record[first + cell * channels + c] = floatToHalf(std::clamp(value, -Largest, Largest));
            }
        }
    }

    LoaderSetup m_setup;
    TrainingObserver& m_observer;
    std::vector<bool> m_usable;
    std::vector<std::string> m_hashes; ///< by row; empty for rows training does not look at
    std::vector<nn::MapSize> m_sizes;
    std::size_t m_values = 0;
    int m_height = 0;
    int m_width = 0;
    std::map<Variant, std::unique_ptr<FeatureCache>> m_caches;
    std::vector<std::uint16_t> m_record;
};

} // namespace

Result<std::unique_ptr<BatchLoader>> makeStoredLoader(const LoaderSetup& setup, TrainingObserver& observer,
                                                      std::stop_token stop)
{
    auto loader = std::make_unique<StoredLoader>(setup, observer);
    if (Status prepared = loader->prepare(stop); !prepared)
        return std::move(prepared).error();
    return std::unique_ptr<BatchLoader>(std::move(loader));
}

} // namespace halflens::train::detail
