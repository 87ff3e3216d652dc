// SPDX-License-Identifier: BSD-3-Clause
// Quickshift (spec models 13.1). Two observations make it fast without changing a label:
// each pair of pixels contributes the same amount to both densities, so half of the window
// suffices; and a parent nearer in position than any joint distance left cannot be beaten, so the
// window is searched from the inside out.
#include "core/base/parallel.h"
#include "core/explain/quickshift_kernel.h"
#include "core/explain/seeded_generator.h"
#include "core/explain/segmentation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halflens {

namespace {

constexpr int RowsPerTask = 16; ///< fixed, so that sums do not depend on the number of threads
constexpr double TieNoise = 1e-5;
constexpr double MaxKernelSize = 100;

using Planes = std::array<std::vector<double>, 3>;

/// What all steps look at.
struct Scene {
    int height = 0;
    int width = 0;
    int radius = 0;
    Planes colour; ///< Lab times ratio

    detail::ColourRun run(std::size_t at) const
    {
        return {colour[0].data() + at, colour[1].data() + at, colour[2].data() + at};
    }
    std::size_t index(int y, int x) const
    {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    }
};

/// Sum over the window of exp(-(joint squared distance) / (2 kernelSize^2)), the pixel included.
std::vector<double> densities(const Scene& scene, double kernelSize, const std::stop_token& stop)
{
    const auto width = static_cast<std::size_t>(scene.width);
    const int tasks = (scene.height + RowsPerTask - 1) / RowsPerTask;
    const double scale = -0.5 / (kernelSize * kernelSize);
    const detail::AddPairs addPairs = detail::bestAddPairs();
    // Each task adds to its own rows and to those that its windows reach below.
    std::vector<std::vector<double>> parts(static_cast<std::size_t>(tasks));
    const bool done = parallelFor(
        tasks,
        [&](int task) {
            const int top = task * RowsPerTask;
            const int bottom = std::min(scene.height, top + RowsPerTask);
            const int reach = std::min(scene.height, bottom + scene.radius);
            std::vector<double>& sums = parts[static_cast<std::size_t>(task)];
            sums.assign(static_cast<std::size_t>(reach - top) * width, 0.0);
            std::fill_n(sums.begin(), static_cast<std::size_t>(bottom - top) * width, 1.0);
            for (int y = top; y < bottom; ++y) {
                for (int dy = 0; dy <= scene.radius && y + dy < scene.height; ++dy) {
                    for (int dx = dy == 0 ? 1 : -scene.radius; dx <= scene.radius; ++dx) {
                        const int from = std::max(0, -dx);
                        const int to = std::min(scene.width, scene.width - dx);
                        if (from >= to)
                            continue;
                        const std::size_t base = scene.index(top, 0);
                        const std::size_t a = scene.index(y, from);
                        const std::size_t b = scene.index(y + dy, from + dx);
                        addPairs(scene.run(a), scene.run(b), static_cast<std::size_t>(to - from), scale,
                                 std::exp(scale * (dy * dy + dx * dx)), sums.data() + (a - base),
                                 sums.data() + (b - base));
                    }
                }
            }
        },
        stop);
    std::vector<double> result(width * static_cast<std::size_t>(scene.height));
    for (int task = 0; done && task < tasks; ++task) {
        const std::vector<double>& sums = parts[static_cast<std::size_t>(task)];
        double* target = result.data() + scene.index(task * RowsPerTask, 0);
        for (std::size_t i = 0; i < sums.size(); ++i)
            target[i] += sums[i];
    }
    return done ? result : std::vector<double>();
}

struct Offset {
    int dy = 0;
    int dx = 0;
    int square = 0;
};

/// The window without its centre, nearest first; raster order among equals.
std::vector<Offset> offsetsFromInside(int radius)
{
    std::vector<Offset> offsets;
    for (int dy = -radius; dy <= radius; ++dy) {
        for (int dx = -radius; dx <= radius; ++dx) {
            if (dy != 0 || dx != 0)
                offsets.push_back({dy, dx, dy * dy + dx * dx});
        }
    }
    std::stable_sort(offsets.begin(), offsets.end(),
                     [](const Offset& a, const Offset& b) { return a.square < b.square; });
    return offsets;
}

/// Nearest pixel of higher density in the window, or `at` itself.
std::size_t parentOf(const Scene& scene, const std::vector<double>& density, std::span<const Offset> offsets, int y,
                     int x, double maxDistance)
{
    const std::size_t at = scene.index(y, x);
    std::size_t parent = at;
    double best = maxDistance * maxDistance;
    for (const Offset& offset : offsets) {
        if (offset.square > best)
            break;
        const int otherY = y + offset.dy;
        const int otherX = x + offset.dx;
        if (otherY < 0 || otherY >= scene.height || otherX < 0 || otherX >= scene.width)
            continue;
        const std::size_t other = scene.index(otherY, otherX);
        if (!(density[other] > density[at]))
            continue;
        double distance = 0;
        for (const std::vector<double>& plane : scene.colour) {
            const double difference = plane[at] - plane[other];
            distance += difference * difference;
        }
        distance += offset.square;
        // Among equals the first in raster order counts, wherever the search met it.
        if (distance < best || (distance == best && (parent == at || other < parent))) {
            best = distance;
            parent = other;
        }
    }
    return parent;
}

/// Follows parents to roots and numbers the roots in raster order.
Segmentation labelled(const Scene& scene, std::vector<std::size_t> parents)
{
    std::vector<std::size_t> path;
    for (std::size_t i = 0; i < parents.size(); ++i) {
        path.clear();
        std::size_t root = i;
        while (parents[root] != root) {
            path.push_back(root);
            root = parents[root];
        }
        for (const std::size_t member : path)
            parents[member] = root;
    }
    Segmentation result{scene.width, scene.height, 0, std::vector<std::int32_t>(parents.size())};
    for (std::size_t i = 0; i < parents.size(); ++i) {
        if (parents[i] == i)
            result.labels[i] = result.count++;
    }
    for (std::size_t i = 0; i < parents.size(); ++i)
        result.labels[i] = result.labels[parents[i]];
    return result;
}

Status checkOptions(const Image& image, const QuickshiftOptions& options)
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "segments", "the image is empty", "open another image", {}};
    const bool usable = options.kernelSize > 0 && options.kernelSize <= MaxKernelSize && options.maxDistance >= 0
        && std::isfinite(options.maxDistance) && options.ratio >= 0 && std::isfinite(options.ratio);
    if (!usable)
        return Error{ErrorCode::InvalidInput,
                     "segments",
                     "the quickshift options are out of range",
                     "use a kernel size above 0 and up to 100, and a distance and ratio of at least 0",
                     {}};
    return {};
}

} // namespace

Result<Segmentation> quickshift(const Image& image, const QuickshiftOptions& options, std::stop_token stop)
{
    if (const Status usable = checkOptions(image, options); !usable)
        return usable.error();
    return guarded("segments", [&]() -> Result<Segmentation> {
        Scene scene{image.height, image.width, static_cast<int>(std::ceil(3 * options.kernelSize)), labPlanes(image)};
        for (std::vector<double>& plane : scene.colour) {
            for (double& value : plane)
                value *= options.ratio;
        }
        std::vector<double> density = densities(scene, options.kernelSize, stop);
        if (density.empty())
            return cancelledError();
        SeededGenerator generator(options.seed);
        for (double& value : density)
            value += TieNoise * generator.normal();

        const std::vector<Offset> offsets = offsetsFromInside(scene.radius);
        std::vector<std::size_t> parents(density.size());
        const int tasks = (scene.height + RowsPerTask - 1) / RowsPerTask;
        const bool done = parallelFor(
            tasks,
            [&](int task) {
                const int bottom = std::min(scene.height, (task + 1) * RowsPerTask);
                for (int y = task * RowsPerTask; y < bottom; ++y) {
                    for (int x = 0; x < scene.width; ++x)
                        parents[scene.index(y, x)] = parentOf(scene, density, offsets, y, x, options.maxDistance);
                }
            },
            stop);
        if (!done)
            return cancelledError();
        return labelled(scene, std::move(parents));
    });
}

} // namespace halflens
