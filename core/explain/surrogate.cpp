// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/surrogate.h"

#include "core/base/cholesky.h"
#include "core/explain/seeded_generator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace halflens {

namespace {

constexpr int ForwardLimit = 6;
constexpr double SelectionAlpha = 0.01;

/// Weighted sums that every fit starts from. Centring features and predictions with their weighted
/// means takes the free intercept out of the problem.
struct Moments {
    std::size_t features = 0;
    std::vector<double> featureMeans;
    std::vector<double> gram; ///< features^2, weighted products of centred features
    std::vector<double> projection; ///< with the centred predictions
    double predictionMean = 0;
    double variation = 0; ///< weighted sum of squares of the centred predictions
    double totalWeight = 0;

    double product(std::size_t i, std::size_t j) const { return gram[i * features + j]; }
};

/// Predictions that differ by less than the networks' rounding are one and the same: what is fitted to the rest would
/// be a picture of rounding errors.
std::vector<double> withoutRounding(std::span<const double> predictions)
{
    constexpr double Rounding = 1e-6; // a few steps of float32
    const auto [low, high] = std::minmax_element(predictions.begin(), predictions.end());
    const bool isConstant = *high - *low <= Rounding * std::max(1.0, std::max(std::abs(*low), std::abs(*high)));
    return isConstant ? std::vector<double>(predictions.size(), predictions.front())
                      : std::vector<double>(predictions.begin(), predictions.end());
}

Moments momentsOf(const SampleMatrix& matrix, std::span<const double> predictions, std::span<const double> weights)
{
    Moments moments;
    moments.features = static_cast<std::size_t>(matrix.features);
    moments.featureMeans.assign(moments.features, 0.0);
    moments.gram.assign(moments.features * moments.features, 0.0);
    moments.projection.assign(moments.features, 0.0);
    moments.totalWeight = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (int sample = 0; sample < matrix.samples; ++sample) {
        const double weight = weights[static_cast<std::size_t>(sample)] / moments.totalWeight;
        const auto row = matrix.row(sample);
        moments.predictionMean += weight * predictions[static_cast<std::size_t>(sample)];
        for (std::size_t i = 0; i < row.size(); ++i)
            moments.featureMeans[i] += weight * row[i];
    }
    if (std::all_of(predictions.begin(), predictions.end(), [&](double value) { return value == predictions.front(); }))
        moments.predictionMean = predictions.front(); // and not a rounding error beside it
    std::vector<double> centred(moments.features);
    for (int sample = 0; sample < matrix.samples; ++sample) {
        const double weight = weights[static_cast<std::size_t>(sample)];
        const double prediction = predictions[static_cast<std::size_t>(sample)] - moments.predictionMean;
        const auto row = matrix.row(sample);
        for (std::size_t i = 0; i < row.size(); ++i)
            centred[i] = row[i] - moments.featureMeans[i];
        moments.variation += weight * prediction * prediction;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const double weighted = weight * centred[i];
            moments.projection[i] += weighted * prediction;
            double* products = moments.gram.data() + i * moments.features;
            for (std::size_t j = i; j < row.size(); ++j)
                products[j] += weighted * centred[j];
        }
    }
    for (std::size_t i = 0; i < moments.features; ++i) {
        for (std::size_t j = 0; j < i; ++j)
            moments.gram[i * moments.features + j] = moments.gram[j * moments.features + i];
    }
    return moments;
}

/// Coefficients of the ridge on `chosen`; the penalty keeps the matrix positive definite whatever the samples.
std::vector<double> ridge(const Moments& moments, std::span<const int> chosen, double alpha)
{
    const std::size_t n = chosen.size();
    std::vector<double> lower(n * n);
    std::vector<double> solution(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto feature = static_cast<std::size_t>(chosen[i]);
        solution[i] = moments.projection[feature];
        for (std::size_t j = 0; j <= i; ++j)
            lower[i * n + j] = moments.product(feature, static_cast<std::size_t>(chosen[j])) + (i == j ? alpha : 0);
    }
    if (!choleskyFactor(lower, n))
        return std::vector<double>(n); // sums too large for the penalty to matter: nothing can be told apart
    choleskyForward(lower, n, solution);
    choleskyBackward(lower, n, solution);
    return solution;
}

std::vector<int> allFeatures(std::size_t count)
{
    std::vector<int> features(count);
    std::iota(features.begin(), features.end(), 0);
    return features;
}

/// Sorts features by decreasing |value|, ties to the smaller number.
void sortByMagnitude(std::vector<int>& features, const std::vector<double>& valueByFeature)
{
    std::sort(features.begin(), features.end(), [&](int a, int b) {
        const double left = std::abs(valueByFeature[static_cast<std::size_t>(a)]);
        const double right = std::abs(valueByFeature[static_cast<std::size_t>(b)]);
        return left != right ? left > right : a < b;
    });
}

/// Greedy selection. Taking the part that a chosen feature explains off all others (Gram-Schmidt)
/// leaves, for each candidate, the gain in R^2 of adding it to those chosen.
std::vector<int> selectForward(Moments moments, std::size_t count)
{
    const std::size_t n = moments.features;
    const double nothing = 1e-12 * moments.totalWeight; // features are 0 or 1: a smaller square is rounding
    std::vector<bool> used(n);
    std::vector<int> order;
    while (order.size() < std::min(count, n)) {
        std::size_t best = n;
        double bestGain = -1;
        for (std::size_t i = 0; i < n; ++i) {
            const double square = moments.product(i, i);
            const double gain = square > nothing ? moments.projection[i] * moments.projection[i] / square : 0;
            if (!used[i] && gain > bestGain) {
                bestGain = gain;
                best = i;
            }
        }
        used[best] = true;
        order.push_back(static_cast<int>(best));
        const double square = moments.product(best, best);
        if (!(square > nothing))
            continue;
        const std::vector<double> direction(moments.gram.begin() + static_cast<std::ptrdiff_t>(best * n),
                                            moments.gram.begin() + static_cast<std::ptrdiff_t>((best + 1) * n));
        const double slope = moments.projection[best] / square;
        for (std::size_t i = 0; i < n; ++i) {
            moments.projection[i] -= slope * direction[i];
            const double share = direction[i] / square;
            for (std::size_t j = 0; j < n; ++j)
                moments.gram[i * n + j] -= share * direction[j];
        }
    }
    return order;
}

std::vector<int> selectHighest(const Moments& moments, std::size_t count)
{
    std::vector<int> features = allFeatures(moments.features);
    const std::vector<double> coefficients = ridge(moments, features, SelectionAlpha);
    sortByMagnitude(features, coefficients);
    features.resize(std::min(count, features.size()));
    return features;
}

double weightedScore(const SampleMatrix& matrix, std::span<const double> predictions, std::span<const double> weights,
                     const Surrogate& surrogate, double variation)
{
    double residual = 0;
    for (int sample = 0; sample < matrix.samples; ++sample) {
        const auto row = matrix.row(sample);
        double fitted = surrogate.intercept;
        for (std::size_t i = 0; i < surrogate.features.size(); ++i)
            fitted += surrogate.coefficients[i] * row[static_cast<std::size_t>(surrogate.features[i])];
        const double difference = predictions[static_cast<std::size_t>(sample)] - fitted;
        residual += weights[static_cast<std::size_t>(sample)] * difference * difference;
    }
    if (variation > 0)
        return 1 - residual / variation;
    return residual > 0 ? 0 : 1; // constant predictions: as scikit-learn defines it
}

std::optional<Error> problemWith(const SampleMatrix& matrix, std::span<const double> predictions,
                                 std::span<const double> weights, const SurrogateOptions& options)
{
    const auto wrong = [](const char* reason, const char* remedy) {
        return Error{ErrorCode::InvalidInput, "surrogate", reason, remedy, {}};
    };
    const auto samples = static_cast<std::size_t>(std::max(0, matrix.samples));
    if (matrix.samples < 1 || matrix.features < 1
        || matrix.kept.size() != samples * static_cast<std::size_t>(matrix.features) || predictions.size() != samples
        || weights.size() != samples)
        return wrong("samples, predictions and weights differ in number", "predict every sample once");
    if (options.numFeatures < 1 || !(options.alpha > 0) || !std::isfinite(options.alpha))
        return wrong("the options of the fit are out of range", "ask for at least one feature and a penalty above 0");
    const auto finite = [](double value) { return std::isfinite(value); };
    if (!std::all_of(predictions.begin(), predictions.end(), finite))
        return wrong("a prediction is not finite", "check the model's weights");
    const bool usable =
        std::all_of(weights.begin(), weights.end(), [](double weight) { return std::isfinite(weight) && weight >= 0; });
    if (!usable || !(std::accumulate(weights.begin(), weights.end(), 0.0) > 0))
        return wrong("the weights are not usable", "use a larger kernel width");
    return std::nullopt;
}

} // namespace

SampleMatrix drawSamples(int samples, int features, std::uint64_t seed)
{
    SampleMatrix matrix{samples, features, {}};
    matrix.kept.assign(static_cast<std::size_t>(samples) * static_cast<std::size_t>(features), 1);
    SeededGenerator generator(seed);
    std::generate(matrix.kept.begin() + features, matrix.kept.end(),
                  [&] { return static_cast<std::uint8_t>(generator.bit() ? 1 : 0); });
    return matrix;
}

std::vector<double> sampleDistances(const SampleMatrix& matrix)
{
    std::vector<double> distances;
    for (int sample = 0; sample < matrix.samples; ++sample) {
        const auto row = matrix.row(sample);
        const int kept = std::accumulate(row.begin(), row.end(), 0);
        distances.push_back(1 - std::sqrt(static_cast<double>(kept) / matrix.features));
    }
    return distances;
}

std::vector<double> sampleWeights(std::span<const double> distances, double kernelWidth)
{
    std::vector<double> weights;
    for (const double distance : distances)
        weights.push_back(std::sqrt(std::exp(-(distance * distance) / (kernelWidth * kernelWidth))));
    return weights;
}

std::vector<double> Surrogate::byFeature(int count) const
{
    std::vector<double> values(static_cast<std::size_t>(count), 0.0);
    for (std::size_t i = 0; i < features.size(); ++i)
        values[static_cast<std::size_t>(features[i])] = coefficients[i];
    return values;
}

Result<Surrogate> fitSurrogate(const SampleMatrix& matrix, std::span<const double> given,
                               std::span<const double> weights, const SurrogateOptions& options)
{
    if (const auto problem = problemWith(matrix, given, weights, options))
        return *problem;
    const std::vector<double> predictions = withoutRounding(given);
    return guarded("surrogate", [&]() -> Result<Surrogate> {
        const Moments moments = momentsOf(matrix, predictions, weights);
        const auto count = std::min(static_cast<std::size_t>(options.numFeatures), moments.features);
        const bool forward = options.selection == FeatureSelection::Forward
            || (options.selection == FeatureSelection::Auto && options.numFeatures <= ForwardLimit);

        Surrogate surrogate;
        surrogate.selectionOrder = forward ? selectForward(moments, count) : selectHighest(moments, count);
        const std::vector<double> solution = ridge(moments, surrogate.selectionOrder, options.alpha);
        std::vector<double> byFeature(moments.features);
        surrogate.intercept = moments.predictionMean;
        for (std::size_t i = 0; i < solution.size(); ++i) {
            const auto feature = static_cast<std::size_t>(surrogate.selectionOrder[i]);
            byFeature[feature] = solution[i];
            surrogate.intercept -= solution[i] * moments.featureMeans[feature];
        }
        surrogate.features = surrogate.selectionOrder;
        sortByMagnitude(surrogate.features, byFeature);
        surrogate.localPrediction = surrogate.intercept;
        for (const int feature : surrogate.features) {
            surrogate.coefficients.push_back(byFeature[static_cast<std::size_t>(feature)]);
            surrogate.localPrediction += surrogate.coefficients.back();
        }
        surrogate.score = weightedScore(matrix, predictions, weights, surrogate, moments.variation);
        return surrogate;
    });
}

std::vector<double> coefficientErrors(const SampleMatrix& matrix, std::span<const double> predictions,
                                      std::span<const double> weights, const Surrogate& surrogate, double alpha)
{
    const std::vector<int>& kept = surrogate.selectionOrder;
    const std::size_t n = kept.size();
    std::vector<double> errors(static_cast<std::size_t>(matrix.features), 0.0);
    const auto unknown = [&] {
        for (const int feature : kept)
            errors[static_cast<std::size_t>(feature)] = std::numeric_limits<double>::infinity();
        return errors;
    };
    if (matrix.samples <= static_cast<int>(n) + 1)
        return unknown();
    const Moments moments = momentsOf(matrix, predictions, weights);
    std::vector<double> lower(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j)
            lower[i * n + j] = moments.product(static_cast<std::size_t>(kept[i]), static_cast<std::size_t>(kept[j]))
                + (i == j ? alpha : 0);
    }
    if (!choleskyFactor(lower, n))
        return unknown();
    std::vector<double> inverse(n * n, 0.0); // by columns
    for (std::size_t i = 0; i < n; ++i) {
        const auto column = std::span(inverse).subspan(i * n, n);
        column[i] = 1;
        choleskyForward(lower, n, column);
        choleskyBackward(lower, n, column);
    }
    const std::vector<double> byFeature = surrogate.byFeature(matrix.features);
    std::vector<double> squares(n, 0.0);
    std::vector<double> pulled(n);
    std::vector<double> centred(n);
    for (int sample = 0; sample < matrix.samples; ++sample) {
        const auto row = matrix.row(sample);
        double residual = predictions[static_cast<std::size_t>(sample)] - surrogate.intercept;
        for (std::size_t i = 0; i < n; ++i) {
            const auto feature = static_cast<std::size_t>(kept[i]);
            residual -= row[feature] != 0 ? byFeature[feature] : 0;
            centred[i] = row[feature] - moments.featureMeans[feature];
        }
        std::fill(pulled.begin(), pulled.end(), 0.0);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j)
                pulled[j] += inverse[i * n + j] * centred[i];
        }
        const double pull = weights[static_cast<std::size_t>(sample)] * residual;
        for (std::size_t i = 0; i < n; ++i)
            squares[i] += pulled[i] * pulled[i] * pull * pull;
    }
    const double few = static_cast<double>(matrix.samples) / (matrix.samples - static_cast<double>(n) - 1);
    for (std::size_t i = 0; i < n; ++i)
        errors[static_cast<std::size_t>(kept[i])] = std::sqrt(few * squares[i]);
    return errors;
}

} // namespace halflens
