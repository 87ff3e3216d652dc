// SPDX-License-Identifier: BSD-3-Clause
// Swin-IQA: channel attention, shared by all stages, on the stage maps of a Swin transformer
// (spec models 10.3).
#pragma once

#include "core/families/family.h"
#include "core/nn/swin.h"
#include "core/predictor/dense.h"

#include <vector>

namespace halflens {

/// Tensors "proj.<stage>" [width, channels, 1, 1], "ca", "head.0", "head.3".
struct SwinIqaHead {
    std::vector<DenseWeights> projections; ///< of each stage's channels
    DenseWeights channel; ///< attention, the same for every stage
    DenseWeights hidden;
    DenseWeights output;
};

/// Attended mean of a stage map, one value a channel of the projection.
std::vector<float> poolStage(const SwinIqaHead& head, std::size_t stage, const nn::MapView& map);

/// Output of the network from the stages' values one after the other: five probabilities, or one grade.
std::vector<float> evaluate(const SwinIqaHead& head, std::span<const float> pooled);

/// Names and shapes of every tensor needed; sizes are taken from `state`.
Result<std::map<std::string, Shape>> swinIqaParameters(const StateDict& state);

SwinIqaHead swinIqaHead(const StateDict& state);

/// Features::pooled holds the stages' values.
extern const Family SwinIqaFamily;

/// The trunk of published start weights under Microsoft's names, whichever of Microsoft's, timm's and
/// torchvision's the file uses; buffers and the classifier are left out (spec models 10.4).
StateDict swinStartWeights(const TensorArchive& archive);

} // namespace halflens
