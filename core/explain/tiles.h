// SPDX-License-Identifier: BSD-3-Clause
// Local quality at native scale: windows of the network's input size over the photo's own pixels (spec measures 15).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/image/image.h"
#include "core/predictor/model_types.h"

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace halflens {

/// Half-open rectangle of an upright image, in pixels.
struct PixelRect {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    bool operator==(const PixelRect&) const = default;
};

/// Where the windows lie: half a window apart both ways, the last of a row or column moved inward to end at the edge.
struct TileGrid {
    int windowWidth = 0;
    int windowHeight = 0;
    int strideX = 0;
    int strideY = 0;
    std::vector<int> columns; ///< left edges, ascending
    std::vector<int> rows; ///< top edges, ascending
    int count() const { return static_cast<int>(rows.size() * columns.size()); }
    PixelRect rect(int tile) const; ///< row-major
};

/// Windows of a photo for a network: of its input size, turned for standing photos where the network turns its input.
/// Unsupported: the network takes photos at their own size; InvalidInput: the photo is smaller than a window.
Result<TileGrid> tileGrid(int imageWidth, int imageHeight, const InputSpec& spec);

/// The scores of all windows, nothing resized. A map of local quality, never the score of the photo: networks are
/// trained on whole photos. Immutable once shared.
struct Tiles {
    TileGrid grid;
    std::vector<double> scores; ///< native, row-major; not a number where a stopped run did not get to it
    double lowest = 0;
    double p5 = 0; ///< 5th percentile, between order statistics linearly
    double median = 0;
    double highest = 0;
    PixelRect lowestAt; ///< ties to the first
    double seconds = 0;
};

struct TileSink {
    std::function<void(int done, int total)> progress;
    /// The scores so far, some of them missing, now and then.
    std::function<void(const TileGrid& grid, std::span<const double> scores)> publish;
};

/// Runs the network on every window, side by side where it can. Any thread. Errors of tileGrid() and of the network;
/// Cancelled.
Result<Tiles> scoreTiles(const Image& image, const Predictor& predictor, std::stop_token stop = {},
                         const TileSink& sink = {});

/// The mean score, at each pixel, of the windows over it; pixels without one, of unfinished scores, are 0. `height` and
/// `width` are those of the photo, or smaller: then each value is that of the middle of its part.
ScalarMap tileMap(const TileGrid& grid, std::span<const double> scores, int height, int width);

/// 0..8 for upper left, above, upper right, left, middle, ... lower right: the third of the photo the middle of `rect`
/// lies in, row by row.
int ninthOf(const TileGrid& grid, const PixelRect& rect);

/// The rectangle as a photo of its own; its contentHash tells it from others.
/// InvalidInput: empty, or not inside the image.
Result<Image> cropped(const Image& image, const PixelRect& rect);

} // namespace halflens
