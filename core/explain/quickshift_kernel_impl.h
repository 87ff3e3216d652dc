// SPDX-License-Identifier: BSD-3-Clause
// Body of the density loop, included by one source per instruction set. Everything has internal
// linkage: a function compiled for one instruction set must not stand in for another's.
#pragma once

#include "core/explain/quickshift_kernel.h"

#include <cstdint>
#include <cstring>

namespace halflens::detail {

namespace {

/// exp(x) for -708 <= x <= 0, relative error below 4e-16, without a branch.
inline double vectorExp(double x)
{
    constexpr double Log2E = 1.4426950408889634;
    constexpr double Ln2High = 0x1.62e42fefa3800p-1; // with 33 significant bits n * Ln2High is exact
    constexpr double Ln2Low = 0x1.ef35793c76730p-45;
    constexpr double Rounder = 0x1.8p52; // adding it leaves the nearest whole number in the low bits
    const double shifted = x * Log2E + Rounder;
    const double n = shifted - Rounder;
    const double r = (x - n * Ln2High) - n * Ln2Low; // |r| <= ln 2 / 2

    // Taylor series to r^12 / 12!, whose rest is below 2e-16 of the result.
    double sum = 1.0 / 479001600;
    sum = sum * r + 1.0 / 39916800;
    sum = sum * r + 1.0 / 3628800;
    sum = sum * r + 1.0 / 362880;
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 0.5;
    sum = sum * r + 1;
    sum = sum * r + 1;

    std::uint64_t bits = 0;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    double power = 0;
    std::memcpy(&power, &bits, sizeof power);
    return sum * power;
}

inline void addPairs(ColourRun a, ColourRun b, std::size_t count, double scale, double spatial, double* toA,
                     double* toB)
{
    constexpr std::size_t Chunk = 256;
    constexpr double LowestExponent = -700; // exp() of it is nothing beside the 1 of the pixel itself
    double weights[Chunk];
    for (std::size_t start = 0; start < count; start += Chunk) {
        const std::size_t length = count - start < Chunk ? count - start : Chunk;
        for (std::size_t n = 0; n < length; ++n) {
            const double d0 = a[0][start + n] - b[0][start + n];
            const double d1 = a[1][start + n] - b[1][start + n];
            const double d2 = a[2][start + n] - b[2][start + n];
            weights[n] = scale * (d0 * d0 + d1 * d1 + d2 * d2);
        }
        // Loops of their own: a choice among other arithmetic keeps compilers from vectorising it.
        for (std::size_t n = 0; n < length; ++n)
            weights[n] = weights[n] < LowestExponent ? LowestExponent : weights[n];
        for (std::size_t n = 0; n < length; ++n)
            weights[n] = spatial * vectorExp(weights[n]);
        for (std::size_t n = 0; n < length; ++n)
            toA[start + n] += weights[n];
        for (std::size_t n = 0; n < length; ++n)
            toB[start + n] += weights[n];
    }
}

} // namespace

} // namespace halflens::detail
