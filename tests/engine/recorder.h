// SPDX-License-Identifier: BSD-3-Clause
// A sink that remembers what the engine delivered and lets a test wait for it.
#pragma once

#include "core/engine/engine.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace halflens::test {

inline Artifact number(int value)
{
    return Artifact(std::make_shared<const int>(value));
}

/// The number an outcome holds, -1 for an error.
inline int valueOf(const Outcome& outcome)
{
    if (!outcome)
        return -1;
    const std::shared_ptr<const int> value = outcome->as<int>();
    return value ? *value : -2;
}

class Recorder {
public:
    struct Delivery {
        Ticket ticket;
        int value = 0;
        std::string reason;
    };

    EngineSink sink()
    {
        return {[this](const Ticket& ticket, const Outcome& outcome) {
                    const std::scoped_lock lock(m_mutex);
                    m_finished.push_back({ticket, valueOf(outcome), outcome ? std::string() : outcome.error().reason});
                    m_changed.notify_all();
                },
                [this](const Ticket& ticket, const Artifact& artifact) {
                    const std::scoped_lock lock(m_mutex);
                    m_published.push_back({ticket, valueOf(artifact), {}});
                    m_changed.notify_all();
                },
                [this](const Ticket&, const Progress& progress) {
                    const std::scoped_lock lock(m_mutex);
                    m_progress.push_back(progress);
                    m_changed.notify_all();
                }};
    }

    /// Blocks until `count` results have come, and returns them. A test's own timeout is the limit.
    std::vector<Delivery> waitFor(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_finished.size() >= count; });
        return m_finished;
    }

    std::vector<Delivery> published()
    {
        const std::scoped_lock lock(m_mutex);
        return m_published;
    }

    std::vector<Progress> progress()
    {
        const std::scoped_lock lock(m_mutex);
        return m_progress;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Delivery> m_finished;
    std::vector<Delivery> m_published;
    std::vector<Progress> m_progress;
};

} // namespace halflens::test
