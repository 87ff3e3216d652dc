// SPDX-License-Identifier: BSD-3-Clause
// Masks with a name: which blocks each preset hides.
#pragma once

#include "core/analysis/analysis.h"

#include <cstdint>
#include <optional>

namespace halflens {

enum class MaskPreset {
    None, ///< nothing hidden
    All, ///< everything hidden
    Important, ///< the important half hidden
    Trivial, ///< the trivial half hidden
    BestHalf, ///< the six blocks hidden whose absence changes the score least
    Enough, ///< everything hidden but the smallest set that is enough
    Invert, ///< hidden and visible exchanged
    Random ///< six blocks hidden, drawn by `seed`
};

/// The blocks to hide. Nothing where the preset needs a report that is not there.
std::optional<BlockMask> presetMask(MaskPreset preset, const Analysis* analysis, BlockMask current, std::uint32_t seed);

/// Six of twelve blocks, each of the 924 sets equally likely over seeds; the same on every platform.
BlockMask randomHalf(std::uint32_t seed);

} // namespace halflens
