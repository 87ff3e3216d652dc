// SPDX-License-Identifier: BSD-3-Clause
// One number per pixel: what measures and explainers deliver and figures colour.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace halflens {

/// H x W float32, row-major, no row padding; raw values, colour is applied on display only.
/// Immutable once shared.
struct ScalarMap {
    int width = 0;
    int height = 0;
    std::vector<float> values; ///< height * width

    ScalarMap() = default;
    /// A map of zeros. height, width >= 0.
    ScalarMap(int mapHeight, int mapWidth)
        : width(mapWidth)
        , height(mapHeight)
        , values(static_cast<std::size_t>(mapHeight) * static_cast<std::size_t>(mapWidth))
    { }

    bool isEmpty() const { return values.empty(); }
    std::span<const float> row(int y) const
    {
        return std::span(values).subspan(offset(y), static_cast<std::size_t>(width));
    }
    std::span<float> row(int y) { return std::span(values).subspan(offset(y), static_cast<std::size_t>(width)); }
    float at(int y, int x) const { return values[offset(y) + static_cast<std::size_t>(x)]; }
    bool operator==(const ScalarMap&) const = default;

private:
    std::size_t offset(int y) const { return static_cast<std::size_t>(y) * static_cast<std::size_t>(width); }
};

} // namespace halflens
