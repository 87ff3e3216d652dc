// SPDX-License-Identifier: BSD-3-Clause
// The heads evaluated in LibTorch, with the derivative of the score by a map: what Grad-CAM starts from.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace halflens {

/// A trunk map a head starts from, C x H x W row-major.
struct HeadMap {
    std::array<int, 3> shape{}; ///< C, H, W
    std::span<const float> values;
};

struct HeadEvaluation {
    std::vector<float> output; ///< five grade probabilities or one score
    std::vector<float> gradient; ///< d score / d map, of the map's shape; empty when none was asked for
};

/// Output of the head of `family` on `trunk`; `state` holds its weights under HalfLens names. `maps`
/// holds every map the head starts from (torch_head.h names them). When `differentiate` names one of
/// them, also the derivative by it of the native score, for distributions the weighted grade after the
/// softmax (spec models 14.1). LibTorch is loaded on the first call. Any thread.
/// Unsupported: no such family, the LibTorch module is missing; InvalidInput: weights or maps missing or
/// of the wrong shape; Model: the derivative is not finite.
Result<HeadEvaluation> evaluateHead(const std::string& family, const std::string& trunk, const StateDict& state,
                                    const std::map<std::string, HeadMap>& maps, const std::string& differentiate = {});

} // namespace halflens
