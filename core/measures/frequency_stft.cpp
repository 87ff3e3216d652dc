// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/frequency_stft.h"

#include "core/base/parallel.h"
#include "core/measures/blocks.h"
#include "core/measures/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace halflens {

namespace {

constexpr int Side = 64;
constexpr int Stride = 16;
constexpr int HalfSide = Side / 2 + 1; ///< columns of the half spectrum
constexpr std::size_t WindowCells = static_cast<std::size_t>(Side) * Side;

/// Position after half-sample mirroring, any number of times.
int mirrored(int position, int length)
{
    const int period = 2 * length;
    const int inPeriod = ((position % period) + period) % period;
    return inPeriod < length ? inPeriod : period - 1 - inPeriod;
}

std::vector<double> hannWindow()
{
    std::vector<double> line(Side);
    for (int i = 0; i < Side; ++i)
        line[static_cast<std::size_t>(i)] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / Side);
    std::vector<double> window;
    window.reserve(WindowCells);
    for (const double y : line) {
        for (const double x : line)
            window.push_back(y * x);
    }
    return window;
}

/// Band of each half-spectrum cell, BandCount for none, and how many cells of the whole it stands for.
struct StftCell {
    int band = BandCount;
    double count = 0;
};

std::vector<StftCell> stftCells(double pixelsPerDegree)
{
    std::vector<StftCell> result;
    for (int y = 0; y < Side; ++y) {
        for (int x = 0; x < HalfSide; ++x) {
            const double fy = static_cast<double>(std::min(y, Side - y)) / Side;
            const double fx = static_cast<double>(x) / Side;
            const int band = x == 0 && y == 0 ? BandCount : bandOf(radialCpd(fy, fx, pixelsPerDegree));
            result.push_back({band, x == 0 || x == Side / 2 ? 1.0 : 2.0});
        }
    }
    return result;
}

/// The ten sums of one window whose top left corner is (top, left), possibly outside the image.
std::array<double, BandCount> windowBands(const Field& grey, int top, int left, std::span<const double> window,
                                          double windowSum, std::span<const StftCell> layout, RealBuffer& samples,
                                          ComplexBuffer& spectrum, const RealFftPlan& plan)
{
    double weighted = 0;
    for (int y = 0; y < Side; ++y) {
        const std::span<const double> row = grey.row(mirrored(top + y, grey.height));
        const std::size_t start = static_cast<std::size_t>(y) * Side;
        for (int x = 0; x < Side; ++x) {
            const std::size_t at = start + static_cast<std::size_t>(x);
            samples[at] = row[static_cast<std::size_t>(mirrored(left + x, grey.width))];
            weighted += window[at] * samples[at];
        }
    }
    const double mean = weighted / windowSum;
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = (samples[i] - mean) * window[i];
    plan.execute(samples.data(), spectrum.data());

    std::array<double, BandCount + 1> sums{}; // the last one takes what belongs to no band
    for (std::size_t i = 0; i < layout.size(); ++i) {
        const double magnitude = std::sqrt(std::norm(spectrum[i]));
        sums[static_cast<std::size_t>(layout[i].band)] += layout[i].count * magnitude;
    }
    std::array<double, BandCount> bands{};
    for (std::size_t band = 0; band < bands.size(); ++band)
        bands[band] = sums[band] / windowSum;
    return bands;
}

/// A map of window values at image size. The windows tile from the top left, so the last ones may
/// reach beyond the image: enlarge to whole cells, keep the part inside.
ScalarMap enlarged(const Field& cells, int height, int width)
{
    const BilinearSampler sampler(cells, {cells.height * Stride, cells.width * Stride});
    ScalarMap map(height, width);
    parallelFor(height, [&](int y) {
        std::vector<double> row(static_cast<std::size_t>(width));
        sampler.row(y, row);
        std::transform(row.begin(), row.end(), map.row(y).begin(),
                       [](double value) { return static_cast<float>(value); });
    });
    return map;
}

FrequencyResult assembled(const Field& grey, const std::vector<Field>& bands, ContrastSensitivity curve)
{
    FrequencyResult result;
    const std::array<double, BandCount> weights = bandWeights(curve);
    Field sum(bands.front().height, bands.front().width);
    for (std::size_t band = 0; band < bands.size(); ++band) {
        for (std::size_t i = 0; i < sum.values.size(); ++i)
            sum.values[i] += weights[band] * bands[band].values[i];
    }
    result.map = enlarged(sum, grey.height, grey.width);
    if (const FieldSize size = mapSize(grey.height, grey.width); size != FieldSize{grey.height, grey.width})
        result.map = toScalarMap(reducedMap(result.map, size));
    if (grey.height < GridRows || grey.width < GridColumns)
        return result;
    result.bandBlockMeans.emplace();
    for (std::size_t band = 0; band < bands.size(); ++band) {
        const Result<BlockMeans> means = blockMeans(enlarged(bands[band], grey.height, grey.width));
        if (means)
            (*result.bandBlockMeans)[band] = *means;
    }
    return result;
}

} // namespace

Result<FrequencyResult> stftFrequency(const Field& grey, const FrequencyOptions& options, std::stop_token stop)
{
    const FieldSize cells{(grey.height + Stride - 1) / Stride, (grey.width + Stride - 1) / Stride};
    const std::vector<double> window = hannWindow();
    const double windowSum = std::accumulate(window.begin(), window.end(), 0.0);
    const std::vector<StftCell> layout = stftCells(options.pixelsPerDegree);
    const RealFftPlan plan = realFftPlan2d(Side, Side);
    std::vector<Field> bands(BandCount, Field(cells.height, cells.width));

    const bool done = parallelFor(
        cells.height,
        [&](int row) {
            RealBuffer samples(WindowCells);
            ComplexBuffer spectrum(static_cast<std::size_t>(Side) * HalfSide);
            for (int column = 0; column < cells.width; ++column) {
                const int top = row * Stride + Stride / 2 - Side / 2;
                const int left = column * Stride + Stride / 2 - Side / 2;
                const auto sums = windowBands(grey, top, left, window, windowSum, layout, samples, spectrum, plan);
                for (std::size_t band = 0; band < sums.size(); ++band)
                    bands[band].row(row)[static_cast<std::size_t>(column)] = sums[band];
            }
        },
        stop);
    if (!done)
        return cancelledError();
    return assembled(grey, bands, options.sensitivity);
}

} // namespace halflens
