// SPDX-License-Identifier: BSD-3-Clause
// Padding rules, map sizes, parameter counts and cost of the trunks, and how layers are fused.
#include "core/nn/folding.h"
#include "core/nn/graph.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::nn;

namespace {

MapSize sizeOf(const Graph& graph, const char* output, int height, int width)
{
    const auto sizes = graph.sizes(height, width);
    return sizes ? (*sizes)[static_cast<std::size_t>(graph.outputs().at(output).value)] : MapSize{};
}

qint64 valueCount(const std::map<std::string, Shape>& parameters)
{
    qint64 total = 0;
    for (const auto& [name, shape] : parameters) {
        qint64 count = 1;
        for (const std::int64_t extent : shape)
            count *= extent;
        total += count;
    }
    return total;
}

} // namespace

class TestGraph : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samePadding_data();
    void samePadding();
    void explicitPadding();
    void extents();
    void mapSizes_data();
    void mapSizes();
    void stages();
    void tooSmall();
    void parameterCounts_data();
    void parameterCounts();
    void parameterShapes();
    void cost();
    void epsilons();
    void names();
    void fusedSteps();
    void fusionLimits();
    void foldedByHand();
};

void TestGraph::samePadding_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("dilation");
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("before");
    QTest::addColumn<int>("after");
    QTest::addColumn<int>("out");
    // spec models 0.2
    QTest::newRow("k3 s2, 24") << 3 << 2 << 1 << 24 << 0 << 1 << 12;
    QTest::newRow("k3 s2, 25") << 3 << 2 << 1 << 25 << 1 << 1 << 13;
    QTest::newRow("k3 s1") << 3 << 1 << 1 << 24 << 1 << 1 << 24;
    QTest::newRow("k7 s1") << 7 << 1 << 1 << 5 << 3 << 3 << 5;
    QTest::newRow("k5 s2, 24") << 5 << 2 << 1 << 24 << 1 << 2 << 12;
    QTest::newRow("k5 s2, 25") << 5 << 2 << 1 << 25 << 2 << 2 << 13;
    QTest::newRow("k2 s1") << 2 << 1 << 1 << 4 << 0 << 1 << 4;
    QTest::newRow("k1 s2, 24") << 1 << 2 << 1 << 24 << 0 << 0 << 12;
    QTest::newRow("k1 s2, 25") << 1 << 2 << 1 << 25 << 0 << 0 << 13;
    QTest::newRow("k3 s1 dilated") << 3 << 1 << 2 << 9 << 2 << 2 << 9;
    QTest::newRow("k3 s3, one pixel") << 3 << 3 << 1 << 1 << 1 << 1 << 1;
}

void TestGraph::samePadding()
{
    QFETCH(int, size);
    QFETCH(int, stride);
    QFETCH(int, dilation);
    QFETCH(int, in);
    QFETCH(int, before);
    QFETCH(int, after);
    QFETCH(int, out);
    Window window = Window::sameSquare(size, stride);
    window.dilation = dilation;
    // The axes are independent: the other one has an extent of its own.
    for (const bool vertical : {true, false}) {
        const int height = vertical ? in : 7;
        const int width = vertical ? 7 : in;
        const Window fixed = resolved(window, height, width);
        QVERIFY(!fixed.same);
        QCOMPARE(vertical ? fixed.padTop : fixed.padLeft, before);
        QCOMPARE(vertical ? fixed.padBottom : fixed.padRight, after);
        Graph graph;
        graph.output("out", graph.convolution(graph.input(1), "c", 1, window));
        const MapSize map = sizeOf(graph, "out", height, width);
        QCOMPARE(vertical ? map.height : map.width, out);
    }
}

void TestGraph::explicitPadding()
{
    const Window window{3, 5, 2, 1, 1, 2, 3, 4, false};
    const Window fixed = resolved(window, 10, 10);
    QCOMPARE(fixed.padTop, 1);
    QCOMPARE(fixed.padLeft, 2);
    QCOMPARE(fixed.padBottom, 3);
    QCOMPARE(fixed.padRight, 4);
    Graph graph;
    graph.output("out", graph.maxPool(graph.input(2), window));
    QCOMPARE(sizeOf(graph, "out", 10, 10), (MapSize{2, 6, 6}));
}

void TestGraph::extents()
{
    Graph graph;
    const LayerId in = graph.input(2);
    const LayerId a = graph.convolution(in, "a", 4, Window::square(3, 2)); // valid: floor((n - 3) / 2) + 1
    const LayerId b = graph.averagePool(a, Window::square(2, 2));
    graph.output("a", a);
    graph.output("b", b);
    graph.output("both", graph.concat({b, b}));
    QCOMPARE(sizeOf(graph, "a", 10, 11), (MapSize{4, 4, 5}));
    QCOMPARE(sizeOf(graph, "b", 10, 11), (MapSize{4, 2, 2}));
    QCOMPARE(sizeOf(graph, "both", 10, 11), (MapSize{8, 2, 2}));
}

void TestGraph::mapSizes_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("rows"); // ResNet50: ceil(n / 32), spec models 5.4
    QTest::addColumn<int>("columns");
    QTest::addRow("768x1024") << 768 << 1024 << 24 << 32;
    QTest::addRow("1024x768") << 1024 << 768 << 32 << 24;
    QTest::addRow("384x512") << 384 << 512 << 12 << 16;
    QTest::addRow("512x384") << 512 << 384 << 16 << 12;
    QTest::addRow("500x500") << 500 << 500 << 16 << 16;
    QTest::addRow("512x683") << 512 << 683 << 16 << 22;
    QTest::addRow("544x720") << 544 << 720 << 17 << 23;
    QTest::addRow("480x640") << 480 << 640 << 15 << 20;
    QTest::addRow("1080x1920") << 1080 << 1920 << 34 << 60;
    QTest::addRow("1x1") << 1 << 1 << 1 << 1;
    QTest::addRow("33x31") << 33 << 31 << 2 << 1;
}

void TestGraph::mapSizes()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QCOMPARE(sizeOf(resNet50(), "c5", height, width), (MapSize{2048, rows, columns}));
    QCOMPARE(sizeOf(efficientNetLite0(), "c5", height, width), (MapSize{320, rows, columns}));
    if (height >= 32 && width >= 32)
        QCOMPARE(sizeOf(vgg16(), "c5", height, width), (MapSize{512, height / 32, width / 32})); // rounds down
}

void TestGraph::stages()
{
    const Graph resnet = resNet50(); // spec models 3
    QCOMPARE(sizeOf(resnet, "c2", 768, 1024), (MapSize{256, 192, 256}));
    QCOMPARE(sizeOf(resnet, "c3", 768, 1024), (MapSize{512, 96, 128}));
    QCOMPARE(sizeOf(resnet, "c4", 768, 1024), (MapSize{1024, 48, 64}));
    const Graph vgg = vgg16(); // spec models 4
    QCOMPARE(sizeOf(vgg, "c2", 768, 1024), (MapSize{128, 192, 256}));
    QCOMPARE(sizeOf(vgg, "c3", 768, 1024), (MapSize{256, 96, 128}));
    QCOMPARE(sizeOf(vgg, "c4", 768, 1024), (MapSize{512, 48, 64}));
    const Graph lite = efficientNetLite0();
    QCOMPARE(sizeOf(lite, "stem", 384, 512), (MapSize{32, 192, 256}));
    QCOMPARE(sizeOf(lite, "c1", 384, 512), (MapSize{16, 192, 256}));
    QCOMPARE(sizeOf(lite, "c2", 384, 512), (MapSize{24, 96, 128}));
    QCOMPARE(sizeOf(lite, "c3", 384, 512), (MapSize{40, 48, 64}));
    QCOMPARE(sizeOf(lite, "stage3", 384, 512), (MapSize{80, 24, 32}));
    QCOMPARE(sizeOf(lite, "c4", 384, 512), (MapSize{112, 24, 32}));
    QCOMPARE(sizeOf(lite, "stage5", 384, 512), (MapSize{192, 12, 16}));
}

void TestGraph::tooSmall()
{
    const auto refused = vgg16().sizes(31, 500);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::Model);
    QVERIFY(refused.error().reason.find("500 x 31") != std::string::npos);
    QVERIFY(!refused.error().remedy.empty());
    for (const auto& [height, width] : std::initializer_list<std::pair<int, int>>{{0, 5}, {5, 0}, {-3, 5}})
        QVERIFY(!resNet50().sizes(height, width));
    QVERIFY(!vgg16().multiplyAdds(31, 31, "c5"));
    QCOMPARE(vgg16().multiplyAdds(64, 64, "c9").error().code, ErrorCode::Internal);
}

void TestGraph::parameterCounts_data()
{
    QTest::addColumn<QString>("trunk");
    QTest::addColumn<int>("tensors");
    QTest::addColumn<qint64>("values");
    QTest::newRow("resnet50") << QStringLiteral("resnet50") << 318 << qint64{23'587'712}; // spec models 3
    QTest::newRow("vgg16") << QStringLiteral("vgg16") << 26 << qint64{14'714'688}; // spec models 4
    // The published classifier has 247 tensors, 4 694 024 values; 7 and 1 695 720 lie behind the trunk.
    QTest::newRow("efficientnet-lite0") << QStringLiteral("efficientnet-lite0") << 240 << qint64{2'998'304};
    QTest::newRow("its first five stages") << QStringLiteral("efficientnet-lite0-s16") << 165 << qint64{716'928};
    QTest::newRow("its first thirteen blocks")
        << QStringLiteral("efficientnet-lite0-narrow") << 195 << qint64{1'425'312};
}

void TestGraph::parameterCounts()
{
    QFETCH(QString, trunk);
    QFETCH(int, tensors);
    QFETCH(qint64, values);
    const auto graph = trunkByName(trunk.toStdString());
    QVERIFY(graph.has_value());
    QCOMPARE(static_cast<int>(graph->parameters().size()), tensors);
    QCOMPARE(valueCount(graph->parameters()), values);
}

void TestGraph::parameterShapes()
{
    const auto resnet = resNet50().parameters();
    QCOMPARE(toString(resnet.at("conv1_conv.weight")), std::string("[64, 3, 7, 7]"));
    QCOMPARE(toString(resnet.at("conv3_block1_0_conv.weight")), std::string("[512, 256, 1, 1]"));
    QCOMPARE(toString(resnet.at("conv3_block1_1_conv.weight")), std::string("[128, 256, 1, 1]"));
    QCOMPARE(toString(resnet.at("conv4_block6_2_conv.weight")), std::string("[256, 256, 3, 3]"));
    QCOMPARE(toString(resnet.at("conv5_block3_3_bn.running_var")), std::string("[2048]"));
    QVERIFY(!resnet.contains("conv5_block3_0_conv.weight"));
    const auto lite = efficientNetLite0().parameters();
    QCOMPARE(toString(lite.at("_blocks.3._depthwise_conv.weight")), std::string("[144, 1, 5, 5]"));
    QVERIFY(!lite.contains("_blocks.0._expand_conv.weight"));
    QVERIFY(!lite.contains("_conv_stem.bias"));
}

void TestGraph::cost()
{
    // spec models 12, in multiply-adds; printed with three decimals
    QVERIFY(std::abs(resNet50().multiplyAdds(768, 1024, "c5").value() / 1e9 - 60.436) < 5e-4);
    // TRIQ VGG16 240.556 less projection, dense layers and attention
    QVERIFY(std::abs(vgg16().multiplyAdds(768, 1024, "c5").value() / 1e9 - 240.535) < 1e-3);
    // Only what leads to the output counts.
    QCOMPARE(resNet50().multiplyAdds(768, 1024, "c2").value(), resNet50().multiplyAdds(768, 1024, "c2").value());
    Graph graph;
    const LayerId in = graph.input(3);
    graph.output("a", graph.convolution(in, "a", 6, Window::sameSquare(3)));
    graph.output("b", graph.convolution(graph.outputs().at("a"), "b", 12, Window::sameSquare(5, 2), true, 6));
    QCOMPARE(graph.multiplyAdds(10, 10, "a").value(), 100.0 * 3 * 9 * 6);
    QCOMPARE(graph.multiplyAdds(10, 10, "b").value(), 100.0 * 3 * 9 * 6 + 25.0 * 25 * 12);
}

void TestGraph::epsilons()
{
    const Graph resNet = resNet50(); // outlives the loop over its layers
    for (const Layer& layer : resNet.layers()) {
        if (layer.kind == LayerKind::BatchNorm)
            QCOMPARE(layer.epsilon, 1.001e-5);
    }
    const Graph efficientNet = efficientNetLite0();
    for (const Layer& layer : efficientNet.layers()) {
        if (layer.kind == LayerKind::BatchNorm)
            QCOMPARE(layer.epsilon, 1e-3);
    }
}

void TestGraph::names()
{
    for (const std::string& name : trunkNames())
        QVERIFY2(trunkByName(name).has_value(), name.c_str());
    const auto unknown = trunkByName("resnet51");
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, ErrorCode::InvalidInput);
    QVERIFY(unknown.error().message().find("resnet51") != std::string::npos);
    QVERIFY(unknown.error().message().find("resnet50") != std::string::npos); // says what there is
}

void TestGraph::fusedSteps()
{
    const Graph resnet = resNet50();
    const auto steps = fuse(resnet, {resnet.outputs().at("c5")});
    // Input, 53 convolutions with everything behind them fused in, one pooling.
    QCOMPARE(steps.size(), std::size_t{55});
    int residuals = 0;
    for (const FusedStep& step : steps) {
        residuals += step.residual.value >= 0 ? 1 : 0;
        QVERIFY(step.kind != LayerKind::Add && step.kind != LayerKind::Activation);
        if (step.residual.value >= 0)
            QCOMPARE(step.activation, Activation::Relu);
    }
    QCOMPARE(residuals, 16);
    QCOMPARE(steps.back().result, resnet.outputs().at("c5"));
    // Nothing behind the asked map is computed.
    QCOMPARE(fuse(resnet, {resnet.outputs().at("c2")}).size(), std::size_t{2 + 1 + 10});
}

void TestGraph::fusionLimits()
{
    Graph graph;
    const LayerId in = graph.input(4);
    const LayerId conv = graph.convolution(in, "conv", 4, Window::sameSquare(3));
    const LayerId relu = graph.activation(conv, Activation::Relu);
    const LayerId twice = graph.add(relu, relu);
    const LayerId scaledFirst = graph.add(graph.convolution(twice, "more", 4, Window::square(1)), twice, 0.5);
    graph.output("conv", conv);
    graph.output("relu", relu);
    graph.output("end", scaledFirst);

    // What is asked for itself is never fused away.
    const auto both = fuse(graph, {conv, relu});
    QCOMPARE(both.size(), std::size_t{3});
    QCOMPARE(both[1].result, conv);
    QCOMPARE(both[1].activation, Activation::None);
    const auto one = fuse(graph, {relu});
    QCOMPARE(one.size(), std::size_t{2});
    QCOMPARE(one[1].result, relu);
    // x + x, and a + 0.5 b with the convolution in front, stay additions.
    const auto end = fuse(graph, {scaledFirst});
    QCOMPARE(end.size(), std::size_t{5});
    QCOMPARE(end[2].kind, LayerKind::Add);
    QCOMPARE(end[4].kind, LayerKind::Add);
    QCOMPARE(end[4].addScale, 0.5);
}

void TestGraph::foldedByHand()
{
    Graph graph;
    const LayerId in = graph.input(1);
    LayerId x = graph.convolution(in, "c", 2, Window::square(1));
    x = graph.batchNorm(x, "n", 1.0, true);
    x = graph.batchNorm(x, "m", 0.75, false);
    graph.output("out", graph.add(graph.convolution(in, "other", 2, Window::square(1)), x, 0.5));
    const StateDict state{{"p/c.weight", {{2, 1, 1, 1}, {2, -4}}},
                          {"p/c.bias", {{2}, {1, 3}}},
                          {"p/n.weight", {{2}, {3, 5}}},
                          {"p/n.bias", {{2}, {10, 20}}},
                          {"p/n.running_mean", {{2}, {-1, 1}}},
                          {"p/n.running_var", {{2}, {3, 8}}},
                          {"p/m.bias", {{2}, {-7, 9}}},
                          {"p/m.running_mean", {{2}, {2, 4}}},
                          {"p/m.running_var", {{2}, {0.25F, 0.25F}}}};
    const auto steps = fuse(graph, {graph.outputs().at("out")});
    // The scaled branch was described first, so the other convolution takes it as its residual... which a scale
    // on the second operand forbids: the sum stays.
    QCOMPARE(steps.size(), std::size_t{4});
    const FoldedConvolution folded = fold(graph, steps[1], state, "p/");
    // n: 3 (x + 1) / 2 + 10 and 5 (x - 1) / 3 + 20; m: x - 2 - 7 and x - 4 + 9, sqrt(0.25 + 0.75) = 1
    QCOMPARE(folded.weight[0], 3.F);
    QCOMPARE(folded.bias[0], 4.F); // 1.5 * 2 + 10 - 9
    QCOMPARE(folded.weight[1], static_cast<float>(-20.0 / 3));
    QCOMPARE(folded.bias[1], static_cast<float>(10.0 / 3 + 25));

    FusedStep scaled = steps[1];
    scaled.residualScale = 0.5;
    const FoldedConvolution half = fold(graph, scaled, state, "p/");
    QCOMPARE(half.weight[0], 1.5F);
    QCOMPARE(half.bias[0], 2.F);
}

HALFLENS_TEST(TestGraph)
#include "tst_graph.moc"
