// SPDX-License-Identifier: BSD-3-Clause
// How well probability maps agree with masks.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace halflens::train {

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

} // namespace halflens::train
