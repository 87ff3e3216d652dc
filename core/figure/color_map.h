// SPDX-License-Identifier: BSD-3-Clause
// Perceptually uniform colour maps and the colouring of scalar maps: the one place where numbers
// become colours, for canvas, export and headless output alike.
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"

#include <QImage>

#include <array>
#include <cstdint>
#include <string>

namespace halflens {

/// Lightness rises evenly in the first four; BlueRed is for signed values, light in the middle.
enum class ColorMap { Viridis, Magma, Inferno, Cividis, BlueRed };
inline constexpr std::array AllColorMaps{ColorMap::Viridis, ColorMap::Magma, ColorMap::Inferno, ColorMap::Cividis,
                                         ColorMap::BlueRed};

std::string colorMapName(ColorMap map); ///< "viridis", "magma", "inferno", "cividis", "blue-red"
Result<ColorMap> colorMapFromName(const std::string& name);

/// 256 opaque colours 0xffRRGGBB from low to high.
using ColorTable = std::array<std::uint32_t, 256>;
const ColorTable& colorTable(ColorMap map);

/// Values that get the first and the last colour; values outside get those too.
struct ValueRange {
    double low = 0;
    double high = 1;
    /// Position of `value`, 0..1; 0 everywhere in an empty range, as min-max defines it (spec measures 0).
    double position(double value) const;
    bool operator==(const ValueRange&) const = default;
};

/// Smallest and largest finite value; 0..1 when there is none. O(H W).
ValueRange rangeOf(const ScalarMap& map);
/// -m..m with m the largest finite magnitude: the middle of a diverging map is zero.
ValueRange symmetricRangeOf(const ScalarMap& map);

/// Colour of a value: entry round(255 position). Values that are no number get UndefinedColor.
inline constexpr std::uint32_t UndefinedColor = 0xff808080;
std::uint32_t colorOf(double value, ColorMap map, ValueRange range);

/// H x W opaque image (Format_RGB32) of a map. OutOfMemory: no room for the image. Any thread; O(H W).
Result<QImage> colorize(const ScalarMap& map, ColorMap colors, ValueRange range);

/// `layer` over `base` with an opacity 0..1, rounded per channel. Both of the same size;
/// InvalidInput otherwise. Any thread.
Result<QImage> blend(const QImage& base, const QImage& layer, double opacity);

} // namespace halflens
