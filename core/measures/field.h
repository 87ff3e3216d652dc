// SPDX-License-Identifier: BSD-3-Clause
// Float64 planes the measures compute in, and the grey value they start from (spec measures 0).
#pragma once

#include "core/base/scalar_map.h"
#include "core/image/image.h"

#include <cstddef>
#include <span>
#include <vector>

namespace halflens {

/// H x W float64, row-major. Internal to computations; results are delivered as ScalarMap.
struct Field {
    int width = 0;
    int height = 0;
    std::vector<double> values; ///< height * width

    Field() = default;
    Field(int fieldHeight, int fieldWidth)
        : width(fieldWidth)
        , height(fieldHeight)
        , values(static_cast<std::size_t>(fieldHeight) * static_cast<std::size_t>(fieldWidth))
    { }
    std::span<const double> row(int y) const
    {
        return std::span(values).subspan(offset(y), static_cast<std::size_t>(width));
    }
    std::span<double> row(int y) { return std::span(values).subspan(offset(y), static_cast<std::size_t>(width)); }
    double at(int y, int x) const { return values[offset(y) + static_cast<std::size_t>(x)]; }

private:
    std::size_t offset(int y) const { return static_cast<std::size_t>(y) * static_cast<std::size_t>(width); }
};

/// Y = (0.299 R + 0.587 G + 0.114 B) / 255 of one row, 0..1. `out` has image.width values.
void luminanceRow(const Image& image, int y, std::span<double> out);

/// The same for the whole image. Any thread; uses threadCount() threads.
Field luminance(const Image& image);

/// Rounds to float32.
ScalarMap toScalarMap(const Field& field);

} // namespace halflens
