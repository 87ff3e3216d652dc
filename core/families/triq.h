// SPDX-License-Identifier: BSD-3-Clause
// TRIQ: a convolutional trunk, a 1x1 projection, and a transformer encoder on its tokens (spec models 5).
#pragma once

#include "core/families/family.h"
#include "core/predictor/triq_encoder.h"

namespace halflens {

/// Names and shapes of every tensor a TRIQ on `trunk` needs, sizes of the encoder taken from `state`
/// where they vary (width, layers, positions, outputs).
Result<std::map<std::string, Shape>> triqParameters(const std::string& trunk, const StateDict& state);

/// Plain numbers of the encoder and head. `state` must match triqParameters().
TriqEncoder triqEncoder(const StateDict& state);

/// The way back: everything but the projection, under HalfLens names.
StateDict triqState(const TriqEncoder& encoder);

/// Projected map (channels x height x width) to tokens: 2x2 max pooling with stride 2 where the
/// map has 16 rows or more (spec models 5.2), then row-major tokens.
TokenGrid tokensOf(std::span<const float> map, int channels, int height, int width);

/// Family::takeKeras: the authors' file is one whose transformer is a single layer of 8 + 16 L tensors.
Result<bool> takeTriqKeras(const KerasLayers& layers, StateDict& state);

extern const Family TriqFamily;

} // namespace halflens
