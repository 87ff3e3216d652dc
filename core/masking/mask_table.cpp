// SPDX-License-Identifier: BSD-3-Clause
// Scores of table rows.
#include "core/masking/mask_table.h"

#include <algorithm>
#include <cassert>

namespace halflens {

double MaskTable::score(BlockMask mask) const
{
    return scoreOf(row(mask));
}

std::vector<double> scoresOf(const MaskTable& table)
{
    assert(table.rows.size() == static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(table.outputs));
    std::vector<double> scores(MaskCount);
    for (std::uint32_t m = 0; m < MaskCount; ++m)
        scores[m] = table.score(BlockMask(m));
    return scores;
}

std::vector<double> worthOfVisible(const MaskTable& table)
{
    std::vector<double> worth = scoresOf(table);
    std::reverse(worth.begin(), worth.end()); // the complement of m is number 4095 - m
    return worth;
}

} // namespace halflens
