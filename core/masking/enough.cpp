// SPDX-License-Identifier: BSD-3-Clause
// How much of the image is enough: the change of the score against the number of visible blocks.
#include "core/masking/importance.h"
#include "core/masking/summation.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace halflens {

namespace {

/// Change of the 1..5 score. Taken from native scores, so that equal native changes stay equal.
double changeOnFive(const MaskTable& table, BlockMask mask, double whole)
{
    return 4 * (table.score(mask) - whole) / (table.scale.high - table.scale.low);
}

} // namespace

std::vector<CurvePoint> enoughCurve(const MaskTable& table)
{
    assert(table.rows.size() == static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(table.outputs));
    const double whole = table.score({});
    std::array<CurvePoint, BlockCount + 1> points{}; // by number of hidden blocks
    std::array<CompensatedSum, BlockCount + 1> sums;
    std::array<int, BlockCount + 1> counts{};
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        const BlockMask mask(m);
        const auto hidden = static_cast<std::size_t>(mask.count());
        const double change = std::abs(changeOnFive(table, mask, whole));
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
    return {points.begin(), points.end()};
}

Enough howMuchIsEnough(const MaskTable& table, double epsilon)
{
    Enough enough;
    enough.epsilon = epsilon;
    for (const CurvePoint& point : enoughCurve(table)) {
        if (point.visible < BlockCount && point.best <= epsilon) {
            enough.visible = point.visible;
            enough.keep = point.keep;
        }
    }
    enough.change = changeOnFive(table, enough.keep.complement(), table.score({}));
    return enough;
}

} // namespace halflens
