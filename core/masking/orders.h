// SPDX-License-Identifier: BSD-3-Clause
// How much of a game single players, pairs, triples ... explain: may one number a block be trusted (spec measures 11)?
#pragma once

#include "core/base/score.h"
#include "core/masking/mask_table.h"

#include <span>
#include <vector>

namespace halflens {

struct Orders {
    /// Part of the variance over all coalitions that sets of exactly k players carry, k = 1..n (first entry: k = 1).
    /// The first is R^2 of the best sum of one number a player, the second what pairs add. They sum to 1; all are 0
    /// where the worth varies by no more than 1e-6 grades of 1..5.
    std::vector<double> shares;
    /// Banzhaf value of each player: the mean over all coalitions of the others of what the player adds, native units.
    std::vector<double> banzhaf;
};

/// Walsh-Hadamard transform of a game: `worth` of each of the 2^n coalitions, bit b of its number = player b takes
/// part. Any thread; O(n 2^n).
Orders computeOrders(std::span<const double> worth, const ScoreScale& scale);

/// Of the game "these blocks are visible": Banzhaf is visible against hidden. Tables with estimated rows give
/// estimates.
Orders computeOrders(const MaskTable& table);

} // namespace halflens
