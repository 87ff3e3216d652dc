// SPDX-License-Identifier: BSD-3-Clause
// What the LibTorch module offers. Types are those of the same build; the symbol name carries the contract.
#pragma once

#include "core/base/result.h"
#include "core/families/head_gradient.h"
#include "core/families/torch/script_module.h"
#include "core/predictor/triq_encoder.h"

#include <map>
#include <span>
#include <stop_token>
#include <vector>

namespace halflens::torch_module {

using EvaluateMasks = Result<std::vector<float>> (*)(const TriqEncoder& encoder, const TokenGrid& tokens,
                                                     std::span<const BlockMask> masks, int batch, int threads,
                                                     const std::stop_token& stop);

/// As halflens::evaluateHead(), on that many threads.
Result<HeadEvaluation> runHead(const std::string& family, const std::string& trunk, const StateDict& state,
                               const std::map<std::string, HeadMap>& maps, const std::string& differentiate,
                               int threads);

struct Functions {
    EvaluateMasks evaluateMasks = nullptr;
    decltype(&runHead) evaluateHead = nullptr;
    decltype(&torch_module::loadScript) loadScript = nullptr;
};

inline constexpr char EntryPoint[] = "halflensTorchFunctions";
using Entry = const Functions* (*)();

} // namespace halflens::torch_module
