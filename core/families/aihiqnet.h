// SPDX-License-Identifier: BSD-3-Clause
// AIHIQnet and PHIQnet: a feature pyramid over a trunk and five heads with channel and spatial
// attention whose outputs are averaged (spec models 7).
#pragma once

#include "core/families/family.h"
#include "core/nn/inference_form.h"
#include "core/predictor/dense.h"

#include <array>
#include <vector>

namespace halflens {

inline constexpr int AihiqHeads = 5; ///< on P2 (the finest), P3, P4, P5, P6

/// Attention and output of one head. Tensors: "aihiq.heads.<i>.channel", ".spatial", ".output".
struct AihiqHead {
    DenseWeights channel; ///< shared by the mean and the maximum of the map
    std::vector<float> spatial; ///< [2][7][7]: over the channels' mean, over their maximum; no bias
    DenseWeights output;
};

/// Mean over positions of the map weighted by both attentions: one value a channel.
std::vector<float> attend(const AihiqHead& head, const nn::MapView& map);

/// Output of one head from attend(): five probabilities, or one grade.
std::vector<float> evaluate(const AihiqHead& head, std::span<const float> features);

/// The trunk with the pyramid on its c2..c5: outputs p2..p6, parameters "fpn_*".
nn::Graph withPyramid(nn::Graph trunk, int width);

/// Names and shapes of every tensor needed on `trunk`; pyramid width and outputs are taken from `state`.
Result<std::map<std::string, Shape>> aihiqParameters(const std::string& trunk, const StateDict& state);

std::array<AihiqHead, AihiqHeads> aihiqHeads(const StateDict& state);

/// Features::pooled holds the five heads' features one after the other.
extern const Family AihiqnetFamily;

} // namespace halflens
