// SPDX-License-Identifier: BSD-3-Clause
// From a network's raw output to its score (spec models 0.1, 5.5, 11).
#pragma once

#include <span>

namespace halflens {

/// Affine map from a model's native score to the common 1..5 scale.
struct ScoreScale {
    double low = 1; ///< native value that means 1
    double high = 5; ///< native value that means 5
    double toFive(double native) const { return 1 + 4 * (native - low) / (high - low); }
    bool operator==(const ScoreScale&) const = default;
};

/// Weighted grade of a distribution, sum over k of k * p_k, k = 1..n, in float64; the value itself
/// when there is one output only. `output` is not empty.
double scoreOf(std::span<const float> output);

} // namespace halflens
