// SPDX-License-Identifier: BSD-3-Clause
// SLIC superpixels (Achanta et al., PAMI 2012), plain: k-means that looks only near each centre.
#include "core/base/parallel.h"
#include "core/explain/segmentation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

constexpr int Rounds = 10;
constexpr int RowsPerTask = 16;

struct Centre {
    double y = 0;
    double x = 0;
    std::array<double, 3> colour{};
};

struct Clusters {
    int height = 0;
    int width = 0;
    double step = 1; ///< side of the square that a segment would fill
    double reachY = 1; ///< how far a centre looks for pixels: twice the distance between centres
    double reachX = 1;
    std::array<std::vector<double>, 3> colour;
    std::vector<Centre> centres;
    std::vector<std::int32_t> labels;

    std::size_t index(int y, int x) const
    {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    }
};

/// Centres in the middle of the cells of a grid with about `wanted` cells.
void placeCentres(Clusters& clusters, int wanted)
{
    const auto cellsAlong = [&](int length, int limit) {
        return std::clamp(static_cast<int>(std::lround(length / clusters.step)), 1, limit);
    };
    const int rows = cellsAlong(clusters.height, std::min(clusters.height, wanted));
    const int columns = cellsAlong(clusters.width, std::min(clusters.width, wanted));
    clusters.reachY = 2.0 * clusters.height / rows;
    clusters.reachX = 2.0 * clusters.width / columns;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            Centre centre{
                (row + 0.5) * clusters.height / rows - 0.5, (column + 0.5) * clusters.width / columns - 0.5, {}};
            const std::size_t at =
                clusters.index(static_cast<int>(std::lround(centre.y)), static_cast<int>(std::lround(centre.x)));
            for (std::size_t c = 0; c < centre.colour.size(); ++c)
                centre.colour[c] = clusters.colour[c][at];
            clusters.centres.push_back(centre);
        }
    }
}

/// Gives every pixel to the nearest centre within reach; the smaller number wins a tie.
bool assign(Clusters& clusters, double spatialWeight, const std::stop_token& stop)
{
    const int tasks = (clusters.height + RowsPerTask - 1) / RowsPerTask;
    return parallelFor(
        tasks,
        [&](int task) {
            const int top = task * RowsPerTask;
            const int bottom = std::min(clusters.height, top + RowsPerTask);
            const std::size_t base = clusters.index(top, 0);
            std::vector<double> nearest(clusters.index(bottom, 0) - base, std::numeric_limits<double>::infinity());
            for (std::size_t label = 0; label < clusters.centres.size(); ++label) {
                const Centre& centre = clusters.centres[label];
                const int firstY = std::max(top, static_cast<int>(std::ceil(centre.y - clusters.reachY)));
                const int lastY = std::min(bottom - 1, static_cast<int>(std::floor(centre.y + clusters.reachY)));
                const int firstX = std::max(0, static_cast<int>(std::ceil(centre.x - clusters.reachX)));
                const int lastX =
                    std::min(clusters.width - 1, static_cast<int>(std::floor(centre.x + clusters.reachX)));
                for (int y = firstY; y <= lastY; ++y) {
                    for (int x = firstX; x <= lastX; ++x) {
                        const std::size_t at = clusters.index(y, x);
                        double distance =
                            spatialWeight * ((y - centre.y) * (y - centre.y) + (x - centre.x) * (x - centre.x));
                        for (std::size_t c = 0; c < centre.colour.size(); ++c) {
                            const double difference = clusters.colour[c][at] - centre.colour[c];
                            distance += difference * difference;
                        }
                        if (distance < nearest[at - base]) {
                            nearest[at - base] = distance;
                            clusters.labels[at] = static_cast<std::int32_t>(label);
                        }
                    }
                }
            }
        },
        stop);
}

/// Moves every centre to the mean of its pixels; one without pixels stays.
void moveCentres(Clusters& clusters)
{
    std::vector<Centre> sums(clusters.centres.size());
    std::vector<double> counts(clusters.centres.size());
    for (int y = 0; y < clusters.height; ++y) {
        for (int x = 0; x < clusters.width; ++x) {
            const std::size_t at = clusters.index(y, x);
            const auto label = static_cast<std::size_t>(clusters.labels[at]);
            sums[label].y += y;
            sums[label].x += x;
            for (std::size_t c = 0; c < 3; ++c)
                sums[label].colour[c] += clusters.colour[c][at];
            counts[label] += 1;
        }
    }
    for (std::size_t label = 0; label < sums.size(); ++label) {
        const double count = counts[label];
        if (count == 0)
            continue;
        const Centre& sum = sums[label];
        clusters.centres[label] = {
            sum.y / count, sum.x / count, {sum.colour[0] / count, sum.colour[1] / count, sum.colour[2] / count}};
    }
}

/// Makes segments connected: pieces are found in raster order; a piece that is too small joins the
/// piece left of or above its first pixel.
Segmentation connected(const Clusters& clusters)
{
    const auto smallest = static_cast<std::size_t>(clusters.step * clusters.step / 4);
    Segmentation result{clusters.width, clusters.height, 0, std::vector<std::int32_t>(clusters.labels.size(), -1)};
    std::vector<std::size_t> piece;
    for (int y = 0; y < clusters.height; ++y) {
        for (int x = 0; x < clusters.width; ++x) {
            const std::size_t first = clusters.index(y, x);
            if (result.labels[first] >= 0)
                continue;
            piece.assign(1, first);
            result.labels[first] = result.count;
            for (std::size_t next = 0; next < piece.size(); ++next) {
                const std::size_t at = piece[next];
                const auto column = static_cast<int>(at % static_cast<std::size_t>(clusters.width));
                const auto row = static_cast<int>(at / static_cast<std::size_t>(clusters.width));
                const auto visit = [&](int otherY, int otherX) {
                    if (otherY < 0 || otherX < 0 || otherY >= clusters.height || otherX >= clusters.width)
                        return;
                    const std::size_t other = clusters.index(otherY, otherX);
                    if (result.labels[other] < 0 && clusters.labels[other] == clusters.labels[first]) {
                        result.labels[other] = result.count;
                        piece.push_back(other);
                    }
                };
                visit(row - 1, column);
                visit(row, column - 1);
                visit(row, column + 1);
                visit(row + 1, column);
            }
            if (piece.size() >= smallest || first == 0) {
                ++result.count;
                continue;
            }
            const std::size_t neighbour = x > 0 ? first - 1 : first - static_cast<std::size_t>(clusters.width);
            for (const std::size_t at : piece)
                result.labels[at] = result.labels[neighbour];
        }
    }
    return result;
}

} // namespace

Result<Segmentation> slic(const Image& image, const SlicOptions& options, std::stop_token stop)
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "segments", "the image is empty", "open another image", {}};
    if (options.segments < 1 || !(options.compactness > 0) || !std::isfinite(options.compactness))
        return Error{ErrorCode::InvalidInput,
                     "segments",
                     "the SLIC options are out of range",
                     "use at least one segment and a compactness above 0",
                     {}};
    return guarded("segments", [&]() -> Result<Segmentation> {
        Clusters clusters;
        clusters.height = image.height;
        clusters.width = image.width;
        clusters.colour = labPlanes(image);
        const auto pixels = static_cast<double>(clusters.colour[0].size());
        clusters.step = std::max(1.0, std::sqrt(pixels / options.segments));
        clusters.labels.resize(clusters.colour[0].size());
        placeCentres(clusters, options.segments);
        const double spatialWeight = options.compactness * options.compactness / (clusters.step * clusters.step);
        for (int round = 0; round < Rounds; ++round) {
            if (!assign(clusters, spatialWeight, stop))
                return cancelledError();
            moveCentres(clusters);
        }
        return connected(clusters);
    });
}

} // namespace halflens
