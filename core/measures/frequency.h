// SPDX-License-Identifier: BSD-3-Clause
// Spatial frequency as a measure of the pixel (spec measures 2).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/image/image.h"
#include "core/measures/band_transform.h"
#include "core/measures/blocks.h"
#include "core/measures/contrast_sensitivity.h"
#include "core/measures/field.h"

#include <array>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

enum class FrequencyMode {
    Csf, ///< bands weighted with the contrast sensitivity, summed
    Uniform, ///< bands summed as they are
    Centroid, ///< sensitivity at the mean frequency of the pixel, relative to the highest
    Stft, ///< sensitivity-weighted sum over bands of a local FFT: 64 x 64 Hann window, stride 16
    Bands ///< Csf, and the ten band maps beside it
};

struct FrequencyOptions {
    FrequencyMode mode = FrequencyMode::Csf;
    double pixelsPerDegree = 100; ///< 0.5 cycle/pixel = 50 cycles/degree
    ContrastSensitivity sensitivity = ContrastSensitivity::MannosSakrison;
    Extension extension = Extension::Mirror; ///< Stft mirrors always
    bool smooth = true; ///< the Gaussian of step 6, sigma 8 H / 768 px; Stft has none, its window smooths already
    auto operator<=>(const FrequencyOptions&) const = default;
};

struct FrequencyResult {
    ScalarMap map; ///< H x W, >= 0, larger = more; raw values
    std::vector<ScalarMap> bands; ///< mode Bands: ten H x W maps, unsmoothed magnitudes; otherwise empty
    /// Mean magnitude of each band over each block; none where the image is smaller than the grid.
    std::optional<std::array<BlockMeans, BandCount>> bandBlockMeans;
};

/// "csf", "uniform", "centroid", "stft", "bands" and back. InvalidInput: another word.
std::string toString(FrequencyMode mode);
Result<FrequencyMode> frequencyModeFromString(const std::string& word);

/// Whether photos of this size are cut into windows that overlap, see frequency_windows.h.
bool isMeasuredInWindows(const Image& image, FrequencyMode mode);
/// The same in words for people; empty where the photo is measured as a whole.
std::string windowsNote(const Image& image, FrequencyMode mode);

/// A constant image gives zeros. The maps have mapSize() of the image. Any thread; uses threadCount() threads; peak
/// memory about 50 bytes per pixel, 140 with Bands; of photos measured in windows 0.6 GB at most, 2 GB with Bands, and
/// 12 bytes per pixel with Stft.
/// InvalidInput: empty image, pixelsPerDegree not above 0; Cancelled; OutOfMemory.
Result<FrequencyResult> spatialFrequency(const Image& image, const FrequencyOptions& options = {},
                                         std::stop_token stop = {});

/// The same for grey values Y, 0..1.
Result<FrequencyResult> spatialFrequency(const Field& grey, const FrequencyOptions& options = {},
                                         std::stop_token stop = {});

/// Weight of each band: sensitivity at its centre relative to the most sensitive of the ten.
std::array<double, BandCount> bandWeights(ContrastSensitivity curve);

} // namespace halflens
