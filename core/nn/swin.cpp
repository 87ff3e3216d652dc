// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/swin.h"

#include "core/base/crew.h"
#include "core/nn/swin_plan.h"
#include "core/nn/worker_threads.h"

#include <mutex>
#include <thread>

namespace halflens::nn {

namespace {

Error modelError(std::string reason, std::string remedy)
{
    return {ErrorCode::Model, "model", std::move(reason), std::move(remedy), {}};
}

/// Stage whose map has that name; the number of stages when none has.
std::size_t stageOf(const std::string& name, std::size_t stages)
{
    if (name == "c5")
        return stages - 1;
    for (std::size_t i = 0; i < stages; ++i) {
        if (name == "f" + std::to_string(i + 1))
            return i;
    }
    return stages;
}

} // namespace

struct SwinTrunk::Private {
    SwinConfig config;
    StateDict state;
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};

    /// What one run at a time needs.
    struct Lane {
        dnnl::stream stream;
        std::unique_ptr<detail::SwinPlan> plan;
        std::thread::id thread; ///< that made the plan
    };
    std::mutex mutex; ///< of lanes
    std::vector<std::unique_ptr<Lane>> lanes = {}; ///< by workerNumber()

    /// The calling thread's; see InferenceForm on threads.
    Lane& lane()
    {
        const std::scoped_lock lock(mutex);
        const auto number = static_cast<std::size_t>(workerNumber());
        while (lanes.size() <= number)
            lanes.push_back(std::make_unique<Lane>(Lane{dnnl::stream(engine), {}, {}}));
        Lane& mine = *lanes[number];
        if (number > 0 && mine.thread != std::this_thread::get_id())
            mine.plan.reset();
        mine.thread = std::this_thread::get_id();
        return mine;
    }
};

SwinTrunk::SwinTrunk(std::unique_ptr<Private> d)
    : m_d(std::move(d))
{ }

SwinTrunk::~SwinTrunk() = default;

const SwinConfig& SwinTrunk::config() const
{
    return m_d->config;
}

int SwinTrunk::channels(int stage) const
{
    const auto last = static_cast<int>(m_d->config.stages.size()) - 1;
    return m_d->config.width << std::min(stage + 1, last);
}

Result<std::unique_ptr<SwinTrunk>> SwinTrunk::create(StateDict state, const std::string& prefix)
{
    Result<SwinConfig> config = swinConfig(state, prefix);
    if (!config)
        return std::move(config).error();
    return guarded("model", [&]() -> Result<std::unique_ptr<SwinTrunk>> {
        auto d = std::make_unique<Private>();
        for (const auto& [name, shape] : swinParameters(*config)) {
            auto found = state.find(prefix + name);
            if (found == state.end())
                return modelError("the weights lack " + prefix + name, "use a complete weights file");
            if (found->second.shape != shape)
                return modelError(prefix + name + " has shape " + toString(found->second.shape) + ", the network needs "
                                      + toString(shape),
                                  "use weights made for this network");
            d->state.emplace(name, std::move(found->second));
        }
        d->config = std::move(*config);
        return std::unique_ptr<SwinTrunk>(new SwinTrunk(std::move(d)));
    });
}

Result<std::vector<MapView>> SwinTrunk::run(std::span<const float> input, int height, int width,
                                            const std::vector<std::string>& outputs, std::stop_token stop)
{
    const std::size_t stages = m_d->config.stages.size();
    for (const std::string& name : outputs) {
        if (stageOf(name, stages) == stages)
            return modelError("the network has no map called " + name, "use f1 to f" + std::to_string(stages));
    }
    const Result<std::vector<detail::StageLayout>> layouts = detail::stageLayouts(m_d->config, height, width);
    if (!layouts)
        return layouts.error();
    if (input.size()
        != static_cast<std::size_t>(m_d->config.channels) * static_cast<std::size_t>(height)
            * static_cast<std::size_t>(width))
        return Error{ErrorCode::Internal, "model", "the input buffer does not match the stated size", {}, {}};
    return guarded("model", [&]() -> Result<std::vector<MapView>> {
        detail::useWorkerThreads();
        Private::Lane& lane = m_d->lane();
        if (!lane.plan || !lane.plan->matches(height, width)) {
            lane.plan.reset(); // before the new one takes its buffers
            lane.plan =
                std::make_unique<detail::SwinPlan>(m_d->config, m_d->state, m_d->engine, height, width, *layouts);
        }
        if (!lane.plan->run(input, lane.stream, stop))
            return cancelledError();
        std::vector<MapView> maps;
        for (const std::string& name : outputs)
            maps.push_back(lane.plan->map(stageOf(name, stages)));
        return maps;
    });
}

} // namespace halflens::nn
