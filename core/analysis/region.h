// SPDX-License-Identifier: BSD-3-Clause
// A rectangle of a photo scored as a photo of its own (spec measures 15): `score --region` and the viewer's selection.
#pragma once

#include "core/analysis/analysis.h"
#include "core/explain/tiles.h"

#include <optional>
#include <stop_token>

namespace halflens {

struct RegionScore {
    Fed fed; ///< cut at native scale, fed as the model's input says
    std::optional<Tiles> tiles; ///< where the rectangle holds a window
};

/// `part` is what cropped() gives. Any thread, one call at a time per predictor. Errors of feed() and scoreTiles();
/// Cancelled. Tiles of a large rectangle take seconds: who is in a hurry leaves them out at first.
Result<RegionScore> scoreRegion(const Image& part, const Predictor& predictor, const Hiding& hiding,
                                const std::stop_token& stop, bool withTiles = true);

} // namespace halflens
