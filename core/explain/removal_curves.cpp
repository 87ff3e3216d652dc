// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/removal_curves.h"

#include <algorithm>
#include <numeric>

namespace halflens {

namespace {

double area(const std::array<double, BlockCount + 1>& curve)
{
    const double inner = std::accumulate(curve.begin() + 1, curve.end() - 1, 0.0);
    return (inner + (curve.front() + curve.back()) / 2) / BlockCount;
}

} // namespace

RemovalCurves removalCurves(const std::array<double, BlockCount>& importance,
                            const std::function<double(BlockMask)>& scoreOf)
{
    RemovalCurves curves;
    std::iota(curves.order.begin(), curves.order.end(), 0);
    std::stable_sort(curves.order.begin(), curves.order.end(), [&](int a, int b) {
        return importance[static_cast<std::size_t>(a)] > importance[static_cast<std::size_t>(b)];
    });
    BlockMask leading;
    for (std::size_t k = 0; k <= BlockCount; ++k) {
        curves.deletion[k] = scoreOf(leading);
        curves.insertion[k] = scoreOf(leading.complement());
        if (k < BlockCount)
            leading = leading.with({curves.order[k]});
    }
    curves.deletionArea = area(curves.deletion);
    curves.insertionArea = area(curves.insertion);
    return curves;
}

} // namespace halflens
