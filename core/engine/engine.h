// SPDX-License-Identifier: BSD-3-Clause
// The worker: one thread that runs requests one at a time; libraries parallelise below it.
#pragma once

#include "core/engine/request_queue.h"

#include <functional>
#include <thread>

namespace halflens {

/// Where results go. All are called on the worker thread and must not block; a user interface
/// posts them to its own thread and asks isCurrent() again on arrival.
struct EngineSink {
    std::function<void(const Ticket&, Outcome)> finished; ///< not for work that stopped when told to
    std::function<void(const Ticket&, Artifact)> published;
    std::function<void(const Ticket&, const Progress&)> progressed; ///< throttled to about 20 Hz
};

/// Results of superseded requests may still reach the sink when they were ready before the stop;
/// the ticket tells. The destructor stops the running job, drops the pending ones and joins.
class Engine {
public:
    explicit Engine(EngineSink sink);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Ticket submit(Request request) { return m_queue.submit(std::move(request)); }
    void cancel(Slot slot) { m_queue.cancel(slot); }
    void forget(std::uint64_t document) { m_queue.forget(document); }
    bool isCurrent(const Ticket& ticket) const { return m_queue.isCurrent(ticket); }

private:
    void run(const std::stop_token& quit);
    Outcome runJob(const Job& job);

    EngineSink m_sink;
    RequestQueue m_queue;
    std::jthread m_thread; // last: stopped and joined before what it uses
};

} // namespace halflens
