// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/seeded_generator.h"

#include <cmath>
#include <numbers>

namespace halflens {

bool SeededGenerator::bit()
{
    if (m_bitsLeft == 0) {
        m_word = m_engine();
        m_bitsLeft = 64;
    }
    const bool result = (m_word & 1) != 0;
    m_word >>= 1;
    --m_bitsLeft;
    return result;
}

double SeededGenerator::uniform()
{
    return (static_cast<double>(m_engine() >> 11) + 0.5) * 0x1p-53;
}

double SeededGenerator::normal()
{
    if (m_hasSecondNormal) {
        m_hasSecondNormal = false;
        return m_secondNormal;
    }
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    m_secondNormal = radius * std::sin(angle);
    m_hasSecondNormal = true;
    return radius * std::cos(angle);
}

} // namespace halflens
