// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/inference_form.h"

#include "core/base/crew.h"
#include "core/nn/inference_plan.h"
#include "core/nn/parts.h"
#include "core/nn/worker_threads.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <thread>

namespace halflens::nn {

namespace {

constexpr std::size_t MaxPlans = 2; // landscape and portrait of one canonical size
constexpr std::size_t MaxPartPlans =
    6; // the same by blocks: parts of up to four sizes where tokens do not divide evenly

Error modelError(std::string reason, std::string remedy = {})
{
    return {ErrorCode::Model, "model", std::move(reason), std::move(remedy), {}};
}

/// A part of the input, in cells of a map; the last cell may reach beyond the input.
BlockRect cellsOf(const BlockRect& part, int stride)
{
    const auto end = [&](int pixel) { return (pixel + stride - 1) / stride; };
    return {part.top / stride, end(part.bottom), part.left / stride, end(part.right)};
}

/// Calls use(first value in the whole map, first value in the part, length) for every row of a part of a map, which
/// lies at `inPart` on its own. Returns the end of the part.
template<class Value, class Use>
Value* forEachRow(const MapSize& whole, const BlockRect& part, Value* inPart, const Use& use)
{
    const auto length = static_cast<std::size_t>(part.right - part.left);
    for (int channel = 0; channel < whole.channels; ++channel) {
        for (int y = part.top; y < part.bottom; ++y, inPart += length) {
            const std::size_t row = static_cast<std::size_t>(channel) * static_cast<std::size_t>(whole.height)
                + static_cast<std::size_t>(y);
            use(row * static_cast<std::size_t>(whole.width) + static_cast<std::size_t>(part.left), inPart, length);
        }
    }
    return inPart;
}

} // namespace

struct InferenceForm::Private {
    Private(Graph network, StateDict parameters)
        : graph(std::move(network))
        , weights(graph, std::move(parameters), engine)
    { }

    /// What one run at a time needs: the plans of one worker.
    struct Lane {
        dnnl::stream stream;
        std::list<std::unique_ptr<detail::InferencePlan>> plans; ///< newest first
        std::thread::id thread; ///< that made the plans
        std::vector<std::vector<float>> joined; ///< maps put together from those of the blocks
    };

    detail::InferencePlan& planFor(Lane& lane, int count, std::vector<MapSize> sizes,
                                   const std::vector<std::string>& outputs);
    Result<std::vector<MapView>> runByBlocks(Lane& lane, std::span<const float> input,
                                             const std::vector<MapSize>& sizes, const std::vector<std::string>& outputs,
                                             const std::stop_token& stop);

    /// The lane of the calling thread. oneDNN's scratch memory belongs to the thread that made a primitive, so a worker
    /// of a new crew begins anew.
    Lane& lane()
    {
        const std::scoped_lock lock(mutex);
        const auto number = static_cast<std::size_t>(workerNumber());
        while (lanes.size() <= number)
            lanes.push_back(std::make_unique<Lane>(Lane{dnnl::stream(engine), {}, {}, {}}));
        Lane& mine = *lanes[number];
        if (number > 0 && mine.thread != std::this_thread::get_id())
            mine.plans.clear();
        mine.thread = std::this_thread::get_id();
        return mine;
    }

    Graph graph;
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    std::mutex mutex; ///< of lanes and weights
    detail::WeightStore weights;
    std::vector<std::unique_ptr<Lane>> lanes; ///< by workerNumber()
};

detail::InferencePlan& InferenceForm::Private::planFor(Lane& lane, int count, std::vector<MapSize> sizes,
                                                       const std::vector<std::string>& outputs)
{
    auto& plans = lane.plans;
    const auto found = std::find_if(plans.begin(), plans.end(), [&](const auto& plan) {
        return plan->matches(count, sizes.front().height, sizes.front().width, outputs);
    });
    if (found != plans.end()) {
        plans.splice(plans.begin(), plans, found);
        return *plans.front();
    }
    while (plans.size() >= (graph.looksAtBlocks() ? MaxPartPlans : MaxPlans))
        plans.pop_back(); // before the new one takes its buffers
    const std::scoped_lock lock(mutex); // weights are brought into the layouts plans want
    plans.push_front(std::make_unique<detail::InferencePlan>(graph, weights, engine, count, std::move(sizes), outputs));
    return *plans.front();
}

Result<std::vector<MapView>> InferenceForm::Private::runByBlocks(Lane& lane, std::span<const float> input,
                                                                 const std::vector<MapSize>& sizes,
                                                                 const std::vector<std::string>& outputs,
                                                                 const std::stop_token& stop)
{
    const Result<std::vector<BlockRect>> parts = blockParts(graph, sizes.front().height, sizes.front().width);
    if (!parts)
        return parts.error();
    std::vector<MapView> views;
    std::vector<int> strides;
    lane.joined.resize(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const LayerId id = graph.outputs().at(outputs[i]);
        const MapSize& size = sizes[static_cast<std::size_t>(id.value)];
        lane.joined[i].resize(detail::valuesOf(size));
        views.push_back({size, lane.joined[i]});
        strides.push_back(graph.stride(id));
    }
    // Parts of one size run together.
    std::map<std::pair<int, int>, std::vector<BlockRect>> bySize;
    for (const BlockRect& part : *parts)
        bySize[{part.bottom - part.top, part.right - part.left}].push_back(part);
    for (const auto& [extent, equal] : bySize) {
        Result<std::vector<MapSize>> partSizes = graph.sizes(extent.first, extent.second);
        if (!partSizes)
            return std::move(partSizes).error();
        detail::InferencePlan& plan = planFor(lane, static_cast<int>(equal.size()), *std::move(partSizes), outputs);
        float* place = plan.input().data();
        for (const BlockRect& part : equal) {
            place = forEachRow(sizes.front(), part, place, [&](std::size_t whole, float* row, std::size_t length) {
                std::copy_n(input.begin() + static_cast<std::ptrdiff_t>(whole), length, row);
            });
        }
        if (!plan.run(lane.stream, stop))
            return cancelledError();
        const std::vector<MapView> maps = plan.maps();
        for (std::size_t i = 0; i < maps.size(); ++i) {
            const float* value = maps[i].values.data();
            for (const BlockRect& part : equal) {
                value = forEachRow(views[i].size, cellsOf(part, strides[i]), value,
                                   [&](std::size_t whole, const float* row, std::size_t length) {
                                       std::copy_n(row, length, lane.joined[i].data() + whole);
                                   });
            }
        }
    }
    return views;
}

InferenceForm::InferenceForm(std::unique_ptr<Private> d)
    : m_d(std::move(d))
{ }

InferenceForm::~InferenceForm() = default;

const Graph& InferenceForm::graph() const
{
    return m_d->graph;
}

const StateDict& InferenceForm::parameters() const
{
    return m_d->weights.parameters();
}

Result<std::unique_ptr<InferenceForm>> InferenceForm::create(const Graph& graph, StateDict state,
                                                             const std::string& prefix)
{
    StateDict parameters;
    for (const auto& [name, shape] : graph.parameters()) {
        auto found = state.find(prefix + name);
        if (found == state.end())
            return modelError("the weights lack " + prefix + name, "use a complete weights file");
        if (found->second.shape != shape)
            return modelError(prefix + name + " has shape " + toString(found->second.shape) + ", the network needs "
                                  + toString(shape),
                              "use weights made for this network");
        parameters.emplace(name, std::move(found->second));
    }
    return guarded("model", [&]() -> Result<std::unique_ptr<InferenceForm>> {
        return std::unique_ptr<InferenceForm>(
            new InferenceForm(std::make_unique<Private>(graph, std::move(parameters))));
    });
}

Result<std::vector<FeatureMap>> InferenceForm::run(std::span<const float> input, int height, int width,
                                                   const std::vector<std::string>& outputs, std::stop_token stop)
{
    const Result<std::vector<MapView>> views = runInPlace(input, height, width, outputs, std::move(stop));
    if (!views)
        return views.error();
    return guarded("model", [&]() -> Result<std::vector<FeatureMap>> {
        std::vector<FeatureMap> maps;
        for (const MapView& view : *views)
            maps.push_back({view.size, {view.values.begin(), view.values.end()}});
        return maps;
    });
}

Result<std::vector<MapView>> InferenceForm::runInPlace(std::span<const float> input, int height, int width,
                                                       const std::vector<std::string>& outputs, std::stop_token stop)
{
    for (const std::string& name : outputs) {
        if (!m_d->graph.outputs().contains(name))
            return modelError("the network has no map called " + name);
    }
    Result<std::vector<MapSize>> sizes = m_d->graph.sizes(height, width);
    if (!sizes)
        return std::move(sizes).error();
    if (input.size() != detail::valuesOf(sizes->front()))
        return Error{ErrorCode::Internal, "model", "the input buffer does not match the stated size", {}, {}};
    if (outputs.empty())
        return std::vector<MapView>(); // nothing to plan

    return guarded("model", [&]() -> Result<std::vector<MapView>> {
        detail::useWorkerThreads();
        Private::Lane& lane = m_d->lane();
        if (m_d->graph.looksAtBlocks())
            return m_d->runByBlocks(lane, input, *sizes, outputs, stop);
        detail::InferencePlan& plan = m_d->planFor(lane, 1, std::move(*sizes), outputs);
        std::copy(input.begin(), input.end(), plan.input().begin());
        if (!plan.run(lane.stream, stop))
            return cancelledError();
        return plan.maps();
    });
}

} // namespace halflens::nn
