// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/inference_form.h"

#include "core/base/crew.h"
#include "core/nn/inference_plan.h"
#include "core/nn/worker_threads.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <thread>

namespace halflens::nn {

namespace {

constexpr std::size_t MaxPlans = 2; // landscape and portrait of one canonical size

Error modelError(std::string reason, std::string remedy = {})
{
    return {ErrorCode::Model, "model", std::move(reason), std::move(remedy), {}};
}

} // namespace

struct InferenceForm::Private {
    Private(Graph graph_, StateDict parameters)
        : graph(std::move(graph_))
        , weights(graph, std::move(parameters), engine)
    { }

    /// What one run at a time needs: the plans of one worker.
    struct Lane {
        dnnl::stream stream;
        std::list<std::unique_ptr<detail::InferencePlan>> plans; ///< newest first
        std::thread::id thread; ///< that made the plans
    };

    /// The lane of the calling thread. oneDNN's scratch memory belongs to the thread that made a primitive, so a worker
    /// of a new crew begins anew.
    Lane& lane()
    {
        const std::scoped_lock lock(mutex);
        const auto number = static_cast<std::size_t>(workerNumber());
        while (lanes.size() <= number)
            lanes.push_back(std::make_unique<Lane>(Lane{dnnl::stream(engine), {}, {}}));
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
    if (input.size()
        != static_cast<std::size_t>(sizes->front().channels) * static_cast<std::size_t>(height)
            * static_cast<std::size_t>(width))
        return Error{ErrorCode::Internal, "model", "the input buffer does not match the stated size", {}, {}};
    if (outputs.empty())
        return std::vector<MapView>(); // nothing to plan

    return guarded("model", [&]() -> Result<std::vector<MapView>> {
        detail::useWorkerThreads();
        Private::Lane& lane = m_d->lane();
        auto& plans = lane.plans;
        auto found = std::find_if(plans.begin(), plans.end(),
                                  [&](const auto& plan) { return plan->matches(height, width, outputs); });
        if (found == plans.end()) {
            while (plans.size() >= MaxPlans)
                plans.pop_back(); // before the new one takes its buffers
            const std::scoped_lock lock(m_d->mutex); // weights are brought into the layouts plans want
            plans.push_front(std::make_unique<detail::InferencePlan>(m_d->graph, m_d->weights, m_d->engine,
                                                                     std::move(*sizes), outputs));
        } else {
            plans.splice(plans.begin(), plans, found);
        }
        detail::InferencePlan& plan = *plans.front();
        if (!plan.run(input, lane.stream, stop))
            return cancelledError();
        return plan.maps();
    });
}

} // namespace halflens::nn
