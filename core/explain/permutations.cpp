// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/permutations.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace halflens {

OrderEstimate::OrderEstimate(double none, double all, std::vector<double> alone, std::vector<double> without)
    : m_none(none)
    , m_all(all)
    , m_alone(std::move(alone))
    , m_without(std::move(without))
    , m_between(m_alone.size())
{
    assert(!m_alone.empty() && m_alone.size() == m_without.size());
}

double OrderEstimate::worthAt(std::span<const int> order, bool reversed, std::size_t count,
                              std::span<const double> between) const
{
    const std::size_t n = order.size();
    if (count == 1)
        return m_alone[static_cast<std::size_t>(reversed ? order.back() : order.front())];
    if (count + 1 == n)
        return m_without[static_cast<std::size_t>(reversed ? order.front() : order.back())];
    return between[count];
}

void OrderEstimate::addPair(std::span<const int> order, std::span<const double> forward,
                            std::span<const double> backward)
{
    const std::size_t n = m_alone.size();
    assert(order.size() == n && forward.size() == n + 1 && backward.size() == n + 1);
    ++m_pairs;
    for (std::size_t i = 1; i + 1 < n; ++i) {
        const std::size_t back = n - 1 - i; // its place in the reverse
        const double step = (worthAt(order, false, i + 1, forward) - worthAt(order, false, i, forward)
                             + worthAt(order, true, back + 1, backward) - worthAt(order, true, back, backward))
            / 2;
        Between& between = m_between[static_cast<std::size_t>(order[i])];
        const double distance = step - between.mean;
        between.mean += distance / ++between.count;
        between.squares += distance * (step - between.mean);
    }
}

std::vector<double> OrderEstimate::values() const
{
    const auto n = static_cast<double>(m_alone.size());
    std::vector<double> values;
    for (std::size_t player = 0; player < m_alone.size(); ++player) {
        const double ends = (m_alone[player] - m_none + m_all - m_without[player]) / 2;
        const Between& between = m_between[player];
        values.push_back((2 * ends + (n - 2) * (between.count > 0 ? between.mean : ends)) / n);
    }
    const double left = m_all - m_none - std::accumulate(values.begin(), values.end(), 0.0);
    for (double& value : values)
        value += left / n;
    return values;
}

std::vector<double> OrderEstimate::standardErrors() const
{
    const auto n = static_cast<double>(m_alone.size());
    std::vector<double> errors;
    for (const Between& between : m_between) {
        if (m_alone.size() <= 2)
            errors.push_back(0); // first and last are all there is
        else if (between.count < 2)
            errors.push_back(std::numeric_limits<double>::infinity());
        else
            errors.push_back((n - 2) / n * std::sqrt(between.squares / (between.count - 1) / between.count));
    }
    return errors;
}

} // namespace halflens
