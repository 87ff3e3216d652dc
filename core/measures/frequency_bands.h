// SPDX-License-Identifier: BSD-3-Clause
// Which cell of a spectrum belongs to which of the ten frequency bands (spec measures 2.3).
#pragma once

#include <array>
#include <cstdint>

namespace halflens {

inline constexpr int BandCount = 10;
inline constexpr double BandWidthCpd = 5;
inline constexpr double HighestCpd = BandCount * BandWidthCpd;

/// Centre of band k in cycles per degree.
constexpr double bandCentre(int band)
{
    return (band + 0.5) * BandWidthCpd;
}

/// Band of the frequency f in cycles per degree: 5k <= f < 5(k + 1), where f within 1e-12
/// (relative) of a border belongs to the upper band and f = 50 (to 1e-9) to band 9.
/// BandCount for anything higher. f >= 0; whether 0 counts is the caller's affair.
int bandOf(double cpd);

/// Radial frequency in cycles per degree of (fy, fx) in cycles per pixel.
double radialCpd(double fy, double fx, double pixelsPerDegree);

/// First index, in a row of cells with frequency fy and fx = step * index, at which each band
/// starts: band k holds starts[k] <= index < starts[k + 1]; `count` cells. The cell of frequency
/// 0 is in no band.
using BandStarts = std::array<int, BandCount + 1>;
BandStarts bandStarts(double fy, double step, int count, double pixelsPerDegree);

} // namespace halflens
