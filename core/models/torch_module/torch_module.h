// SPDX-License-Identifier: BSD-3-Clause
// What the LibTorch module offers. Types are those of the same build; the symbol name carries the contract.
#pragma once

#include "core/base/result.h"
#include "core/models/triq_encoder.h"

#include <span>
#include <stop_token>
#include <vector>

namespace halflens::torch_module {

using EvaluateMasks = Result<std::vector<float>> (*)(const TriqEncoder& encoder, const TokenGrid& tokens,
                                                     std::span<const BlockMask> masks, int batch, int threads,
                                                     const std::stop_token& stop);

struct Functions {
    EvaluateMasks evaluateMasks = nullptr;
};

inline constexpr char EntryPoint[] = "halflensTorchFunctions";
using Entry = const Functions* (*)();

} // namespace halflens::torch_module
