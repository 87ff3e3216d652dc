// SPDX-License-Identifier: BSD-3-Clause
// All four measures of an image with their block means: what the `measures` command prints and
// the viewer shows.
#pragma once

#include "core/measures/blocks.h"
#include "core/measures/frequency.h"
#include "core/measures/normalize.h"
#include "core/measures/objectness.h"
#include "core/measures/saliency.h"

#include <string>
#include <vector>

namespace halflens {

struct MeasureOptions {
    SaliencyOptions saliency;
    FrequencyOptions frequency;
    AverageOptions average;
    auto operator<=>(const MeasureOptions&) const = default;
};

/// Texts that differ where results differ, for cache keys and provenance.
std::string cacheKey(const SaliencyOptions& options);
std::string cacheKey(const FrequencyOptions& options);
std::string cacheKey(const AverageOptions& options);
std::string cacheKey(const MeasureOptions& options);

/// A map and what the blocks have of it.
struct Measure {
    ScalarMap map; ///< H x W, raw values
    BlockMeans blockMeans{};
    BlockMask upper; ///< the six blocks with the largest means; empty where the map is flat
    MapExtremes range;
};

struct ImageMeasures {
    Measure saliency;
    Measure frequency;
    Measure objectness;
    Measure averaged;
    std::vector<ScalarMap> bands; ///< only with FrequencyMode::Bands
    std::array<BlockMeans, BandCount> bandBlockMeans{};
    std::string objectnessSource;
    bool objectnessIsFallback = false;
};

/// Any thread; uses threadCount() threads. InvalidInput: image smaller than 4 x 3; errors of the
/// single measures; Cancelled.
Result<ImageMeasures> measureImage(const Image& image, const MeasureOptions& options,
                                   const ObjectnessSource& objectness, std::stop_token stop = {});

/// Block means, upper half and range of a map. InvalidInput: as blockMeans().
Result<Measure> summarized(ScalarMap map);

} // namespace halflens
