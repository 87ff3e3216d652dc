// SPDX-License-Identifier: BSD-3-Clause
// A float64 sum whose result does not depend on the order of the terms in any way that matters.
#pragma once

#include <cmath>

namespace halflens {

/// Neumaier's compensated sum: error about one rounding, however many terms. Blocks that play
/// the same role in a table then get bit-equal values, so that ties stay ties and fall to the
/// smaller index as specified, although the masks of each block come in an order of their own.
class CompensatedSum {
public:
    void add(double term)
    {
        const double next = m_sum + term;
        m_lost += std::abs(m_sum) >= std::abs(term) ? (m_sum - next) + term : (term - next) + m_sum;
        m_sum = next;
    }
    double value() const { return m_sum + m_lost; }

private:
    double m_sum = 0;
    double m_lost = 0;
};

} // namespace halflens
