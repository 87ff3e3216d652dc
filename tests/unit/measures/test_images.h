// SPDX-License-Identifier: BSD-3-Clause
// Small images and maps made from formulas.
#pragma once

#include "core/base/scalar_map.h"
#include "core/image/image.h"
#include "core/measures/field.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace halflens::test {

/// value(y, x) in 0..255 in all three channels.
template<class Value> Image greyImage(int height, int width, const Value& value)
{
    Image image;
    image.height = height;
    image.width = width;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x)
            image.rgb.insert(image.rgb.end(), 3, static_cast<std::uint8_t>(value(y, x)));
    }
    return image;
}

template<class Value> Field fieldOf(int height, int width, const Value& value)
{
    Field field(height, width);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x)
            field.row(y)[static_cast<std::size_t>(x)] = value(y, x);
    }
    return field;
}

/// The image of spec measures 1.3.
inline Image spectralResidualVector()
{
    return greyImage(64, 64, [](int y, int x) {
        const bool square = y >= 20 && y <= 27 && x >= 36 && x <= 43;
        return square ? 255 : (7 * x + 13 * y + (x * y) % 17) % 200;
    });
}

/// Colourful, with edges and texture, no symmetry.
inline Image busyImage(int height, int width)
{
    Image image;
    image.height = height;
    image.width = width;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.rgb.push_back(static_cast<std::uint8_t>((3 * x + 5 * y + (x * y) % 23) % 256));
            image.rgb.push_back(static_cast<std::uint8_t>((x / 7 + y / 5) % 2 == 0 ? 200 : 30));
            image.rgb.push_back(static_cast<std::uint8_t>((x * x + 3 * y) % 251));
        }
    }
    return image;
}

inline bool allFinite(const ScalarMap& map)
{
    return std::all_of(map.values.begin(), map.values.end(), [](float value) { return std::isfinite(value); });
}

inline bool allWithin(const ScalarMap& map, float low, float high)
{
    return std::all_of(map.values.begin(), map.values.end(),
                       [&](float value) { return value >= low && value <= high; });
}

inline double meanOf(const ScalarMap& map)
{
    double sum = 0;
    for (const float value : map.values)
        sum += static_cast<double>(value);
    return sum / static_cast<double>(map.values.size());
}

/// Mean over columns from .. to - 1.
inline double columnMean(const ScalarMap& map, int from, int to)
{
    double sum = 0;
    for (int y = 0; y < map.height; ++y) {
        for (int x = from; x < to; ++x)
            sum += static_cast<double>(map.at(y, x));
    }
    return sum / (static_cast<double>(map.height) * (to - from));
}

} // namespace halflens::test
