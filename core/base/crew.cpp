// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/crew.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace halflens {

namespace {

thread_local int currentWorker = 0;

/// Makes this thread a worker.
class WorkerScope {
public:
    explicit WorkerScope(int number)
        : m_before(currentWorker)
    {
        currentWorker = number;
    }
    ~WorkerScope() { currentWorker = m_before; }
    WorkerScope(const WorkerScope&) = delete;
    WorkerScope& operator=(const WorkerScope&) = delete;

private:
    int m_before;
    ThreadLimit m_limit{1};
};

} // namespace

int workerNumber()
{
    return currentWorker;
}

Crew::Crew(int workers)
{
    const int helpers = std::clamp(workers, 1, MostWorkers) - 1;
    for (int number = 1; number <= helpers; ++number)
        m_threads.emplace_back([this, number] { work(number); });
}

Crew::~Crew()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_ends = true;
    }
    m_wake.notify_all();
}

bool Crew::run(int count, const std::function<bool(int)>& job, const std::stop_token& stop)
{
    if (m_threads.empty()) { // alone, a run keeps the threads inside
        for (m_done = 0; m_done < count && !stop.stop_requested(); ++m_done)
            if (!job(m_done))
                return false;
        return m_done == count;
    }
    const WorkerScope scope(workers());
    std::unique_lock lock(m_mutex);
    m_job = &job;
    m_count = count;
    m_next = 0;
    m_done = 0;
    m_stop = stop;
    m_failure = nullptr;
    m_busy = static_cast<int>(m_threads.size());
    ++m_runs;
    m_wake.notify_all();
    takeJobs(lock);
    m_idle.wait(lock, [this] { return m_busy == 0; });
    m_stop = {};
    if (m_failure)
        std::rethrow_exception(m_failure);
    return m_done == count;
}

void Crew::work(int number)
{
    const WorkerScope scope(number);
    std::unique_lock lock(m_mutex);
    for (unsigned seen = 0;;) {
        m_wake.wait(lock, [&] { return m_ends || m_runs != seen; });
        if (m_ends)
            return;
        seen = m_runs;
        takeJobs(lock);
        if (--m_busy == 0)
            m_idle.notify_one();
    }
}

void Crew::takeJobs(std::unique_lock<std::mutex>& lock)
{
    while (m_next < m_count && !m_stop.stop_requested()) {
        const int index = m_next++;
        lock.unlock();
        bool goesOn = false;
        std::exception_ptr failure;
        try {
            goesOn = (*m_job)(index);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        if (goesOn) {
            ++m_done;
        } else {
            m_next = m_count;
            if (failure && !m_failure)
                m_failure = failure;
        }
    }
}

} // namespace halflens
