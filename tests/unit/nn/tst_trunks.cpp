// SPDX-License-Identifier: BSD-3-Clause
// Counts, sizes and costs of the trunks of KonCept512 and DBCNN, and nearest resizing.
#include "core/nn/trunks.h"
#include "core/nn/upsample.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <cmath>
#include <functional>
#include <numeric>

using namespace halflens;
using namespace halflens::nn;

namespace {

std::int64_t valuesOf(const Graph& graph)
{
    std::int64_t values = 0;
    for (const auto& [name, shape] : graph.parameters())
        values += std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
    return values;
}

} // namespace

class TestTrunks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void counts();
    void creationOrder();
    void mapSizes_data();
    void mapSizes();
    void costs();
    void epsilons();
    void nearestSourcesByHand();
    void nearestResizing();
};

void TestTrunks::counts()
{
    const Graph keras = inceptionResNetV2(InceptionForm::Keras);
    const Graph port = inceptionResNetV2(InceptionForm::Port);
    int convolutions = 0;
    for (const Layer& layer : keras.layers())
        convolutions += layer.kind == LayerKind::Convolution ? 1 : 0;
    QCOMPARE(convolutions, 203 + 40 + 1);
    // Spec models 8.5 without the 20 tensors of the head: 1536-2048-1024-256-1 and three batch norms.
    const std::int64_t head = 1536 * 2048 + 2048 + 2048 * 1024 + 1024 + 1024 * 256 + 256 + 256 + 1;
    const std::int64_t norms = 4 * (2048 + 1024 + 256);
    QCOMPARE(valuesOf(keras) + head + norms, std::int64_t(59858657));
    QCOMPARE(keras.parameters().size(), std::size_t(916 - 20));
    QCOMPARE(valuesOf(port) + head + norms, std::int64_t(59821729 + 67200));
    // 1327 entries, of which 204 + 3 count batches.
    QCOMPARE(port.parameters().size(), std::size_t(1327 - 20 - 207));
    QCOMPARE(valuesOf(dbcnnTrunk()) + 65537, std::int64_t(15311345 + 1472));
    // scnn.pkl without projection and classifier (spec models 2.1).
    const std::int64_t projection = 256 * 128 + 256 + 4 * 256 + 256 * 256 + 256 + 4 * 256;
    QCOMPARE(valuesOf(scnn()) + projection + 39 * 256 + 39, std::int64_t(643479));
}

/// Keras numbers convolutions in the order they are made (spec models 8.2).
void TestTrunks::creationOrder()
{
    const auto keras = inceptionResNetV2(InceptionForm::Keras).parameters();
    const auto port = inceptionResNetV2(InceptionForm::Port).parameters();
    for (const auto& [number, place] : {std::pair{1, "base.0"},        {5, "base.5"},
                                        {6, "base.7.branch0"},         {8, "base.7.branch1.1"},
                                        {11, "base.7.branch2.2"},      {12, "base.7.branch3.1"},
                                        {13, "base.8.0.branch0"},      {18, "base.8.0.branch2.2"},
                                        {72, "base.8.9.branch2.2"},    {73, "base.9.branch0"},
                                        {76, "base.9.branch1.2"},      {77, "base.10.0.branch0"},
                                        {156, "base.10.19.branch1.2"}, {157, "base.11.branch0.0"},
                                        {160, "base.11.branch1.1"},    {163, "base.11.branch2.2"},
                                        {164, "base.12.0.branch0"},    {199, "base.12.8.branch1.2"},
                                        {200, "base.13.branch0"},      {203, "base.13.branch1.2"}}) {
        const Shape& shape = keras.at("conv2d_" + std::to_string(number) + ".weight");
        QVERIFY2(shape == port.at(std::string(place) + ".conv.weight"), place);
        QVERIFY(keras.contains("batch_normalization_" + std::to_string(number) + ".bias"));
        QVERIFY(!keras.contains("batch_normalization_" + std::to_string(number) + ".weight"));
        QVERIFY(port.contains(std::string(place) + ".bn.weight"));
    }
    // Height 1, width 7, and the other way round.
    QCOMPARE(toString(keras.at("conv2d_79.weight")), std::string("[160, 128, 1, 7]"));
    QCOMPARE(toString(keras.at("conv2d_80.weight")), std::string("[192, 160, 7, 1]"));
    QVERIFY(keras.contains("block8_10_conv.bias") && port.contains("base.13.conv2d.bias"));
}

void TestTrunks::mapSizes_data()
{
    QTest::addColumn<QString>("trunk");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<QString>("map");
    QTest::addColumn<QList<int>>("size");
    const auto row = [](const char* trunk, int height, int width, const char* map, QList<int> size) {
        QTest::addRow("%s %dx%d %s", trunk, height, width, map)
            << QString::fromLatin1(trunk) << height << width << QString::fromLatin1(map) << size;
    };
    const char* keras = "inceptionresnetv2";
    row(keras, 384, 512, "stem1", {32, 191, 255});
    row(keras, 384, 512, "stem2", {32, 189, 253});
    row(keras, 384, 512, "stem3", {64, 189, 253});
    row(keras, 384, 512, "stem4", {80, 94, 126});
    row(keras, 384, 512, "stem5", {192, 92, 124});
    row(keras, 384, 512, "stem_out", {192, 45, 61});
    row(keras, 384, 512, "mixed_5b", {320, 45, 61});
    row(keras, 384, 512, "block35_end", {320, 45, 61});
    row(keras, 384, 512, "mixed_6a", {1088, 22, 30});
    row(keras, 384, 512, "mixed_7a", {2080, 10, 14});
    row(keras, 384, 512, "c5", {1536, 10, 14});
    row(keras, 768, 1024, "mixed_5b", {320, 93, 125});
    row(keras, 768, 1024, "mixed_6a", {1088, 46, 62});
    row(keras, 768, 1024, "c5", {1536, 22, 30});
    row(keras, 75, 75, "c5", {1536, 1, 1});
    row("inceptionresnetv2-port", 299, 554, "c5", {1536, 8, 15});
    row("vgg16-scnn", 768, 1024, "c5", {512, 48, 64});
    row("vgg16-scnn", 768, 1024, "scnn", {128, 48, 64});
    row("vgg16-scnn", 500, 500, "c5", {512, 31, 31});
    row("vgg16-scnn", 500, 500, "scnn", {128, 32, 32});
    row("vgg16-scnn", 385, 513, "c5", {512, 24, 32});
    row("vgg16-scnn", 385, 513, "scnn", {128, 25, 33});
    row("vgg16-scnn", 385, 513, "c4", {512, 48, 64});
    row("vgg16-scnn", 385, 513, "c2", {128, 192, 256});
}

void TestTrunks::mapSizes()
{
    QFETCH(QString, trunk);
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(QString, map);
    QFETCH(QList<int>, size);
    const auto graph = trunkByName(trunk.toStdString());
    QVERIFY(graph.has_value());
    const auto sizes = graph->sizes(height, width);
    QVERIFY(sizes.has_value());
    const LayerId layer = graph->outputs().at(map.toStdString());
    const MapSize found = (*sizes)[static_cast<std::size_t>(layer.value)];
    QCOMPARE((QList<int>{found.channels, found.height, found.width}), size);
}

void TestTrunks::costs()
{
    const auto keras = inceptionResNetV2(InceptionForm::Keras).multiplyAdds(384, 512, "c5");
    QVERIFY(keras.has_value());
    // Spec models 12; the head takes 0.0055.
    QVERIFY2(std::abs(*keras / 1e9 - (29.713 - 0.0055)) < 0.001, std::to_string(*keras / 1e9).c_str());
    const auto large = inceptionResNetV2(InceptionForm::Port).multiplyAdds(768, 1024, "c5");
    QVERIFY2(std::abs(*large / 1e9 - 128.65) < 0.02, std::to_string(*large / 1e9).c_str());
    const Graph two = dbcnnTrunk();
    const double sum = *two.multiplyAdds(768, 1024, "c5") + *two.multiplyAdds(768, 1024, "scnn");
    QVERIFY2(std::abs(sum / 1e9 - (258.52 - 0.20)) < 0.01, std::to_string(sum / 1e9).c_str());
    QVERIFY(!inceptionResNetV2(InceptionForm::Keras).sizes(74, 75).has_value());
}

void TestTrunks::epsilons()
{
    for (const auto& [graph, epsilon] : {std::pair{inceptionResNetV2(InceptionForm::Keras), 1e-3},
                                         {inceptionResNetV2(InceptionForm::Port), 1e-3},
                                         {dbcnnTrunk(), 1e-5},
                                         {scnn(), 1e-5}}) {
        for (const Layer& layer : graph.layers()) {
            if (layer.kind == LayerKind::BatchNorm)
                QCOMPARE(layer.epsilon, epsilon);
        }
    }
}

void TestTrunks::nearestSourcesByHand()
{
    QCOMPARE(nearestSources(2, 4), (std::vector<int>{0, 0, 1, 1}));
    QCOMPARE(nearestSources(3, 3), (std::vector<int>{0, 1, 2}));
    QCOMPARE(nearestSources(1, 3), (std::vector<int>{0, 0, 0}));
    QCOMPARE(nearestSources(4, 2), (std::vector<int>{1, 3}));
    // Spec models 7.2: 24 to 47 differs from the legacy rule floor(i 24 / 47) at every odd i from 23 to 45.
    const std::vector<int> sources = nearestSources(24, 47);
    for (int i = 0; i < 47; ++i) {
        const bool differs = i % 2 == 1 && i >= 23 && i <= 45;
        QCOMPARE(sources[static_cast<std::size_t>(i)], i * 24 / 47 + (differs ? 1 : 0));
    }
    QCOMPARE(sources[23], 12);
    QCOMPARE(sources[25], 13);
}

void TestTrunks::nearestResizing()
{
    // 2 channels, 1 x 2 to 2 x 3: columns 0, 1, 1.
    const MapSize from{2, 1, 2};
    const MapSize to{2, 2, 3};
    const std::vector<float> planes{1, 2, 3, 4};
    std::vector<float> result(12);
    upsampleNearest(planes.data(), from, result.data(), to, 1);
    QCOMPARE(result, (std::vector<float>{1, 2, 2, 1, 2, 2, 3, 4, 4, 3, 4, 4}));
    // The same with both channels side by side.
    const std::vector<float> together{1, 3, 2, 4};
    upsampleNearest(together.data(), from, result.data(), to, 2);
    QCOMPARE(result, (std::vector<float>{1, 3, 2, 4, 2, 4, 1, 3, 2, 4, 2, 4}));
}

HALFLENS_TEST(TestTrunks)
#include "tst_trunks.moc"
