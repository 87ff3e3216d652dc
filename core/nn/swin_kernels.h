// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/nn: the row operations of a Swin transformer, for the widest instruction set there is.
#pragma once

#include <cstddef>

namespace halflens::nn::detail {

/// (x - mean) / sqrt(variance + eps) * gamma + beta over `count` values, biased variance; eps 1e-5.
void layerNormRow(const float* source, float* target, const float* gamma, const float* beta, std::size_t count);

/// In place: softmax of row + bias. Where `regions[i]` differs from `region`, 100 is taken off before
/// (spec models 10.4); `regions` may be null.
void attentionRow(float* row, const float* bias, const int* regions, int region, std::size_t count);

/// The same with plain loops whatever the processor, for tests.
void layerNormRowPlain(const float* source, float* target, const float* gamma, const float* beta, std::size_t count);
void attentionRowPlain(float* row, const float* bias, const int* regions, int region, std::size_t count);

} // namespace halflens::nn::detail
