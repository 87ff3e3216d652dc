// SPDX-License-Identifier: BSD-3-Clause
// Nearest-neighbour resizing with half-pixel centres, as TensorFlow 2 does it (spec models 7.2).
#pragma once

#include "core/nn/graph.h"

#include <vector>

namespace halflens::nn {

/// Source index of each of `out` positions along an axis of `in`: min(floor((i + 0.5) * in / out), in - 1),
/// the scale and the product in float32. `in` and `out` are at least 1.
std::vector<int> nearestSources(int in, int out);

/// Resizes a map whose channels lie in groups of `lanes`: [channels / lanes][height][width][lanes],
/// so 1 means plain C x H x W. `from.channels` equals `to.channels` and is divisible by `lanes`.
void upsampleNearest(const float* source, const MapSize& from, float* target, const MapSize& to, int lanes);

} // namespace halflens::nn
