// SPDX-License-Identifier: BSD-3-Clause
// Workers of one thread each: for running a network many times, whole runs side by side beat threads inside each run.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace halflens {

/// Number of the worker this thread is while a crew of several runs, from 1; else 0. What keeps buffers for one run at
/// a time, or plans for a number of threads, keeps a set for each number.
int workerNumber();

/// A few threads that live as long as the crew, and the one that calls run(). While they work threadCount() is 1 on
/// each of them, so that nothing below starts threads of its own. Used by one thread at a time.
class Crew {
public:
    static constexpr int MostWorkers = 8; ///< each has buffers of the network of its own

    /// `workers` >= 1, the calling thread among them; cut to MostWorkers.
    explicit Crew(int workers);
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    int workers() const { return static_cast<int>(m_threads.size()) + 1; }

    /// Calls job(i) for every i in [0, count), handed out in order; the job writes only to what belongs to i, so that
    /// the result does not depend on timing. Stops handing out once `stop` is requested, or a job returns false;
    /// returns false when that left some undone. An exception is rethrown here.
    bool run(int count, const std::function<bool(int)>& job, const std::stop_token& stop = {});

private:
    void work(int number);
    void takeJobs(std::unique_lock<std::mutex>& lock);

    std::mutex m_mutex;
    std::condition_variable m_wake; ///< workers: a new run, or the end
    std::condition_variable m_idle; ///< run(): the last worker is done
    bool m_ends = false;
    unsigned m_runs = 0;
    int m_busy = 0;
    int m_next = 0;
    int m_count = 0;
    int m_done = 0;
    const std::function<bool(int)>* m_job = nullptr;
    std::stop_token m_stop;
    std::exception_ptr m_failure;
    std::vector<std::jthread> m_threads; ///< last: they use all of the above
};

} // namespace halflens
