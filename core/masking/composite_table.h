// SPDX-License-Identifier: BSD-3-Clause
// The table of any model over the blocks of its input taken from another input: one forward pass a mask, progressive,
// kept on disk. Hidden pixels and exchanged pixels are both of this kind.
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
#include <string>

namespace halflens {

struct CompositeTableOptions {
    BlockMask players = BlockMask::all(); ///< blocks in which the inputs differ; rows that agree in them are one row
    int samples = MaskCount; ///< masks really computed, LeastSamples..MaskCount; those missing are estimated
    std::uint64_t seed = 0; ///< of the random masks
    std::string doing = "exchanged"; ///< what is done to blocks, for error messages
    std::string remedy = "check the weights file; it may be damaged";
};

/// What a filling tells while it runs, on its own thread; either may be empty.
struct TableSink {
    std::function<void(int done, int wanted)> progress;
    /// Estimates from the rows so far, a few of them, seconds apart.
    std::function<void(std::shared_ptr<const MaskTable>)> publish;
    double publishSeconds = 1; ///< at least this long from one estimate to the next
};

/// Row m: the prediction for `input` with the blocks of m from the source, an input of the same size that is not made
/// before a row needs it. In the order that tells most first: single blocks, all but single blocks, the half these
/// point to and its complement, balanced random masks, at last all. Rows in `cache` (may be null) are
/// taken from there, new ones put there, so that a second call goes on where one was stopped. For the
/// same seed and samples the result is the same however often it was interrupted. A forward pass a mask: minutes to
/// hours; after the first LeastSamples rows parts that serve all masks (Predictor::composites()) where these cost less
/// than a third of it. Any thread, one per predictor. Cancelled; errors of the model.
Result<std::shared_ptr<const MaskTable>> fillCompositeTable(const Predictor& predictor, const ModelInput& input,
                                                            const std::function<ModelInput()>& makeSource,
                                                            const CompositeTableOptions& options,
                                                            CachedRows* cache = nullptr, std::stop_token stop = {},
                                                            const TableSink& sink = {});

} // namespace halflens
