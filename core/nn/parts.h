// SPDX-License-Identifier: BSD-3-Clause
// Networks that look at every block of the grid by itself: where the blocks' parts of input and maps lie.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/nn/graph.h"

#include <vector>

namespace halflens::nn {

/// A map that high is pooled 2 x 2 before its cells become tokens (spec models 5.2).
inline constexpr int PoolingFromRows = 16;

/// Rows and columns of tokens a map of this size becomes.
MapSize tokenGridSize(MapSize map);

/// Part of an input of `height` x `width` pixels that belongs to each block, row-major, the blocks that no token of
/// the graph's map "c5" stands in left out. Cuts lie between tokens, by the rule of blockOfToken(), so that a part
/// holds what its block's tokens see. Any thread. Model: the input is too small.
Result<std::vector<BlockRect>> blockParts(const Graph& graph, int height, int width);

} // namespace halflens::nn
