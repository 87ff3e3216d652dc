// SPDX-License-Identifier: BSD-3-Clause
// The prediction for every one of the 4096 block masks of one image and model.
#pragma once

#include "core/base/block.h"

#include <span>
#include <vector>

namespace halflens {

/// Affine map from a model's native score to the common 1..5 scale (spec models 11).
struct ScoreScale {
    double low = 1;  ///< native value that means 1
    double high = 5; ///< native value that means 5
    double toFive(double native) const { return 1 + 4 * (native - low) / (high - low); }
    bool operator==(const ScoreScale&) const = default;
};

/// Row m is the network's output with the blocks of mask m hidden. Immutable once shared.
struct MaskTable {
    int outputs = 5;          ///< 5: grade probabilities; 1: a score
    std::vector<float> rows;  ///< MaskCount * outputs, row-major
    ScoreScale scale;
    bool exact = true;        ///< false: some rows were estimated
    int samples = MaskCount;  ///< rows really computed
    double standardError = 0; ///< of an estimated row's score; 0 when exact
    double seconds = 0;       ///< time the table took

    std::span<const float> row(BlockMask mask) const
    {
        return std::span(rows).subspan(static_cast<std::size_t>(mask.bits()) * static_cast<std::size_t>(outputs),
                                       static_cast<std::size_t>(outputs));
    }

    /// Native score: the weighted grade sum over k p_k in float64, or the single output.
    double score(BlockMask mask) const;
    double score5(BlockMask mask) const { return scale.toFive(score(mask)); }
};

/// Weighted grade of a distribution, sum over k of k * p_k, k = 1..n, in float64 (spec models 0.1, 5.5);
/// the value itself when there is one output only.
double scoreOf(std::span<const float> output);

} // namespace halflens
