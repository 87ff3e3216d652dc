// SPDX-License-Identifier: BSD-3-Clause
// Comparing computed numbers with reference numbers, with a message that says where and how far.
#pragma once

#include <QTest>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>

namespace halflens::test {

struct Difference {
    double largest = 0; ///< infinite when the sizes differ or a number is not finite
    std::string words;
};

/// Largest |actual - expected|.
inline Difference difference(std::span<const float> actual, std::span<const float> expected)
{
    if (actual.size() != expected.size())
        return {INFINITY, "sizes differ: " + std::to_string(actual.size()) + ", " + std::to_string(expected.size())};
    Difference found;
    std::size_t where = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const double distance = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
        if (!(distance <= found.largest)) { // true for NaN as well
            found.largest = std::isnan(distance) ? INFINITY : distance;
            where = i;
        }
    }
    if (!actual.empty())
        found.words = "largest difference " + std::to_string(found.largest * 1e6) + "e-6 at " + std::to_string(where)
            + ": " + std::to_string(actual[where]) + " instead of " + std::to_string(expected[where]);
    return found;
}

inline double standardDeviation(std::span<const float> values)
{
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double sum = 0;
    for (const float v : values)
        sum += (v - mean) * (v - mean);
    return std::sqrt(sum / count);
}

/// Mean of each channel of a C x H x W map.
inline std::vector<float> channelMeans(std::span<const float> map, int channels)
{
    std::vector<float> means;
    const std::size_t cells = map.size() / static_cast<std::size_t>(channels);
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        const auto plane = map.subspan(c * cells, cells);
        means.push_back(
            static_cast<float>(std::accumulate(plane.begin(), plane.end(), 0.0) / static_cast<double>(cells)));
    }
    return means;
}

} // namespace halflens::test

/// Fails the test function when a number is further than `tolerance` from its reference.
#define HALFLENS_COMPARE(actual, expected, tolerance)                                                                  \
    do {                                                                                                               \
        const halflens::test::Difference difference_ = halflens::test::difference(actual, expected);                   \
        const double tolerance_ = tolerance;                                                                           \
        QVERIFY2(                                                                                                      \
            difference_.largest <= tolerance_,                                                                         \
            (#actual ": " + difference_.words + ", allowed " + std::to_string(tolerance_ * 1e6) + "e-6").c_str());     \
        if (qEnvironmentVariableIsSet("HALFLENS_SHOW_DIFFERENCES"))                                                    \
            qInfo("%s: %s, allowed %g", #actual, difference_.words.c_str(), tolerance_);                               \
    } while (false)
