// SPDX-License-Identifier: BSD-3-Clause
// The masked transformer as the original computes it, batched, in LibTorch: what the mask table is
// compared with and timed against.
#pragma once

#include "core/base/result.h"
#include "core/predictor/triq_encoder.h"

#include <span>
#include <stop_token>
#include <vector>

namespace halflens {

/// Outputs for `masks`, masks.size() * outputs values: full sequences, -1e9 added to the logits of
/// masked tokens in every layer (spec models 6.1), `batch` masks at a time. LibTorch lives in a
/// module of its own that is loaded on the first call, so that programs which never need it start
/// without it. Any thread. Unsupported: the module is missing; Cancelled.
Result<std::vector<float>> evaluateMasksPlain(const TriqEncoder& encoder, const TokenGrid& tokens,
                                              std::span<const BlockMask> masks, int batch = 64,
                                              std::stop_token stop = {});

} // namespace halflens
