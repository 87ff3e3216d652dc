// SPDX-License-Identifier: BSD-3-Clause
// The Swin transformer: windows, shifts and sizes by hand, small networks against a slow evaluation.
#include "core/nn/swin.h"
#include "core/nn/swin_kernels.h"
#include "core/nn/swin_plan.h"
#include "tests/support/test_case.h"
#include "tests/unit/nn/reference_swin.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace halflens;
using namespace halflens::nn;

namespace {

// Stage 1: 8 x 8 tokens at 16 x 16 pixels, windows of 4; stage 2 is one window and does not shift.
const test::SwinSize Small{2, 8, {2, 2}, {2, 4}, 4, 2};
const test::SwinSize OddWindow{2, 6, {2, 3, 2}, {1, 3, 2}, 3, 3};

} // namespace

class TestSwin : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void windows();
    void bias();
    void sizes();
    void config();
    void brokenConfig_data();
    void brokenConfig();
    void againstSlow_data();
    void againstSlow();
    void anotherSizeAndBack();
    void refusals();
    void cancelled();
    void normKernel();
    void attentionKernel();
};

void TestSwin::windows()
{
    const nn::detail::WindowOrder plain = nn::detail::windowOrder(4, 4, 2, 0);
    QCOMPARE(plain.tokens, (std::vector<int>{0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15}));
    QVERIFY(plain.regions.empty());
    // Rolled by (-1, -1) the map reads 5 6 7 4 / 9 10 11 8 / 13 14 15 12 / 1 2 3 0.
    const nn::detail::WindowOrder shifted = nn::detail::windowOrder(4, 4, 2, 1);
    QCOMPARE(shifted.tokens, (std::vector<int>{5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0}));
    QCOMPARE(shifted.regions, (std::vector<int>{0, 0, 0, 0, 1, 2, 1, 2, 3, 3, 6, 6, 4, 5, 7, 8}));
}

void TestSwin::bias()
{
    // One head, window 2: the table's row is 3 (dy + 1) + (dx + 1), query minus key.
    const Tensor table{{9, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8}};
    QCOMPARE(nn::detail::expandedBias(table, 2), (std::vector<float>{4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4}));
    const Tensor two{{1, 2}, {10, 20}};
    QCOMPARE(nn::detail::expandedBias(two, 1), (std::vector<float>{10, 20}));
}

void TestSwin::sizes()
{
    const StateDict state = test::randomSwin(Small, 1);
    const auto config = swinConfig(state, {});
    QVERIFY(config.has_value());
    QCOMPARE(config->inputUnit(), 16);
    const auto layouts = nn::detail::stageLayouts(*config, 32, 16);
    QVERIFY(layouts.has_value());
    QCOMPARE((*layouts)[0].height, 16);
    QCOMPARE((*layouts)[0].width, 8);
    QVERIFY((*layouts)[0].shifts);
    QCOMPARE((*layouts)[1].width, 4);
    QVERIFY(!(*layouts)[1].shifts); // the narrow side is one window
    for (const auto& [height, width] : {std::pair{15, 16}, {16, 24}, {8, 8}, {0, 16}, {16, -16}}) {
        const auto refused = nn::detail::stageLayouts(*config, height, width);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code, ErrorCode::Model);
        QVERIFY(refused.error().reason.find("multiples of 16") != std::string::npos);
    }
}

void TestSwin::config()
{
    const StateDict state = test::randomSwin(OddWindow, 1);
    const auto config = swinConfig(state, {});
    QVERIFY(config.has_value());
    QCOMPARE(config->patch, 2);
    QCOMPARE(config->width, 6);
    QCOMPARE(config->stages.size(), std::size_t(3));
    QCOMPARE(config->stages[1].depth, 3);
    QCOMPARE(config->stages[1].heads, 3);
    QCOMPARE(config->stages[1].window, 3);
    QCOMPARE(config->stages[1].hidden, 36);
    std::map<std::string, Shape> shapes;
    for (const auto& [name, tensor] : state)
        shapes[name] = tensor.shape;
    QVERIFY(swinParameters(*config) == shapes);
}

void TestSwin::brokenConfig_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QList<int>>("shape"); // empty: the tensor is taken away
    const QString table = QStringLiteral("layers.0.blocks.0.attn.relative_position_bias_table");
    QTest::newRow("no embedding") << QStringLiteral("patch_embed.proj.weight") << QList<int>();
    QTest::newRow("flat embedding") << QStringLiteral("patch_embed.proj.weight") << QList<int>{8, 12};
    QTest::newRow("huge embedding") << QStringLiteral("patch_embed.proj.weight") << QList<int>{8000, 3, 2, 2};
    QTest::newRow("no table") << table << QList<int>();
    QTest::newRow("even window rows") << table << QList<int>{64, 2};
    QTest::newRow("no square") << table << QList<int>{50, 2};
    QTest::newRow("no heads") << table << QList<int>{49, 0};
    QTest::newRow("heads do not divide") << table << QList<int>{49, 3};
    QTest::newRow("no blocks") << QStringLiteral("layers.0.blocks.0.norm1.weight") << QList<int>();
    QTest::newRow("no MLP") << QStringLiteral("layers.0.blocks.0.mlp.fc1.weight") << QList<int>();
}

void TestSwin::brokenConfig()
{
    QFETCH(QString, name);
    QFETCH(QList<int>, shape);
    StateDict state = test::randomSwin(Small, 1);
    if (shape.isEmpty())
        state.erase(name.toStdString());
    else
        state[name.toStdString()].shape = {shape.begin(), shape.end()};
    const auto config = swinConfig(state, {});
    QVERIFY(!config.has_value());
    QCOMPARE(config.error().code, ErrorCode::InvalidInput);
    QVERIFY(!SwinTrunk::create(state, {}).has_value());
}

void TestSwin::againstSlow_data()
{
    QTest::addColumn<bool>("odd");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("square, last stage one window") << false << 16 << 16;
    QTest::newRow("all stages shift") << false << 32 << 32;
    QTest::newRow("wide") << false << 16 << 48;
    QTest::newRow("odd window, three stages") << true << 48 << 24;
}

void TestSwin::againstSlow()
{
    QFETCH(bool, odd);
    QFETCH(int, height);
    QFETCH(int, width);
    const test::SwinSize& size = odd ? OddWindow : Small;
    const StateDict state = test::randomSwin(size, 7);
    StateDict prefixed;
    for (const auto& [name, tensor] : state)
        prefixed["swin." + name] = tensor;
    const auto trunk = SwinTrunk::create(prefixed, "swin.");
    QVERIFY2(trunk.has_value(), trunk ? "" : trunk.error().message().c_str());
    const std::vector<float> input = test::randomInput(3, height, width, 3);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < size.depths.size(); ++i)
        names.push_back("f" + std::to_string(i + 1));
    names.emplace_back("c5");
    const auto maps = (*trunk)->run(input, height, width, names);
    QVERIFY2(maps.has_value(), maps ? "" : maps.error().message().c_str());
    auto expected = test::evaluateSwinSlowly(size, state, input, height, width);
    expected.push_back(expected.back()); // "c5" is the last one
    for (std::size_t i = 0; i < names.size(); ++i) {
        const MapView& map = (*maps)[i];
        QCOMPARE(map.size.channels, expected[i].channels);
        QCOMPARE(map.size.height, expected[i].height);
        QCOMPARE(map.size.width, expected[i].width);
        double largest = 0;
        for (std::size_t k = 0; k < map.values.size(); ++k)
            largest = std::max(largest, std::abs(static_cast<double>(map.values[k]) - expected[i].values[k]));
        QVERIFY2(largest < 2e-5, (names[i] + ": " + std::to_string(largest)).c_str());
    }
}

void TestSwin::anotherSizeAndBack()
{
    const auto trunk = SwinTrunk::create(test::randomSwin(Small, 2), {});
    QVERIFY(trunk.has_value());
    const std::vector<float> small = test::randomInput(3, 16, 16, 1);
    const std::vector<float> large = test::randomInput(3, 16, 32, 2);
    const auto copyOf = [&](const std::vector<float>& input, int width) {
        const auto maps = (*trunk)->run(input, 16, width, {"f2"});
        return maps ? std::vector<float>(maps->front().values.begin(), maps->front().values.end())
                    : std::vector<float>();
    };
    const std::vector<float> first = copyOf(small, 16);
    QCOMPARE(first.size(), std::size_t(16 * 4 * 4));
    QCOMPARE(copyOf(large, 32).size(), std::size_t(16 * 4 * 8));
    QCOMPARE(copyOf(small, 16), first); // bit for bit
}

void TestSwin::refusals()
{
    StateDict state = test::randomSwin(Small, 2);
    const auto trunk = SwinTrunk::create(state, {});
    QVERIFY(trunk.has_value());
    const std::vector<float> input = test::randomInput(3, 16, 16, 1);
    const auto unknown = (*trunk)->run(input, 16, 16, {"f3"});
    QVERIFY(!unknown.has_value());
    QCOMPARE(unknown.error().code, ErrorCode::Model);
    QVERIFY(!(*trunk)->run(input, 16, 32, {"f1"}).has_value()); // the buffer is that of another size
    state["layers.1.blocks.1.mlp.fc2.bias"].shape = {3};
    const auto misShaped = SwinTrunk::create(state, {});
    QVERIFY(!misShaped.has_value());
    QVERIFY(misShaped.error().reason.find("layers.1.blocks.1.mlp.fc2.bias") != std::string::npos);
    state.erase("layers.1.blocks.1.mlp.fc2.bias");
    const auto missing = SwinTrunk::create(state, {});
    QVERIFY(!missing.has_value());
    QVERIFY(missing.error().reason.find("layers.1.blocks.1.mlp.fc2.bias") != std::string::npos);
}

void TestSwin::cancelled()
{
    const auto trunk = SwinTrunk::create(test::randomSwin(Small, 2), {});
    QVERIFY(trunk.has_value());
    std::stop_source stop;
    stop.request_stop();
    const auto maps = (*trunk)->run(test::randomInput(3, 16, 16, 1), 16, 16, {"f1"}, stop.get_token());
    QVERIFY(!maps.has_value());
    QCOMPARE(maps.error().code, ErrorCode::Cancelled);
}

void TestSwin::normKernel()
{
    for (const std::size_t count : {1u, 7u, 16u, 33u, 128u}) {
        const std::vector<float> x = test::randomInput(1, 1, static_cast<int>(count), 5);
        const std::vector<float> gamma = test::randomInput(1, 1, static_cast<int>(count), 6);
        const std::vector<float> beta = test::randomInput(1, 1, static_cast<int>(count), 7);
        // A small deviation makes the epsilon count.
        std::vector<float> small(x);
        for (float& v : small)
            v = v * 0.002F + 0.02F;
        const double mean = std::accumulate(small.begin(), small.end(), 0.0) / static_cast<double>(count);
        double variance = 0;
        for (const float v : small)
            variance += (v - mean) * (v - mean) / static_cast<double>(count);
        std::vector<float> fast(count);
        std::vector<float> plain(count);
        nn::detail::layerNormRow(small.data(), fast.data(), gamma.data(), beta.data(), count);
        nn::detail::layerNormRowPlain(small.data(), plain.data(), gamma.data(), beta.data(), count);
        for (std::size_t i = 0; i < count; ++i) {
            const double expected = (small[i] - mean) / std::sqrt(variance + 1e-5) * static_cast<double>(gamma[i])
                + static_cast<double>(beta[i]);
            QVERIFY(std::abs(fast[i] - expected) < 3e-5);
            QVERIFY(std::abs(plain[i] - expected) < 3e-5);
        }
    }
}

void TestSwin::attentionKernel()
{
    for (const std::size_t count : {1u, 9u, 49u, 64u, 144u}) {
        std::vector<float> row = test::randomInput(1, 1, static_cast<int>(count), 5);
        std::vector<float> bias = test::randomInput(1, 1, static_cast<int>(count), 6);
        for (float& v : bias)
            v *= 30; // a wide range of weights, some far below what counts
        std::vector<int> regions;
        for (std::size_t i = 0; i < count; ++i)
            regions.push_back(static_cast<int>(i % 3));
        for (const bool masked : {false, true}) {
            std::vector<double> expected;
            for (std::size_t i = 0; i < count; ++i)
                expected.push_back(static_cast<double>(row[i]) + static_cast<double>(bias[i])
                                   - (masked && regions[i] != 0 ? 100 : 0));
            const double top = *std::max_element(expected.begin(), expected.end());
            double sum = 0;
            for (double& v : expected)
                sum += v = std::exp(v - top);
            for (auto* kernel : {nn::detail::attentionRow, nn::detail::attentionRowPlain}) {
                std::vector<float> result = row;
                kernel(result.data(), bias.data(), masked ? regions.data() : nullptr, 0, count);
                for (std::size_t i = 0; i < count; ++i)
                    QVERIFY(std::abs(result[i] - expected[i] / sum) <= 1e-7 + 2e-6 * expected[i] / sum);
            }
        }
    }
}

HALFLENS_TEST(TestSwin)
#include "tst_swin.moc"
