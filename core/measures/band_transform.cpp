// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/band_transform.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace halflens {

namespace {

constexpr int RowsPerTask = 16;
constexpr int ColumnsPerTask = 8; ///< eight neighbouring complex numbers fill two cache lines

int taskCount(int items, int perTask)
{
    return (items + perTask - 1) / perTask;
}

std::size_t cells(int height, int width)
{
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
}

Complex timesI(Complex value)
{
    return {-value.imag(), value.real()};
}

/// A complex number in two registers. The reordering below is written out in real arithmetic:
/// std::complex products test for infinities, and packing both parts into one vector register, as
/// the compiler does otherwise, takes three times as long.
struct Cell {
    double re = 0;
    double im = 0;
};

Cell load(const Complex* values, int k)
{
    const auto* parts = reinterpret_cast<const double*>(values + k);
    return {parts[0], parts[1]};
}

void store(Complex* values, int k, Cell cell)
{
    auto* parts = reinterpret_cast<double*>(values + k);
    parts[0] = cell.re;
    parts[1] = cell.im;
}

} // namespace

BandAxis::BandAxis(int length, Extension extension)
    : m_length(length)
    , m_extension(extension)
    , m_forward(fftPlan(length, FftDirection::Forward))
    , m_backward(fftPlan(length, FftDirection::Backward))
{
    if (extension == Extension::None)
        return;
    m_twiddles.resize(static_cast<std::size_t>(length));
    for (int k = 0; k < length; ++k) {
        const double angle = std::numbers::pi * k / (2.0 * length);
        m_twiddles[static_cast<std::size_t>(k)] = {std::cos(angle), std::sin(angle)};
    }
}

int BandAxis::stored(int position) const
{
    if (m_extension == Extension::None)
        return position;
    return position % 2 == 0 ? position / 2 : m_length - 1 - position / 2;
}

std::array<std::pair<int, int>, 2> BandAxis::storedRanges(int from, int to) const
{
    if (m_extension == Extension::None)
        return {std::pair(from, to), std::pair(to, to)};
    return {std::pair((from + 1) / 2, (to + 1) / 2), std::pair(m_length - to / 2, m_length - from / 2)};
}

void BandAxis::forward(Complex* samples, Complex* spectrum) const
{
    m_forward.execute(samples, spectrum);
    if (m_extension == Extension::None)
        return;
    // C[k] = (conj(t) Z[k] + t Z[N - k]) / 2 with t = exp(i pi k / 2N), for k and N - k together.
    for (int k = 1; 2 * k <= m_length; ++k) {
        const auto [c, d] = m_twiddles[static_cast<std::size_t>(k)];
        const Cell a = load(spectrum, k);
        const Cell b = load(spectrum, m_length - k);
        const Cell first{c * a.re + d * a.im, c * a.im - d * a.re};
        const Cell second{c * b.re - d * b.im, c * b.im + d * b.re};
        store(spectrum, m_length - k, {0.5 * (second.im - first.im), 0.5 * (first.re - second.re)});
        store(spectrum, k, {0.5 * (first.re + second.re), 0.5 * (first.im + second.im)});
    }
}

void BandAxis::backward(Complex* spectrum, Complex* samples) const
{
    // V[k] = t (X[k] - i X[N - k]), the inverse of the step in forward().
    for (int k = 1; m_extension == Extension::Mirror && 2 * k <= m_length; ++k) {
        const auto [c, d] = m_twiddles[static_cast<std::size_t>(k)];
        const Cell a = load(spectrum, k);
        const Cell b = load(spectrum, m_length - k);
        const Cell sum{a.re - b.im, a.im + b.re};
        const Cell difference{a.re + b.im, a.im - b.re};
        store(spectrum, m_length - k, {c * sum.re + d * sum.im, c * sum.im - d * sum.re});
        store(spectrum, k, {c * difference.re - d * difference.im, c * difference.im + d * difference.re});
    }
    m_backward.execute(spectrum, samples);
}

BandTransform::BandTransform(const Field& image, Extension extension, double pixelsPerDegree, Mean mean)
    : m_extension(extension)
    , m_rows(image.height, extension)
    , m_columns(image.width, extension)
    , m_imageColumn(static_cast<std::size_t>(image.width))
{
    for (int x = 0; x < image.width; ++x)
        m_imageColumn[static_cast<std::size_t>(m_columns.stored(x))] = x;
    for (int row = 0; row < m_rows.distinct(); ++row)
        m_starts.push_back(bandStarts(row * m_rows.step(), m_columns.step(), m_columns.distinct(), pixelsPerDegree));
    if (mean == Mean::LowestBand)
        m_starts.front().front() = 0;
    if (extension == Extension::Mirror)
        transformMirrored(image);
    else
        transformPeriodic(image);
}

void BandTransform::transformMirrored(const Field& image)
{
    const int height = image.height;
    const int width = image.width;
    const auto columns = static_cast<std::size_t>(width);
    m_cosines.resize(cells(height, width));

    // Two image rows at a time, as real and imaginary part.
    const int pairs = (height + 1) / 2;
    parallelFor(taskCount(pairs, RowsPerTask), [&](int task) {
        ComplexBuffer samples(columns);
        ComplexBuffer spectrum(columns);
        const int last = std::min(pairs, (task + 1) * RowsPerTask);
        for (int pair = task * RowsPerTask; pair < last; ++pair) {
            const bool hasSecond = 2 * pair + 1 < height;
            const double* first = image.row(2 * pair).data();
            const double* second = hasSecond ? image.row(2 * pair + 1).data() : nullptr;
            for (int x = 0; x < width; ++x)
                samples[static_cast<std::size_t>(m_columns.stored(x))] = {first[x], second ? second[x] : 0};
            m_columns.forward(samples.data(), spectrum.data());
            double* out = m_cosines.data() + cells(2 * pair, width);
            for (std::size_t x = 0; x < columns; ++x)
                out[x] = spectrum[x].real();
            for (std::size_t x = 0; hasSecond && x < columns; ++x)
                out[columns + x] = spectrum[x].imag();
        }
    });

    // Columns in groups that share cache lines; each group is copied out before its transforms, since
    // going down a column once per transform would miss the cache at every step.
    const auto rows = static_cast<std::size_t>(height);
    const double scale = 1.0 / static_cast<double>(cells(height, width));
    parallelFor(taskCount(width, ColumnsPerTask), [&](int task) {
        constexpr int PairsPerTask = ColumnsPerTask / 2;
        ComplexBuffer samples(PairsPerTask * rows);
        ComplexBuffer spectra(PairsPerTask * rows);
        const int first = task * ColumnsPerTask;
        const int count = std::min(ColumnsPerTask, width - first);
        for (int y = 0; y < height; ++y) {
            const double* from = m_cosines.data() + cells(y, width) + first;
            Complex* to = samples.data() + m_rows.stored(y);
            for (int x = 0; x < count; x += 2)
                to[cells(x / 2, height)] = {from[x], x + 1 < count ? from[x + 1] : 0};
        }
        for (int x = 0; x < count; x += 2)
            m_rows.forward(samples.data() + cells(x / 2, height), spectra.data() + cells(x / 2, height));
        for (int y = 0; y < height; ++y) {
            const Complex* from = spectra.data() + y;
            double* to = m_cosines.data() + cells(y, width) + first;
            for (int x = 0; x < count; ++x) {
                const Complex value = from[cells(x / 2, height)];
                to[x] = scale * (x % 2 == 0 ? value.real() : value.imag());
            }
        }
    });
}

void BandTransform::transformPeriodic(const Field& image)
{
    const double scale = 1.0 / static_cast<double>(cells(image.height, image.width));
    RealBuffer samples(image.values.begin(), image.values.end());
    m_half.resize(cells(image.height, m_columns.distinct()));
    realFftPlan2d(image.height, image.width).execute(samples.data(), m_half.data());
    for (Complex& value : m_half)
        value *= scale;
}

void BandTransform::fillSpectrumRow(int ky, int band, std::span<Complex> row) const
{
    std::fill(row.begin(), row.end(), Complex());
    const BandStarts& starts = m_starts[static_cast<std::size_t>(m_rows.folded(ky))];
    const auto width = row.size();
    for (const std::size_t part : {0, 1}) {
        const auto first = static_cast<std::size_t>(starts[static_cast<std::size_t>(band) + part]);
        const auto last = static_cast<std::size_t>(starts[static_cast<std::size_t>(band) + part + 1]);
        if (m_extension == Extension::Mirror) {
            const double* values = m_cosines.data() + static_cast<std::size_t>(ky) * width;
            for (std::size_t k = first; k < last; ++k)
                row[k] = part == 0 ? Complex(values[k], 0) : Complex(0, values[k]);
            continue;
        }
        // The half spectrum holds k <= W / 2; the rest are the conjugates of the opposite row.
        const auto stride = static_cast<std::size_t>(m_columns.distinct());
        const auto opposite = static_cast<std::size_t>((m_rows.length() - ky) % m_rows.length());
        const Complex* values = m_half.data() + static_cast<std::size_t>(ky) * stride;
        const Complex* mirrored = m_half.data() + opposite * stride;
        for (std::size_t k = first; k < last; ++k) {
            row[k] = part == 0 ? values[k] : timesI(values[k]);
            if (k != 0 && 2 * k != width)
                row[width - k] = part == 0 ? std::conj(mirrored[k]) : timesI(std::conj(mirrored[k]));
        }
    }
}

bool BandTransform::bandPair(int band, const ColumnSink& sink, std::stop_token stop) const
{
    // Rows outside both rings are empty: skipping them saves most of the work of the low bands.
    std::vector<int> active;
    for (int ky = 0; ky < m_rows.length(); ++ky) {
        const BandStarts& starts = m_starts[static_cast<std::size_t>(m_rows.folded(ky))];
        if (starts[static_cast<std::size_t>(band)] < starts[static_cast<std::size_t>(band) + 2])
            active.push_back(ky);
    }
    const auto width = static_cast<std::size_t>(m_columns.length());
    const auto height = static_cast<std::size_t>(m_rows.length());
    const int activeCount = static_cast<int>(active.size());
    ComplexBuffer halfWay(active.size() * width);

    const bool done = parallelFor(
        taskCount(activeCount, RowsPerTask),
        [&](int task) {
            ComplexBuffer row(width);
            const int last = std::min(activeCount, (task + 1) * RowsPerTask);
            for (int i = task * RowsPerTask; i < last; ++i) {
                fillSpectrumRow(active[static_cast<std::size_t>(i)], band, row);
                m_columns.backward(row.data(), halfWay.data() + static_cast<std::size_t>(i) * width);
            }
        },
        stop);

    return done
        && parallelFor(
               taskCount(m_columns.length(), ColumnsPerTask),
               [&](int task) {
                   const auto first = static_cast<std::size_t>(task) * ColumnsPerTask;
                   const std::size_t count = std::min<std::size_t>(ColumnsPerTask, width - first);
                   ComplexBuffer columns(count * height);
                   ComplexBuffer samples(height);
                   std::fill(columns.begin(), columns.end(), Complex());
                   for (std::size_t i = 0; i < active.size(); ++i) {
                       const Complex* from = halfWay.data() + i * width + first;
                       Complex* to = columns.data() + active[i];
                       for (std::size_t column = 0; column < count; ++column)
                           to[column * height] = from[column];
                   }
                   for (std::size_t column = 0; column < count; ++column) {
                       m_rows.backward(columns.data() + column * height, samples.data());
                       sink(m_imageColumn[first + column], samples);
                   }
               },
               stop);
}

} // namespace halflens
