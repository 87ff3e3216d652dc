// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/engine.h"

#include "core/engine/progress_throttle.h"

#include <utility>

namespace halflens {

Engine::Engine(EngineSink sink)
    : m_sink(std::move(sink))
    , m_thread([this](const std::stop_token& quit) { run(quit); })
{ }

Outcome Engine::runJob(const Job& job)
{
    const std::stop_token stop = job.stop.get_token();
    ProgressThrottle throttle;
    const JobContext context(
        stop,
        [&](const Progress& progress) {
            if (m_sink.progressed && !stop.stop_requested() && throttle.admit(progress))
                m_sink.progressed(job.ticket, progress);
        },
        [&](Artifact snapshot) {
            if (m_sink.published && !stop.stop_requested())
                m_sink.published(job.ticket, std::move(snapshot));
        });
    return guarded("engine", [&]() -> Outcome { return job.request.run(context); });
}

void Engine::run(const std::stop_token& quit)
{
    while (auto job = m_queue.take(quit)) {
        const std::stop_callback onQuit(quit, [stop = job->stop]() mutable { stop.request_stop(); });
        Outcome outcome = runJob(*job);
        const bool interrupted = job->stop.stop_requested() && isCancelled(outcome);
        const Ticket ticket = job->ticket;
        m_queue.finished(std::move(*job), interrupted); // queued again if preempted and still current
        if (!interrupted && m_sink.finished)
            m_sink.finished(ticket, std::move(outcome));
    }
}

} // namespace halflens
