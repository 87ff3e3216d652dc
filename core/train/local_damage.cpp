// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/local_damage.h"

#include "core/base/random_stream.h"

#include <cmath>

namespace halflens::train {

namespace {

constexpr double Squares = 0.45; ///< share of regions
constexpr double Singles = 0.25;

BlockMask drawnRegion(RandomStream& stream, int most)
{
    const double kind = stream.uniform();
    BlockMask region;
    if (kind < Squares && most >= 4) {
        const int row = static_cast<int>(stream.below(GridRows - 1));
        const int column = static_cast<int>(stream.below(GridColumns - 1));
        for (int i = 0; i < 4; ++i)
            region = region.with(BlockIndex::at(row + i / 2, column + i % 2));
        return region;
    }
    const std::size_t count =
        kind < Squares + Singles || most < 2 ? 1 : 2 + stream.below(static_cast<std::size_t>(most - 1));
    const std::vector<std::size_t> blocks = permutation(BlockCount, stream);
    for (std::size_t i = 0; i < count; ++i)
        region = region.with({static_cast<int>(blocks[i])});
    return region;
}

} // namespace

LocalDamage localDamage(const Recipe& recipe, std::size_t row, int copy)
{
    RandomStream stream(recipe.seed, RandomPurpose::Noise, row, static_cast<std::uint64_t>(copy));
    const DamageStrength& drawn = recipe.damage.kinds[stream.below(recipe.damage.kinds.size())];
    LocalDamage damage;
    for (const DamageKind kind :
         {DamageKind::Blur, DamageKind::Noise, DamageKind::Jpeg, DamageKind::Dark, DamageKind::Contrast}) {
        if (drawn.kind == toString(kind))
            damage.kind = kind;
    }
    damage.strength = drawn.low * std::pow(drawn.high / drawn.low, stream.uniform());
    damage.seed = stream.bits();
    damage.region = drawnRegion(stream, recipe.damage.most);
    return damage;
}

Result<Image> locallyDamaged(const Image& seen, const LocalDamage& damage)
{
    const Result<Image> whole = damagedBy(seen, damage.kind, damage.strength, damage.seed);
    if (!whole)
        return whole.error();
    Image result = seen;
    result.contentHash.clear();
    pasteBlocks(*whole, damage.region, result);
    return result;
}

} // namespace halflens::train
