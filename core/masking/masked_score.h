// SPDX-License-Identifier: BSD-3-Clause
// What hiding some blocks does to one model's score of one image: looked up, tried, or estimated.
#pragma once

#include "core/base/block.h"
#include "core/masking/mask_table.h"
#include "core/predictor/model_types.h"

#include <map>
#include <optional>
#include <vector>

namespace halflens {

struct MaskedScore {
    double score = 0; ///< native units of the model
    double score5 = 0; ///< 1..5
    double change5 = 0; ///< against the whole image
    std::vector<float> grades; ///< five probabilities, or empty
    bool isEstimate = false; ///< from other masks, until this one was tried
};

/// Masks that were tried one by one, for models without a table of all of them.
using TriedMasks = std::map<BlockMask, Prediction>;

/// The row of a table. Any thread.
MaskedScore maskedScoreOf(const MaskTable& table, BlockMask hidden);

/// The best that is known of `hidden`: a row of an exact table, else the prediction for the whole image or
/// for the tried mask, else the estimate of a table of samples. Nothing where none of them has it.
/// `whole` is the prediction for the whole image; `table` may be null. Any thread.
std::optional<MaskedScore> maskedScoreOf(BlockMask hidden, const Prediction& whole, const MaskTable* table,
                                         const TriedMasks& tried);

} // namespace halflens
