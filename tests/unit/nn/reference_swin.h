// SPDX-License-Identifier: BSD-3-Clause
// A Swin transformer evaluated token by token in float64, as spec models 10.4 reads; shares nothing
// with the program but the names of the parameters.
#pragma once

#include "tests/unit/nn/reference_network.h"

namespace halflens::test {

struct SwinSize {
    int patch;
    int width;
    std::vector<int> depths;
    std::vector<int> heads;
    int window;
    int hiddenRatio;
};

/// Made-up parameters of that size, in Microsoft's names.
StateDict randomSwin(const SwinSize& size, unsigned seed);

/// The stages' maps after merging, the last after the final norm.
std::vector<ReferenceMap> evaluateSwinSlowly(const SwinSize& size, const StateDict& state, std::span<const float> input,
                                             int height, int width);

} // namespace halflens::test
