// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/minimum_barrier.h"

#include <algorithm>
#include <cstddef>

namespace halflens {

namespace {

/// State of a cell: the barrier of the best path found, and the extremes on that path.
struct Cell {
    std::uint8_t distance = 0;
    std::uint8_t low = 0;
    std::uint8_t high = 0;
};

void extend(Cell& cell, const Cell& from, std::uint8_t value)
{
    const std::uint8_t high = std::max(from.high, value);
    const std::uint8_t low = std::min(from.low, value);
    const auto barrier = static_cast<std::uint8_t>(high - low);
    if (barrier < cell.distance)
        cell = {barrier, low, high};
}

} // namespace

std::vector<std::uint8_t> minimumBarrierDistance(std::span<const std::uint8_t> channel, int height, int width,
                                                 int passes)
{
    const auto stride = static_cast<std::size_t>(width);
    std::vector<Cell> cells(channel.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto y = static_cast<int>(i / stride);
        const auto x = static_cast<int>(i % stride);
        const bool border = y == 0 || x == 0 || y == height - 1 || x == width - 1;
        cells[i] = {border ? std::uint8_t{0} : std::uint8_t{255}, channel[i], channel[i]};
    }
    for (int pass = 0; pass < passes; ++pass) {
        for (int y = 1; y < height - 1; ++y) {
            for (int x = 1; x < width - 1; ++x) {
                const std::size_t i = static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x);
                extend(cells[i], cells[i - stride], channel[i]);
                extend(cells[i], cells[i - 1], channel[i]);
            }
        }
        for (int y = height - 2; y > 0; --y) {
            for (int x = width - 2; x > 0; --x) {
                const std::size_t i = static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x);
                extend(cells[i], cells[i + stride], channel[i]);
                extend(cells[i], cells[i + 1], channel[i]);
            }
        }
    }
    std::vector<std::uint8_t> distances(cells.size());
    std::transform(cells.begin(), cells.end(), distances.begin(), [](const Cell& cell) { return cell.distance; });
    return distances;
}

} // namespace halflens
