// SPDX-License-Identifier: BSD-3-Clause
// The mask table of any model: blocks of the model's own input are filled, one forward pass a mask
// (spec measures 7).
#pragma once

#include "core/base/result.h"
#include "core/image/model_input.h"
#include "core/masking/composite_table.h"
#include "core/predictor/model_types.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace halflens {

/// Prediction with the pixels of `blocks` filled after normalisation (Fill::Zero) or by another fill.
Result<Prediction> predictFilled(const Predictor& predictor, const ModelInput& input, BlockMask blocks, Fill fill,
                                 std::stop_token stop = {});

struct ZeroTableOptions {
    Fill fill = Fill::Zero;
    int samples = MaskCount; ///< masks really computed, LeastSamples..MaskCount; below MaskCount the rest is estimated
    std::uint64_t seed = 0; ///< of the random masks
};

using ZeroTableSink = TableSink;

/// The composite table of the input and its fill: see fillCompositeTable().
Result<std::shared_ptr<const MaskTable>> fillZeroTable(const Predictor& predictor, const ModelInput& input,
                                                       const ZeroTableOptions& options, CachedRows* cache = nullptr,
                                                       std::stop_token stop = {}, const ZeroTableSink& sink = {});

} // namespace halflens
