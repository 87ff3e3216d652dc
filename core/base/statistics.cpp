// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/statistics.h"

#include "core/base/random_stream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace halflens {

namespace {

constexpr double Undefined = std::numeric_limits<double>::quiet_NaN();

template<class T> double meanOf(std::span<const T> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Tells "does not vary" for sure; a variance may be a rounding error.
template<class T> bool isConstant(std::span<const T> values)
{
    return std::all_of(values.begin(), values.end(), [&](T value) { return value == values.front(); });
}

double correlation(double ab, double aa, double bb)
{
    if (!(aa > 0) || !(bb > 0))
        return Undefined;
    return std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0);
}

template<class T> std::vector<double> ranksOf(std::span<const T> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> result(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        for (std::size_t i = first; i < end; ++i)
            result[order[i]] = static_cast<double>(first + end - 1) / 2;
        first = end;
    }
    return result;
}

template<class T> double pearsonOf(std::span<const T> a, std::span<const T> b)
{
    if (a.size() < 2 || a.size() != b.size() || isConstant(a) || isConstant(b))
        return Undefined;
    const double meanA = meanOf(a);
    const double meanB = meanOf(b);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double da = static_cast<double>(a[i]) - meanA;
        const double db = static_cast<double>(b[i]) - meanB;
        ab += da * db;
        aa += da * da;
        bb += db * db;
    }
    return correlation(ab, aa, bb);
}

} // namespace

double definedOr(double value, double instead)
{
    return std::isnan(value) ? instead : value;
}

std::vector<double> ranks(std::span<const double> values)
{
    return ranksOf(values);
}

std::vector<double> ranks(std::span<const float> values)
{
    return ranksOf(values);
}

double pearson(std::span<const double> a, std::span<const double> b)
{
    return pearsonOf(a, b);
}

double pearson(std::span<const float> a, std::span<const float> b)
{
    return pearsonOf(a, b);
}

double spearman(std::span<const double> a, std::span<const double> b)
{
    return pearson(ranks(a), ranks(b));
}

double spearman(std::span<const float> a, std::span<const float> b)
{
    return pearson(ranks(a), ranks(b));
}

double rootMeanSquare(std::span<const double> a, std::span<const double> b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return a.empty() ? 0 : std::sqrt(sum / static_cast<double>(a.size()));
}

Line leastSquares(std::span<const double> x, std::span<const double> y)
{
    if (x.empty())
        return {};
    const double meanX = meanOf(x);
    const double meanY = meanOf(y);
    double products = 0;
    double squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        products += (x[i] - meanX) * (y[i] - meanY);
        squares += (x[i] - meanX) * (x[i] - meanX);
    }
    const double slope = squares > 0 ? products / squares : 0;
    return {slope, meanY - slope * meanX};
}

void PlccAccumulator::add(double x, double y)
{
    if (m_count == 0) {
        m_minX = m_maxX = x;
        m_minY = m_maxY = y;
    }
    m_minX = std::min(m_minX, x);
    m_maxX = std::max(m_maxX, x);
    m_minY = std::min(m_minY, y);
    m_maxY = std::max(m_maxY, y);
    ++m_count;
    x -= Offset;
    y -= Offset;
    m_x += x;
    m_y += y;
    m_xx += x * x;
    m_yy += y * y;
    m_xy += x * y;
}

void PlccAccumulator::merge(const PlccAccumulator& other)
{
    if (other.m_count == 0)
        return;
    if (m_count == 0) {
        *this = other;
        return;
    }
    m_minX = std::min(m_minX, other.m_minX);
    m_maxX = std::max(m_maxX, other.m_maxX);
    m_minY = std::min(m_minY, other.m_minY);
    m_maxY = std::max(m_maxY, other.m_maxY);
    m_count += other.m_count;
    m_x += other.m_x;
    m_y += other.m_y;
    m_xx += other.m_xx;
    m_yy += other.m_yy;
    m_xy += other.m_xy;
}

double PlccAccumulator::plcc() const
{
    if (m_count < 2 || m_minX == m_maxX || m_minY == m_maxY)
        return Undefined;
    const auto n = static_cast<double>(m_count);
    return correlation(n * m_xy - m_x * m_y, n * m_xx - m_x * m_x, n * m_yy - m_y * m_y);
}

Interval bootstrapInterval(std::span<const double> a, std::span<const double> b, PairFigure figure, int samples,
                           std::uint64_t seed)
{
    std::vector<double> drawnA(a.size());
    std::vector<double> drawnB(a.size());
    std::vector<double> figures;
    for (int s = 0; s < samples && !a.empty(); ++s) {
        RandomStream stream(seed, RandomPurpose::Bootstrap, static_cast<std::uint64_t>(s));
        for (std::size_t i = 0; i < a.size(); ++i) {
            const std::size_t from = stream.below(a.size());
            drawnA[i] = a[from];
            drawnB[i] = b[from];
        }
        if (const double value = figure(drawnA, drawnB); !std::isnan(value))
            figures.push_back(value);
    }
    if (figures.empty())
        return {Undefined, Undefined};
    std::sort(figures.begin(), figures.end());
    const auto at = [&](double part) {
        return figures[static_cast<std::size_t>(std::lround(part * static_cast<double>(figures.size() - 1)))];
    };
    return {at(0.025), at(0.975)};
}

} // namespace halflens
