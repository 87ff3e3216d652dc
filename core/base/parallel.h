// SPDX-License-Identifier: BSD-3-Clause
// A plain parallel loop and the process-wide thread count.
#pragma once

#include <functional>
#include <stop_token>

namespace halflens {

/// Threads that numerical work may use: hardware threads, or what setThreadCount() said. >= 1.
int threadCount();

/// Sets the number used by parallelFor(). Numerical libraries with a pool of their own (OpenMP,
/// OpenBLAS, torch) are told by the modules that use them. Call before work starts.
void setThreadCount(int count);

/// While it lives threadCount() on this thread is at most `most`, and at least 1.
class ThreadLimit {
public:
    explicit ThreadLimit(int most);
    ~ThreadLimit();
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;

private:
    int m_before;
};

/// Calls body(i) for every i in [0, count), from threadCount() threads, this one among them.
/// Items are handed out dynamically, so body must write only to what belongs to i: the result
/// then does not depend on timing. Stops handing out items once `stop` is requested; returns
/// false when that left some undone. An exception thrown by body is rethrown here.
bool parallelFor(int count, const std::function<void(int)>& body, std::stop_token stop = {});

} // namespace halflens
