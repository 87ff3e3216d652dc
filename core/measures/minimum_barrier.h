// SPDX-License-Identifier: BSD-3-Clause
// Minimum barrier distance to the image border (Zhang et al., ICCV 2015), by raster scans.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// For every cell the smallest, over the 4-connected paths the scans find from the border, of
/// (highest - lowest value on the path); 0 on the border. Two sweeps per pass, one from each
/// corner; three passes come within rounding of where more would lead.
/// `channel`: height * width values, row-major. Any thread; O(height * width).
std::vector<std::uint8_t> minimumBarrierDistance(std::span<const std::uint8_t> channel, int height, int width,
                                                 int passes = 3);

} // namespace halflens
