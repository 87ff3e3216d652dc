// SPDX-License-Identifier: BSD-3-Clause
// The linear surrogate: example of spec models 13, the reference fits, slow independent solutions.
#include "core/explain/seeded_generator.h"
#include "core/explain/surrogate.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

/// All eight patterns of three segments, all ones first, with y = 2 + z0 - 0.5 z1 + 0.25 z2.
struct Example {
    SampleMatrix matrix{8, 3, {}};
    std::vector<double> predictions;
    std::vector<double> weights;

    Example()
    {
        for (int bits = 7; bits >= 0; --bits) {
            const std::array<std::uint8_t, 3> z{static_cast<std::uint8_t>(bits >> 2 & 1),
                                                static_cast<std::uint8_t>(bits >> 1 & 1),
                                                static_cast<std::uint8_t>(bits & 1)};
            matrix.kept.insert(matrix.kept.end(), z.begin(), z.end());
            predictions.push_back(2 + z[0] - 0.5 * z[1] + 0.25 * z[2]);
        }
        weights = sampleWeights(sampleDistances(matrix));
    }
};

/// Random fits for comparison with slow solutions.
struct RandomCase {
    SampleMatrix matrix;
    std::vector<double> predictions;
    std::vector<double> weights;

    RandomCase(int samples, int features, std::uint64_t seed)
        : matrix(drawSamples(samples, features, seed))
        , weights(sampleWeights(sampleDistances(matrix), 0.6))
    {
        SeededGenerator generator(seed + 1);
        std::vector<double> slopes;
        for (int i = 0; i < features; ++i)
            slopes.push_back(generator.normal());
        for (int sample = 0; sample < samples; ++sample) {
            double value = 3 + 0.3 * generator.normal();
            for (int i = 0; i < features; ++i)
                value += slopes[static_cast<std::size_t>(i)] * matrix.row(sample)[static_cast<std::size_t>(i)];
            predictions.push_back(value);
        }
    }
};

/// Weighted ridge with free intercept by Gaussian elimination of the full normal equations
/// (intercept first), and the weighted R^2.
struct SlowFit {
    std::vector<double> solution; ///< intercept, then coefficients
    double score = 0;

    SlowFit(const RandomCase& data, const std::vector<int>& features, double alpha)
    {
        const std::size_t n = features.size() + 1;
        std::vector<std::vector<double>> equations(n, std::vector<double>(n + 1));
        const auto value = [&](int sample, std::size_t i) {
            return i == 0 ? 1.0
                          : static_cast<double>(data.matrix.row(sample)[static_cast<std::size_t>(features[i - 1])]);
        };
        for (int sample = 0; sample < data.matrix.samples; ++sample) {
            const auto s = static_cast<std::size_t>(sample);
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t j = 0; j < n; ++j)
                    equations[i][j] += data.weights[s] * value(sample, i) * value(sample, j);
                equations[i][n] += data.weights[s] * value(sample, i) * data.predictions[s];
            }
        }
        for (std::size_t i = 1; i < n; ++i)
            equations[i][i] += alpha;
        for (std::size_t i = 0; i < n; ++i) {
            std::size_t pivot = i;
            for (std::size_t r = i; r < n; ++r)
                pivot = std::abs(equations[r][i]) > std::abs(equations[pivot][i]) ? r : pivot;
            std::swap(equations[i], equations[pivot]);
            for (std::size_t r = 0; r < n; ++r) {
                const double factor = r == i ? 0 : equations[r][i] / equations[i][i];
                for (std::size_t c = i; c <= n; ++c)
                    equations[r][c] -= factor * equations[i][c];
            }
        }
        for (std::size_t i = 0; i < n; ++i)
            solution.push_back(equations[i][n] / equations[i][i]);

        double total = 0;
        double mean = 0;
        for (std::size_t s = 0; s < data.weights.size(); ++s) {
            total += data.weights[s];
            mean += data.weights[s] * data.predictions[s];
        }
        mean /= total;
        double residual = 0;
        double variation = 0;
        for (int sample = 0; sample < data.matrix.samples; ++sample) {
            const auto s = static_cast<std::size_t>(sample);
            double fitted = 0;
            for (std::size_t i = 0; i < n; ++i)
                fitted += solution[i] * value(sample, i);
            residual += data.weights[s] * std::pow(data.predictions[s] - fitted, 2);
            variation += data.weights[s] * std::pow(data.predictions[s] - mean, 2);
        }
        score = 1 - residual / variation;
    }
};

std::vector<int> integers(const std::vector<double>& values)
{
    return {values.begin(), values.end()};
}

} // namespace

class TstSurrogate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void weightsOfSpecification_data();
    void weightsOfSpecification();
    void exampleOfSpecification();
    void reference_data();
    void reference();
    void referenceDistancesAndWeights();
    void matchesEliminations_data();
    void matchesEliminations();
    void highestWeightsComeFromWeakRidge();
    void forwardIsGreedy();
    void forwardWithDependentFeatures();
    void automaticSelection();
    void constantPredictions();
    void samplesAreFairAndSeeded();
    void errorsAreThoseOfOtherSamples();
    void generatorIsFixed();
    void badInput();
};

void TstSurrogate::weightsOfSpecification_data()
{
    QTest::addColumn<int>("kept");
    QTest::addColumn<double>("weight");
    QTest::newRow("50") << 50 << 1.0;
    QTest::newRow("40") << 40 << 0.914695;
    QTest::newRow("25") << 25 << 0.503440;
    QTest::newRow("0") << 0 << 0.000335463;
}

void TstSurrogate::weightsOfSpecification()
{
    QFETCH(int, kept);
    QFETCH(double, weight);
    SampleMatrix matrix{1, 50, std::vector<std::uint8_t>(50)};
    std::fill_n(matrix.kept.begin(), kept, std::uint8_t{1});
    QVERIFY(std::abs(sampleWeights(sampleDistances(matrix))[0] - weight) < 5.1e-7);
}

void TstSurrogate::exampleOfSpecification()
{
    const Example example;
    for (const auto& [row, weight] :
         {std::pair{0, 1.0}, std::pair{1, 0.763847}, std::pair{6, 0.239533}, std::pair{7, 0.000335}})
        QVERIFY(std::abs(example.weights[static_cast<std::size_t>(row)] - weight) < 5.1e-7);
    SurrogateOptions options{3, FeatureSelection::HighestWeights, 1};
    const Surrogate strong = fitSurrogate(example.matrix, example.predictions, example.weights, options).value();
    const std::vector<double> expected{0.466068, -0.285197, 0.090435};
    for (std::size_t i = 0; i < 3; ++i)
        QVERIFY(std::abs(strong.byFeature(3)[i] - expected[i]) < 5.1e-7);
    QVERIFY(std::abs(strong.intercept - 2.330298) < 5.1e-7);
    QVERIFY(std::abs(strong.score - 0.737230) < 5.1e-7);
    QVERIFY(std::abs(strong.localPrediction - (2.330298 + 0.466068 - 0.285197 + 0.090435)) < 2e-6);
    QVERIFY((strong.features == std::vector<int>{0, 1, 2}));

    options.alpha = 0.01;
    const Surrogate weak = fitSurrogate(example.matrix, example.predictions, example.weights, options).value();
    const std::vector<double> weakExpected{0.988265, -0.496934, 0.245665};
    for (std::size_t i = 0; i < 3; ++i)
        QVERIFY(std::abs(weak.byFeature(3)[i] - weakExpected[i]) < 5.1e-7);
    QVERIFY(std::abs(weak.intercept - 2.008972) < 5.1e-7);
}

void TstSurrogate::reference_data()
{
    QTest::addColumn<int>("features");
    QTest::newRow("five, forward selection") << 5;
    QTest::newRow("all") << 100'000;
}

void TstSurrogate::reference()
{
    HALFLENS_NEEDS_GOLDEN("lime");
    QFETCH(int, features);
    const auto outputs = goldenFloat64("lime");
    SampleMatrix matrix{200, 26, {}};
    for (const double value : outputs.at("Z"))
        matrix.kept.push_back(static_cast<std::uint8_t>(value));
    const auto weights = sampleWeights(sampleDistances(matrix));
    SurrogateOptions options;
    options.numFeatures = features;
    const Surrogate found = fitSurrogate(matrix, outputs.at("y"), weights, options).value();
    const std::string prefix = features == 5 ? "nf5_" : "all_";
    QVERIFY(found.features == integers(outputs.at(prefix + "feature")));
    const std::vector<double>& summary = outputs.at(prefix + "intercept_score_localpred");
    QVERIFY(std::abs(found.intercept - summary[0]) < 1e-9);
    QVERIFY(std::abs(found.score - summary[1]) < 1e-9);
    QVERIFY(std::abs(found.localPrediction - summary[2]) < 1e-9);
    const std::vector<double>& coefficients =
        features == 5 ? outputs.at("nf5_coefficient") : outputs.at("all_coefficient_by_segment");
    const std::vector<double> mine = features == 5 ? found.coefficients : found.byFeature(26);
    QCOMPARE(mine.size(), coefficients.size());
    for (std::size_t i = 0; i < mine.size(); ++i)
        QVERIFY(std::abs(mine[i] - coefficients[i]) < 1e-9);
    if (features == 5)
        QVERIFY(found.selectionOrder == integers(outputs.at("nf5_forward_selection_order")));
}

void TstSurrogate::referenceDistancesAndWeights()
{
    HALFLENS_NEEDS_GOLDEN("lime");
    const auto outputs = goldenFloat64("lime");
    SampleMatrix matrix{200, 26, {}};
    for (const double value : outputs.at("Z"))
        matrix.kept.push_back(static_cast<std::uint8_t>(value));
    const auto distances = sampleDistances(matrix);
    const auto weights = sampleWeights(distances);
    for (std::size_t i = 0; i < 200; ++i) {
        QVERIFY(std::abs(distances[i] - outputs.at("cosine_distance")[i]) < 1e-9);
        QVERIFY(std::abs(weights[i] - outputs.at("kernel_weight")[i]) < 1e-9);
    }
}

void TstSurrogate::matchesEliminations_data()
{
    QTest::addColumn<int>("samples");
    QTest::addColumn<int>("features");
    QTest::addColumn<double>("alpha");
    QTest::newRow("usual") << 200 << 20 << 1.0;
    QTest::newRow("weak penalty") << 100 << 12 << 0.01;
    QTest::newRow("more features than samples") << 10 << 30 << 1.0;
    QTest::newRow("one feature") << 50 << 1 << 1.0;
}

void TstSurrogate::matchesEliminations()
{
    QFETCH(int, samples);
    QFETCH(int, features);
    QFETCH(double, alpha);
    const RandomCase data(samples, features, 11);
    std::vector<int> all;
    for (int i = 0; i < features; ++i)
        all.push_back(i);
    const SlowFit slow(data, all, alpha);
    const Surrogate found =
        fitSurrogate(data.matrix, data.predictions, data.weights, {100'000, FeatureSelection::Auto, alpha}).value();
    QVERIFY(std::abs(found.intercept - slow.solution[0]) < 1e-10);
    for (int i = 0; i < features; ++i)
        QVERIFY(std::abs(found.byFeature(features)[static_cast<std::size_t>(i)]
                         - slow.solution[static_cast<std::size_t>(i) + 1])
                < 1e-10);
    QVERIFY(std::abs(found.score - slow.score) < 1e-10);
    QVERIFY(std::is_sorted(found.coefficients.begin(), found.coefficients.end(),
                           [](double a, double b) { return std::abs(a) > std::abs(b); }));
}

void TstSurrogate::highestWeightsComeFromWeakRidge()
{
    // Few samples: a penalty of 1 or 10 in place of 0.01 would order the features differently.
    const RandomCase data(30, 20, 8);
    std::vector<int> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(i);
    const auto ordered = [&](double alpha) {
        const SlowFit slow(data, all, alpha);
        std::vector<int> order = all;
        std::sort(order.begin(), order.end(), [&](int a, int b) {
            return std::abs(slow.solution[static_cast<std::size_t>(a) + 1])
                > std::abs(slow.solution[static_cast<std::size_t>(b) + 1]);
        });
        order.resize(10);
        return order;
    };
    QVERIFY(ordered(0.01) != ordered(1));
    QVERIFY(ordered(0.01) != ordered(10));
    const SurrogateOptions options{10, FeatureSelection::HighestWeights, 1};
    QVERIFY(fitSurrogate(data.matrix, data.predictions, data.weights, options).value().selectionOrder == ordered(0.01));
}

void TstSurrogate::forwardIsGreedy()
{
    const RandomCase data(150, 14, 5);
    const Surrogate found =
        fitSurrogate(data.matrix, data.predictions, data.weights, {6, FeatureSelection::Forward, 1}).value();
    std::vector<int> chosen;
    for (int step = 0; step < 6; ++step) {
        int best = -1;
        double bestScore = -1e300;
        for (int candidate = 0; candidate < 14; ++candidate) {
            if (std::find(chosen.begin(), chosen.end(), candidate) != chosen.end())
                continue;
            std::vector<int> trial = chosen;
            trial.push_back(candidate);
            const double score = SlowFit(data, trial, 0).score;
            if (score > bestScore) {
                bestScore = score;
                best = candidate;
            }
        }
        chosen.push_back(best);
    }
    QVERIFY(found.selectionOrder == chosen);
    const SlowFit last(data, chosen, 1);
    for (std::size_t i = 0; i < chosen.size(); ++i)
        QVERIFY(std::abs(found.byFeature(14)[static_cast<std::size_t>(chosen[i])] - last.solution[i + 1]) < 1e-10);
}

void TstSurrogate::forwardWithDependentFeatures()
{
    // Feature 1 copies feature 0 and feature 2 never changes: after 0 is taken neither adds anything.
    const RandomCase base(60, 1, 3);
    SampleMatrix matrix{60, 3, {}};
    for (int sample = 0; sample < 60; ++sample) {
        const std::uint8_t value = base.matrix.row(sample)[0];
        matrix.kept.insert(matrix.kept.end(), {value, value, 1});
    }
    const Surrogate found =
        fitSurrogate(matrix, base.predictions, base.weights, {3, FeatureSelection::Forward, 1}).value();
    QVERIFY((found.selectionOrder == std::vector<int>{0, 1, 2}));
    for (const double coefficient : found.coefficients)
        QVERIFY(std::isfinite(coefficient));
    QVERIFY(std::abs(found.byFeature(3)[0] - found.byFeature(3)[1]) < 1e-12);
    QCOMPARE(found.byFeature(3)[2], 0.0);
}

void TstSurrogate::automaticSelection()
{
    const RandomCase data(150, 14, 21);
    const auto fit = [&](int count, FeatureSelection selection) {
        return fitSurrogate(data.matrix, data.predictions, data.weights, {count, selection, 1}).value().selectionOrder;
    };
    QVERIFY(fit(6, FeatureSelection::Auto) == fit(6, FeatureSelection::Forward));
    QVERIFY(fit(7, FeatureSelection::Auto) == fit(7, FeatureSelection::HighestWeights));
    QCOMPARE(fit(7, FeatureSelection::Auto).size(), std::size_t{7});
}

void TstSurrogate::constantPredictions()
{
    const SampleMatrix matrix = drawSamples(40, 5, 1);
    const std::vector<double> constant(40, 2.5);
    const Surrogate found = fitSurrogate(matrix, constant, sampleWeights(sampleDistances(matrix))).value();
    for (const double coefficient : found.coefficients)
        QVERIFY(std::abs(coefficient) < 1e-12);
    QVERIFY(std::abs(found.intercept - 2.5) < 1e-12);
    QVERIFY(std::isfinite(found.score));
}

void TstSurrogate::samplesAreFairAndSeeded()
{
    const SampleMatrix matrix = drawSamples(1000, 50, 4);
    const auto first = matrix.row(0);
    QVERIFY(std::all_of(first.begin(), first.end(), [](std::uint8_t bit) { return bit == 1; }));
    const auto ones = std::count(matrix.kept.begin() + 50, matrix.kept.end(), std::uint8_t{1});
    QVERIFY(std::abs(static_cast<double>(ones) - 999 * 25.0) < 5 * std::sqrt(999 * 50 / 4.0));
    QVERIFY(drawSamples(1000, 50, 4).kept == matrix.kept);
    QVERIFY(drawSamples(1000, 50, 5).kept != matrix.kept);
}

void TstSurrogate::generatorIsFixed()
{
    // The 10000th word of the default engine is fixed by the C++ standard; ours is the same engine.
    SeededGenerator generator(5489);
    std::uint64_t word = 0;
    for (int i = 0; i < 10'000; ++i) {
        word = 0;
        for (int bit = 0; bit < 64; ++bit)
            word |= static_cast<std::uint64_t>(generator.bit() ? 1 : 0) << bit;
    }
    QCOMPARE(word, std::uint64_t{9981545732273789042ULL});
    SeededGenerator normals(1);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 20'000; ++i) {
        const double value = normals.normal();
        sum += value;
        squares += value * value;
    }
    QVERIFY(std::abs(sum / 20'000) < 0.03);
    QVERIFY(std::abs(squares / 20'000 - 1) < 0.05);
}

void TstSurrogate::badInput()
{
    const SampleMatrix matrix = drawSamples(10, 3, 0);
    const std::vector<double> y(10, 1.0);
    const std::vector<double> w(10, 1.0);
    const auto code = [&](const SampleMatrix& m, const std::vector<double>& predictions,
                          const std::vector<double>& weights, const SurrogateOptions& options = {}) {
        return fitSurrogate(m, predictions, weights, options).error().code;
    };
    QCOMPARE(code(matrix, std::vector<double>(9, 1.0), w), ErrorCode::InvalidInput);
    QCOMPARE(code(matrix, y, std::vector<double>(11, 1.0)), ErrorCode::InvalidInput);
    QCOMPARE(code(matrix, std::vector<double>(10, std::nan("")), w), ErrorCode::InvalidInput);
    QCOMPARE(code(matrix, y, std::vector<double>(10, 0.0)), ErrorCode::InvalidInput);
    QCOMPARE(code(matrix, y, std::vector<double>(10, -1.0)), ErrorCode::InvalidInput);
    QCOMPARE(code(matrix, y, w, {0, FeatureSelection::Auto, 1}), ErrorCode::InvalidInput);
    QCOMPARE(code(matrix, y, w, {3, FeatureSelection::Auto, 0}), ErrorCode::InvalidInput);
    QCOMPARE(code(SampleMatrix{10, 4, matrix.kept}, y, w), ErrorCode::InvalidInput);
    QCOMPARE(code(SampleMatrix{}, {}, {}), ErrorCode::InvalidInput);
}

/// The errors told, against how far the coefficients really scatter over 60 draws; a triple makes for the residuals.
void TstSurrogate::errorsAreThoseOfOtherSamples()
{
    constexpr int Features = 6;
    constexpr int Draws = 60;
    std::vector<double> told(Features), sums(Features), squares(Features);
    for (int draw = 0; draw < Draws; ++draw) {
        const SampleMatrix matrix = drawSamples(300, Features, static_cast<std::uint64_t>(draw + 1));
        std::vector<double> predictions;
        for (int sample = 0; sample < matrix.samples; ++sample) {
            const auto row = matrix.row(sample);
            predictions.push_back(2 + 0.5 * row[0] - 0.25 * row[3]
                                  + (row[1] != 0 && row[2] != 0 && row[4] == 0 ? 1 : 0));
        }
        const std::vector<double> weights = sampleWeights(sampleDistances(matrix));
        const auto surrogate = fitSurrogate(matrix, predictions, weights);
        QVERIFY(surrogate.has_value());
        const std::vector<double> values = surrogate->byFeature(Features);
        const std::vector<double> errors = coefficientErrors(matrix, predictions, weights, *surrogate, 1);
        for (std::size_t i = 0; i < Features; ++i) {
            told[i] += errors[i] / Draws;
            sums[i] += values[i];
            squares[i] += values[i] * values[i];
        }
    }
    for (std::size_t i = 0; i < Features; ++i) {
        const double scatter = std::sqrt((squares[i] - sums[i] * sums[i] / Draws) / (Draws - 1));
        QVERIFY2(told[i] > 0.7 * scatter && told[i] < 1.4 * scatter, std::to_string(told[i] / scatter).c_str());
    }
    const SampleMatrix few = drawSamples(5, Features, 1);
    const std::vector<double> weights(5, 1.0);
    const std::vector<double> predictions{1, 2, 3, 4, 5};
    const auto surrogate = fitSurrogate(few, predictions, weights);
    QVERIFY(std::isinf(coefficientErrors(few, predictions, weights, *surrogate, 1)[0]));
}

HALFLENS_TEST(TstSurrogate)
#include "tst_surrogate.moc"
