// SPDX-License-Identifier: BSD-3-Clause
// The authors' objectness network: sizes of the published one, what becomes of its logits, and made-up
// weights from tensors to a map (spec measures 3).
#include "core/families/objectness/pixel_objectness.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halflens;

namespace {

/// Nothing but two logits a cell from the bias of the last layer.
StateDict biasOnly(float first, float second)
{
    StateDict state;
    for (const auto& [name, shape] : pixelObjectnessGraph().parameters()) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        state[name] = {shape, std::vector<float>(count)};
    }
    state["fc8_voc12.bias"].values = {first, second};
    return state;
}

} // namespace

class TestPixelObjectness : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void publishedSize();
    void interpolatedFirst();
    void wholeWay();
    void refusals();
};

void TestPixelObjectness::publishedSize()
{
    const nn::Graph graph = pixelObjectnessGraph();
    std::int64_t count = 0;
    for (const auto& [name, shape] : graph.parameters()) {
        std::int64_t values = 1;
        for (const std::int64_t extent : shape)
            values *= extent;
        count += name == "pool5a.weight" ? 0 : values;
    }
    QCOMPARE(count, std::int64_t(20'485'954));
    const auto sizes = graph.sizes(513, 513);
    QVERIFY(sizes.has_value());
    QVERIFY(sizes->back() == (nn::MapSize{2, 65, 65}));
    // 128.50 GMAC, and the averaging written as a convolution.
    const double averaging = 512.0 * 9 * 65 * 65;
    const auto adds = graph.multiplyAdds(513, 513, "objectness");
    QVERIFY(adds.has_value());
    QVERIFY2(std::abs((*adds - averaging) / 1e9 - 128.50) < 0.01, qPrintable(QString::number(*adds)));
}

/// Bilinear with aligned corners, eight pixels a cell, then the softmax.
void TestPixelObjectness::interpolatedFirst()
{
    const std::vector<float> logits{0, 0, 0, 0, 0, 4, 8, 16}; // channel 0 all zero, channel 1 [[0, 4], [8, 16]]
    const ScalarMap map = pixelProbabilities(logits, 2, 9, 9);
    const auto probability = [](double logit) { return static_cast<float>(1 / (1 + std::exp(-logit))); };
    QCOMPARE(map.at(0, 0), probability(0));
    QCOMPARE(map.at(0, 8), probability(4));
    QCOMPARE(map.at(8, 0), probability(8));
    QCOMPARE(map.at(8, 8), probability(16));
    QCOMPARE(map.at(0, 2), probability(1));
    QCOMPARE(map.at(4, 4), probability(7));
    // The top left part of it.
    QCOMPARE(pixelProbabilities(logits, 2, 3, 5).at(2, 4), map.at(2, 4));
}

void TestPixelObjectness::wholeWay()
{
    const auto source = PixelObjectness::create(biasOnly(-0.5F, 1.5F), "hash");
    QVERIFY2(source.has_value(), source ? "" : source.error().message().c_str());
    QVERIFY(!(*source)->isFallback());
    QVERIFY((*source)->cacheKey().find("hash") != std::string::npos);
    Image image;
    image.height = 20;
    image.width = 700; // reduced to 512
    image.rgb.assign(std::size_t{3} * 20 * 700, 90);
    const auto map = (*source)->objectness(image, {});
    QVERIFY2(map.has_value(), map ? "" : map.error().message().c_str());
    QVERIFY(map->height == 20 && map->width == 700);
    const double expected = 1 / (1 + std::exp(-2.0));
    for (const float v : map->values)
        QVERIFY(std::abs(static_cast<double>(v) - expected) < 1e-5);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled((*source)->objectness(image, stop.get_token())));
    QVERIFY((*source)->objectness({}, {}).error().code == ErrorCode::InvalidInput);
}

void TestPixelObjectness::refusals()
{
    StateDict state = biasOnly(0, 0);
    state["loss.weight"] = {{1}, {0}}; // left over from training
    QVERIFY(PixelObjectness::create(state, {}).has_value());
    state["fc7.weight"].shape = {1024, 1024};
    const auto misshaped = PixelObjectness::create(state, {});
    QVERIFY(!misshaped.has_value());
    QVERIFY(misshaped.error().reason.find("fc7.weight") != std::string::npos);
    state = biasOnly(0, 0);
    state.erase("conv5_3.bias");
    QVERIFY(!PixelObjectness::create(state, {}).has_value());
    QVERIFY(!PixelObjectness::load("no such file").has_value());
}

HALFLENS_TEST(TestPixelObjectness)
#include "tst_pixel_objectness.moc"
