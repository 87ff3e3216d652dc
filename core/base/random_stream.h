// SPDX-License-Identifier: BSD-3-Clause
// The random numbers of training: a pure function of seed, purpose and place, so that a run can be
// taken up anywhere.
#pragma once

#include <cstdint>
#include <vector>

namespace halflens {

/// What a stream is used for; keeps streams of the same place apart.
enum class RandomPurpose : std::uint64_t { Order = 1, View, Mask, Pair, Dropout, Init, Noise, Photos, Bootstrap };

/// SplitMix64 started from a hash of (seed, purpose, a, b). Same numbers on every machine.
class RandomStream {
public:
    RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t a = 0, std::uint64_t b = 0);

    std::uint64_t bits();
    /// In [0, 1), 53 bits.
    double uniform();
    /// In [0, count), count >= 1: the product's upper half, biased by less than count / 2^64.
    std::size_t below(std::size_t count);
    /// Standard normal (Box-Muller, cosine branch only).
    double normal();

private:
    std::uint64_t m_state;
};

/// 0 .. count-1 in random order (Fisher-Yates from the end).
std::vector<std::size_t> permutation(std::size_t count, RandomStream stream);

} // namespace halflens
