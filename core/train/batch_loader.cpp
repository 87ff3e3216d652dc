// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/batch_loader.h"

#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/image/decode.h"
#include "core/train/local_damage.h"
#include "core/train/stored_loader.h"
#include "core/train/view.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <set>

namespace halflens::train {

namespace detail {

const ViewRecipe& viewOf(const Recipe& recipe, const SampleRef& sample)
{
    static const ViewRecipe plain;
    return sample.view == PlainView ? plain : recipe.views[static_cast<std::size_t>(sample.view)];
}

Batch batchFacts(const Dataset& dataset, const StepPlan& plan)
{
    Batch batch;
    batch.count = static_cast<int>(plan.samples.size());
    batch.better = plan.better;
    batch.damage = plan.damage;
    bool masked = false;
    for (const SampleRef& sample : plan.samples) {
        const DataRow& row = dataset.rows[sample.row];
        batch.mos5.push_back(static_cast<float>(row.mos5));
        batch.grades.push_back(row.grades);
        batch.scored.push_back(sample.scored);
        batch.masks.push_back(sample.mask);
        masked = masked || !sample.mask.isEmpty();
    }
    if (!masked)
        batch.masks.clear();
    return batch;
}

Result<ModelInput> sampleInput(const LoaderSetup& setup, const SampleRef& sample)
{
    const DataRow& row = setup.dataset->rows[sample.row];
    const Result<std::shared_ptr<const Image>> image = readImage(row.file);
    if (!image)
        return image.error();
    const InputSpec& spec = setup.recipe->input;
    const ViewRecipe& view = viewOf(*setup.recipe, sample);
    if (sample.copy > 0) {
        const Result<Image> seen = viewPixels(**image, spec, view);
        if (!seen)
            return seen.error();
        const Result<Image> copy = locallyDamaged(*seen, localDamage(*setup.recipe, sample.row, sample.copy));
        if (!copy)
            return copy.error();
        InputSpec asIs = spec;
        asIs.policy = InputPolicy::Native; // the size is right already
        return toModelInput(*copy, asIs);
    }
    if (sample.degradation.kind == DegradationKind::None)
        return viewInput(**image, spec, view, sample.x, sample.y);
    const std::uint64_t seed = setup.recipe->seed * 1'000'003 + sample.row;
    const Result<Image> copy = degraded(**image, sample.degradation, seed);
    if (!copy)
        return copy.error();
    return viewInput(*copy, spec, view, sample.x, sample.y);
}

Status addTargetMaps(const LoaderSetup& setup, const StepPlan& plan, Batch& batch)
{
    if (setup.recipe->task != TrainingTask::Objectness)
        return {};
    for (const BatchGroup& group : batch.groups) {
        const nn::Graph& graph = *setup.graph;
        // The output's size follows from any boundary map; that of the input is known by its first sample.
        std::vector<float> targets;
        for (const int member : group.members) {
            const SampleRef& sample = plan.samples[static_cast<std::size_t>(member)];
            const InputSpec& spec = setup.recipe->input;
            const ViewRecipe& view = viewOf(*setup.recipe, sample);
            const nn::MapSize& first = group.maps.front().size;
            const bool turned = (first.height > first.width) != (spec.height > spec.width);
            const Result<std::vector<nn::MapSize>> sizes =
                turned ? graph.sizes(spec.width, spec.height) : graph.sizes(spec.height, spec.width);
            if (!sizes)
                return sizes.error();
            const nn::MapSize out = (*sizes)[static_cast<std::size_t>(setup.cut->wanted.front().value)];
            const Result<std::vector<float>> target =
                targetMap(setup.dataset->rows[sample.row], spec, view, sample.x, sample.y, out.height, out.width);
            if (!target) {
                batch.scored[static_cast<std::size_t>(member)] = false;
                targets.resize(targets.size() + static_cast<std::size_t>(out.height * out.width), 0.F);
            } else {
                targets.insert(targets.end(), target->begin(), target->end());
            }
        }
        batch.targetMaps.push_back(std::move(targets));
    }
    return {};
}

namespace {

/// Photos decoded in every step; nothing is stored.
class PhotoLoader final : public BatchLoader {
public:
    PhotoLoader(LoaderSetup setup, TrainingObserver& observer)
        : m_setup(std::move(setup))
        , m_observer(observer)
    { }

    /// Looks at the heads of all photos: a schedule shall not run on nothing.
    Status prepare(std::stop_token stop)
    {
        constexpr std::size_t Portion = 256;
        const std::vector<DataRow>& rows = m_setup.dataset->rows;
        std::vector<std::optional<Error>> errors(rows.size());
        for (std::size_t first = 0; first < rows.size(); first += Portion) {
            m_observer.preparing("photos looked at", first, rows.size());
            const auto look = [&](int i) {
                const std::size_t row = first + static_cast<std::size_t>(i);
                if (rows[row].split == Split::Test)
                    return;
                const Result<std::vector<std::uint8_t>> bytes = readFile(rows[row].file, DecodeOptions().maxFileBytes);
                if (!bytes)
                    errors[row] = bytes.error();
                else if (const Result<ImageHeader> header = probeImage(*bytes); !header)
                    errors[row] = Error(header.error()).withFile(rows[row].file.string());
            };
            if (!parallelFor(static_cast<int>(std::min(Portion, rows.size() - first)), look, stop))
                return cancelledError();
        }
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (!errors[row])
                continue;
            m_unusable.insert(row);
            m_observer.problem(*std::move(errors[row]));
        }
        return {};
    }

    bool isUsable(std::size_t row) const override { return !m_unusable.contains(row); }

    Result<Batch> load(const StepPlan& plan) override
    {
        Batch batch = batchFacts(*m_setup.dataset, plan);
        const std::size_t count = plan.samples.size();
        std::vector<std::optional<ModelInput>> inputs(count);
        std::vector<std::optional<Error>> errors(count);
        parallelFor(static_cast<int>(count), [&](int i) {
            const auto index = static_cast<std::size_t>(i);
            Result<ModelInput> input = sampleInput(m_setup, plan.samples[index]);
            if (!input) {
                errors[index] = std::move(input).error();
                return;
            }
            if (!m_setup.recipe->masking.byAttention)
                fillBlocks(*input, plan.samples[index].mask, Fill::Zero, m_setup.recipe->input.normalization);
            inputs[index] = *std::move(input);
        });
        if (!m_setup.recipe->masking.byAttention)
            batch.masks.clear(); // done
        for (std::size_t i = 0; i < count; ++i) {
            if (inputs[i])
                continue;
            batch.scored[i] = false;
            inputs[i] = blackInput();
            if (m_told.insert(plan.samples[i].row).second)
                m_observer.problem(*errors[i]);
        }
        group(inputs, batch);
        if (Status targets = addTargetMaps(m_setup, plan, batch); !targets)
            return std::move(targets).error();
        return batch;
    }

private:
    ModelInput blackInput() const
    {
        ModelInput input;
        input.width = std::max(16, m_setup.recipe->input.width);
        input.height = std::max(16, m_setup.recipe->input.height);
        input.planes.assign(3 * static_cast<std::size_t>(input.width) * static_cast<std::size_t>(input.height), 0.F);
        return input;
    }

    static void group(const std::vector<std::optional<ModelInput>>& inputs, Batch& batch)
    {
        std::map<std::pair<int, int>, std::size_t> groupOf;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const ModelInput& input = *inputs[i];
            const auto [found, isNew] = groupOf.try_emplace({input.height, input.width}, batch.groups.size());
            if (isNew) {
                batch.groups.emplace_back();
                batch.groups.back().maps.push_back({{3, input.height, input.width}, {}, {}});
            }
            BatchGroup& group = batch.groups[found->second];
            group.members.push_back(static_cast<int>(i));
            const std::size_t pixels = static_cast<std::size_t>(input.width) * static_cast<std::size_t>(input.height);
            std::vector<float>& values = group.maps.front().full;
            const std::size_t first = values.size();
            values.resize(first + 3 * pixels);
            for (std::size_t p = 0; p < pixels; ++p) {
                for (std::size_t c = 0; c < 3; ++c)
                    values[first + 3 * p + c] = input.planes[c * pixels + p];
            }
        }
    }

    LoaderSetup m_setup;
    TrainingObserver& m_observer;
    std::set<std::size_t> m_unusable;
    std::set<std::size_t> m_told; ///< whose pixels turned out to be damaged
};

} // namespace

Result<std::unique_ptr<BatchLoader>> makePhotoLoader(const LoaderSetup& setup, TrainingObserver& observer,
                                                     std::stop_token stop)
{
    auto loader = std::make_unique<PhotoLoader>(setup, observer);
    if (Status prepared = loader->prepare(stop); !prepared)
        return std::move(prepared).error();
    return std::unique_ptr<BatchLoader>(std::move(loader));
}

} // namespace detail

Result<std::unique_ptr<BatchLoader>> makeBatchLoader(const LoaderSetup& setup, TrainingObserver& observer,
                                                     std::stop_token stop)
{
    if (setup.cut->fromImage)
        return detail::makePhotoLoader(setup, observer, stop);
    return detail::makeStoredLoader(setup, observer, stop);
}

Result<std::vector<float>> targetMap(const DataRow& row, const InputSpec& spec, const ViewRecipe& view, double x,
                                     double y, int height, int width)
{
    const Result<std::shared_ptr<const Image>> mask = readImage(row.mask);
    if (!mask)
        return mask.error();
    const Result<Image> seen = viewPixels(**mask, spec, view, x, y);
    if (!seen)
        return seen.error();
    return guarded("input", [&]() -> Result<std::vector<float>> {
        const cv::Mat pixels(seen->height, seen->width, CV_8UC3, const_cast<std::uint8_t*>(seen->rgb.data()));
        cv::Mat grey;
        cv::extractChannel(pixels, grey, 0);
        cv::Mat values;
        grey.convertTo(values, CV_32F, 1.0 / 255);
        cv::Mat reduced;
        cv::resize(values, reduced, cv::Size(width, height), 0, 0, cv::INTER_AREA);
        const auto* begin = reduced.ptr<float>();
        return std::vector<float>(begin, begin + reduced.total());
    });
}

} // namespace halflens::train
