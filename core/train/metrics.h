// SPDX-License-Identifier: BSD-3-Clause
// How well predictions agree with opinions, and probability maps with masks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace halflens {

/// Pearson's correlation in float64; 0 where one side does not vary or there are fewer than two values.
double pearson(std::span<const double> a, std::span<const double> b);
/// Spearman's: Pearson's of the ranks, ties sharing their mean rank.
double spearman(std::span<const double> a, std::span<const double> b);
double rootMeanSquare(std::span<const double> a, std::span<const double> b);

/// The straight line slope x + offset nearest to y in the squared mean; slope 0 where x does not vary.
struct Line {
    double slope = 1;
    double offset = 0;
};
Line leastSquares(std::span<const double> x, std::span<const double> y);

struct Interval {
    double low = 0;
    double high = 0;
};

/// 95 % percentile interval of `figure` over `samples` resamplings with replacement, drawn by `seed`.
Interval bootstrapInterval(std::span<const double> a, std::span<const double> b,
                           const std::function<double(std::span<const double>, std::span<const double>)>& figure,
                           int samples, std::uint64_t seed);

/// Figures of probability maps over a set of images, precision and recall averaged per threshold.
class ObjectnessFigures {
public:
    /// `probability` and `mask` have the same size; mask values >= 0.5 are object. Images without object, or
    /// without background, count for the error only.
    void add(std::span<const float> probability, std::span<const float> mask);

    /// Largest F measure with beta^2 = 0.3 over 256 thresholds.
    double maxF() const;
    double meanAbsoluteError() const;
    /// Area under the mean receiver operating characteristic, by trapezia.
    double auc() const;

private:
    static constexpr std::size_t Thresholds = 256;
    std::array<double, Thresholds> m_precision{};
    std::array<double, Thresholds> m_recall{};
    std::array<double, Thresholds> m_falseRate{};
    double m_error = 0;
    std::size_t m_images = 0;
    std::size_t m_rated = 0;
};

/// `values` (height x width) grown or reduced bilinearly, half-pixel centres, to toHeight x toWidth.
std::vector<float> bilinear(std::span<const float> values, int height, int width, int toHeight, int toWidth);

} // namespace halflens
