// SPDX-License-Identifier: BSD-3-Clause
// Importance of each block, halves, and how much of the image is enough: all look-ups in the
// mask table (spec measures 5.1, 6; paper section 2).
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/masking/mask_table.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace halflens {

using BlockValues = std::array<double, BlockCount>;

/// Per-image indicators, each averaged over the 2047 masks of 1..11 blocks that contain the block.
struct Importance {
    BlockValues dmos{}; ///< mean |score change|, native units; high = important
    BlockValues dmos2{}; ///< mean squared change; high = important
    std::optional<BlockValues> plcc5; ///< mean PLCC of the grade probabilities; low = important; only with 5 outputs
    std::optional<BlockValues> emd; ///< mean earth mover's distance in grades; high = important; only with 5 outputs
};

/// Any thread; O(4096 * 12).
Importance computeImportance(const MaskTable& table);

enum class Indicator { Dmos, Plcc5, Dmos2, Emd };
std::string toString(Indicator indicator);
Result<Indicator> indicatorFromString(const std::string& word);

/// The six most important blocks by `indicator`, ties to the smaller index. The trivial half is the complement.
/// InvalidInput: the indicator needs five outputs and the table has one.
Result<BlockMask> importantHalf(const Importance& importance, Indicator indicator = Indicator::Dmos);

/// How clear the border between the halves is: the blocks ranked sixth and seventh.
struct HalfMargin {
    static constexpr double CloseShare = 0.02; ///< closer ones could as well stand the other way round

    int sixth = 0; ///< the last block of the important half
    int seventh = 0; ///< the first of the trivial half
    double share = 0; ///< difference of their values, of the larger magnitude; 0 where both are 0

    bool isClose() const { return share < CloseShare; }
};
/// Errors of importantHalf().
Result<HalfMargin> halfMargin(const Importance& importance, Indicator indicator = Indicator::Dmos);

/// The 6-block mask with the smallest |score change| of all 924, ties to the smaller mask number.
BlockMask oracleTrivialHalf(const MaskTable& table);

/// Exact Shapley values of "block visible" for the native score, and their pair interactions.
struct Shapley {
    BlockValues values{};
    double sum = 0; ///< q(all visible) - q(all hidden); equals the sum of values
    std::array<BlockValues, BlockCount> interactions{}; ///< Shapley interaction index, symmetric, diagonal 0
};
Shapley computeShapley(const MaskTable& table);

/// The same of any game of 12 players: `worth` of each coalition, bit b of its number = player b takes part. `sum` is
/// worth of all less worth of none. A player who changes nothing gets exactly 0. Any thread; some milliseconds.
Shapley computeShapley(std::span<const double> worth);

/// Change of the 1..5 score over all masks that leave `visible` blocks: smallest, mean and largest magnitude.
struct CurvePoint {
    int visible = 0;
    double best = 0;
    double mean = 0;
    double worst = 0;
    BlockMask keep; ///< visible blocks of the mask with the smallest change, ties to the smaller mask number
    /// The smallest worst change any set of so many visible blocks guarantees, whatever else is hidden (spec measures
    /// 10); none with 0 visible, and none where the table was estimated.
    std::optional<double> guaranteed;
};

/// From 12 visible blocks down to 0.
std::vector<CurvePoint> enoughCurve(const MaskTable& table);

/// The luckiest set, "at best": another set of as many blocks may be far off. What holds whatever else is hidden is
/// told by decidingSets().
struct Enough {
    double epsilon = 0.1;
    int visible = BlockCount;
    BlockMask keep = BlockMask::all();
    double change = 0; ///< signed change of the 1..5 score with only `keep` visible
};

/// The smallest number of visible blocks, at least one, with a set whose |change| <= epsilon on the 1..5 scale.
Enough howMuchIsEnough(const MaskTable& table, double epsilon);

/// Blocks of a mask in ascending order.
std::vector<int> toList(BlockMask mask);

} // namespace halflens
