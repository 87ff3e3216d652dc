// SPDX-License-Identifier: BSD-3-Clause
// The mask table of any model: blocks of the model's own input are filled, one forward pass a mask
// (spec measures 7).
#pragma once

#include "core/base/result.h"
#include "core/image/model_input.h"
#include "core/masking/mask_table.h"
#include "core/masking/table_cache.h"
#include "core/masking/table_estimate.h"
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

/// What a filling tells while it runs, on its own thread; either may be empty.
struct ZeroTableSink {
    std::function<void(int done, int wanted)> progress;
    /// Estimates from the rows so far, a few of them, seconds apart.
    std::function<void(std::shared_ptr<const MaskTable>)> publish;
    double publishSeconds = 1; ///< at least this long from one estimate to the next
};

/// Fills the table in the order that tells most first: single blocks, single visible blocks, the half these
/// point to and its complement, balanced random masks, at last all. Rows in `cache` (may be null) are
/// taken from there, new ones put there, so that a second call goes on where one was stopped. For the
/// same seed and samples the result is the same however often it was interrupted. A forward pass a mask:
/// minutes to hours. Any thread, one per predictor. Cancelled; errors of the model.
Result<std::shared_ptr<const MaskTable>> fillZeroTable(const Predictor& predictor, const ModelInput& input,
                                                       const ZeroTableOptions& options, CachedRows* cache = nullptr,
                                                       std::stop_token stop = {}, const ZeroTableSink& sink = {});

/// All 4096 fillings without a cache. `progress` is told the number of masks done.
Result<std::shared_ptr<const MaskTable>> buildZeroTable(const Predictor& predictor, const ModelInput& input, Fill fill,
                                                        std::stop_token stop = {},
                                                        const std::function<void(int)>& progress = {});

} // namespace halflens
