// SPDX-License-Identifier: BSD-3-Clause
// Cutting an image into segments: quickshift, SLIC, or a grid (spec models 13.1).
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/image/image.h"

#include <array>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

/// A label for every pixel, 0 .. count - 1, each used at least once.
struct Segmentation {
    int width = 0;
    int height = 0;
    int count = 0;
    std::vector<std::int32_t> labels; ///< height * width, row-major
    bool operator==(const Segmentation&) const = default;
};

/// Mode seeking in colour and position. Defaults are those of the lime package.
struct QuickshiftOptions {
    double kernelSize = 4; ///< > 0, pixels; the window reaches ceil(3 kernelSize) each way
    double maxDistance = 200; ///< farther parents are cut, making roots
    double ratio = 0.2; ///< weight of colour against position
    std::uint64_t seed = 0; ///< of the noise that breaks ties
    auto operator<=>(const QuickshiftOptions&) const = default;
};

/// k-means in colour and position with one centre per step of a regular grid, ten rounds; then
/// pieces cut off from their segment, or smaller than a quarter of a step square, join a neighbour.
struct SlicOptions {
    int segments = 50; ///< wanted; the result has about as many
    double compactness = 10; ///< > 0; larger = squarer
    auto operator<=>(const SlicOptions&) const = default;
};

/// Labels in order of their root's raster position. Any thread; uses threadCount() threads;
/// O(H W window). InvalidInput: empty image, options out of range; Cancelled.
Result<Segmentation> quickshift(const Image& image, const QuickshiftOptions& options = {}, std::stop_token stop = {});

/// Labels in order of their first pixel. Any thread. Errors as quickshift().
Result<Segmentation> slic(const Image& image, const SlicOptions& options = {}, std::stop_token stop = {});

/// rows x columns rectangles, row-major, cut as the block grid is: the 3x4 grid of the mask study
/// by default. InvalidInput: fewer pixels than cells in a direction, or an empty grid.
Result<Segmentation> gridSegments(int height, int width, int rows = GridRows, int columns = GridColumns);

/// CIE L*a*b* (D65, 2 degrees) of 8-bit sRGB, three planes of height * width values.
/// Uses threadCount() threads.
std::array<std::vector<double>, 3> labPlanes(const Image& image);

} // namespace halflens
