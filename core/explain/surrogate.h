// SPDX-License-Identifier: BSD-3-Clause
// The linear model LIME fits to predictions on images with hidden segments (spec models 13.3 - 13.6).
#pragma once

#include "core/base/result.h"

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// Which features (segments) each sample keeps: 1 kept, 0 hidden.
struct SampleMatrix {
    int samples = 0;
    int features = 0;
    std::vector<std::uint8_t> kept; ///< samples * features, row-major

    std::span<const std::uint8_t> row(int sample) const
    {
        return std::span(kept).subspan(static_cast<std::size_t>(sample) * static_cast<std::size_t>(features),
                                       static_cast<std::size_t>(features));
    }
};

/// Row 0 keeps everything; every other entry is a fair bit of SeededGenerator(seed), row by row.
/// samples >= 1, features >= 1.
SampleMatrix drawSamples(int samples, int features, std::uint64_t seed);

/// Cosine distance of each row to the row that keeps everything: 1 - sqrt(m / F), 1 for m = 0.
std::vector<double> sampleDistances(const SampleMatrix& matrix);

/// sqrt(exp(-d^2 / kernelWidth^2)) for each distance.
std::vector<double> sampleWeights(std::span<const double> distances, double kernelWidth = 0.25);

enum class FeatureSelection {
    Auto, ///< up to 6 wanted features: Forward, else HighestWeights
    Forward, ///< least squares with intercept, greedily maximising the weighted R^2
    HighestWeights ///< the largest |coefficient| of a ridge (alpha 0.01) on all features
};

struct SurrogateOptions {
    int numFeatures = 100'000; ///< at most; the default keeps all
    FeatureSelection selection = FeatureSelection::Auto;
    double alpha = 1; ///< ridge penalty of the final fit; the intercept is free
    auto operator<=>(const SurrogateOptions&) const = default;
};

struct Surrogate {
    std::vector<int> features; ///< kept ones, by decreasing |coefficient|, ties to the smaller number
    std::vector<double> coefficients; ///< in that order; positive: keeping the feature raises the prediction
    std::vector<int> selectionOrder; ///< kept ones in the order the selection took them
    double intercept = 0;
    double score = 0; ///< weighted R^2 of the final fit over all samples
    double localPrediction = 0; ///< of the row that keeps everything

    /// Coefficient of every feature, 0 for those not kept.
    std::vector<double> byFeature(int count) const;
};

/// Predictions that differ by rounding only (a millionth) count as equal: all coefficients are then 0.
/// Minimises sum w_i (y_i - b - z_i beta)^2 + alpha |beta|^2 over the selected features. Float64;
/// O(samples F^2 + F^3). Any thread. InvalidInput: sizes differ, values not finite, weights
/// negative or all 0, alpha not above 0, fewer than one feature wanted.
Result<Surrogate> fitSurrogate(const SampleMatrix& matrix, std::span<const double> predictions,
                               std::span<const double> weights, const SurrogateOptions& options = {});

/// Standard error of every feature's coefficient over other samples of the same kind, 0 for features not kept: the
/// sandwich estimator on the residuals, whatever their spread. Infinite where there are no more samples than kept
/// features. `surrogate` is fitSurrogate() of the same numbers. O(samples F^2 + F^3).
std::vector<double> coefficientErrors(const SampleMatrix& matrix, std::span<const double> predictions,
                                      std::span<const double> weights, const Surrogate& surrogate, double alpha);

} // namespace halflens
