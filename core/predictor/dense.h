// SPDX-License-Identifier: BSD-3-Clause
// Fully connected layers as plain numbers, for the small ends of the networks.
#pragma once

#include "core/base/tensor.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace halflens {

/// A fully connected layer y = W x + b. `weight` is [out][in], row-major.
struct DenseWeights {
    int in = 0;
    int out = 0;
    std::vector<float> weight;
    std::vector<float> bias;
};

/// "<name>.weight" [out, in] and "<name>.bias" [out] of `state`, which holds both.
DenseWeights denseWeights(const StateDict& state, const std::string& name);

/// Adds the two shapes denseWeights() reads.
void expectDense(std::map<std::string, Shape>& shapes, const std::string& name, std::int64_t out, std::int64_t in);

/// W x + b, summed in float64 and rounded once. `x` has dense.in values.
std::vector<float> evaluate(const DenseWeights& dense, std::span<const float> x);

float sigmoid(float x);

/// Softmax over all values, in place.
void softmax(std::span<float> x);

} // namespace halflens
