// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/upsample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace halflens::nn {

std::vector<int> nearestSources(int in, int out)
{
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    std::vector<int> sources(static_cast<std::size_t>(out));
    for (int i = 0; i < out; ++i) {
        const float position = std::floor((static_cast<float>(i) + 0.5F) * scale);
        sources[static_cast<std::size_t>(i)] = std::min(static_cast<int>(position), in - 1);
    }
    return sources;
}

void upsampleNearest(const float* source, const MapSize& from, float* target, const MapSize& to, int lanes)
{
    const std::vector<int> rows = nearestSources(from.height, to.height);
    const std::vector<int> columns = nearestSources(from.width, to.width);
    const auto width = static_cast<std::size_t>(lanes);
    const int groups = from.channels / lanes;
#pragma omp parallel for collapse(2) schedule(static)
    for (int group = 0; group < groups; ++group) {
        for (int row = 0; row < to.height; ++row) {
            const std::size_t sourceRow = static_cast<std::size_t>(group) * static_cast<std::size_t>(from.height)
                + static_cast<std::size_t>(rows[static_cast<std::size_t>(row)]);
            const std::size_t targetRow =
                static_cast<std::size_t>(group) * static_cast<std::size_t>(to.height) + static_cast<std::size_t>(row);
            const float* in = source + sourceRow * static_cast<std::size_t>(from.width) * width;
            float* out = target + targetRow * static_cast<std::size_t>(to.width) * width;
            for (const int column : columns) {
                const float* cell = in + static_cast<std::size_t>(column) * width;
                out = std::copy(cell, cell + width, out);
            }
        }
    }
}

} // namespace halflens::nn
