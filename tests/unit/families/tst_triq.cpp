// SPDX-License-Identifier: BSD-3-Clause
// The whole of TRIQ on made-up weights: from an archive to a prediction, sizes it refuses, weights it refuses.
#include "core/families/families.h"
#include "core/families/triq.h"
#include "core/masking/table_builder.h"
#include "tests/support/test_case.h"
#include "tests/unit/families/made_up_triq.h"
#include "tests/unit/masking/reference_encoder.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace halflens;

namespace {

qint64 valueCount(const std::map<std::string, Shape>& shapes, const char* prefix = "")
{
    qint64 total = 0;
    for (const auto& [name, shape] : shapes) {
        if (name.starts_with(prefix))
            total += std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    }
    return total;
}

/// The smallest trunk; made once.
const test::MadeUpTriq& lite()
{
    static const test::MadeUpTriq triq = test::madeUpTriq("efficientnet-lite0");
    return triq;
}

std::shared_ptr<const Predictor> liteModel()
{
    static const std::shared_ptr<const Predictor> model = TriqFamily.make(lite().weights, {}).value();
    return model;
}

} // namespace

class TestTriq : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void parameterCounts_data();
    void parameterCounts();
    void endToEnd_data();
    void endToEnd();
    void information();
    void stageMaps();
    void pooling();
    void tokenLimit_data();
    void tokenLimit();
    void fullGrids_data();
    void fullGrids();
    void badInput();
    void notFinite();
    void badWeights_data();
    void badWeights();
    void unsupportedSizes_data();
    void unsupportedSizes();
};

void TestTriq::parameterCounts_data()
{
    QTest::addColumn<QString>("trunk");
    QTest::addColumn<int>("tensors");
    QTest::addColumn<qint64>("values");
    QTest::addColumn<qint64>("transformer");
    // spec models 5.6, 12
    QTest::newRow("ResNet50") << QStringLiteral("resnet50") << 358 << qint64{23'679'013} << qint64{91'301};
    QTest::newRow("VGG16") << QStringLiteral("vgg16") << 66 << qint64{14'756'837} << qint64{42'149};
}

void TestTriq::parameterCounts()
{
    QFETCH(QString, trunk);
    QFETCH(int, tensors);
    QFETCH(qint64, values);
    QFETCH(qint64, transformer);
    const auto shapes = triqParameters(trunk.toStdString(), lite().weights.state);
    QVERIFY(shapes.has_value());
    QCOMPARE(static_cast<int>(shapes->size()), tensors);
    QCOMPARE(valueCount(*shapes), values);
    QCOMPARE(valueCount(*shapes, "triq."), transformer);
}

void TestTriq::endToEnd_data()
{
    QTest::addColumn<QString>("trunk");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("ResNet50, 5 grades") << QStringLiteral("resnet50") << 5 << 40 << 65;
    QTest::newRow("VGG16, 1 output") << QStringLiteral("vgg16") << 1 << 33 << 65;
    QTest::newRow("EfficientNet-Lite0, 5 grades") << QStringLiteral("efficientnet-lite0") << 5 << 96 << 129;
    QTest::newRow("EfficientNet-Lite0, pooled") << QStringLiteral("efficientnet-lite0") << 5 << 481 << 96;
}

void TestTriq::endToEnd()
{
    QFETCH(QString, trunk);
    QFETCH(int, outputs);
    QFETCH(int, height);
    QFETCH(int, width);
    const test::MadeUpTriq triq = test::madeUpTriq(trunk.toStdString(), outputs);
    const auto weights = recogniseWeights(trunk == QStringLiteral("efficientnet-lite0") ? test::ownArchive(triq)
                                                                                        : test::kerasArchive(triq, 3));
    QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
    ModelInfo info;
    info.scale = {0, 10};
    const auto model = TriqFamily.make(*weights, info);
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    const ModelInput input = test::madeUpInput(height, width);
    const auto features = (*model)->features(input, {});
    QVERIFY2(features.has_value(), features ? "" : features.error().message().c_str());
    const auto table = buildMaskTable(**model, **features);
    QVERIFY(table.has_value());
    const TokenGrid tokens = test::tokensSlowly(triq, input);
    for (const std::uint32_t mask : {0u, 0b0110'0010'0111u, 4095u}) {
        const std::vector<double> expected = test::evaluateMasked(triq.encoder, tokens, mask);
        const auto prediction = (*model)->predict(**features, BlockMask(mask));
        QVERIFY(prediction.has_value());
        QCOMPARE(prediction->output.size(), expected.size());
        QCOMPARE(prediction->hasDistribution(), outputs == 5);
        double score = outputs == 1 ? expected[0] : 0;
        for (std::size_t o = 0; o < expected.size(); ++o) {
            QVERIFY2(std::abs(prediction->output[o] - expected[o]) < 5e-5,
                     std::to_string(prediction->output[o] - expected[o]).c_str());
            QVERIFY(std::abs((*table)->row(BlockMask(mask))[o] - expected[o]) < 5e-5);
            if (outputs == 5)
                score += static_cast<double>(o + 1) * expected[o];
        }
        QVERIFY(std::abs(prediction->score - score) < 2e-4);
        QCOMPARE(prediction->score5, 1 + 0.4 * prediction->score);
        if (mask == 0)
            QCOMPARE((*model)->predict(input, {})->output, prediction->output);
    }
}

void TestTriq::information()
{
    ModelInfo info;
    info.id = "an-id";
    info.name = "A name";
    info.weightsHash = "hash";
    info.input = {InputPolicy::Fit, 64, 48, true, Normalization::PlusMinusOne};
    const auto model = TriqFamily.make(lite().weights, info);
    QVERIFY(model.has_value());
    const ModelInfo& filled = (*model)->info();
    QCOMPARE(filled.id, info.id);
    QCOMPARE(filled.name, info.name);
    QCOMPARE(filled.weightsHash, info.weightsHash);
    QVERIFY(filled.input == info.input);
    QCOMPARE(filled.family, std::string("triq"));
    QCOMPARE(filled.trunk, std::string("efficientnet-lite0"));
    QCOMPARE(filled.outputs, 5);
    QVERIFY(filled.masksAttention);
    const TriqEncoder* encoder = (*model)->attentionEncoder();
    QVERIFY(encoder);
    QCOMPARE(encoder->positions(), 193);
    QCOMPARE(encoder->layers.size(), std::size_t{2});
    QCOMPARE(encoder->layers[1].key.weight, lite().encoder.layers[1].key.weight);
    QCOMPARE(encoder->layers[0].norm2.beta, lite().encoder.layers[0].norm2.beta);
    QCOMPARE(encoder->head0.bias, lite().encoder.head0.bias);
}

void TestTriq::stageMaps()
{
    const ModelInput input = test::madeUpInput(64, 96);
    const std::vector<std::string> wanted{"c5", "c2"};
    const auto features = liteModel()->features(input, {}, wanted);
    QVERIFY(features.has_value());
    QCOMPARE((*features)->maps.size(), std::size_t{2});
    QCOMPARE((*features)->mapShapes.at("c5"), (std::array<int, 3>{320, 2, 3}));
    QCOMPARE((*features)->mapShapes.at("c2"), (std::array<int, 3>{24, 16, 24}));
    QCOMPARE((*features)->maps.at("c5").size(), std::size_t{320 * 2 * 3});
    QVERIFY((*features)->seconds >= 0);
    const auto plain = liteModel()->features(input, {});
    QVERIFY((*plain)->maps.empty());
    QCOMPARE((*plain)->tokens.values.size(), std::size_t{2 * 3 * 32});
    const std::vector<std::string> unknown{"c9"};
    QCOMPARE(liteModel()->features(input, {}, unknown).error().code, ErrorCode::Model);
}

void TestTriq::pooling()
{
    // Two channels; the value says where it stands.
    const auto map = [](int height, int width) {
        std::vector<float> values;
        for (int c = 0; c < 2; ++c) {
            for (int i = 0; i < height * width; ++i)
                values.push_back(static_cast<float>(c == 0 ? i : -i));
        }
        return tokensOf(values, 2, height, width);
    };
    const TokenGrid low = map(15, 3); // 15 rows: not pooled
    QCOMPARE(low.height, 15);
    QCOMPARE(low.width, 3);
    QCOMPARE(low.values[0], 0.F);
    QCOMPARE(low.values[2], 1.F); // token-major: (token 0: 0, 0), (token 1: 1, -1)
    QCOMPARE(low.values[3], -1.F);
    QCOMPARE(low.values[2 * (15 * 3 - 1)], 44.F);
    const TokenGrid high = map(17, 5); // row 17 and column 5 are dropped
    QCOMPARE(high.height, 8);
    QCOMPARE(high.width, 2);
    QCOMPARE(high.values.size(), std::size_t{32});
    QCOMPARE(high.values[0], 6.F); // the largest of 0, 1, 5, 6
    QCOMPARE(high.values[1], 0.F); // the largest of 0, -1, -5, -6
    QCOMPARE(high.values[2], 8.F);
    QCOMPARE(high.values[4], 16.F);
    QCOMPARE(map(16, 1).width, 0);
    QCOMPARE(map(12, 40).width, 40); // only the height counts
}

void TestTriq::tokenLimit_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<QByteArray>("says"); // spec models 5.4
    QTest::newRow("480x640") << 480 << 640 << QByteArray("640 x 480 yields 300 tokens (15 rows of 20)");
    QTest::newRow("1080x1920") << 1080 << 1920 << QByteArray("1920 x 1080 yields 510 tokens (17 rows of 30)");
    QTest::newRow("384x513") << 384 << 513 << QByteArray("204 tokens (12 rows of 17)");
    QTest::newRow("800x1024") << 800 << 1024 << QByteArray("192 tokens"); // 25 rows: 12, fits
    QTest::newRow("500x32") << 500 << 32 << QByteArray("too narrow"); // 16 rows of 1: pooled to none
}

void TestTriq::tokenLimit()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(QByteArray, says);
    const auto features = liteModel()->features(test::madeUpInput(height, width), {});
    if (says == "192 tokens") {
        QVERIFY(features.has_value());
        QCOMPARE((*features)->tokens.height * (*features)->tokens.width, 192);
        return;
    }
    QVERIFY(!features);
    QCOMPARE(features.error().code, ErrorCode::Model);
    QVERIFY2(features.error().reason.find(says.toStdString()) != std::string::npos, features.error().reason.c_str());
    QVERIFY(!features.error().remedy.empty());
    QVERIFY(!liteModel()->predict(test::madeUpInput(height, width), {}).has_value());
}

void TestTriq::fullGrids_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::newRow("512x384: 48 tokens") << 512 << 384 << 8 << 6;
    QTest::newRow("384x512: exactly full") << 384 << 512 << 12 << 16;
    QTest::newRow("500x500") << 500 << 500 << 8 << 8;
    QTest::newRow("544x720") << 544 << 720 << 8 << 11;
    QTest::newRow("1x1") << 1 << 1 << 1 << 1;
}

void TestTriq::fullGrids()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, rows);
    QFETCH(int, columns);
    const auto features = liteModel()->features(test::madeUpInput(height, width), {});
    QVERIFY2(features.has_value(), features ? "" : features.error().message().c_str());
    QCOMPARE((*features)->tokens.height, rows);
    QCOMPARE((*features)->tokens.width, columns);
    QVERIFY(liteModel()->predict(**features, BlockMask()).has_value());
}

void TestTriq::badInput()
{
    ModelInput cut = test::madeUpInput(64, 64);
    cut.planes.resize(100);
    QCOMPARE(liteModel()->features(cut, {}).error().code, ErrorCode::Internal);
    QCOMPARE(liteModel()->features(ModelInput{}, {}).error().code, ErrorCode::Model);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(liteModel()->features(test::madeUpInput(64, 64), stop.get_token())));
    QVERIFY(isCancelled(liteModel()->predict(test::madeUpInput(64, 64), stop.get_token())));
    QVERIFY(!liteModel()->predict(Features{}, BlockMask()).has_value()); // features of another family
}

/// A damaged file may overflow on the way, or an input hold a NaN.
void TestTriq::notFinite()
{
    ModelInput input = test::madeUpInput(64, 64);
    input.planes[5] = std::numeric_limits<float>::quiet_NaN();
    const auto features = liteModel()->features(input, {});
    if (!features)
        QCOMPARE(features.error().code, ErrorCode::Model);
    NetworkWeights huge = lite().weights;
    for (float& v : huge.state.at("triq.projection.weight").values)
        v = 3e38F;
    const auto model = TriqFamily.make(huge, {});
    QVERIFY(model.has_value());
    const auto overflown = (*model)->features(test::madeUpInput(64, 64), {});
    QVERIFY(!overflown);
    QVERIFY(overflown.error().reason.find("not finite") != std::string::npos);
}

void TestTriq::badWeights_data()
{
    QTest::addColumn<QByteArray>("action");
    QTest::addColumn<QByteArray>("tensor");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* action, const char* tensor, const char* says) {
        QTest::addRow("%s %s", action, tensor) << QByteArray(action) << QByteArray(tensor) << QByteArray(says);
    };
    row("remove", "trunk._blocks.3._bn1.running_var", "missing");
    row("remove", "triq.layers.1.norm2.bias", "missing");
    row("remove", "triq.head.1.bias", "missing");
    row("remove", "triq.projection.bias", "missing");
    row("add", "trunk._blocks.3._bn1.extra", "surplus");
    row("add", "triq.layers.2.norm2.bias", "surplus");
    row("add", "stray", "surplus");
    row("bend", "trunk._conv_stem.weight", "[32, 3, 3, 3, 1]");
    row("bend", "triq.layers.0.attention.key.weight", "[32, 32, 1]");
    row("bend", "triq.head.0.bias", "[64, 1]");
    row("spoil", "trunk._blocks.15._project_conv.weight", "not finite");
    row("spoil", "triq.position_embedding", "not finite");
}

void TestTriq::badWeights()
{
    QFETCH(QByteArray, action);
    QFETCH(QByteArray, tensor);
    QFETCH(QByteArray, says);
    NetworkWeights weights = lite().weights;
    const std::string name = tensor.toStdString();
    if (action == "remove")
        weights.state.erase(name);
    else if (action == "add")
        weights.state[name] = {{1}, {0}};
    else if (action == "bend")
        weights.state.at(name).shape.push_back(1);
    else
        weights.state.at(name).values.back() = INFINITY;
    const auto model = TriqFamily.make(weights, {});
    QVERIFY(!model);
    QCOMPARE(model.error().code, ErrorCode::InvalidInput);
    QVERIFY2(model.error().reason.find(name) != std::string::npos, model.error().reason.c_str());
    QVERIFY2(model.error().reason.find(says.toStdString()) != std::string::npos, model.error().reason.c_str());
    QVERIFY(!model.error().remedy.empty());
}

void TestTriq::unsupportedSizes_data()
{
    QTest::addColumn<QByteArray>("tensor");
    QTest::addColumn<QList<int>>("shape");
    QTest::newRow("three outputs") << QByteArray("triq.head.1.weight") << QList<int>{3, 64};
    QTest::newRow("no output") << QByteArray("triq.head.1.weight") << QList<int>{0, 64};
    QTest::newRow("head is no matrix") << QByteArray("triq.head.1.weight") << QList<int>{5};
    QTest::newRow("width 20") << QByteArray("triq.quality_token") << QList<int>{20};
    QTest::newRow("width 0") << QByteArray("triq.quality_token") << QList<int>{0};
    QTest::newRow("width beyond reason") << QByteArray("triq.quality_token") << QList<int>{1 << 30};
    QTest::newRow("token is a matrix") << QByteArray("triq.quality_token") << QList<int>{1, 32};
    QTest::newRow("positions are no matrix") << QByteArray("triq.position_embedding") << QList<int>{193 * 32};
    QTest::newRow("no positions") << QByteArray("triq.position_embedding") << QList<int>{0, 16};
}

void TestTriq::unsupportedSizes()
{
    QFETCH(QByteArray, tensor);
    QFETCH(QList<int>, shape);
    NetworkWeights weights = lite().weights;
    weights.state.at(tensor.toStdString()).shape.assign(shape.begin(), shape.end());
    const auto model = TriqFamily.make(weights, {});
    QVERIFY(!model);
    QCOMPARE(model.error().code, ErrorCode::InvalidInput);
    QVERIFY(!model.error().reason.empty());
    weights = lite().weights;
    weights.trunk = "resnet51";
    QVERIFY(!TriqFamily.make(weights, {}).has_value());
}

HALFLENS_TEST(TestTriq)
#include "tst_triq.moc"
