// SPDX-License-Identifier: BSD-3-Clause
// Scalar maps as files: raw 32-bit floats, or coloured for people.
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/figure/color_map.h"

#include <filesystem>
#include <string>

namespace halflens {

enum class MapFormat { Tiff, Npy, Png };

/// By suffix (.tif, .tiff, .npy, .png), upper or lower case. Unsupported: another suffix or none.
Result<MapFormat> mapFormatOf(const std::filesystem::path& file);

/// TIFF and NPY hold the raw values, H x W float32; PNG the coloured map over its own range.
/// Atomic. Io; InvalidInput: empty map.
Status writeMap(const ScalarMap& map, const std::filesystem::path& file, MapFormat format,
                ColorMap colors = ColorMap::Viridis);

/// A PNG for people: the coloured map at its own size, below it the colours with the values of both ends
/// and `unit`. Atomic. Needs a QGuiApplication. Io; InvalidInput: empty map.
Status writeMapWithBar(const ScalarMap& map, const std::filesystem::path& file, ColorMap colors, ValueRange range,
                       const std::string& unit);

} // namespace halflens
