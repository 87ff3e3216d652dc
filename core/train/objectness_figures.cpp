// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/objectness_figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halflens::train {

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
    const auto at = [&](int y, int x) {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    };
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

} // namespace halflens::train
