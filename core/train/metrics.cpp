// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/metrics.h"

#include "core/train/random_stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halflens {

namespace {

double mean(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> ranks(std::span<const double> values)
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

} // namespace

double pearson(std::span<const double> a, std::span<const double> b)
{
    if (a.size() < 2 || a.size() != b.size())
        return 0;
    const double meanA = mean(a);
    const double meanB = mean(b);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double da = a[i] - meanA;
        const double db = b[i] - meanB;
        ab += da * db;
        aa += da * da;
        bb += db * db;
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

double spearman(std::span<const double> a, std::span<const double> b)
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
    const auto count = static_cast<double>(x.size());
    if (x.empty())
        return {};
    const double meanX = std::accumulate(x.begin(), x.end(), 0.0) / count;
    const double meanY = std::accumulate(y.begin(), y.end(), 0.0) / count;
    double products = 0;
    double squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        products += (x[i] - meanX) * (y[i] - meanY);
        squares += (x[i] - meanX) * (x[i] - meanX);
    }
    const double slope = squares > 0 ? products / squares : 0;
    return {slope, meanY - slope * meanX};
}

Interval bootstrapInterval(std::span<const double> a, std::span<const double> b,
                           const std::function<double(std::span<const double>, std::span<const double>)>& figure,
                           int samples, std::uint64_t seed)
{
    if (a.empty() || samples < 1)
        return {};
    std::vector<double> drawnA(a.size());
    std::vector<double> drawnB(a.size());
    std::vector<double> figures;
    for (int s = 0; s < samples; ++s) {
        RandomStream stream(seed, RandomPurpose::Bootstrap, static_cast<std::uint64_t>(s));
        for (std::size_t i = 0; i < a.size(); ++i) {
            const std::size_t from = stream.below(a.size());
            drawnA[i] = a[from];
            drawnB[i] = b[from];
        }
        figures.push_back(figure(drawnA, drawnB));
    }
    std::sort(figures.begin(), figures.end());
    const auto at = [&](double part) {
        return figures[static_cast<std::size_t>(std::lround(part * static_cast<double>(figures.size() - 1)))];
    };
    return {at(0.025), at(0.975)};
}

void ObjectnessFigures::add(std::span<const float> probability, std::span<const float> mask)
{
    std::array<double, Thresholds> object{};
    std::array<double, Thresholds> background{};
    double error = 0;
    for (std::size_t i = 0; i < probability.size(); ++i) {
        const double value = std::clamp(static_cast<double>(probability[i]), 0.0, 1.0);
        const bool isObject = mask[i] >= 0.5F;
        const auto level = static_cast<std::size_t>(std::lround(value * (Thresholds - 1)));
        (isObject ? object : background)[level] += 1;
        error += std::abs(value - (isObject ? 1.0 : 0.0));
    }
    ++m_images;
    m_error += error / static_cast<double>(probability.size());
    const double objects = std::accumulate(object.begin(), object.end(), 0.0);
    const double backgrounds = std::accumulate(background.begin(), background.end(), 0.0);
    if (objects == 0 || backgrounds == 0)
        return;
    ++m_rated;
    double hits = 0;
    double falseHits = 0;
    for (std::size_t t = Thresholds; t-- > 0;) { // found: all pixels of level t or above
        hits += object[t];
        falseHits += background[t];
        m_precision[t] += hits + falseHits > 0 ? hits / (hits + falseHits) : 1;
        m_recall[t] += hits / objects;
        m_falseRate[t] += falseHits / backgrounds;
    }
}

double ObjectnessFigures::maxF() const
{
    constexpr double BetaSquared = 0.3;
    double best = 0;
    for (std::size_t t = 0; t < Thresholds && m_rated > 0; ++t) {
        const double precision = m_precision[t] / static_cast<double>(m_rated);
        const double recall = m_recall[t] / static_cast<double>(m_rated);
        const double below = BetaSquared * precision + recall;
        if (below > 0)
            best = std::max(best, (1 + BetaSquared) * precision * recall / below);
    }
    return best;
}

double ObjectnessFigures::meanAbsoluteError() const
{
    return m_images == 0 ? 0 : m_error / static_cast<double>(m_images);
}

double ObjectnessFigures::auc() const
{
    if (m_rated == 0)
        return 0;
    double area = 0;
    double lastX = 0;
    double lastY = 0;
    for (std::size_t t = Thresholds; t-- > 0;) {
        const double x = m_falseRate[t] / static_cast<double>(m_rated);
        const double y = m_recall[t] / static_cast<double>(m_rated);
        area += (x - lastX) * (y + lastY) / 2;
        lastX = x;
        lastY = y;
    }
    return area;
}

std::vector<float> bilinear(std::span<const float> values, int height, int width, int toHeight, int toWidth)
{
    struct Tap {
        int first;
        int second;
        float part;
    };
    const auto tap = [](int at, int from, int to) {
        const double source = std::clamp((at + 0.5) * from / to - 0.5, 0.0, static_cast<double>(from - 1));
        const int first = static_cast<int>(source);
        return Tap{first, std::min(first + 1, from - 1), static_cast<float>(source - first)};
    };
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>(toHeight) * static_cast<std::size_t>(toWidth));
    const auto at = [&](int y, int x) { return values[static_cast<std::size_t>(y * width + x)]; };
    for (int y = 0; y < toHeight; ++y) {
        const Tap row = tap(y, height, toHeight);
        for (int x = 0; x < toWidth; ++x) {
            const Tap column = tap(x, width, toWidth);
            const float upper =
                at(row.first, column.first) * (1 - column.part) + at(row.first, column.second) * column.part;
            const float lower =
                at(row.second, column.first) * (1 - column.part) + at(row.second, column.second) * column.part;
            result.push_back(upper * (1 - row.part) + lower * row.part);
        }
    }
    return result;
}

} // namespace halflens
