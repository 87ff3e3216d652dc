// SPDX-License-Identifier: BSD-3-Clause
// Cholesky decomposition of small dense matrices, for least squares with a penalty.
#pragma once

#include <span>

namespace halflens {

/// Replaces the lower triangle of the symmetric n x n matrix `a` (row-major) by L of L L^T; the upper one is neither
/// read nor written. False: not positive definite, `a` is then half done. O(n^3 / 6). Any thread.
bool choleskyFactor(std::span<double> a, std::size_t n);

/// Solves L x = b in place, x of n values.
void choleskyForward(std::span<const double> l, std::size_t n, std::span<double> x);
/// Solves L^T x = b in place.
void choleskyBackward(std::span<const double> l, std::size_t n, std::span<double> x);

} // namespace halflens
