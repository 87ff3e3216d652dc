// SPDX-License-Identifier: BSD-3-Clause
// The mask table of any model: blocks of the model's own input are filled, one forward pass a mask
// (spec measures 7).
#pragma once

#include "core/base/result.h"
#include "core/image/model_input.h"
#include "core/masking/mask_table.h"
#include "core/models/model_types.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace halflens {

/// Prediction with the pixels of `blocks` filled after normalisation (Fill::Zero) or by another fill.
Result<Prediction> predictFilled(const Predictor& predictor, const ModelInput& input, BlockMask blocks, Fill fill,
                                 std::stop_token stop = {});

/// All 4096 fillings: as many forward passes, so minutes to hours. `progress` is told the number of
/// masks done. Any thread, one per predictor. Cancelled; errors of the model.
Result<std::shared_ptr<const MaskTable>> buildZeroTable(const Predictor& predictor, const ModelInput& input, Fill fill,
                                                        std::stop_token stop = {},
                                                        const std::function<void(int)>& progress = {});

} // namespace halflens
