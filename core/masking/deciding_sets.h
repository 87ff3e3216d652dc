// SPDX-License-Identifier: BSD-3-Clause
// Which sets of blocks decide the score: those that guarantee it and those that break it (spec measures 10).
#pragma once

#include "core/base/block.h"
#include "core/base/score.h"
#include "core/masking/mask_table.h"

#include <optional>
#include <span>
#include <vector>

namespace halflens {

/// 4 (score - score of nothing hidden) / (high - low) for every mask, in grades of 1..5, signed.
std::vector<double> changesOnFive(std::span<const double> scores, const ScoreScale& scale);

/// g(m): the largest of `values` over all subsets of m, m itself among them. `values` are by set number, 2^n of them.
std::vector<double> worstBelow(std::vector<double> values);

/// Sets that leave no block visible are left out everywhere.
struct DecidingSets {
    double epsilon = 0.1;

    /// With these visible the score stays within epsilon, whatever part of the rest is hidden. The fewest blocks;
    /// of several the smallest `worst`, then the smaller number of the hidden mask. All blocks where no fewer do.
    BlockMask keep;
    double worst = 0; ///< largest |change| with `keep` visible, grades of 1..5
    /// Visible sets that guarantee, and none of whose blocks can be left out; by number of visible blocks, then by
    /// number of the hidden mask. (Sufficient reasons of "within epsilon".)
    std::vector<BlockMask> guaranteed;

    struct Breaking {
        BlockMask hidden;
        double change = 0; ///< signed, grades of 1..5
    };
    /// The smallest set whose hiding alone takes the score out of epsilon: fewest blocks, then the largest |change|,
    /// then the smaller mask number. None where nothing of at most all but one block does.
    std::optional<Breaking> smallestBreaking;
    /// Hidden sets that break, and none of whose proper subsets does; by number of blocks, then by mask number.
    /// Dual to `guaranteed`: each list holds the minimal sets that meet every set of the other, but where `breaking`
    /// is empty (then each block alone is guaranteed).
    std::vector<BlockMask> breaking;
};

/// From the native scores of all 2^n masks of n <= 12 blocks. No tolerance at epsilon: guaranteed is <=, breaking is >.
/// epsilon >= 0, in grades of 1..5. Any thread; below a millisecond.
DecidingSets decidingSets(std::span<const double> scores, const ScoreScale& scale, double epsilon);

/// Of a mask table; nothing where rows are estimates, because an estimate guarantees nothing.
std::optional<DecidingSets> decidingSets(const MaskTable& table, double epsilon);

} // namespace halflens
