// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/progress_throttle.h"

#include <utility>

namespace halflens {

ProgressThrottle::ProgressThrottle(std::chrono::milliseconds interval, Clock clock)
    : m_interval(interval)
    , m_clock(std::move(clock))
{ }

bool ProgressThrottle::admit(const Progress& progress)
{
    const Time now = m_clock();
    const bool ends = progress.fraction >= 1;
    const bool isNews = !m_last || progress.text != m_text || (ends && !m_ended) || now - *m_last >= m_interval;
    if (!isNews)
        return false;
    m_last = now;
    m_text = progress.text;
    m_ended = ends;
    return true;
}

} // namespace halflens
