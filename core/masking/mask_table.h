// SPDX-License-Identifier: BSD-3-Clause
// The prediction for every one of the 4096 block masks of one image and model.
#pragma once

#include "core/base/block.h"
#include "core/base/score.h"

#include <span>
#include <vector>

namespace halflens {

/// Row m is the network's output with the blocks of mask m hidden. Immutable once shared.
struct MaskTable {
    int outputs = 5; ///< 5: grade probabilities; 1: a score
    std::vector<float> rows; ///< MaskCount * outputs, row-major
    ScoreScale scale;
    bool exact = true; ///< false: some rows were estimated
    int samples = MaskCount; ///< rows really computed
    double standardError = 0; ///< of an estimated row's score; 0 when exact
    double seconds = 0; ///< time the table took

    std::span<const float> row(BlockMask mask) const
    {
        return std::span(rows).subspan(static_cast<std::size_t>(mask.bits()) * static_cast<std::size_t>(outputs),
                                       static_cast<std::size_t>(outputs));
    }

    /// Native score: the weighted grade sum over k p_k in float64, or the single output.
    double score(BlockMask mask) const;
    double score5(BlockMask mask) const { return scale.toFive(score(mask)); }
};

/// A difference of native scores in grades of 1..5. Equal native differences stay equal, which toFive(a) - toFive(b)
/// does not promise.
inline double changeOnFive(const ScoreScale& scale, double nativeChange)
{
    return 4 * nativeChange / (scale.high - scale.low);
}

/// Native score of every mask, by mask number.
std::vector<double> scoresOf(const MaskTable& table);

/// The same by the number of the set of visible blocks: the game "these blocks are visible".
std::vector<double> worthOfVisible(const MaskTable& table);

} // namespace halflens
