// SPDX-License-Identifier: BSD-3-Clause
// From a file's tensors to the network's parameters: layouts, order instead of names, what is not known.
#include "core/families/families.h"
#include "core/weights/network_weights.h"
#include "tests/support/test_case.h"
#include "tests/unit/families/made_up_triq.h"

#include <QTest>

using namespace halflens;

namespace {

/// A file so small that it can be written down: the layers a trunk is recognised by, and a TRIQ group of
/// `layers` encoder layers, width 2, every tensor filled with its place in the group.
TensorArchive smallArchive(int layers = 2)
{
    TensorArchive archive{"keras-h5", {}, {}};
    archive.tensors.push_back({"conv1_conv/kernel:0", "conv1_conv", {{1, 1, 1, 2}, {1, 2}}});
    archive.tensors.push_back({"conv5_block3_3_conv/bias:0", "conv5_block3_3_conv", {{1}, {3}}});
    const auto add = [&](const char* name, Shape shape) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        const auto place = static_cast<float>(archive.tensors.size() - 2);
        archive.tensors.push_back({name, "t_3", {std::move(shape), std::vector<float>(count, place)}});
    };
    const auto addDense = [&](std::int64_t in, std::int64_t out) {
        add("t_3/dense_9/kernel:0", {in, out});
        add("t_3/dense_9/bias:0", {out});
    };
    add("t_3/conv2d_4/kernel:0", {1, 1, 5, 2});
    add("t_3/conv2d_4/bias:0", {2});
    for (int i = 0; i < layers; ++i) {
        for (int part = 0; part < 4; ++part)
            addDense(2, 2);
        addDense(2, 3);
        addDense(3, 2);
        for (int part = 0; part < 2; ++part) {
            add("t_3/layer_normalization/gamma:0", {2});
            add("t_3/layer_normalization/beta:0", {2});
        }
    }
    addDense(2, 4);
    addDense(4, 5);
    add("pos_emb:0", {1, 7, 2});
    add("class_emb:0", {1, 1, 2});
    return archive;
}

} // namespace

class TestNetworkWeights : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fromKeras_data();
    void fromKeras();
    void triqOrder();
    void triqLayerCounts();
    void tokenNames();
    void surplusStaysVisible();
    void otherShapesOfTokens();
    void unknown_data();
    void unknown();
    void wholeKerasFile_data();
    void wholeKerasFile();
    void ownNames();
};

void TestNetworkWeights::fromKeras_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QList<int>>("shape");
    QTest::addColumn<QByteArray>("suffix");
    QTest::addColumn<QByteArray>("newShape");
    QTest::addColumn<QList<int>>("places"); // where each value comes from
    QTest::newRow("Conv2D HWIO") << QByteArray("c/kernel:0") << QList<int>{1, 2, 3, 2} << QByteArray("weight")
                                 << QByteArray("[2, 3, 1, 2]") << QList<int>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11};
    QTest::newRow("Conv2D, rows") << QByteArray("c/kernel:0") << QList<int>{2, 2, 1, 1} << QByteArray("weight")
                                  << QByteArray("[1, 1, 2, 2]") << QList<int>{0, 1, 2, 3};
    QTest::newRow("DepthwiseConv2D") << QByteArray("d/depthwise_kernel:0") << QList<int>{1, 2, 2, 2}
                                     << QByteArray("weight") << QByteArray("[4, 1, 1, 2]")
                                     << QList<int>{0, 4, 1, 5, 2, 6, 3, 7};
    QTest::newRow("Conv1D") << QByteArray("c/kernel:0") << QList<int>{2, 3, 2} << QByteArray("weight")
                            << QByteArray("[2, 3, 2]") << QList<int>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11};
    QTest::newRow("Dense") << QByteArray("a/b/dense_17/kernel:0") << QList<int>{2, 3} << QByteArray("weight")
                           << QByteArray("[3, 2]") << QList<int>{0, 3, 1, 4, 2, 5};
    QTest::newRow("bias") << QByteArray("c/bias:0") << QList<int>{3} << QByteArray("bias") << QByteArray("[3]")
                          << QList<int>{0, 1, 2};
    QTest::newRow("gamma") << QByteArray("n/gamma:0") << QList<int>{2} << QByteArray("weight") << QByteArray("[2]")
                           << QList<int>{0, 1};
    QTest::newRow("beta") << QByteArray("n/beta:0") << QList<int>{2} << QByteArray("bias") << QByteArray("[2]")
                          << QList<int>{0, 1};
    QTest::newRow("mean") << QByteArray("n/moving_mean:0") << QList<int>{1} << QByteArray("running_mean")
                          << QByteArray("[1]") << QList<int>{0};
    QTest::newRow("variance") << QByteArray("n/moving_variance:0") << QList<int>{1} << QByteArray("running_var")
                              << QByteArray("[1]") << QList<int>{0};
    QTest::newRow("no folder") << QByteArray("kernel:0") << QList<int>{1, 2} << QByteArray("weight")
                               << QByteArray("[2, 1]") << QList<int>{0, 1};
    QTest::newRow("no values") << QByteArray("c/kernel:0") << QList<int>{0, 2} << QByteArray("weight")
                               << QByteArray("[2, 0]") << QList<int>{};
    QTest::newRow("another kind") << QByteArray("pos_emb:0") << QList<int>{1, 2, 1} << QByteArray()
                                  << QByteArray("[1, 2, 1]") << QList<int>{0, 1};
}

void TestNetworkWeights::fromKeras()
{
    QFETCH(QByteArray, name);
    QFETCH(QList<int>, shape);
    QFETCH(QByteArray, suffix);
    QFETCH(QByteArray, newShape);
    QFETCH(QList<int>, places);
    Tensor tensor{{shape.begin(), shape.end()}, {}};
    for (int i = 0; i < places.size(); ++i)
        tensor.values.push_back(static_cast<float>(i));
    const NetworkTensor converted = halflens::fromKeras(name.toStdString(), tensor);
    QCOMPARE(converted.suffix, suffix.toStdString());
    QCOMPARE(toString(converted.tensor.shape), newShape.toStdString());
    QCOMPARE(converted.tensor.values, std::vector<float>(places.begin(), places.end()));
}

/// q, k, v and the attention output have equal shapes: only their order tells them apart (spec models 5.6).
void TestNetworkWeights::triqOrder()
{
    const auto weights = recogniseWeights(smallArchive());
    QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
    QCOMPARE(weights->family, std::string("triq"));
    QCOMPARE(weights->trunk, std::string("resnet50"));
    const std::vector<std::string> order{"projection",
                                         "layers.0.attention.query",
                                         "layers.0.attention.key",
                                         "layers.0.attention.value",
                                         "layers.0.attention.output",
                                         "layers.0.feed_forward.0",
                                         "layers.0.feed_forward.1",
                                         "layers.0.norm1",
                                         "layers.0.norm2",
                                         "layers.1.attention.query",
                                         "layers.1.attention.key",
                                         "layers.1.attention.value",
                                         "layers.1.attention.output",
                                         "layers.1.feed_forward.0",
                                         "layers.1.feed_forward.1",
                                         "layers.1.norm1",
                                         "layers.1.norm2",
                                         "head.0",
                                         "head.1"};
    float place = 0;
    for (const std::string& name : order) {
        QCOMPARE(weights->state.at("triq." + name + ".weight").values.front(), place++);
        QCOMPARE(weights->state.at("triq." + name + ".bias").values.front(), place++);
    }
    QCOMPARE(weights->state.at("triq.position_embedding").values.front(), place++);
    QCOMPARE(weights->state.at("triq.quality_token").values.front(), place++);
    QCOMPARE(weights->state.size(), std::size_t{42});
    QCOMPARE(toString(weights->state.at("triq.projection.weight").shape), std::string("[2, 5, 1, 1]"));
    QCOMPARE(toString(weights->state.at("triq.layers.1.feed_forward.0.weight").shape), std::string("[3, 2]"));
    QCOMPARE(toString(weights->state.at("triq.position_embedding").shape), std::string("[7, 2]"));
    QCOMPARE(toString(weights->state.at("triq.quality_token").shape), std::string("[2]"));
    QCOMPARE(weights->state.at("trunk.conv1_conv.weight"), (Tensor{{2, 1, 1, 1}, {1, 2}}));
    QCOMPARE(weights->state.at("trunk.conv5_block3_3_conv.bias"), (Tensor{{1}, {3}}));
}

void TestNetworkWeights::triqLayerCounts()
{
    for (const int layers : {1, 3}) {
        const auto weights = recogniseWeights(smallArchive(layers));
        QVERIFY(weights.has_value());
        QVERIFY(weights->state.contains("triq.layers." + std::to_string(layers - 1) + ".norm2.bias"));
        QVERIFY(!weights->state.contains("triq.layers." + std::to_string(layers) + ".norm2.bias"));
        QCOMPARE(weights->state.at("triq.quality_token").values.front(), static_cast<float>(16 * layers + 7));
    }
}

void TestNetworkWeights::tokenNames()
{
    const auto expected = recogniseWeights(smallArchive());
    TensorArchive renamed = smallArchive();
    renamed.tensors.back().name = "tri_q/quality_emb:0";
    for (NamedTensor& tensor : renamed.tensors) { // numbers count layers of a session, they say nothing
        if (tensor.name.starts_with("t_3/dense_9/"))
            tensor.name.replace(0, 11, "dense_112");
        if (tensor.group == "t_3")
            tensor.group = "tri_q_image_quality_transformer";
    }
    const auto weights = recogniseWeights(renamed);
    QVERIFY(weights.has_value());
    QVERIFY(weights->state == expected->state);
}

void TestNetworkWeights::surplusStaysVisible()
{
    TensorArchive archive = smallArchive();
    archive.tensors.push_back({"extra_7/kernel:0", "extra_7", {{1, 1}, {5}}});
    archive.tensors.push_back({"odd/strange:0", "odd", {{1}, {5}}});
    const auto weights = recogniseWeights(archive);
    QVERIFY(weights.has_value());
    QVERIFY(weights->state.contains("trunk.extra_7.weight"));
    QVERIFY(weights->state.contains("trunk.odd.strange:0"));
    QCOMPARE(weights->state.size(), std::size_t{44});
}

/// Leading extents are 1; anything else must not be taken for a larger table.
void TestNetworkWeights::otherShapesOfTokens()
{
    TensorArchive archive = smallArchive();
    Tensor& positions = archive.tensors[archive.tensors.size() - 2].tensor;
    positions = {{2, 7, 2}, std::vector<float>(28)};
    const auto weights = recogniseWeights(archive);
    QVERIFY(weights.has_value());
    for (const auto& [name, tensor] : weights->state) {
        std::size_t count = 1;
        for (const std::int64_t extent : tensor.shape)
            count *= static_cast<std::size_t>(extent);
        QVERIFY2(count == tensor.values.size(), name.c_str()); // shape and values still belong together
    }
}

void TestNetworkWeights::unknown_data()
{
    QTest::addColumn<int>("what");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("nothing") << 0 << QByteArray("0 tensors, the first are none");
    QTest::newRow("another network") << 1 << QByteArray("2 tensors, the first are a/kernel:0, b/kernel:0");
    QTest::newRow("trunk alone") << 2 << QByteArray("without a quality head");
    QTest::newRow("one tensor short") << 3 << QByteArray("without a quality head");
    QTest::newRow("dense projection") << 4 << QByteArray("without a quality head");
    QTest::newRow("own names, no family") << 5 << QByteArray("trunk._conv_stem.weight");
    QTest::newRow("own names, no trunk") << 6 << QByteArray("triq.quality_token");
    QTest::newRow("odd names") << 7 << QByteArray("trunk.");
}

void TestNetworkWeights::unknown()
{
    QFETCH(int, what);
    QFETCH(QByteArray, says);
    TensorArchive archive{"keras-h5", {}, {}};
    const Tensor one{{1, 1}, {1}};
    if (what == 1) {
        archive.tensors = {{"a/kernel:0", "a", one}, {"b/kernel:0", "b", one}};
    } else if (what >= 2 && what <= 4) {
        archive = smallArchive();
        if (what == 2)
            archive.tensors.resize(2);
        else if (what == 3)
            archive.tensors.pop_back();
        else
            archive.tensors[2].tensor.shape = {5, 2}; // an older form, spec models 5.6: not without being asked for
    } else if (what >= 5) {
        archive.format = "safetensors";
        if (what == 5)
            archive.tensors = {{"trunk._conv_stem.weight", {}, one}, {"trunk._bn0.weight", {}, one}};
        else if (what == 6)
            archive.tensors = {{"triq.quality_token", {}, one}};
        else
            archive.tensors = {{"trunk.", {}, one}, {"trunk", {}, one}, {"", {}, one}, {".", {}, one}};
    }
    const auto weights = recogniseWeights(archive);
    QVERIFY(!weights);
    QCOMPARE(weights.error().code, ErrorCode::Unsupported);
    QVERIFY2(weights.error().reason.find(says.toStdString()) != std::string::npos, weights.error().reason.c_str());
    QVERIFY(!weights.error().remedy.empty());
}

void TestNetworkWeights::wholeKerasFile_data()
{
    QTest::addColumn<QString>("trunk");
    QTest::addColumn<int>("firstNumber");
    QTest::addColumn<QByteArray>("tokenName");
    QTest::newRow("ResNet50, second model of a session")
        << QStringLiteral("resnet50") << 14 << QByteArray("class_emb:0");
    QTest::newRow("VGG16, fresh session") << QStringLiteral("vgg16") << 0 << QByteArray("quality_emb:0");
}

void TestNetworkWeights::wholeKerasFile()
{
    QFETCH(QString, trunk);
    QFETCH(int, firstNumber);
    QFETCH(QByteArray, tokenName);
    const test::MadeUpTriq triq = test::madeUpTriq(trunk.toStdString());
    TensorArchive archive = test::kerasArchive(triq, firstNumber, tokenName.toStdString());
    for (const bool isKeras3 : {false, true}) {
        if (isKeras3) { // names end without ":0"
            for (NamedTensor& entry : archive.tensors)
                entry.name.resize(entry.name.rfind(':'));
        }
        const auto weights = recogniseWeights(archive);
        QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
        QCOMPARE(weights->family, std::string("triq"));
        QCOMPARE(weights->trunk, trunk.toStdString());
        QVERIFY(weights->state == triq.weights.state);
        QVERIFY(!weights->isScaleAssumed);
    }
}

void TestNetworkWeights::ownNames()
{
    const test::MadeUpTriq triq = test::madeUpTriq("efficientnet-lite0");
    const auto weights = recogniseWeights(test::ownArchive(triq));
    QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
    QCOMPARE(weights->family, std::string("triq"));
    QCOMPARE(weights->trunk, std::string("efficientnet-lite0"));
    QVERIFY(weights->state == triq.weights.state);
}

HALFLENS_TEST(TestNetworkWeights)
#include "tst_network_weights.moc"
