// SPDX-License-Identifier: BSD-3-Clause
// Made-up inputs of benchmarks: the same numbers on every machine.
#pragma once

#include "core/base/tensor.h"
#include "core/nn/graph.h"

#include <random>
#include <vector>

namespace halflens {

inline constexpr unsigned BenchSeed = 20230131;

/// Uniform in [-scale, scale), from the engine's documented sequence and not a library distribution.
std::vector<float> uniformValues(std::size_t count, float scale, std::mt19937& random);

/// Weights that keep activations at a sensible size; speed does not depend on their values.
StateDict randomState(const nn::Graph& graph);

} // namespace halflens
