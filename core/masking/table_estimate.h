// SPDX-License-Identifier: BSD-3-Clause
// A whole mask table from some of its rows: which masks to compute first, and how to estimate the rest.
#pragma once

#include "core/base/block.h"
#include "core/base/score.h"
#include "core/masking/mask_table.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace halflens {

/// All sets of the players' blocks, by ascending number, from the empty one on.
std::vector<BlockMask> subsetsOf(BlockMask players);

/// Masks every table begins with: none of the players' blocks, all of them, each alone, all but each. 26 masks of 12.
std::vector<BlockMask> firstMasks(BlockMask players = BlockMask::all());

/// The fewest rows an estimate is made from: firstMasks(), two halves, and a few sampled pairs.
inline constexpr int LeastSamples = 48;

/// All masks of the players (4096 of 12) in the order they are computed: firstMasks(), then `halves` with their
/// complements, then the rest at random in pairs of a mask and its complement. Any even number of pairs hides every
/// block equally often, and the masks not yet computed are a random set, so that errors measured on the sampled ones
/// hold for them. The order is fixed by `seed` and `halves`.
std::vector<BlockMask> maskOrder(std::uint64_t seed, std::span<const BlockMask> halves,
                                 BlockMask players = BlockMask::all());

/// Rows of a table as they are computed. Any thread, one at a time.
class PartialTable {
public:
    /// Blocks that are no `players` change nothing: rows are set for masks of players only, all others are their
    /// copies.
    PartialTable(int outputs, ScoreScale scale, BlockMask players = BlockMask::all());

    /// `output` has `outputs` finite values. `sampled`: the mask was drawn at random, see maskOrder().
    void set(BlockMask mask, std::span<const float> output, bool sampled);
    bool has(BlockMask mask) const { return m_known[mask.bits()] != 0; }
    double score(BlockMask mask) const; ///< of a mask that is there
    int count() const { return m_count; }

    /// The table with missing rows estimated by weighted sums of block parities up to three blocks,
    /// fitted by least squares; the order is the one with the smallest leave-one-out error. standardError
    /// is the root mean square of that error over the sampled rows, in native score units. Exact once all rows
    /// are there. At least firstMasks() must be there. Takes milliseconds to a second.
    std::shared_ptr<const MaskTable> table(double seconds) const;

private:
    void estimate(MaskTable& table) const;

    int m_outputs;
    ScoreScale m_scale;
    BlockMask m_players;
    std::vector<float> m_rows;
    std::vector<std::uint8_t> m_known; ///< 0 missing, 1 chosen, 2 sampled
    int m_count = 0;
};

} // namespace halflens
