// SPDX-License-Identifier: BSD-3-Clause
// Spatial frequency of large photos in windows that overlap: memory does not grow with the photo, and the filters see
// all of its pixels.
#pragma once

#include "core/measures/frequency.h"
#include "core/measures/resample.h"

#include <functional>

namespace halflens {

/// Photos of more pixels are measured in windows (not Stft, which is local by itself). Below, nothing is cut.
inline constexpr std::size_t MostWholePixels = 16'000'000;

/// Of both ways, whole and in windows (spec measures 2.3).
inline constexpr double CentroidEpsilon = 1e-12;
inline constexpr double SmoothingSigmaPx = 8; ///< at SmoothingHeight rows
inline constexpr double SmoothingHeight = 768;

/// How a photo is cut.
struct FrequencyWindows {
    int inner = 1664; ///< at most so many pixels a side count of each window
    int margin = 160; ///< and so many around them only keep the window's edges away from them
    std::size_t mostValues = MostMapValues; ///< of a map
};

/// Grey values in rows, as a Field or an Image has them.
struct GreyRows {
    int height = 0;
    int width = 0;
    std::function<void(int y, std::span<double> out)> row; ///< any thread
};

/// As spatialFrequency() with a mode other than Stft, of values that are not all equal: the mean of the whole is taken
/// off, each window is mirrored and transformed by itself, and what its own mean still differs from the whole's counts
/// as the lowest band. A map of fewer values than pixels holds means over equal parts. The Gaussian is applied to at
/// most 1024 values on the longer side, enlarged afterwards.
/// Beside the results about 60 bytes for each pixel of a window and 8 for each of its sums (Centroid has two, Bands
/// eleven), and 8 for each value of a map.
Result<FrequencyResult> windowedFrequency(const GreyRows& grey, const FrequencyOptions& options,
                                          const FrequencyWindows& windows, std::stop_token stop);

} // namespace halflens
