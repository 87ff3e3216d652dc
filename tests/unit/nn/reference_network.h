// SPDX-License-Identifier: BSD-3-Clause
// A network evaluated layer by layer in float64, as slowly and plainly as the definitions of spec
// models 0.2 and 0.3 read; shares nothing with the program but the graph's description.
#pragma once

#include "core/nn/graph.h"

#include <span>
#include <vector>

namespace halflens::test {

struct ReferenceMap {
    int channels = 0;
    int height = 0;
    int width = 0;
    std::vector<double> values; ///< C x H x W
};

/// The value of every layer.
std::vector<ReferenceMap> evaluateSlowly(const nn::Graph& graph, const StateDict& state, std::span<const float> input,
                                         int height, int width);

/// Parameters of every layer: weights that keep values near 1 in size, batch norms unlike the identity.
StateDict randomState(const nn::Graph& graph, unsigned seed);

/// Values in [-1, 1].
std::vector<float> randomInput(int channels, int height, int width, unsigned seed);

} // namespace halflens::test
