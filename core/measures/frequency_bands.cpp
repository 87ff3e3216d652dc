// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/frequency_bands.h"

#include <algorithm>
#include <cmath>

namespace halflens {

int bandOf(double cpd)
{
    constexpr double BorderTolerance = 1e-12;
    constexpr double HighestTolerance = 1e-9;
    const double position = cpd / BandWidthCpd * (1 + BorderTolerance);
    if (position < BandCount)
        return static_cast<int>(position);
    return cpd <= HighestCpd + HighestTolerance ? BandCount - 1 : BandCount;
}

double radialCpd(double fy, double fx, double pixelsPerDegree)
{
    return pixelsPerDegree * std::sqrt(fy * fy + fx * fx);
}

BandStarts bandStarts(double fy, double step, int count, double pixelsPerDegree)
{
    BandStarts starts{};
    int low = std::min(fy == 0 ? 1 : 0, count);
    for (int band = 0; band <= BandCount; ++band) {
        // Frequencies rise along the row: halve the range in which this band must start.
        int high = count;
        while (low < high) {
            const int middle = low + (high - low) / 2;
            if (bandOf(radialCpd(fy, step * middle, pixelsPerDegree)) < band)
                low = middle + 1;
            else
                high = middle;
        }
        starts[static_cast<std::size_t>(band)] = low;
    }
    return starts;
}

} // namespace halflens
