// SPDX-License-Identifier: BSD-3-Clause
// Pending requests by urgency, and the rules that decide which one runs, stops or is dropped.
#pragma once

#include "core/engine/request.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace halflens {

/// A request on its way through the queue.
struct Job {
    Ticket ticket;
    Request request;
    std::uint64_t sequence = 0; ///< order of submission; survives being queued again
    std::stop_source stop;
};

/// Thread-safe. One consumer calls take() and finished() in turn; anybody may call the rest.
class RequestQueue {
public:
    /// Replaces the pending request of the slot and stops the running one, unless the key says
    /// that it is the same work: then the older ticket is returned and the work takes the more
    /// urgent of the two lanes.
    Ticket submit(Request request);

    /// Drops what is pending in the slot and stops what is running; no result of it is current.
    void cancel(Slot slot);

    /// The same for all slots of a document, which is then unknown to the queue.
    void forget(std::uint64_t document);

    /// Most urgent lane first, then oldest first. Waits for work; nothing once `quit` is requested.
    std::optional<Job> take(const std::stop_token& quit);

    /// Ends the turn that take() began. An interrupted job that is still wanted was preempted and
    /// is queued again with its old place in the lane.
    void finished(Job job, bool interrupted);

    /// False once the slot was submitted to again, cancelled or forgotten.
    bool isCurrent(const Ticket& ticket) const;

    std::size_t pendingCount() const;

private:
    struct Running {
        Ticket ticket;
        Lane lane = Lane::Batch;
        std::string key;
        std::stop_source stop{std::nostopstate};
    };

    bool isCurrentLocked(const Ticket& ticket) const;
    std::optional<Ticket> joinLocked(const Request& request);

    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::vector<Job> m_pending;
    std::map<Slot, std::uint64_t> m_latest;
    std::optional<Running> m_running;
    std::uint64_t m_generation = 0;
    std::uint64_t m_sequence = 0;
};

} // namespace halflens
