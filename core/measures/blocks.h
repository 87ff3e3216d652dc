// SPDX-License-Identifier: BSD-3-Clause
// Means of a map over the 3x4 grid, the upper half, and how well it matches the important half
// (spec measures 5).
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/base/scalar_map.h"

#include <array>
#include <span>

namespace halflens {

using BlockMeans = std::array<double, BlockCount>;

/// Mean of `map` over each block, in the unit of the map, summed in float64 in a fixed order.
/// Any thread; O(H W). InvalidInput: map smaller than 3 x 4, or with values that are not finite.
Result<BlockMeans> blockMeans(const ScalarMap& map);

/// The six blocks with the largest values, ties to the smaller index. The lower half is the complement.
BlockMask upperHalf(const BlockMeans& means);

/// n = |important and upper|, 0..6: blocks that are important and in the upper half. As many are
/// trivial and in the lower half, so one number says it all.
int matchCount(BlockMask important, BlockMask upper);

/// Thresholds the paper reports: an image is matched at T when n > T.
inline constexpr int MatchThresholds = 5;

/// Matching degree in percent at T = 1..5 over images with these counts; zeros without images.
std::array<double, MatchThresholds> matchingDegree(std::span<const int> counts);

/// The same for halves drawn at random: the level that results have to be read against.
std::array<double, MatchThresholds> chanceMatchingDegree();

/// Probability that a random half shares n = 0..6 blocks with a given one.
std::array<double, HalfSize + 1> chanceMatchDistribution();

} // namespace halflens
