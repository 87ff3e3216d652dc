// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/frequency_windows.h"

#include "core/base/parallel.h"
#include "core/measures/gaussian.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr int SmoothingSide = 1024;

using BandWeights = std::array<double, BandCount>;

/// Pixels begin .. end - 1 of an axis count; the window around them begins at `start`.
struct Part {
    int start = 0;
    int length = 0;
    int begin = 0;
    int end = 0;
};

/// Smallest even length >= `length` without prime factors above 5, which FFTW is fast with.
int smoothLength(int length)
{
    for (int candidate = length + length % 2;; candidate += 2) {
        int rest = candidate;
        for (const int factor : {2, 3, 5}) {
            while (rest % factor == 0)
                rest /= factor;
        }
        if (rest == 1)
            return candidate;
    }
}

/// Parts of one size, so that one plan serves them all; those at the ends are moved inward.
std::vector<Part> partsOf(int length, const FrequencyWindows& windows)
{
    const int count = (length + windows.inner - 1) / windows.inner;
    if (count == 1)
        return {{0, length, 0, length}};
    const int inner = (length + count - 1) / count;
    const int window = std::min(length, smoothLength(inner + 2 * windows.margin));
    std::vector<Part> parts;
    for (int i = 0; i < count; ++i) {
        const int begin = i * inner;
        const int end = std::min(length, begin + inner);
        const int start = std::clamp((begin + end - window) / 2, 0, length - window);
        parts.push_back({start, window, begin, end});
    }
    return parts;
}

double meanOf(const GreyRows& grey)
{
    std::vector<double> rows(static_cast<std::size_t>(grey.height));
    parallelFor(grey.height, [&](int y) {
        std::vector<double> row(static_cast<std::size_t>(grey.width));
        grey.row(y, row);
        double sum = 0;
        for (const double value : row)
            sum += value;
        rows[static_cast<std::size_t>(y)] = sum;
    });
    double sum = 0;
    for (const double value : rows)
        sum += value;
    return sum / (static_cast<double>(grey.height) * grey.width);
}

Field cut(const GreyRows& grey, const Part& rows, const Part& columns, double mean)
{
    Field piece(rows.length, columns.length);
    parallelFor(rows.length, [&](int y) {
        std::vector<double> row(static_cast<std::size_t>(grey.width));
        grey.row(rows.start + y, row);
        std::transform(row.begin() + columns.start, row.begin() + columns.start + columns.length, piece.row(y).begin(),
                       [&](double value) { return value - mean; });
    });
    return piece;
}

/// Which weighted sums of the bands a mode wants.
std::vector<BandWeights> sumsOf(const FrequencyOptions& options)
{
    BandWeights ones;
    ones.fill(1);
    if (options.mode == FrequencyMode::Uniform)
        return {ones};
    if (options.mode == FrequencyMode::Centroid) {
        BandWeights centres{};
        for (int band = 0; band < BandCount; ++band)
            centres[static_cast<std::size_t>(band)] = bandCentre(band);
        return {ones, centres};
    }
    std::vector<BandWeights> sums{bandWeights(options.sensitivity)};
    for (std::size_t band = 0; options.mode == FrequencyMode::Bands && band < BandCount; ++band) {
        sums.emplace_back();
        sums.back()[band] = 1;
    }
    return sums;
}

/// Sums over one window, column by column in the stored order of its rows.
struct WindowSums {
    std::vector<std::vector<double>> values; ///< one a sum
    std::vector<std::array<std::array<double, GridRows>, BandCount>> blocks; ///< per column, of the rows that count
};

/// Adds what counts of a window to the cells of a map: value(y, x) of pixels of the photo, by area.
template<class Value>
void addWindow(Field& cells, const GreyRows& grey, const Part& rows, const Part& columns, const Value& value)
{
    std::vector<AreaCell> across;
    for (int x = 0; x < cells.width; ++x)
        across.push_back(areaCell(x, cells.width, grey.width));
    parallelFor(cells.height, [&](int cellY) {
        const AreaCell down = areaCell(cellY, cells.height, grey.height);
        const std::span<double> out = cells.row(cellY);
        for (int y = std::max(down.first, rows.begin); y < std::min(down.last + 1, rows.end); ++y) {
            for (std::size_t cellX = 0; cellX < across.size(); ++cellX) {
                const AreaCell& cell = across[cellX];
                const double weight = down.weightAt(y) / (down.length * cell.length);
                for (int x = std::max(cell.first, columns.begin); x < std::min(cell.last + 1, columns.end); ++x)
                    out[cellX] += weight * cell.weightAt(x) * value(y, x);
            }
        }
    });
}

/// With the standard deviation of the photo's height, on at most SmoothingSide values a side.
std::optional<ScalarMap> smoothed(const Field& cells, const std::stop_token& stop)
{
    Field small = reducedMap(toScalarMap(cells), reducedSize(cells.height, cells.width, SmoothingSide));
    if (!smoothGaussian(small, SmoothingSigmaPx * small.height / SmoothingHeight, stop))
        return std::nullopt;
    return toScalarMap(resizedBilinear(small, {cells.height, cells.width}));
}

} // namespace

Result<FrequencyResult> windowedFrequency(const GreyRows& grey, const FrequencyOptions& options,
                                          const FrequencyWindows& windows, std::stop_token stop)
{
    const std::vector<BandWeights> weights = sumsOf(options);
    const double mean = meanOf(grey);
    const double highest = sensitivityPeak(options.sensitivity).value;
    const bool hasBlocks = grey.height >= GridRows && grey.width >= GridColumns;
    std::array<BlockMeans, BandCount> blockSums{};
    const FieldSize size = mapSize(grey.height, grey.width, windows.mostValues);
    std::vector<Field> maps(options.mode == FrequencyMode::Bands ? 1 + BandCount : 1, Field(size.height, size.width));

    for (const Part& rows : partsOf(grey.height, windows)) {
        for (const Part& columns : partsOf(grey.width, windows)) {
            BandTransform transform(cut(grey, rows, columns, mean), options.extension, options.pixelsPerDegree,
                                    BandTransform::Mean::LowestBand);
            const auto height = static_cast<std::size_t>(rows.length);
            WindowSums sums;
            sums.values.assign(weights.size(), std::vector<double>(height * static_cast<std::size_t>(columns.length)));
            sums.blocks.resize(static_cast<std::size_t>(columns.length));
            for (int band = 0; band < BandCount; band += 2) {
                const auto first = static_cast<std::size_t>(band);
                const auto add = [&](int x, std::span<const Complex> values) {
                    const auto column = static_cast<std::size_t>(x);
                    for (std::size_t i = 0; i < weights.size(); ++i) {
                        const double real = weights[i][first];
                        const double imaginary = weights[i][first + 1];
                        if (real == 0 && imaginary == 0)
                            continue;
                        double* out = sums.values[i].data() + column * height;
                        for (std::size_t y = 0; y < height; ++y)
                            out[y] += real * std::abs(values[y].real()) + imaginary * std::abs(values[y].imag());
                    }
                    for (int row = 0; hasBlocks && row < GridRows; ++row) {
                        const BlockRect rect = blockRect(BlockIndex::at(row, 0), grey.height, grey.width);
                        const int top = std::max(rect.top, rows.begin);
                        const int bottom = std::max(top, std::min(rect.bottom, rows.end));
                        for (const auto& [from, to] :
                             transform.rows().storedRanges(top - rows.start, bottom - rows.start)) {
                            auto& block = sums.blocks[column];
                            for (int y = from; y < to; ++y) {
                                const Complex value = values[static_cast<std::size_t>(y)];
                                block[first][static_cast<std::size_t>(row)] += std::abs(value.real());
                                block[first + 1][static_cast<std::size_t>(row)] += std::abs(value.imag());
                            }
                        }
                    }
                };
                if (!transform.bandPair(band, add, stop))
                    return cancelledError();
            }

            const auto at = [&](int y, int x) {
                return static_cast<std::size_t>(x - columns.start) * height
                    + static_cast<std::size_t>(transform.rows().stored(y - rows.start));
            };
            for (std::size_t i = 0; i < maps.size(); ++i) {
                addWindow(maps[i], grey, rows, columns, [&](int y, int x) {
                    const double sum = sums.values[i][at(y, x)];
                    return options.mode == FrequencyMode::Centroid
                        ? sensitivity(options.sensitivity, sums.values[1][at(y, x)] / (sum + CentroidEpsilon)) / highest
                        : sum;
                });
            }
            for (int x = columns.begin; hasBlocks && x < columns.end; ++x) {
                for (int b = 0; b < BlockCount; ++b) {
                    const BlockRect rect = blockRect({b}, grey.height, grey.width);
                    if (x < rect.left || x >= rect.right)
                        continue;
                    const auto& column = sums.blocks[static_cast<std::size_t>(x - columns.start)];
                    for (std::size_t band = 0; band < BandCount; ++band)
                        blockSums[band][static_cast<std::size_t>(b)] +=
                            column[band][static_cast<std::size_t>(BlockIndex{b}.row())];
                }
            }
        }
    }
    FrequencyResult result;
    if (hasBlocks) {
        for (BlockMeans& means : blockSums) {
            for (int b = 0; b < BlockCount; ++b) {
                const BlockRect rect = blockRect({b}, grey.height, grey.width);
                means[static_cast<std::size_t>(b)] /=
                    static_cast<double>(rect.bottom - rect.top) * (rect.right - rect.left);
            }
        }
        result.bandBlockMeans = blockSums;
    }
    for (std::size_t i = 1; i < maps.size(); ++i)
        result.bands.push_back(toScalarMap(maps[i]));
    if (!options.smooth) {
        result.map = toScalarMap(maps.front());
        return result;
    }
    std::optional<ScalarMap> smooth = smoothed(maps.front(), stop);
    if (!smooth)
        return cancelledError();
    result.map = *std::move(smooth);
    return result;
}

} // namespace halflens
