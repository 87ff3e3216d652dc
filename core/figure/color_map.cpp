// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/color_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

Error noRoom(int width, int height)
{
    return {ErrorCode::OutOfMemory,
            "figure",
            "no memory for an image of " + std::to_string(width) + " x " + std::to_string(height) + " pixels",
            "close other programs or use a smaller image",
            {}};
}

} // namespace

std::string colorMapName(ColorMap map)
{
    switch (map) {
    case ColorMap::Viridis:
        return "viridis";
    case ColorMap::Magma:
        return "magma";
    case ColorMap::Inferno:
        return "inferno";
    case ColorMap::Cividis:
        return "cividis";
    case ColorMap::BlueRed:
        return "blue-red";
    }
    return {};
}

Result<ColorMap> colorMapFromName(const std::string& name)
{
    for (const ColorMap map : AllColorMaps)
        if (colorMapName(map) == name)
            return map;
    return Error{ErrorCode::InvalidInput,
                 "figure",
                 "there is no colour map of this name",
                 "use viridis, magma, inferno, cividis or blue-red",
                 {}};
}

double ValueRange::position(double value) const
{
    const double span = high - low;
    if (!(span > 0))
        return 0;
    return std::clamp((value - low) / span, 0.0, 1.0);
}

ValueRange rangeOf(const ScalarMap& map)
{
    float low = std::numeric_limits<float>::infinity();
    float high = -low;
    for (const float value : map.values) {
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    return low <= high ? ValueRange{low, high} : ValueRange{};
}

ValueRange symmetricRangeOf(const ScalarMap& map)
{
    const ValueRange range = rangeOf(map);
    const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
    return {-magnitude, magnitude};
}

std::uint32_t colorOf(double value, ColorMap map, ValueRange range)
{
    if (std::isnan(value))
        return UndefinedColor;
    return colorTable(map)[static_cast<std::size_t>(std::lround(255 * range.position(value)))];
}

Result<QImage> colorize(const ScalarMap& map, ColorMap colors, ValueRange range)
{
    QImage image(map.width, map.height, QImage::Format_RGB32);
    if (image.isNull())
        return noRoom(map.width, map.height);
    for (int y = 0; y < map.height; ++y) {
        auto* out = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (const float value : map.row(y))
            *out++ = colorOf(static_cast<double>(value), colors, range);
    }
    return image;
}

Result<QImage> blend(const QImage& base, const QImage& layer, double opacity)
{
    if (base.size() != layer.size())
        return Error{
            ErrorCode::InvalidInput, "figure", "image and layer differ in size", "use a map of the same image", {}};
    QImage image = base.convertToFormat(QImage::Format_RGB32);
    const QImage top = layer.convertToFormat(QImage::Format_RGB32);
    if (image.isNull() || top.isNull())
        return noRoom(base.width(), base.height());
    // Fixed point, so that no rounding mode or compiler shows in the pixels.
    const auto weight = static_cast<unsigned>(std::lround(256 * std::clamp(opacity, 0.0, 1.0)));
    const auto mix = [weight](unsigned below, unsigned above) {
        return (below * (256 - weight) + above * weight + 128) >> 8;
    };
    for (int y = 0; y < image.height(); ++y) {
        auto* out = reinterpret_cast<QRgb*>(image.scanLine(y));
        const auto* in = reinterpret_cast<const QRgb*>(top.constScanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            const auto channel = [&](unsigned shift) {
                return mix(out[x] >> shift & 0xff, in[x] >> shift & 0xff) << shift;
            };
            out[x] = 0xff000000 | channel(16) | channel(8) | channel(0);
        }
    }
    return image;
}

} // namespace halflens
