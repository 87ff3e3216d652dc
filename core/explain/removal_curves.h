// SPDX-License-Identifier: BSD-3-Clause
// Insertion and deletion: how the score moves as blocks are shown or hidden, most important first.
#pragma once

#include "core/base/block.h"

#include <array>
#include <functional>

namespace halflens {

/// Entry k: the k most important blocks hidden (deletion), or only these visible (insertion).
/// A good ranking makes the deletion curve leave the full score early and the insertion curve
/// reach it early.
struct RemovalCurves {
    std::array<int, BlockCount> order{}; ///< blocks, most important first, ties to the smaller index
    std::array<double, BlockCount + 1> deletion{};
    std::array<double, BlockCount + 1> insertion{};
    double deletionArea = 0; ///< mean height of the curve, trapezoidal rule
    double insertionArea = 0;
};

/// `importance`: high = important. `scoreOf(m)`: the score with the blocks of m hidden, asked
/// 26 times, a look-up where a mask table exists. Any thread.
RemovalCurves removalCurves(const std::array<double, BlockCount>& importance,
                            const std::function<double(BlockMask)>& scoreOf);

} // namespace halflens
