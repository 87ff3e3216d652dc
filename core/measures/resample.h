// SPDX-License-Identifier: BSD-3-Clause
// The two ways of changing size that the measures use (spec measures 0).
#pragma once

#include "core/base/scalar_map.h"
#include "core/image/image.h"
#include "core/measures/field.h"

#include <span>
#include <vector>

namespace halflens {

/// Height and width with the longer side `longest`, the shorter one rounded, at least 1.
/// Images that are not longer keep their size.
struct FieldSize {
    int height = 0;
    int width = 0;
    auto operator<=>(const FieldSize&) const = default;
};
FieldSize reducedSize(int height, int width, int longest);

/// Maps of photos of more pixels have no more values than this.
inline constexpr std::size_t MostMapValues = 16'000'000;
/// Size of the maps of a photo: the photo's own up to `most` pixels, else the largest of its shape within them.
FieldSize mapSize(int height, int width, std::size_t most = MostMapValues);

/// Source indices [first, last] that a cell of an area average covers; only the two at the ends
/// have a weight other than 1. Weights are in source samples, `length` is their sum.
struct AreaCell {
    int first = 0;
    int last = 0;
    double firstWeight = 1;
    double lastWeight = 1;
    double length = 1;
    double weightAt(int index) const;
};
/// Cell `index` of `cells` over sourceLength samples; 0 <= index < cells <= sourceLength.
AreaCell areaCell(int index, int cells, int sourceLength);

/// Grey value averaged over the area of each cell, with exact fractional weights.
/// 1 <= size.height <= image.height, likewise the width.
Field reducedLuminance(const Image& image, FieldSize size);

/// Values averaged over the area of each cell, with exact fractional weights.
/// 1 <= size.height <= map.height, likewise the width. Any thread; uses threadCount() threads.
Field reducedMap(const ScalarMap& map, FieldSize size);

/// Bilinear interpolation with half-pixel centres, edges clamped, no corner alignment: row by row,
/// so that callers decide what to keep. Keeps a reference to `source`.
class BilinearSampler {
public:
    BilinearSampler(const Field& source, FieldSize target);
    /// Row y of the target, or its beginning: `out` has at most target.width values. Any thread.
    void row(int y, std::span<double> out) const;
    /// Whether target rows y1 and y2 lie between the same two source rows.
    bool sameRows(int y1, int y2) const;

private:
    struct Tap {
        int first = 0;
        int second = 0;
        double weight = 0; ///< of second
    };
    static Tap tapAt(int position, int sourceLength, int targetLength);

    /// Target columns begin .. end - 1 lie between the same two source columns.
    struct Segment {
        int begin = 0;
        int end = 0;
        int first = 0;
        int second = 0;
    };

    const Field& m_source;
    FieldSize m_target;
    std::vector<Segment> m_segments;
    std::vector<double> m_weights; ///< of the second source column, per target column
};

/// The whole target. Any thread; uses threadCount() threads.
Field resizedBilinear(const Field& source, FieldSize target);
ScalarMap resizedBilinear(const ScalarMap& source, FieldSize target);

/// resizedBilinear() followed by min-max over the result (all zeros when it is constant), without
/// holding the enlarged map in float64.
ScalarMap enlargedMinMax(const Field& source, FieldSize target);

} // namespace halflens
