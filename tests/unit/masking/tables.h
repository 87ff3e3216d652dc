// SPDX-License-Identifier: BSD-3-Clause
// Mask tables made for tests.
#pragma once

#include "core/masking/mask_table.h"

#include <algorithm>
#include <array>
#include <random>

namespace halflens::test {

/// One-output table with score(mask) for every mask. Values are stored as float.
template<class Score> MaskTable scalarTable(Score score)
{
    MaskTable table;
    table.outputs = 1;
    for (std::uint32_t m = 0; m < MaskCount; ++m)
        table.rows.push_back(static_cast<float>(score(BlockMask(m))));
    return table;
}

/// Five-output table with distribution(mask) -> std::array<float, 5>.
template<class Distribution> MaskTable gradeTable(Distribution distribution)
{
    MaskTable table;
    for (std::uint32_t m = 0; m < MaskCount; ++m)
        for (const float p : distribution(BlockMask(m)))
            table.rows.push_back(p);
    return table;
}

/// Five-output table of random distributions.
inline MaskTable randomGradeTable(unsigned seed)
{
    std::mt19937 random(seed);
    return gradeTable([&](BlockMask) {
        std::array<float, 5> p{};
        float sum = 0;
        for (float& value : p)
            sum += value = 0.001F + static_cast<float>(random() % 100000) / 100000.0F;
        for (float& value : p)
            value /= sum;
        return p;
    });
}

/// The table with blocks 2 and 9 playing the same part, all others parts of their own.
inline MaskTable withTwins(const MaskTable& table)
{
    MaskTable twins = table;
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        const BlockMask mask(m);
        if (mask.contains({2}) && !mask.contains({9})) {
            const auto row = table.row(mask.without({2}).with({9}));
            std::copy(row.begin(), row.end(), twins.rows.begin() + static_cast<std::ptrdiff_t>(m) * table.outputs);
        }
    }
    return twins;
}

} // namespace halflens::test
