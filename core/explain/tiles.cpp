// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/tiles.h"

#include "core/image/content_hash.h"
#include "core/image/model_input.h"
#include "core/predictor/workers.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

using Clock = std::chrono::steady_clock;

std::vector<int> starts(int length, int window, int stride)
{
    std::vector<int> result;
    for (int start = 0; start + window < length; start += stride)
        result.push_back(start);
    result.push_back(length - window);
    return result;
}

/// Between order statistics, as most programs do it; `sorted` is not empty.
double percentile(const std::vector<double>& sorted, double share)
{
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void summarise(Tiles& tiles)
{
    std::vector<double> sorted = tiles.scores;
    std::sort(sorted.begin(), sorted.end());
    tiles.lowest = sorted.front();
    tiles.p5 = percentile(sorted, 0.05);
    tiles.median = percentile(sorted, 0.5);
    tiles.highest = sorted.back();
    const auto first = std::min_element(tiles.scores.begin(), tiles.scores.end());
    tiles.lowestAt = tiles.grid.rect(static_cast<int>(first - tiles.scores.begin()));
}

Image cut(const Image& image, const PixelRect& rect)
{
    Image result;
    result.width = rect.width;
    result.height = rect.height;
    result.origin = image.origin;
    result.rgb.reserve(3 * static_cast<std::size_t>(rect.width) * static_cast<std::size_t>(rect.height));
    for (int y = rect.y; y < rect.y + rect.height; ++y) {
        const std::uint8_t* row = image.row(y) + 3 * static_cast<std::ptrdiff_t>(rect.x);
        result.rgb.insert(result.rgb.end(), row, row + 3 * static_cast<std::ptrdiff_t>(rect.width));
    }
    return result;
}

Result<double> scoreOf(const Image& image, const PixelRect& rect, const Predictor& predictor,
                       const std::stop_token& stop)
{
    const Result<ModelInput> input = toModelInput(cut(image, rect), predictor.info().input);
    if (!input)
        return input.error();
    const Result<Prediction> prediction = predictor.predict(*input, stop);
    if (!prediction)
        return prediction.error();
    if (!std::isfinite(prediction->score))
        return Error{ErrorCode::Model,
                     "tiles",
                     "the network's score of a window is not a number",
                     "check the weights file; import it again if it was copied",
                     {}};
    return prediction->score;
}

/// Edges of windows along one side, ascending, and for each piece between two the windows over it: [first, last).
struct Pieces {
    std::vector<int> edges;
    std::vector<std::pair<std::size_t, std::size_t>> windows;
};

Pieces piecesOf(const std::vector<int>& begins, int window)
{
    Pieces pieces;
    for (const int begin : begins) {
        pieces.edges.push_back(begin);
        pieces.edges.push_back(begin + window);
    }
    std::sort(pieces.edges.begin(), pieces.edges.end());
    pieces.edges.erase(std::unique(pieces.edges.begin(), pieces.edges.end()), pieces.edges.end());
    for (std::size_t i = 0; i + 1 < pieces.edges.size(); ++i) {
        const auto first = std::partition_point(begins.begin(), begins.end(),
                                                [&](int begin) { return begin + window <= pieces.edges[i]; });
        const auto last =
            std::partition_point(begins.begin(), begins.end(), [&](int begin) { return begin <= pieces.edges[i]; });
        pieces.windows.emplace_back(first - begins.begin(), last - begins.begin());
    }
    return pieces;
}

/// Of the known scores of windows in these rows and columns; 0 where there is none.
float meanOf(std::span<const double> scores, std::size_t stride, std::pair<std::size_t, std::size_t> rows,
             std::pair<std::size_t, std::size_t> columns)
{
    double sum = 0;
    int count = 0;
    for (std::size_t row = rows.first; row < rows.second; ++row) {
        for (std::size_t column = columns.first; column < columns.second; ++column) {
            const double score = scores[row * stride + column];
            sum += std::isnan(score) ? 0 : score;
            count += std::isnan(score) ? 0 : 1;
        }
    }
    return count > 0 ? static_cast<float>(sum / count) : 0.0F;
}

} // namespace

PixelRect TileGrid::rect(int tile) const
{
    const auto at = static_cast<std::size_t>(tile);
    return {columns[at % columns.size()], rows[at / columns.size()], windowWidth, windowHeight};
}

Result<TileGrid> tileGrid(int imageWidth, int imageHeight, const InputSpec& spec)
{
    if (spec.policy != InputPolicy::Fit)
        return Error{ErrorCode::Unsupported,
                     "tiles",
                     "this model takes photos at their own size: there is nothing its fit could hide",
                     "use a model that fits photos to its input",
                     {}};
    TileGrid grid;
    grid.windowWidth = spec.width;
    grid.windowHeight = spec.height;
    if (spec.transposePortrait && imageHeight > imageWidth)
        std::swap(grid.windowWidth, grid.windowHeight);
    if (imageWidth < grid.windowWidth || imageHeight < grid.windowHeight)
        return Error{ErrorCode::InvalidInput,
                     "tiles",
                     "the photo of " + std::to_string(imageWidth) + " x " + std::to_string(imageHeight)
                         + " pixels is smaller than one window of " + std::to_string(grid.windowWidth) + " x "
                         + std::to_string(grid.windowHeight),
                     "tiles are for photos larger than the model's input; the score of the whole says it all here",
                     {}};
    grid.strideX = std::max(1, grid.windowWidth / 2);
    grid.strideY = std::max(1, grid.windowHeight / 2);
    grid.columns = starts(imageWidth, grid.windowWidth, grid.strideX);
    grid.rows = starts(imageHeight, grid.windowHeight, grid.strideY);
    return grid;
}

Result<Tiles> scoreTiles(const Image& image, const Predictor& predictor, std::stop_token stop, const TileSink& sink)
{
    const auto begin = Clock::now();
    Result<TileGrid> grid = tileGrid(image.width, image.height, predictor.info().input);
    if (!grid)
        return std::move(grid).error();
    return guarded("tiles", [&]() -> Result<Tiles> {
        Tiles tiles;
        tiles.grid = *std::move(grid);
        const int total = tiles.grid.count();
        tiles.scores.assign(static_cast<std::size_t>(total), std::numeric_limits<double>::quiet_NaN());
        Crew crew(workersFor(predictor));
        const int atOnce = 4 * crew.workers();
        auto lastPublish = begin;
        for (int done = 0; done < total;) {
            const int count = std::min(atOnce, total - done);
            std::vector<Status> problems(static_cast<std::size_t>(count));
            const auto score = [&](int i) {
                const Result<double> result = scoreOf(image, tiles.grid.rect(done + i), predictor, stop);
                if (result)
                    tiles.scores[static_cast<std::size_t>(done) + static_cast<std::size_t>(i)] = *result;
                else
                    problems[static_cast<std::size_t>(i)] = result.error();
                return result.has_value();
            };
            if (!crew.run(count, score, stop)) {
                for (Status& problem : problems)
                    if (!problem && !isCancelled(problem))
                        return std::move(problem).error();
                return cancelledError();
            }
            done += count;
            if (sink.progress)
                sink.progress(done, total);
            if (sink.publish && done < total && Clock::now() - lastPublish > std::chrono::milliseconds(250)) {
                sink.publish(tiles.grid, tiles.scores);
                lastPublish = Clock::now();
            }
        }
        summarise(tiles);
        tiles.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        return tiles;
    });
}

ScalarMap tileMap(const TileGrid& grid, std::span<const double> scores, int height, int width)
{
    ScalarMap map(height, width);
    const Pieces rows = piecesOf(grid.rows, grid.windowHeight);
    const Pieces columns = piecesOf(grid.columns, grid.windowWidth);
    // The piece the middle of a part of the photo lies in.
    const auto places = [](const Pieces& pieces, int length) {
        std::vector<std::size_t> result;
        for (int i = 0; i < length; ++i) {
            const std::int64_t middle = (2 * std::int64_t{i} + 1) * pieces.edges.back() / (2 * std::int64_t{length});
            const auto after = std::upper_bound(pieces.edges.begin(), pieces.edges.end(), middle);
            result.push_back(static_cast<std::size_t>(after - pieces.edges.begin()) - 1);
        }
        return result;
    };
    const std::vector<std::size_t> placeOfX = places(columns, width);
    const std::vector<std::size_t> placeOfY = places(rows, height);
    std::vector<float> line(static_cast<std::size_t>(width));
    for (int y = 0; y < height; ++y) {
        const std::size_t piece = placeOfY[static_cast<std::size_t>(y)];
        if (y == 0 || piece != placeOfY[static_cast<std::size_t>(y) - 1]) {
            std::vector<float> means;
            for (const auto& windows : columns.windows)
                means.push_back(meanOf(scores, grid.columns.size(), rows.windows[piece], windows));
            std::transform(placeOfX.begin(), placeOfX.end(), line.begin(), [&](std::size_t x) { return means[x]; });
        }
        std::copy(line.begin(), line.end(), map.row(y).begin());
    }
    return map;
}

int ninthOf(const TileGrid& grid, const PixelRect& rect)
{
    const auto third = [](int start, int length, int whole) {
        return std::clamp(3 * (start + length / 2) / whole, 0, 2);
    };
    return 3 * third(rect.y, rect.height, grid.rows.back() + grid.windowHeight)
        + third(rect.x, rect.width, grid.columns.back() + grid.windowWidth);
}

Result<Image> cropped(const Image& image, const PixelRect& rect)
{
    const bool inside = rect.width > 0 && rect.height > 0 && rect.x >= 0 && rect.y >= 0
        && rect.x <= image.width - rect.width && rect.y <= image.height - rect.height;
    if (!inside)
        return Error{ErrorCode::InvalidInput,
                     "region",
                     "the rectangle " + std::to_string(rect.x) + "," + std::to_string(rect.y) + ","
                         + std::to_string(rect.width) + "," + std::to_string(rect.height)
                         + " does not lie inside the image of " + std::to_string(image.width) + " x "
                         + std::to_string(image.height) + " pixels",
                     "name X,Y,WIDTH,HEIGHT in pixels of the upright image",
                     {}};
    return guarded("region", [&]() -> Result<Image> {
        Image result = cut(image, rect);
        result.contentHash = contentHash(result);
        return result;
    });
}

} // namespace halflens
