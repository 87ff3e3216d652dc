// SPDX-License-Identifier: BSD-3-Clause
// Copies of photos that are damaged in known blocks only: what masks are taught honesty with.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/explain/known_damage.h"
#include "core/image/image.h"
#include "core/train/recipe.h"

#include <cstddef>
#include <cstdint>

namespace halflens::train {

struct LocalDamage {
    DamageKind kind = DamageKind::Blur;
    double strength = 0; ///< as damagedBy() takes it
    BlockMask region;
    std::uint64_t seed = 0; ///< of the noise
};

/// Copy `copy` (from 1 on) of a row: a function of recipe, row and copy. Nearly half of the regions are squares of
/// 2 x 2 blocks, a quarter single blocks, the others 2 to `damage.most` blocks anywhere. Strengths are drawn evenly on
/// a logarithmic scale.
LocalDamage localDamage(const Recipe& recipe, std::size_t row, int copy);

/// `seen`, a picture at the size of the network's input, with the blocks cut from the wholly damaged picture.
/// Any thread. Errors of damagedBy().
Result<Image> locallyDamaged(const Image& seen, const LocalDamage& damage);

} // namespace halflens::train
