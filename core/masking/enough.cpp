// SPDX-License-Identifier: BSD-3-Clause
// How much of the image is enough: the change of the score against the number of visible blocks.
#include "core/masking/deciding_sets.h"
#include "core/masking/importance.h"
#include "core/masking/summation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace halflens {

namespace {

/// Smallest worst change over the sets of each number of hidden blocks that leave one visible.
std::array<double, BlockCount> guaranteedLine(std::vector<double> changes)
{
    for (double& change : changes)
        change = std::abs(change);
    const std::vector<double> worst = worstBelow(std::move(changes));
    std::array<double, BlockCount> line{};
    line.fill(std::numeric_limits<double>::infinity());
    for (std::uint32_t m = 0; m < MaskCount - 1; ++m) {
        double& smallest = line[static_cast<std::size_t>(BlockMask(m).count())];
        smallest = std::min(smallest, worst[m]);
    }
    return line;
}

} // namespace

std::vector<CurvePoint> enoughCurve(const MaskTable& table)
{
    assert(table.rows.size() == static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(table.outputs));
    const std::vector<double> changes = changesOnFive(scoresOf(table), table.scale);
    std::array<CurvePoint, BlockCount + 1> points{}; // by number of hidden blocks
    std::array<CompensatedSum, BlockCount + 1> sums;
    std::array<int, BlockCount + 1> counts{};
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        const BlockMask mask(m);
        const auto hidden = static_cast<std::size_t>(mask.count());
        const double change = std::abs(changes[m]);
        CurvePoint& point = points[hidden];
        if (counts[hidden] == 0 || change < point.best) {
            point.best = change;
            point.keep = mask.complement();
        }
        point.worst = std::max(point.worst, change);
        sums[hidden].add(change);
        ++counts[hidden];
    }
    for (std::size_t hidden = 0; hidden < points.size(); ++hidden) {
        points[hidden].visible = BlockCount - static_cast<int>(hidden);
        points[hidden].mean = sums[hidden].value() / counts[hidden];
    }
    if (table.exact) {
        const std::array<double, BlockCount> line = guaranteedLine(changes);
        for (std::size_t hidden = 0; hidden < line.size(); ++hidden)
            points[hidden].guaranteed = line[hidden];
    }
    return {points.begin(), points.end()};
}

Enough howMuchIsEnough(const MaskTable& table, double epsilon)
{
    Enough enough;
    enough.epsilon = epsilon;
    for (const CurvePoint& point : enoughCurve(table)) {
        if (point.visible > 0 && point.visible < BlockCount && point.best <= epsilon) {
            enough.visible = point.visible;
            enough.keep = point.keep;
        }
    }
    enough.change = changeOnFive(table.scale, table.score(enough.keep.complement()) - table.score({}));
    return enough;
}

} // namespace halflens
