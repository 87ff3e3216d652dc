// SPDX-License-Identifier: BSD-3-Clause
// Thins out progress reports: a display needs about 20 a second, a loop may report millions.
#pragma once

#include "core/engine/request.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace halflens {

/// Decides which reports pass. One thread; the clock is a parameter so that tests need no time.
class ProgressThrottle {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Clock = std::function<Time()>;

    explicit ProgressThrottle(std::chrono::milliseconds interval = std::chrono::milliseconds(50),
                              Clock clock = &std::chrono::steady_clock::now);

    /// True for the first report, for a new text, for the end (fraction >= 1, once), and when the
    /// interval has passed since the last one that was let through.
    bool admit(const Progress& progress);

private:
    std::chrono::milliseconds m_interval;
    Clock m_clock;
    std::optional<Time> m_last;
    std::string m_text;
    bool m_ended = false;
};

} // namespace halflens
