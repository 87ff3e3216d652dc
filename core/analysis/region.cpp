// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/region.h"

#include <utility>

namespace halflens {

Result<RegionScore> scoreRegion(const Image& part, const Predictor& predictor, const Hiding& hiding,
                                const std::stop_token& stop, bool withTiles)
{
    Result<Fed> fed = feed(part, predictor, hiding, stop);
    if (!fed)
        return std::move(fed).error();
    fed->features = nullptr; // only what is told is kept
    RegionScore result{*std::move(fed), {}};
    if (withTiles && tileGrid(part.width, part.height, predictor.info().input)) {
        Result<Tiles> tiles = scoreTiles(part, predictor, stop);
        if (!tiles)
            return std::move(tiles).error();
        result.tiles = *std::move(tiles);
    }
    return result;
}

} // namespace halflens
