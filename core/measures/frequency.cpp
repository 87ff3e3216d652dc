// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/frequency.h"

#include "core/base/parallel.h"
#include "core/measures/frequency_stft.h"
#include "core/measures/frequency_windows.h"
#include "core/measures/gaussian.h"
#include "core/measures/resample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halflens {

namespace {

constexpr double FlatRange = 1e-9; ///< far below one 8-bit step, far above rounding
constexpr int ColumnsPerTask = 8; ///< one cache line of doubles

using BandWeights = std::array<double, BandCount>;

/// Sum over bands of weight * |band|, column by column: values[x * height + stored row].
struct WeightedSum {
    BandWeights weights{};
    std::vector<double> values;
};

double magnitudeSum(std::span<const Complex> values, bool imaginary)
{
    // Four partial sums: additions that wait for each other would take most of the time.
    std::array<double, 4> sums{};
    std::size_t i = 0;
    const auto part = [&](std::size_t at) { return std::abs(imaginary ? values[at].imag() : values[at].real()); };
    for (; i + sums.size() <= values.size(); i += sums.size()) {
        for (std::size_t lane = 0; lane < sums.size(); ++lane)
            sums[lane] += part(i + lane);
    }
    for (; i < values.size(); ++i)
        sums[0] += part(i);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Everything gathered from the columns of all bands.
class BandCollector {
public:
    BandCollector(const Field& image, const BandTransform& transform, const FrequencyOptions& options)
        : m_height(image.height)
        , m_width(image.width)
        , m_rows(transform.rows())
        , m_columnSums(static_cast<std::size_t>(image.width))
    {
        BandWeights weights = options.mode == FrequencyMode::Uniform || options.mode == FrequencyMode::Centroid
            ? filled(1)
            : bandWeights(options.sensitivity);
        addSum(weights);
        if (options.mode == FrequencyMode::Centroid) {
            for (int band = 0; band < BandCount; ++band)
                weights[static_cast<std::size_t>(band)] = bandCentre(band);
            addSum(weights);
        }
        if (options.mode == FrequencyMode::Bands) {
            for (int band = 0; band < BandCount; ++band) {
                BandWeights only = filled(0);
                only[static_cast<std::size_t>(band)] = 1;
                addSum(only);
            }
        }
    }

    /// For one column of the pair (band, band + 1). Different columns: any threads.
    void add(int band, int x, std::span<const Complex> values)
    {
        const auto first = static_cast<std::size_t>(band);
        for (WeightedSum& sum : m_sums) {
            const double real = sum.weights[first];
            const double imaginary = sum.weights[first + 1];
            if (real == 0 && imaginary == 0)
                continue;
            double* out = sum.values.data() + static_cast<std::size_t>(x) * values.size();
            for (std::size_t i = 0; i < values.size(); ++i)
                out[i] += real * std::abs(values[i].real()) + imaginary * std::abs(values[i].imag());
        }
        auto& columnSums = m_columnSums[static_cast<std::size_t>(x)];
        for (int row = 0; row < GridRows; ++row) {
            const BlockRect rect = blockRect(BlockIndex::at(row, 0), m_height, m_width);
            for (const auto& [from, to] : m_rows.storedRanges(rect.top, rect.bottom)) {
                const auto part = values.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
                columnSums[first][static_cast<std::size_t>(row)] += magnitudeSum(part, false);
                columnSums[first + 1][static_cast<std::size_t>(row)] += magnitudeSum(part, true);
            }
        }
    }

    /// Sum number `index` as an image; its memory is given back.
    Field takeField(std::size_t index)
    {
        const std::vector<double> values = std::move(m_sums[index].values);
        Field field(m_height, m_width);
        const int tasks = (m_width + ColumnsPerTask - 1) / ColumnsPerTask;
        parallelFor(tasks, [&](int task) {
            const int first = task * ColumnsPerTask;
            const int last = std::min(m_width, first + ColumnsPerTask);
            for (int y = 0; y < m_height; ++y) {
                const double* stored = values.data() + m_rows.stored(y);
                const std::span<double> row = field.row(y);
                for (int x = first; x < last; ++x)
                    row[static_cast<std::size_t>(x)] =
                        stored[static_cast<std::size_t>(x) * static_cast<std::size_t>(m_height)];
            }
        });
        return field;
    }

    std::optional<std::array<BlockMeans, BandCount>> blockMeans() const
    {
        if (m_height < GridRows || m_width < GridColumns)
            return std::nullopt;
        std::array<BlockMeans, BandCount> means{};
        for (std::size_t band = 0; band < BandCount; ++band) {
            for (int b = 0; b < BlockCount; ++b) {
                const BlockRect rect = blockRect({b}, m_height, m_width);
                double sum = 0;
                for (int x = rect.left; x < rect.right; ++x)
                    sum +=
                        m_columnSums[static_cast<std::size_t>(x)][band][static_cast<std::size_t>(BlockIndex{b}.row())];
                const double count = static_cast<double>(rect.bottom - rect.top) * (rect.right - rect.left);
                means[band][static_cast<std::size_t>(b)] = sum / count;
            }
        }
        return means;
    }

private:
    static BandWeights filled(double value)
    {
        BandWeights weights;
        weights.fill(value);
        return weights;
    }
    void addSum(const BandWeights& weights)
    {
        m_sums.push_back(
            {weights, std::vector<double>(static_cast<std::size_t>(m_height) * static_cast<std::size_t>(m_width))});
    }

    int m_height;
    int m_width;
    const BandAxis& m_rows;
    std::vector<WeightedSum> m_sums;
    std::vector<std::array<std::array<double, GridRows>, BandCount>> m_columnSums; ///< per x, band, row of blocks
};

/// Sensitivity at the mean frequency of each pixel, relative to the highest (spec 2.3, `centroid`).
Field centroidField(const Field& magnitude, Field moment, ContrastSensitivity curve)
{
    const double highest = sensitivityPeak(curve).value;
    parallelFor(moment.height, [&](int y) {
        const std::span<const double> sums = magnitude.row(y);
        const std::span<double> row = moment.row(y);
        for (std::size_t x = 0; x < row.size(); ++x)
            row[x] = sensitivity(curve, row[x] / (sums[x] + CentroidEpsilon)) / highest;
    });
    return moment;
}

Field withoutMean(const Field& grey)
{
    const double mean =
        std::accumulate(grey.values.begin(), grey.values.end(), 0.0) / static_cast<double>(grey.values.size());
    Field result = grey;
    for (double& value : result.values)
        value -= mean;
    return result;
}

bool isOneColour(const Image& image)
{
    for (std::size_t i = 3; i < image.rgb.size(); ++i) {
        if (image.rgb[i] != image.rgb[i - 3])
            return false;
    }
    return true;
}

FrequencyResult flatResult(const Field& grey, FrequencyMode mode)
{
    const FieldSize size = mapSize(grey.height, grey.width);
    FrequencyResult result;
    result.map = ScalarMap(size.height, size.width);
    if (mode == FrequencyMode::Bands)
        result.bands.assign(BandCount, result.map);
    if (grey.height >= GridRows && grey.width >= GridColumns)
        result.bandBlockMeans.emplace();
    return result;
}

Result<FrequencyResult> bandFrequency(const Field& grey, const FrequencyOptions& options, std::stop_token stop)
{
    const Field image = withoutMean(grey);
    const BandTransform transform(image, options.extension, options.pixelsPerDegree);
    BandCollector collector(image, transform, options);
    for (int band = 0; band < BandCount; band += 2) {
        if (!transform.bandPair(
                band, [&](int x, std::span<const Complex> values) { collector.add(band, x, values); }, stop))
            return cancelledError();
    }
    FrequencyResult result;
    result.bandBlockMeans = collector.blockMeans();
    Field field = collector.takeField(0);
    if (options.mode == FrequencyMode::Centroid)
        field = centroidField(field, collector.takeField(1), options.sensitivity);
    if (options.mode == FrequencyMode::Bands) {
        for (std::size_t band = 0; band < BandCount; ++band)
            result.bands.push_back(toScalarMap(collector.takeField(band + 1)));
    }
    if (options.smooth && !smoothGaussian(field, SmoothingSigmaPx * grey.height / SmoothingHeight, stop))
        return cancelledError();
    result.map = toScalarMap(field);
    return result;
}

} // namespace

std::string toString(FrequencyMode mode)
{
    switch (mode) {
    case FrequencyMode::Csf:
        return "csf";
    case FrequencyMode::Uniform:
        return "uniform";
    case FrequencyMode::Centroid:
        return "centroid";
    case FrequencyMode::Stft:
        return "stft";
    case FrequencyMode::Bands:
        return "bands";
    }
    return {};
}

Result<FrequencyMode> frequencyModeFromString(const std::string& word)
{
    for (const FrequencyMode mode : {FrequencyMode::Csf, FrequencyMode::Uniform, FrequencyMode::Centroid,
                                     FrequencyMode::Stft, FrequencyMode::Bands}) {
        if (word == toString(mode))
            return mode;
    }
    return Error{ErrorCode::InvalidInput,
                 "options",
                 "unknown frequency mode \"" + word + "\"",
                 "use csf, uniform, centroid, stft or bands",
                 {}};
}

bool isMeasuredInWindows(const Image& image, FrequencyMode mode)
{
    return static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) > MostWholePixels
        && mode != FrequencyMode::Stft;
}

std::string windowsNote(const Image& image, FrequencyMode mode)
{
    return isMeasuredInWindows(image, mode)
        ? "spatial frequency in overlapping windows, as of all photos above 16 megapixels"
        : std::string();
}

std::array<double, BandCount> bandWeights(ContrastSensitivity curve)
{
    std::array<double, BandCount> weights{};
    for (int band = 0; band < BandCount; ++band)
        weights[static_cast<std::size_t>(band)] = sensitivity(curve, bandCentre(band));
    const double highest = *std::max_element(weights.begin(), weights.end());
    for (double& weight : weights)
        weight /= highest;
    return weights;
}

Result<FrequencyResult> spatialFrequency(const Field& grey, const FrequencyOptions& options, std::stop_token stop)
{
    if (grey.values.empty())
        return Error{ErrorCode::InvalidInput, "frequency", "the image is empty", "open another image", {}};
    if (!(options.pixelsPerDegree > 0) || !std::isfinite(options.pixelsPerDegree))
        return Error{ErrorCode::InvalidInput,
                     "frequency",
                     "the pixels per degree must be a number above 0",
                     "use 100 when the viewing distance is unknown",
                     {}};
    return guarded("frequency", [&]() -> Result<FrequencyResult> {
        const auto [low, high] = std::minmax_element(grey.values.begin(), grey.values.end());
        if (*high - *low < FlatRange)
            return flatResult(grey, options.mode);
        if (options.mode == FrequencyMode::Stft)
            return stftFrequency(grey, options, stop);
        return bandFrequency(grey, options, stop);
    });
}

Result<FrequencyResult> spatialFrequency(const Image& image, const FrequencyOptions& options, std::stop_token stop)
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "frequency", "the image is empty", "open another image", {}};
    return guarded("frequency", [&]() -> Result<FrequencyResult> {
        const bool isInWindows = isMeasuredInWindows(image, options.mode) && options.pixelsPerDegree > 0
            && std::isfinite(options.pixelsPerDegree) && !isOneColour(image);
        if (!isInWindows)
            return spatialFrequency(luminance(image), options, stop);
        const GreyRows rows{image.height, image.width,
                            [&](int y, std::span<double> out) { luminanceRow(image, y, out); }};
        return windowedFrequency(rows, options, {}, stop);
    });
}

} // namespace halflens
