// SPDX-License-Identifier: BSD-3-Clause
// The random numbers of the sampling explainers: the same on every machine for the same seed.
#pragma once

#include <cstdint>
#include <random>

namespace halflens {

/// 64-bit Mersenne Twister (std::mt19937_64, whose sequence the C++ standard fixes). The standard's
/// distributions are not fixed, so the two that are needed are written out here.
class SeededGenerator {
public:
    explicit SeededGenerator(std::uint64_t seed)
        : m_engine(seed)
    { }
    /// A fair bit: 64 of them from each word, lowest first.
    bool bit();
    /// Uniform in (0, 1): the upper 53 bits of a word plus a half, times 2^-53.
    double uniform();
    /// Standard normal: Box-Muller, cosine before sine.
    double normal();

private:
    std::mt19937_64 m_engine;
    std::uint64_t m_word = 0;
    int m_bitsLeft = 0;
    double m_secondNormal = 0;
    bool m_hasSecondNormal = false;
};

} // namespace halflens
