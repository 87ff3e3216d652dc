// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/resample.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

constexpr int RowsPerTask = 32;

int taskCount(int rows)
{
    return (rows + RowsPerTask - 1) / RowsPerTask;
}

/// Calls use(y, row) for every row of the target, from several threads at once.
template<class Use> void forEachRow(const BilinearSampler& sampler, FieldSize target, const Use& use)
{
    parallelFor(taskCount(target.height), [&](int task) {
        std::vector<double> buffer(static_cast<std::size_t>(target.width));
        const int last = std::min(target.height, (task + 1) * RowsPerTask);
        for (int y = task * RowsPerTask; y < last; ++y) {
            sampler.row(y, buffer);
            use(y, std::span<const double>(buffer));
        }
    });
}

} // namespace

AreaCell areaCell(int index, int cells, int sourceLength)
{
    // Borders as whole multiples of 1 / cells, so that integer ratios leave no sliver.
    const auto from = static_cast<std::int64_t>(index) * sourceLength;
    const std::int64_t to = from + sourceLength;
    AreaCell cell;
    cell.first = static_cast<int>(from / cells);
    cell.last = static_cast<int>((to + cells - 1) / cells) - 1;
    cell.length = static_cast<double>(sourceLength) / cells;
    if (cell.first == cell.last) {
        cell.firstWeight = cell.lastWeight = cell.length;
    } else {
        cell.firstWeight = static_cast<double>((cell.first + std::int64_t{1}) * cells - from) / cells;
        cell.lastWeight = static_cast<double>(to - static_cast<std::int64_t>(cell.last) * cells) / cells;
    }
    return cell;
}

double AreaCell::weightAt(int index) const
{
    if (index == first)
        return firstWeight;
    return index == last ? lastWeight : 1;
}

FieldSize mapSize(int height, int width, std::size_t most)
{
    const double pixels = static_cast<double>(height) * width;
    if (pixels <= static_cast<double>(most))
        return {height, width};
    const double scale = std::sqrt(static_cast<double>(most) / pixels);
    const auto within = [&](int length, int other) { // a line of pixels gets no thinner than one
        return std::max(
            1, std::min(static_cast<int>(length * scale), static_cast<int>(most / static_cast<std::size_t>(other))));
    };
    const int least = std::max(1, static_cast<int>(std::min(height, width) * scale));
    return height < width ? FieldSize{least, within(width, least)} : FieldSize{within(height, least), least};
}

FieldSize reducedSize(int height, int width, int longest)
{
    const int longer = std::max(height, width);
    if (longer <= longest)
        return {height, width};
    const auto scaled = [&](int side) {
        const auto doubled = 2 * static_cast<std::int64_t>(side) * longest;
        return std::max(1, static_cast<int>((doubled + longer) / (2 * static_cast<std::int64_t>(longer))));
    };
    return {scaled(height), scaled(width)};
}

Field reducedLuminance(const Image& image, FieldSize size)
{
    Field result(size.height, size.width);
    const auto bytes = 3 * static_cast<std::size_t>(image.width);
    parallelFor(size.height, [&](int outY) {
        // Down the columns first, channels apart: rows that count in full are added as integers.
        std::vector<std::uint32_t> whole(bytes);
        std::vector<double> partial(bytes);
        const AreaCell rows = areaCell(outY, size.height, image.height);
        for (int y = rows.first; y <= rows.last; ++y) {
            const std::uint8_t* row = image.row(y);
            const double weight = rows.weightAt(y);
            if (weight == 1) {
                for (std::size_t i = 0; i < bytes; ++i)
                    whole[i] += row[i];
            } else {
                for (std::size_t i = 0; i < bytes; ++i)
                    partial[i] += weight * row[i];
            }
        }
        const auto grey = [&](int x) {
            const std::size_t i = 3 * static_cast<std::size_t>(x);
            return 0.299 * (whole[i] + partial[i]) + 0.587 * (whole[i + 1] + partial[i + 1])
                + 0.114 * (whole[i + 2] + partial[i + 2]);
        };
        const std::span<double> out = result.row(outY);
        for (int outX = 0; outX < size.width; ++outX) {
            const AreaCell columns = areaCell(outX, size.width, image.width);
            double total = 0;
            for (int x = columns.first; x <= columns.last; ++x)
                total += columns.weightAt(x) * grey(x);
            out[static_cast<std::size_t>(outX)] = total / (255 * rows.length * columns.length);
        }
    });
    return result;
}

Field reducedMap(const ScalarMap& map, FieldSize size)
{
    Field result(size.height, size.width);
    parallelFor(size.height, [&](int outY) {
        std::vector<double> sums(static_cast<std::size_t>(map.width));
        const AreaCell rows = areaCell(outY, size.height, map.height);
        for (int y = rows.first; y <= rows.last; ++y) {
            const std::span<const float> row = map.row(y);
            const double weight = rows.weightAt(y);
            for (std::size_t x = 0; x < sums.size(); ++x)
                sums[x] += weight * static_cast<double>(row[x]);
        }
        const std::span<double> out = result.row(outY);
        for (int outX = 0; outX < size.width; ++outX) {
            const AreaCell columns = areaCell(outX, size.width, map.width);
            double total = 0;
            for (int x = columns.first; x <= columns.last; ++x)
                total += columns.weightAt(x) * sums[static_cast<std::size_t>(x)];
            out[static_cast<std::size_t>(outX)] = total / (rows.length * columns.length);
        }
    });
    return result;
}

BilinearSampler::BilinearSampler(const Field& source, FieldSize target)
    : m_source(source)
    , m_target(target)
{
    m_weights.reserve(static_cast<std::size_t>(target.width));
    for (int x = 0; x < target.width; ++x) {
        const Tap tap = tapAt(x, source.width, target.width);
        if (m_segments.empty() || m_segments.back().first != tap.first)
            m_segments.push_back({x, x, tap.first, tap.second});
        m_segments.back().end = x + 1;
        m_weights.push_back(tap.weight);
    }
}

BilinearSampler::Tap BilinearSampler::tapAt(int position, int sourceLength, int targetLength)
{
    const double centre = (position + 0.5) * sourceLength / targetLength - 0.5;
    const double clamped = std::clamp(centre, 0.0, static_cast<double>(sourceLength - 1));
    const int first = static_cast<int>(clamped);
    return {first, std::min(first + 1, sourceLength - 1), clamped - first};
}

bool BilinearSampler::sameRows(int y1, int y2) const
{
    return tapAt(y1, m_source.height, m_target.height).first == tapAt(y2, m_source.height, m_target.height).first;
}

void BilinearSampler::row(int y, std::span<double> out) const
{
    const Tap rows = tapAt(y, m_source.height, m_target.height);
    const std::span<const double> upper = m_source.row(rows.first);
    const std::span<const double> lower = m_source.row(rows.second);
    std::vector<double> blended(upper.size());
    for (std::size_t x = 0; x < blended.size(); ++x)
        blended[x] = upper[x] + (lower[x] - upper[x]) * rows.weight;
    for (const Segment& segment : m_segments) {
        const double left = blended[static_cast<std::size_t>(segment.first)];
        const double step = blended[static_cast<std::size_t>(segment.second)] - left;
        const auto end = std::min(static_cast<std::size_t>(segment.end), out.size());
        for (auto x = static_cast<std::size_t>(segment.begin); x < end; ++x)
            out[x] = left + step * m_weights[x];
    }
}

Field resizedBilinear(const Field& source, FieldSize target)
{
    Field result(target.height, target.width);
    forEachRow(BilinearSampler(source, target), target,
               [&](int y, std::span<const double> row) { std::copy(row.begin(), row.end(), result.row(y).begin()); });
    return result;
}

ScalarMap resizedBilinear(const ScalarMap& source, FieldSize target)
{
    Field field(source.height, source.width);
    std::copy(source.values.begin(), source.values.end(), field.values.begin());
    ScalarMap result(target.height, target.width);
    forEachRow(BilinearSampler(field, target), target, [&](int y, std::span<const double> row) {
        std::transform(row.begin(), row.end(), result.row(y).begin(),
                       [](double value) { return static_cast<float>(value); });
    });
    return result;
}

ScalarMap enlargedMinMax(const Field& source, FieldSize target)
{
    const BilinearSampler sampler(source, target);
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    std::vector<double> row(static_cast<std::size_t>(target.width));
    for (int y = 0; y < target.height; ++y) {
        // Between two source rows every column runs straight: its extremes are at the ends.
        if (y > 0 && y + 1 < target.height && sampler.sameRows(y - 1, y + 1))
            continue;
        sampler.row(y, row);
        for (const double value : row) {
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
    }
    ScalarMap result(target.height, target.width);
    const double span = high - low;
    if (!(span > 0))
        return result;
    const double scale = 1 / span;
    forEachRow(sampler, target, [&](int y, std::span<const double> values) {
        const std::span<float> out = result.row(y);
        for (std::size_t x = 0; x < out.size(); ++x)
            out[x] = static_cast<float>(std::clamp((values[x] - low) * scale, 0.0, 1.0));
    });
    return result;
}

} // namespace halflens
