// SPDX-License-Identifier: BSD-3-Clause
// Where a transformer's CLS token looks, through all layers (spec models 14.2).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"

#include <span>
#include <vector>

namespace halflens {

/// Attention of one layer, averaged over heads: tokens x tokens, row = query, CLS first.
using AttentionMatrix = std::vector<float>;

/// Mean over heads of headCount matrices of tokens x tokens, one after the other.
/// InvalidInput: sizes differ.
Result<AttentionMatrix> averageHeads(std::span<const float> heads, int headCount, int tokens);

/// Attention rollout, layers in the order they run: per layer the identity is added, rows are
/// divided by their sums, matrices are multiplied with the later layer on the left. Returns the CLS
/// row without its first entry, not yet divided by anything: tokens - 1 values. Float64 inside;
/// O(layers tokens^2). InvalidInput: no layers, sizes differ; Model: attention negative or not finite.
Result<std::vector<float>> rolloutTokens(std::span<const AttentionMatrix> layers, int tokens);

/// The simpler choice: the CLS row of the last layer alone, without its first entry.
/// Errors as rolloutTokens().
Result<std::vector<float>> lastLayerTokens(std::span<const AttentionMatrix> layers, int tokens);

/// Token values on their grid as a map of the image: divided by the maximum, enlarged bilinearly,
/// then min-max, 0..1 (all zeros when constant). InvalidInput: values do not fill the grid.
Result<ScalarMap> attentionMap(std::span<const float> values, int gridHeight, int gridWidth, int imageHeight,
                               int imageWidth);

} // namespace halflens
