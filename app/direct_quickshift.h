// SPDX-License-Identifier: BSD-3-Clause
// Quickshift word by word from its definition (spec models 13.1): the reference the fast one must
// match label by label, and be compared with for speed.
#pragma once

#include "core/explain/seeded_generator.h"
#include "core/explain/segmentation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

inline Segmentation directQuickshift(const Image& image, const QuickshiftOptions& options = {})
{
    const int height = image.height;
    const int width = image.width;
    const int radius = static_cast<int>(std::ceil(3 * options.kernelSize));
    const auto at = [&](int y, int x) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    };
    auto lab = labPlanes(image);
    for (auto& plane : lab) {
        for (double& value : plane)
            value *= options.ratio;
    }
    const auto squaredDistance = [&](int y, int x, int v, int u) {
        double sum = 0;
        for (const auto& plane : lab) {
            const double difference = plane[at(y, x)] - plane[at(v, u)];
            sum += difference * difference;
        }
        return sum + (y - v) * (y - v) + (x - u) * (x - u);
    };
    const auto forWindow = [&](int y, int x, const auto& use) {
        for (int v = std::max(0, y - radius); v <= std::min(height - 1, y + radius); ++v) {
            for (int u = std::max(0, x - radius); u <= std::min(width - 1, x + radius); ++u)
                use(v, u);
        }
    };

    std::vector<double> density(lab[0].size());
    SeededGenerator generator(options.seed);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double sum = 0;
            forWindow(y, x, [&](int v, int u) {
                sum += std::exp(-squaredDistance(y, x, v, u) / (2 * options.kernelSize * options.kernelSize));
            });
            density[at(y, x)] = sum + 1e-5 * generator.normal();
        }
    }

    std::vector<std::size_t> parents(density.size());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            std::size_t parent = at(y, x);
            double best = std::numeric_limits<double>::infinity();
            forWindow(y, x, [&](int v, int u) {
                const double distance = squaredDistance(y, x, v, u);
                if (density[at(v, u)] > density[at(y, x)] && distance < best) {
                    best = distance;
                    parent = at(v, u);
                }
            });
            parents[at(y, x)] = std::sqrt(best) > options.maxDistance ? at(y, x) : parent;
        }
    }

    Segmentation result{width, height, 0, std::vector<std::int32_t>(parents.size())};
    std::vector<std::int32_t> numbers(parents.size());
    for (std::size_t i = 0; i < parents.size(); ++i) {
        if (parents[i] == i)
            numbers[i] = result.count++;
    }
    for (std::size_t i = 0; i < parents.size(); ++i) {
        std::size_t root = i;
        while (parents[root] != root)
            root = parents[root];
        result.labels[i] = numbers[root];
    }
    return result;
}

} // namespace halflens
