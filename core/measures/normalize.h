// SPDX-License-Identifier: BSD-3-Clause
// Bringing the three measures to one range, and their mean (spec measures 4).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"

#include <compare>

namespace halflens {

struct MapExtremes {
    float low = 0;
    float high = 0;
};

/// Smallest and largest value; {0, 0} for an empty map.
MapExtremes mapExtremes(const ScalarMap& map);

/// Whether the values differ by rounding only (a millionth of the largest): such a map has no upper half.
bool isFlat(const MapExtremes& range);

/// (x - min) / (max - min) over the whole map, 0..1; all zeros when the map is constant. Finite values expected.
ScalarMap minMaxNormalized(const ScalarMap& map);

/// Rank among the values of the map, 0..1, equal values sharing their mean rank; all zeros when the map is constant.
ScalarMap rankNormalized(const ScalarMap& map);

enum class CommonRange { MinMax, Rank };

struct AverageOptions {
    CommonRange range = CommonRange::MinMax;
    bool objectnessAsIs = false; ///< objectness is a probability already: leave it
    auto operator<=>(const AverageOptions&) const = default;
};

/// Mean of the three maps after normalisation; a constant map counts as zeros.
/// InvalidInput: sizes differ.
Result<ScalarMap> averagedMeasure(const ScalarMap& saliency, const ScalarMap& frequency, const ScalarMap& objectness,
                                  const AverageOptions& options = {});

} // namespace halflens
