// SPDX-License-Identifier: BSD-3-Clause
// The heads of AIHIQnet, KonCept512, DBCNN and Swin-IQA against slow float64 evaluations, and a small
// Swin-IQA from file to prediction.
#include "core/checkpoint/safetensors.h"
#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"
#include "tests/unit/nn/reference_swin.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace halflens;

namespace {

std::vector<float> values(int count, unsigned seed)
{
    return test::randomInput(1, 1, count, seed);
}

DenseWeights dense(int out, int in, unsigned seed)
{
    return {in, out, values(out * in, seed), values(out, seed + 1)};
}

std::vector<double> slowDense(const DenseWeights& layer, const std::vector<double>& x)
{
    std::vector<double> y;
    for (std::size_t o = 0; o < layer.bias.size(); ++o) {
        double sum = static_cast<double>(layer.bias[o]);
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += static_cast<double>(layer.weight[o * x.size() + i]) * x[i];
        y.push_back(sum);
    }
    return y;
}

double slowSigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

std::vector<double> slowSoftmax(std::vector<double> x)
{
    double sum = 0;
    for (double& v : x)
        sum += v = std::exp(v);
    for (double& v : x)
        v /= sum;
    return x;
}

double furthest(std::span<const float> found, const std::vector<double>& expected)
{
    if (found.size() != expected.size())
        return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(found[i]) - expected[i]));
    return largest;
}

/// Channel weights of a map from the mean and the largest value of each channel.
std::vector<double> slowChannelWeights(const DenseWeights& layer, const std::vector<double>& map, std::size_t cells)
{
    std::vector<double> mean;
    std::vector<double> largest;
    for (std::size_t c = 0; c < map.size() / cells; ++c) {
        const auto begin = map.begin() + static_cast<std::ptrdiff_t>(c * cells);
        const auto end = begin + static_cast<std::ptrdiff_t>(cells);
        mean.push_back(std::accumulate(begin, end, 0.0) / static_cast<double>(cells));
        largest.push_back(*std::max_element(begin, end));
    }
    const std::vector<double> a = slowDense(layer, mean);
    const std::vector<double> b = slowDense(layer, largest);
    std::vector<double> weights;
    for (std::size_t c = 0; c < a.size(); ++c)
        weights.push_back((slowSigmoid(a[c]) + slowSigmoid(b[c])) / 2);
    return weights;
}

/// Spec models 7.2, steps 1 to 3, one position at a time.
std::vector<double> slowAttend(const AihiqHead& head, const nn::MapView& view)
{
    const auto [channels, height, width] = view.size;
    const auto cells = static_cast<std::size_t>(height * width);
    const std::vector<double> map(view.values.begin(), view.values.end());
    const std::vector<double> weights = slowChannelWeights(head.channel, map, cells);
    const auto at = [&](int c, int y, int x) { return map[static_cast<std::size_t>((c * height + y) * width + x)]; };
    std::vector<double> result(static_cast<std::size_t>(channels));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double sum = 0;
            for (int i = 0; i < 7; ++i) {
                for (int j = 0; j < 7; ++j) {
                    const int row = y + i - 3;
                    const int column = x + j - 3;
                    if (row < 0 || row >= height || column < 0 || column >= width)
                        continue;
                    double mean = 0;
                    double largest = -INFINITY;
                    for (int c = 0; c < channels; ++c) {
                        mean += at(c, row, column) / channels;
                        largest = std::max(largest, at(c, row, column));
                    }
                    sum += mean * static_cast<double>(head.spatial[static_cast<std::size_t>(7 * i + j)])
                        + largest * static_cast<double>(head.spatial[static_cast<std::size_t>(49 + 7 * i + j)]);
                }
            }
            for (int c = 0; c < channels; ++c)
                result[static_cast<std::size_t>(c)] +=
                    at(c, y, x) * slowSigmoid(sum) * weights[static_cast<std::size_t>(c)] / static_cast<double>(cells);
        }
    }
    return result;
}

/// A Swin-IQA of a few thousand values in HalfLens' own names.
const test::SwinSize Size{2, 8, {2, 2}, {2, 4}, 4, 2};

StateDict smallSwinIqa(std::int64_t outputs)
{
    StateDict state;
    for (const auto& [name, tensor] : test::randomSwin(Size, 11))
        state["swin." + name] = tensor;
    const auto add = [&](const std::string& name, Shape shape, unsigned seed) {
        const std::int64_t count = std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
        state[name] = {std::move(shape), values(static_cast<int>(count), seed)};
    };
    add("proj.0.weight", {6, 16, 1, 1}, 1);
    add("proj.0.bias", {6}, 2);
    add("proj.1.weight", {6, 16, 1, 1}, 3);
    add("proj.1.bias", {6}, 4);
    add("ca.weight", {6, 6}, 5);
    add("ca.bias", {6}, 6);
    add("head.0.weight", {7, 12}, 7);
    add("head.0.bias", {7}, 8);
    add("head.3.weight", {outputs, 7}, 9);
    add("head.3.bias", {outputs}, 10);
    return state;
}

/// Spec models 10.3, steps 4 to 6, on the slow trunk's maps.
std::vector<double> slowSwinIqa(const StateDict& state, std::span<const float> input, int height, int width)
{
    StateDict trunk;
    for (const auto& [name, tensor] : state) {
        if (name.starts_with("swin."))
            trunk[name.substr(5)] = tensor;
    }
    const SwinIqaHead head = swinIqaHead(state);
    std::vector<double> pooled;
    const auto maps = test::evaluateSwinSlowly(Size, trunk, input, height, width);
    for (std::size_t stage = 0; stage < maps.size(); ++stage) {
        const auto cells = static_cast<std::size_t>(maps[stage].height * maps[stage].width);
        const auto channels = static_cast<std::size_t>(maps[stage].channels);
        std::vector<double> projected(6 * cells);
        for (std::size_t cell = 0; cell < cells; ++cell) {
            std::vector<double> column;
            for (std::size_t c = 0; c < channels; ++c)
                column.push_back(maps[stage].values[c * cells + cell]);
            const std::vector<double> out = slowDense(head.projections[stage], column);
            for (std::size_t c = 0; c < 6; ++c)
                projected[c * cells + cell] = out[c];
        }
        const std::vector<double> weights = slowChannelWeights(head.channel, projected, cells);
        for (std::size_t c = 0; c < 6; ++c) {
            double sum = 0;
            for (std::size_t cell = 0; cell < cells; ++cell)
                sum += projected[c * cells + cell] * weights[c];
            pooled.push_back(sum / static_cast<double>(cells));
        }
    }
    std::vector<double> hidden = slowDense(head.hidden, pooled);
    for (double& v : hidden)
        v = 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)));
    std::vector<double> output = slowDense(head.output, hidden);
    return output.size() > 1 ? slowSoftmax(output) : output;
}

} // namespace

class TestFamilyHeads : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void attention_data();
    void attention();
    void headOutputs();
    void konceptPooling();
    void konceptStages_data();
    void konceptStages();
    void cornersKept();
    void bilinear();
    void bilinearOfNothing();
    void swinIqa_data();
    void swinIqa();
    void swinIqaIncomplete();
    void pooledPredictor();
};

void TestFamilyHeads::attention_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("ordinary") << 11 << 13;
    QTest::newRow("one row") << 1 << 20;
    QTest::newRow("smaller than the kernel") << 3 << 2;
    QTest::newRow("one cell") << 1 << 1;
}

void TestFamilyHeads::attention()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const AihiqHead head{dense(5, 5, 1), values(98, 3), dense(5, 5, 4)};
    const std::vector<float> map = test::randomInput(5, height, width, 6);
    const nn::MapView view{{5, height, width}, map};
    QVERIFY(furthest(attend(head, view), slowAttend(head, view)) < 1e-6);
}

void TestFamilyHeads::headOutputs()
{
    AihiqHead head{{}, {}, dense(5, 4, 1)};
    const std::vector<float> features = values(4, 2);
    const std::vector<double> wide(features.begin(), features.end());
    QVERIFY(furthest(evaluate(head, features), slowSoftmax(slowDense(head.output, wide))) < 1e-6);
    head.output = dense(1, 4, 1);
    QVERIFY(furthest(evaluate(head, features), slowDense(head.output, wide)) < 1e-6); // no softmax
}

void TestFamilyHeads::konceptPooling()
{
    const std::vector<float> map = test::randomInput(2, 10, 14, 3);
    const nn::MapView view{{2, 10, 14}, map};
    std::vector<double> whole(2);
    std::vector<double> corner(2);
    for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t y = 0; y < 10; ++y) {
            for (std::size_t x = 0; x < 14; ++x) {
                const auto value = static_cast<double>(map[(c * 10 + y) * 14 + x]);
                whole[c] += value / 140;
                corner[c] += y < 8 && x < 8 ? value / 64 : 0;
            }
        }
    }
    QVERIFY(furthest(*poolKoncept(KonceptForm::Keras, view), whole) < 1e-6);
    QVERIFY(furthest(*poolKoncept(KonceptForm::Port, view), corner) < 1e-6);
    for (const auto& [height, width, fits] :
         {std::tuple{8, 8, true}, {15, 15, true}, {7, 8, false}, {8, 16, false}, {16, 8, false}, {1, 1, false}}) {
        const std::vector<float> other(static_cast<std::size_t>(height * width), 1.F);
        const auto pooled = poolKoncept(KonceptForm::Port, {{1, height, width}, other});
        QCOMPARE(pooled.has_value(), fits);
        QVERIFY(poolKoncept(KonceptForm::Keras, {{1, height, width}, other}).has_value());
        if (!fits)
            QCOMPARE(pooled.error().code, ErrorCode::Model);
    }
}

void TestFamilyHeads::konceptStages_data()
{
    QTest::addColumn<bool>("port");
    QTest::addColumn<double>("epsilon");
    QTest::newRow("Keras") << false << 1e-3;
    QTest::newRow("port") << true << 1e-5;
}

/// Activation before batch norm; small variances make the epsilon count.
void TestFamilyHeads::konceptStages()
{
    QFETCH(bool, port);
    QFETCH(double, epsilon);
    StateDict state;
    const std::vector<int> widths{6, 5, 4, 3};
    std::vector<double> x;
    for (const float v : values(6, 50))
        x.push_back(static_cast<double>(v));
    std::vector<std::vector<double>> expected;
    for (std::size_t i = 0; i < 3; ++i) {
        const DenseWeights layer = dense(widths[i + 1], widths[i], static_cast<unsigned>(10 * i + 1));
        const std::string number = std::to_string(i);
        state["koncept.fc" + number + ".weight"] = {{layer.out, layer.in}, layer.weight};
        state["koncept.fc" + number + ".bias"] = {{layer.out}, layer.bias};
        for (const auto& [part, seed] :
             {std::pair{".weight", 3U}, {".bias", 4U}, {".running_mean", 5U}, {".running_var", 6U}})
            state["koncept.bn" + number + part] = {{layer.out},
                                                   values(layer.out, static_cast<unsigned>(10 * i) + seed)};
        for (float& v : state["koncept.bn" + number + ".running_var"].values)
            v = std::abs(v) * 0.01F;
        const auto part = [&](const char* name, std::size_t c) {
            return static_cast<double>(state["koncept.bn" + number + name].values[c]);
        };
        x = slowDense(layer, x);
        for (std::size_t c = 0; c < x.size(); ++c)
            x[c] = part(".weight", c) * (std::max(x[c], 0.0) - part(".running_mean", c))
                    / std::sqrt(part(".running_var", c) + epsilon)
                + part(".bias", c);
        expected.push_back(x);
    }
    const DenseWeights output = dense(1, 3, 40);
    state["koncept.out.weight"] = {{1, 3}, output.weight};
    state["koncept.out.bias"] = {{1}, output.bias};
    const KonceptHead head = konceptHead(port ? KonceptForm::Port : KonceptForm::Keras, state);
    std::vector<std::vector<float>> stages;
    const float score = evaluate(head, values(6, 50), &stages);
    QCOMPARE(stages.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i) {
        const double size = *std::max_element(expected[i].begin(), expected[i].end());
        QVERIFY(furthest(stages[i], expected[i]) < 1e-5 * std::max(1.0, size));
    }
    QVERIFY(std::abs(score - slowDense(output, x)[0]) < 1e-4 * std::max(1.0, std::abs(slowDense(output, x)[0])));
}

void TestFamilyHeads::cornersKept()
{
    // 1 x 2 x 3 to 3 x 5: every second column falls between two.
    const std::vector<float> map{0, 2, 4, 10, 12, 14};
    const nn::FeatureMap resized = alignedCorners({{1, 2, 3}, map}, 3, 5);
    QVERIFY((resized.size == nn::MapSize{1, 3, 5}));
    QCOMPARE(resized.values, (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}));
    QCOMPARE(alignedCorners({{1, 2, 3}, map}, 1, 1).values, (std::vector<float>{0}));
    QCOMPARE(alignedCorners({{1, 2, 3}, map}, 2, 3).values, map);
    QCOMPARE(alignedCorners({{2, 1, 1}, std::span(map).first(2)}, 2, 2).values,
             (std::vector<float>{0, 0, 0, 0, 2, 2, 2, 2}));
}

void TestFamilyHeads::bilinear()
{
    std::vector<float> first = test::randomInput(3, 4, 5, 1);
    std::vector<float> second = test::randomInput(2, 4, 5, 2);
    for (auto* map : {&first, &second}) {
        for (float& v : *map)
            v = std::max(v, 0.F); // both come from a ReLU
    }
    std::vector<double> expected;
    double squares = 0;
    for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t b = 0; b < 2; ++b) {
            double sum = 0;
            for (std::size_t i = 0; i < 20; ++i)
                sum += static_cast<double>(first[a * 20 + i]) * static_cast<double>(second[b * 20 + i]);
            expected.push_back(std::sqrt(sum / 20 + 1e-8));
            squares += sum / 20 + 1e-8;
        }
    }
    for (double& v : expected)
        v /= std::sqrt(squares);
    const nn::MapView one{{3, 4, 5}, first};
    QVERIFY(furthest(poolBilinear(one, {{2, 4, 5}, second}), expected) < 1e-6);
    // A second map of another size is brought to the first one's.
    const std::vector<float> larger = test::randomInput(2, 5, 6, 3);
    const nn::FeatureMap aligned = alignedCorners({{2, 5, 6}, larger}, 4, 5);
    QCOMPARE(poolBilinear({{1, 4, 5}, std::vector<float>(20, 1.F)}, {{2, 5, 6}, std::vector<float>(60, 1.F)}),
             poolBilinear({{1, 4, 5}, std::vector<float>(20, 1.F)}, {{2, 4, 5}, std::vector<float>(40, 1.F)}));
    QCOMPARE(aligned.values.size(), second.size());
}

void TestFamilyHeads::bilinearOfNothing()
{
    // All zero: every root is 1e-4, the vector is uniform.
    const std::vector<float> zeros(8);
    for (const float v : poolBilinear({{2, 2, 2}, zeros}, {{2, 2, 2}, zeros}))
        QCOMPARE(v, 0.5F);
    // A mean product of 3e-8 has twice the root of nothing: 1e-8 stands under it.
    const std::vector<float> faint{3e-4F, 3e-4F, 0, 0};
    const std::vector<float> one{1e-4F, 1e-4F};
    const std::vector<float> pooled = poolBilinear({{2, 1, 2}, faint}, {{1, 1, 2}, one});
    QVERIFY(std::abs(pooled[0] / pooled[1] - 2) < 1e-5F);
}

void TestFamilyHeads::swinIqa_data()
{
    QTest::addColumn<int>("outputs");
    QTest::newRow("five grades") << 5;
    QTest::newRow("one grade") << 1;
}

void TestFamilyHeads::swinIqa()
{
    QFETCH(int, outputs);
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(QStringLiteral("small.safetensors")).toStdString();
    const StateDict state = smallSwinIqa(outputs);
    QVERIFY(writeSafetensors(file, state).has_value());
    const auto model = loadPublishedCheckpoint(file);
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    const ModelInfo& info = (*model)->info();
    QCOMPARE(info.family, std::string("swin-iqa"));
    QCOMPARE(info.outputs, outputs);
    QVERIFY(info.input.policy == InputPolicy::Fit); // its windows fit one size
    QCOMPARE(info.input.width, 16);
    QCOMPARE(info.input.height, 16);
    QCOMPARE(info.input.normalization, Normalization::ImageNetUnit);
    ModelInput input;
    input.width = input.height = 16;
    input.planes = test::randomInput(3, 16, 16, 4);
    const auto prediction = (*model)->predict(input, std::stop_token());
    QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message().c_str());
    const std::vector<double> expected = slowSwinIqa(state, input.planes, 16, 16);
    QVERIFY(furthest(prediction->output, expected) < 2e-5);
    double score = 0;
    for (std::size_t k = 0; k < expected.size(); ++k)
        score += static_cast<double>(outputs == 1 ? 1 : k + 1) * expected[k];
    QVERIFY(std::abs(prediction->score - score) < 1e-4);
    QCOMPARE(prediction->score5, prediction->score);
}

void TestFamilyHeads::swinIqaIncomplete()
{
    for (const char* name : {"ca.bias", "head.0.bias", "head.3.bias", "swin.patch_embed.proj.weight"}) {
        NetworkWeights weights{"swin-iqa", "swin", smallSwinIqa(5), {}, {}};
        weights.state.erase(name);
        const auto model = SwinIqaFamily.make(weights, {});
        QVERIFY2(!model.has_value(), name);
        QCOMPARE(model.error().code, ErrorCode::InvalidInput);
    }
    NetworkWeights weights{"swin-iqa", "swin", smallSwinIqa(5), {}, {}};
    weights.state.erase("proj.1.bias");
    weights.state["proj.2.bias"] = {{6}, std::vector<float>(6)};
    const auto model = SwinIqaFamily.make(weights, {});
    QVERIFY(!model.has_value());
    QVERIFY(model.error().reason.find("1 missing: proj.1.bias; 1 surplus: proj.2.bias") != std::string::npos);
    weights.state = smallSwinIqa(5);
    weights.state["ca.weight"].values[3] = std::numeric_limits<float>::quiet_NaN();
    const auto damaged = SwinIqaFamily.make(weights, {});
    QVERIFY(!damaged.has_value());
    QVERIFY(damaged.error().reason.find("ca.weight") != std::string::npos);
}

void TestFamilyHeads::pooledPredictor()
{
    const auto model = SwinIqaFamily.make({"swin-iqa", "swin", smallSwinIqa(5), {}, {}}, {});
    QVERIFY(model.has_value());
    QVERIFY((*model)->attentionEncoder() == nullptr);
    QVERIFY(!(*model)->info().masksAttention);
    ModelInput input;
    input.width = input.height = 16;
    input.planes = test::randomInput(3, 16, 16, 4);
    const std::vector<std::string> wanted{"f2", "c5"};
    const auto features = (*model)->features(input, {}, wanted);
    QVERIFY(features.has_value());
    QCOMPARE((*features)->pooled.size(), std::size_t(12));
    QCOMPARE((*features)->tokens.height, 0);
    QCOMPARE((*features)->maps.size(), std::size_t(2)); // only those asked for
    QCOMPARE((*features)->mapShapes.at("f2"), (std::array<int, 3>{16, 4, 4}));
    QCOMPARE((*features)->maps.at("f2").size(), std::size_t(256));
    QVERIFY((*features)->maps.at("f2") == (*features)->maps.at("c5"));
    QVERIFY((*features)->seconds > 0);

    const auto masked = (*model)->predict(**features, BlockMask(1));
    QVERIFY(!masked.has_value());
    QCOMPARE(masked.error().code, ErrorCode::Unsupported);
    const std::vector<std::string> unknown{"c9"};
    QVERIFY(!(*model)->features(input, {}, unknown).has_value());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled((*model)->features(input, stop.get_token())));
    input.planes[5] = std::numeric_limits<float>::infinity();
    const auto infinite = (*model)->features(input, {});
    QVERIFY(!infinite.has_value());
    QCOMPARE(infinite.error().code, ErrorCode::Model);
}

HALFLENS_TEST(TestFamilyHeads)
#include "tst_family_heads.moc"
