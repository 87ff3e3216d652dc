// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/request_queue.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace halflens {

std::optional<Ticket> RequestQueue::joinLocked(const Request& request)
{
    if (request.key.empty())
        return std::nullopt;
    if (m_running && m_running->ticket.slot == request.slot && m_running->key == request.key
        && isCurrentLocked(m_running->ticket)) {
        // A preempted job has been told to stop already; finished() queues it with this lane.
        m_running->lane = std::min(m_running->lane, request.lane);
        return m_running->ticket;
    }
    for (Job& job : m_pending) {
        if (job.ticket.slot == request.slot && job.request.key == request.key && isCurrentLocked(job.ticket)) {
            job.request.lane = std::min(job.request.lane, request.lane);
            return job.ticket;
        }
    }
    return std::nullopt;
}

Ticket RequestQueue::submit(Request request)
{
    std::optional<std::stop_source> toStop;
    Ticket ticket{request.slot, 0};
    {
        const std::scoped_lock lock(m_mutex);
        const std::optional<Ticket> joined = joinLocked(request);
        // Joined work may have become urgent enough to preempt what is running now.
        const bool joinedRunning = joined && m_running && m_running->ticket == *joined;
        if (m_running && !joinedRunning
            && (m_running->ticket.slot == request.slot || shouldPreempt(m_running->lane, request.lane)))
            toStop = m_running->stop;
        if (joined) {
            ticket = *joined;
        } else {
            ticket.generation = ++m_generation;
            m_latest[ticket.slot] = ticket.generation;
            std::erase_if(m_pending, [&](const Job& job) { return job.ticket.slot == ticket.slot; });
            m_pending.push_back({ticket, std::move(request), m_sequence++, {}});
        }
    }
    if (toStop)
        toStop->request_stop(); // outside the lock: stop callbacks run here
    m_wake.notify_one();
    return ticket;
}

void RequestQueue::cancel(Slot slot)
{
    std::optional<std::stop_source> toStop;
    {
        const std::scoped_lock lock(m_mutex);
        m_latest.erase(slot);
        std::erase_if(m_pending, [&](const Job& job) { return job.ticket.slot == slot; });
        if (m_running && m_running->ticket.slot == slot)
            toStop = m_running->stop;
    }
    if (toStop)
        toStop->request_stop();
}

void RequestQueue::forget(std::uint64_t document)
{
    std::optional<std::stop_source> toStop;
    {
        const std::scoped_lock lock(m_mutex);
        std::erase_if(m_latest, [&](const auto& entry) { return entry.first.document == document; });
        std::erase_if(m_pending, [&](const Job& job) { return job.ticket.slot.document == document; });
        if (m_running && m_running->ticket.slot.document == document)
            toStop = m_running->stop;
    }
    if (toStop)
        toStop->request_stop();
}

std::optional<Job> RequestQueue::take(const std::stop_token& quit)
{
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, quit, [this] { return !m_pending.empty(); });
    if (quit.stop_requested())
        return std::nullopt;
    const auto next = std::min_element(m_pending.begin(), m_pending.end(), [](const Job& a, const Job& b) {
        return std::tie(a.request.lane, a.sequence) < std::tie(b.request.lane, b.sequence);
    });
    Job job = std::move(*next);
    m_pending.erase(next);
    m_running = Running{job.ticket, job.request.lane, job.request.key, job.stop};
    return job;
}

void RequestQueue::finished(Job job, bool interrupted)
{
    const std::scoped_lock lock(m_mutex);
    if (interrupted && isCurrentLocked(job.ticket)) {
        job.stop = std::stop_source{}; // preempted, still wanted: run it again later
        job.request.lane = m_running ? m_running->lane : job.request.lane;
        m_pending.push_back(std::move(job));
    }
    m_running.reset();
}

bool RequestQueue::isCurrentLocked(const Ticket& ticket) const
{
    const auto it = m_latest.find(ticket.slot);
    return it != m_latest.end() && it->second == ticket.generation;
}

bool RequestQueue::isCurrent(const Ticket& ticket) const
{
    const std::scoped_lock lock(m_mutex);
    return isCurrentLocked(ticket);
}

std::size_t RequestQueue::pendingCount() const
{
    const std::scoped_lock lock(m_mutex);
    return m_pending.size();
}

} // namespace halflens
