// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

namespace halflens {

namespace {

std::atomic<int> allThreads{0};
thread_local int limitHere = std::numeric_limits<int>::max();

} // namespace

int threadCount()
{
    const int set = allThreads.load(std::memory_order_relaxed);
    const int all = set > 0 ? set : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    return std::min(all, limitHere);
}

ThreadLimit::ThreadLimit(int most)
    : m_before(limitHere)
{
    limitHere = std::min(limitHere, std::max(1, most));
}

ThreadLimit::~ThreadLimit()
{
    limitHere = m_before;
}

void setThreadCount(int count)
{
    allThreads.store(std::max(1, count), std::memory_order_relaxed);
}

bool parallelFor(int count, const std::function<void(int)>& body, std::stop_token stop)
{
    std::atomic<int> next{0};
    std::atomic<int> done{0};
    std::exception_ptr failure;
    std::mutex failureMutex;
    const auto work = [&] {
        for (int i = next.fetch_add(1); i < count && !stop.stop_requested(); i = next.fetch_add(1)) {
            try {
                body(i);
            } catch (...) {
                const std::scoped_lock lock(failureMutex);
                if (!failure)
                    failure = std::current_exception();
                next.store(count);
                return;
            }
            done.fetch_add(1);
        }
    };
    {
        std::vector<std::jthread> helpers;
        const int helperCount = std::min(threadCount(), count) - 1;
        for (int i = 0; i < helperCount; ++i)
            helpers.emplace_back(work);
        work();
    }
    if (failure)
        std::rethrow_exception(failure);
    return done.load() == count;
}

} // namespace halflens
