// SPDX-License-Identifier: BSD-3-Clause
// Which network a file holds, told from its tensors alone: every published family, start weights,
// and what is said about the rest.
#include "core/families/description.h"
#include "core/families/families.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"

#include "core/checkpoint/safetensors.h"
#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/koncept.h"

#include <QTemporaryDir>
#include <QTest>

using namespace halflens;

namespace {

/// A tensor whose single value says where it came from.
Tensor marked(float value)
{
    return {{1}, {value}};
}

TensorArchive keras(const std::vector<std::pair<std::string, float>>& layers)
{
    TensorArchive archive{"keras-h5", {}, {}};
    for (const auto& [layer, value] : layers)
        archive.tensors.push_back({layer + "/bias:0", layer, marked(value)});
    return archive;
}

TensorArchive torch(const std::vector<std::string>& names)
{
    TensorArchive archive{"torch-zip", {}, {}};
    for (const std::string& name : names)
        archive.tensors.push_back({name, {}, marked(static_cast<float>(archive.tensors.size()))});
    return archive;
}

const std::vector<std::pair<std::string, float>> ResNet{{"conv1_conv", 0}, {"conv5_block3_3_conv", 0}};

TensorArchive aihiq(std::vector<std::pair<std::string, float>> layers)
{
    layers.insert(layers.begin(), ResNet.begin(), ResNet.end());
    return keras(layers);
}

} // namespace

class TestFamilyWeights : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aihiqnetRanks();
    void phiqnetNames();
    void aihiqnetOptions_data();
    void aihiqnetOptions();
    void konceptRanks();
    void konceptPort();
    void dbcnnMakers();
    void inputs_data();
    void inputs();
    void prefixes();
    void carriedManifest();
    void trunkOfTheManifest();
    void passedOver();
    void ownNames_data();
    void ownNames();
    void withoutHead_data();
    void withoutHead();
    void incomplete_data();
    void incomplete();
    void familyMustAgree();
};

/// Anonymous layers by number, not by name or place: 9 before 10, no number before 1 (spec models 1.3).
void TestFamilyWeights::aihiqnetRanks()
{
    const auto weights = recogniseWeights(aihiq({{"fpn_P6", 1},
                                                 {"fpn_C5_reduced", 2},
                                                 {"dense_10", 12},
                                                 {"dense_9", 11},
                                                 {"dense_8", 10},
                                                 {"dense_11", 13},
                                                 {"dense_102", 14},
                                                 {"conv2d_1", 21},
                                                 {"conv2d", 20},
                                                 {"conv2d_3", 22},
                                                 {"conv2d_30", 24},
                                                 {"conv2d_5", 23},
                                                 {"P1_fc_prediction", 31},
                                                 {"P0_fc_prediction", 30}}));
    QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
    QCOMPARE(weights->family, std::string("aihiqnet"));
    QCOMPARE(weights->trunk, std::string("resnet50"));
    const auto value = [&](const std::string& name) { return weights->state.at(name + ".bias").values.front(); };
    for (int head = 0; head < 5; ++head) {
        const std::string name = "aihiq.heads." + std::to_string(head);
        QCOMPARE(value(name + ".channel"), static_cast<float>(10 + head));
        QCOMPARE(value(name + ".spatial"), static_cast<float>(20 + head));
    }
    QCOMPARE(value("aihiq.heads.0.output"), 30.F);
    QCOMPARE(value("aihiq.heads.1.output"), 31.F);
    QCOMPARE(value("aihiq.fpn_P6"), 1.F);
    QCOMPARE(value("aihiq.fpn_C5_reduced"), 2.F);
    QVERIFY(weights->state.contains("trunk.conv1_conv.bias"));
}

void TestFamilyWeights::phiqnetNames()
{
    const auto weights = recogniseWeights(aihiq({{"fpn_P6", 1}, {"P0fc_prediction", 30}, {"P4fc_prediction", 34}}));
    QVERIFY(weights.has_value());
    QCOMPARE(weights->family, std::string("aihiqnet"));
    QCOMPARE(weights->state.at("aihiq.heads.4.output.bias").values.front(), 34.F);
    // Close, but nothing of the kind: it stays, and is reported as surplus when the network is made.
    const auto other = recogniseWeights(aihiq({{"fpn_P6", 1}, {"P0fc_prediction", 30}, {"P5fc_prediction", 35}}));
    QVERIFY(other->state.contains("trunk.P5fc_prediction.bias"));
}

void TestFamilyWeights::aihiqnetOptions_data()
{
    QTest::addColumn<QByteArray>("layer");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no fusion") << QByteArray("P6_bottleneck") << QByteArray("feature fusion");
    QTest::newRow("no attention") << QByteArray("fpn_P6") << QByteArray("attention modules");
}

void TestFamilyWeights::aihiqnetOptions()
{
    QFETCH(QByteArray, layer);
    QFETCH(QByteArray, says);
    const auto weights = recogniseWeights(aihiq({{layer.toStdString(), 1}, {"fc_prediction_0", 2}}));
    QVERIFY(!weights.has_value());
    QCOMPARE(weights.error().code, ErrorCode::Unsupported);
    QVERIFY(weights.error().reason.find(says.toStdString()) != std::string::npos);
}

void TestFamilyWeights::konceptRanks()
{
    for (const int first : {0, 1, 203}) {
        std::vector<std::pair<std::string, float>> layers{
            {"conv_7b", 500}, {"block8_10_conv", 501}, {"fc_fc0", 502}, {"fc_bn2", 503}, {"fc_out", 504}};
        for (int i = 202; i >= 0; --i) { // any order
            const std::string number = first + i == 0 ? std::string() : "_" + std::to_string(first + i);
            layers.emplace_back("conv2d" + number, static_cast<float>(i + 1));
            layers.emplace_back("batch_normalization" + number, static_cast<float>(1000 + i + 1));
        }
        const auto weights = recogniseWeights(keras(layers));
        QVERIFY(weights.has_value());
        QCOMPARE(weights->family, std::string("koncept"));
        QCOMPARE(weights->trunk, std::string("inceptionresnetv2"));
        const auto value = [&](const std::string& name) { return weights->state.at(name + ".bias").values.front(); };
        for (int i = 1; i <= 203; ++i) {
            QCOMPARE(value("trunk.conv2d_" + std::to_string(i)), static_cast<float>(i));
            QCOMPARE(value("trunk.batch_normalization_" + std::to_string(i)), static_cast<float>(1000 + i));
        }
        QCOMPARE(value("trunk.conv_7b"), 500.F);
        QCOMPARE(value("koncept.fc0"), 502.F);
        QCOMPARE(value("koncept.bn2"), 503.F);
        QCOMPARE(value("koncept.out"), 504.F);
        QCOMPARE(weights->state.size(), std::size_t(2 * 203 + 5));
    }
}

void TestFamilyWeights::konceptPort()
{
    const auto weights = recogniseWeights(torch({"base.0.conv.weight", "base.14.bn.running_mean", "fc.0.bias",
                                                 "fc.2.running_var", "fc.10.weight", "fc.12.weight"}));
    QVERIFY(weights.has_value());
    QCOMPARE(weights->family, std::string("koncept"));
    QCOMPARE(weights->trunk, std::string("inceptionresnetv2-port"));
    float place = 0;
    for (const char* name : {"trunk.base.0.conv.weight", "trunk.base.14.bn.running_mean", "koncept.fc0.bias",
                             "koncept.bn0.running_var", "koncept.bn2.weight", "koncept.out.weight"})
        QCOMPARE(weights->state.at(name).values.front(), place++);
}

/// Both makers use the same names, and the wrapping tells nothing: files are saved again. What the head can put out at
/// most is below 10 for labels of 0..1 (spec models 9.2, 9.4). Either way the scale is assumed.
void TestFamilyWeights::dbcnnMakers()
{
    TensorArchive archive = torch({"features1.0.weight", "features2.0.weight", "fc.weight"});
    const auto authors = recogniseWeights(archive);
    QVERIFY(authors.has_value());
    QCOMPARE(authors->family, std::string("dbcnn"));
    QCOMPARE(authors->trunk, std::string("vgg16-scnn"));
    QCOMPARE(authors->state.at("dbcnn.fc.weight").values.front(), 2.F);
    QCOMPARE(authors->state.at("trunk.features2.0.weight").values.front(), 1.F);
    archive.tensors.push_back({"fc.bias", {}, marked(0.5F)});
    for (const char* wrapper : {"params", "state_dict", ""}) {
        archive.metadata["wrapper"] = wrapper;
        archive.tensors[2].tensor = {{4}, {3, 4, -100, 0}}; // 5.5 at most
        QCOMPARE(recogniseWeights(archive)->scale, (ScoreScale{0, 1}));
        archive.tensors[2].tensor = {{4}, {30, 40, 0, 0}};
        QCOMPARE(recogniseWeights(archive)->scale, (ScoreScale{0, 100}));
        QVERIFY(recogniseWeights(archive)->isScaleAssumed);
        archive.tensors[2].tensor = {{1}, {1}};
        archive.tensors[3].tensor = marked(70);
        QCOMPARE(recogniseWeights(archive)->scale, (ScoreScale{0, 100}));
        archive.tensors[3].tensor = marked(0.5F);
    }
}

/// Spec models 0.6 and 11.
void TestFamilyWeights::inputs_data()
{
    QTest::addColumn<int>("network");
    QTest::addColumn<int>("normalization");
    QTest::addColumn<QList<int>>("fit"); // width, height
    QTest::addColumn<double>("native");
    QTest::addColumn<double>("five");
    const auto row = [](const char* name, int network, Normalization normalization, QList<int> fit, double native,
                        double five) { QTest::newRow(name) << network << int(normalization) << fit << native << five; };
    row("AIHIQnet on ResNet50", 0, Normalization::PlusMinusOne, {1024, 768}, 3.5, 3.5);
    row("AIHIQnet on VGG16", 1, Normalization::ImageNet255, {1024, 768}, 3.5, 3.5);
    row("KonCept512", 2, Normalization::PlusMinusOne, {512, 384}, 68.33, (68.33 + 29.2287) / 27.8174);
    row("its port", 3, Normalization::PlusMinusOne, {512, 384}, 0, 29.2287 / 27.8174);
    row("DBCNN", 4, Normalization::ImageNetUnit, {512, 384}, 75, 4);
}

void TestFamilyWeights::inputs()
{
    QFETCH(int, network);
    QFETCH(int, normalization);
    QFETCH(QList<int>, fit);
    QFETCH(double, native);
    QFETCH(double, five);
    TensorArchive archive;
    switch (network) {
    case 0:
        archive = aihiq({{"fpn_P6", 1}, {"P0_fc_prediction", 1}});
        break;
    case 1:
        archive = keras({{"block1_conv1", 1}, {"block5_conv3", 1}, {"fpn_P6", 1}, {"P0_fc_prediction", 1}});
        break;
    case 2:
        archive = keras({{"conv_7b", 1}, {"block8_10_conv", 1}, {"fc_out", 1}});
        break;
    case 3:
        archive = torch({"base.0.conv.weight", "base.14.conv.weight", "fc.12.weight"});
        break;
    default:
        archive = torch({"features1.0.weight", "features2.0.weight", "fc.weight"});
        archive.tensors.back().tensor = marked(50);
    }
    const auto weights = recogniseWeights(archive);
    QVERIFY(weights.has_value());
    QVERIFY(weights->input.policy == InputPolicy::Native);
    QCOMPARE(int(weights->input.normalization), normalization);
    QCOMPARE((QList<int>{weights->input.width, weights->input.height}), fit);
    QVERIFY(weights->input.transposePortrait);
    QVERIFY(std::abs(weights->scale.toFive(native) - five) < 1e-9);
}

void TestFamilyWeights::ownNames_data()
{
    QTest::addColumn<QByteArrayList>("names");
    QTest::addColumn<QByteArray>("family");
    QTest::addColumn<QByteArray>("trunk");
    QTest::newRow("AIHIQnet") << QByteArrayList{"trunk._conv_stem.weight", "trunk._blocks.15._project_conv.weight",
                                                "aihiq.fpn_P6.weight"}
                              << QByteArray("aihiqnet") << QByteArray("efficientnet-lite0");
    QTest::newRow("TRIQ on H/16") << QByteArrayList{"trunk._conv_stem.weight", "trunk._blocks.10._project_conv.weight",
                                                    "triq.quality_token"}
                                  << QByteArray("triq") << QByteArray("efficientnet-lite0-s16");
    QTest::newRow("TRIQ on thirteen blocks")
        << QByteArrayList{"trunk._conv_stem.weight", "trunk._blocks.10._project_conv.weight",
                          "trunk._blocks.12._project_conv.weight", "triq.quality_token"}
        << QByteArray("triq") << QByteArray("efficientnet-lite0-narrow");
    QTest::newRow("small DBCNN") << QByteArrayList{"trunk._conv_stem.weight", "trunk._blocks.10._project_conv.weight",
                                                   "trunk.scnn.24.weight", "dbcnn.fc.weight"}
                                 << QByteArray("dbcnn") << QByteArray("efficientnet-lite0-scnn");
    QTest::newRow("small Swin-IQA") << QByteArrayList{"trunk._conv_stem.weight", "swin.patch_embed.proj.weight"}
                                    << QByteArray("swin-iqa") << QByteArray("efficientnet-lite0-swin");
    QTest::newRow("KonCept") << QByteArrayList{"trunk.conv_7b.weight", "trunk.block8_10_conv.bias",
                                               "koncept.out.weight"}
                             << QByteArray("koncept") << QByteArray("inceptionresnetv2");
    QTest::newRow("its port") << QByteArrayList{"trunk.base.0.conv.weight", "trunk.base.14.conv.weight",
                                                "koncept.out.weight"}
                              << QByteArray("koncept") << QByteArray("inceptionresnetv2-port");
    QTest::newRow("DBCNN") << QByteArrayList{"trunk.features1.0.weight", "trunk.features2.0.bias", "dbcnn.fc.weight"}
                           << QByteArray("dbcnn") << QByteArray("vgg16-scnn");
}

void TestFamilyWeights::ownNames()
{
    QFETCH(QByteArrayList, names);
    QFETCH(QByteArray, family);
    QFETCH(QByteArray, trunk);
    std::vector<std::string> own;
    for (const QByteArray& name : names)
        own.push_back(name.toStdString());
    TensorArchive archive = torch(own);
    archive.format = "safetensors";
    const auto weights = recogniseWeights(archive);
    QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
    QCOMPARE(weights->family, family.toStdString());
    QCOMPARE(weights->trunk, trunk.toStdString());
    QCOMPARE(weights->state.size(), own.size());
    for (std::size_t i = 0; i < own.size(); ++i)
        QCOMPARE(weights->state.at(own[i]).values.front(), static_cast<float>(i)); // nothing is renamed
}

/// Any prefix common to all names is none of theirs.
void TestFamilyWeights::prefixes()
{
    for (const std::string prefix : {"backbone.", "student.encoder.", "a.b.c."}) {
        std::vector<std::string> names{"features1.0.weight", "features2.0.weight", "fc.weight", "fc.bias"};
        for (std::string& name : names)
            name.insert(0, prefix);
        const auto weights = recogniseWeights(torch(names));
        QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
        QCOMPARE(weights->family, std::string("dbcnn"));
        QVERIFY(weights->state.contains("dbcnn.fc.weight"));
        names.emplace_back("other.weight");
        QVERIFY(!recogniseWeights(torch(names)));
    }
}

/// The manifest in the metadata tells input and scale, unless it is of another network.
void TestFamilyWeights::carriedManifest()
{
    TensorArchive archive = torch(
        {"trunk._conv_stem.weight", "trunk._blocks.15._project_conv.weight", "koncept.out.weight", "koncept.out.bias"});
    archive.format = "safetensors";
    const auto bare = recogniseWeights(archive);
    QVERIFY(bare.has_value());
    QVERIFY(bare->isScaleAssumed && !bare->isDescribed);
    QCOMPARE(bare->scale, (ScoreScale{0, 100}));

    Manifest manifest;
    manifest.id = manifest.name = manifest.licence = "mine";
    manifest.family = "koncept";
    manifest.trunk = "efficientnet-lite0";
    manifest.weightsFile = "weights.safetensors";
    manifest.outputs = 1;
    manifest.scale = {-1, 7};
    manifest.input = {InputPolicy::Fit, 96, 64, false, Normalization::ImageNetUnit};
    archive.metadata[ManifestMetadata] = toJsonText(manifest);
    const auto told = recogniseWeights(archive);
    QVERIFY2(told.has_value(), told ? "" : told.error().message().c_str());
    QVERIFY(!told->isScaleAssumed && told->isDescribed);
    QCOMPARE(told->scale, manifest.scale);
    QVERIFY(told->input == manifest.input);

    manifest.family = "dbcnn";
    archive.metadata[ManifestMetadata] = toJsonText(manifest);
    const auto other = recogniseWeights(archive);
    QVERIFY(!other);
    QVERIFY(other.error().reason.find("dbcnn") != std::string::npos);
    archive.metadata[ManifestMetadata] = "{";
    QCOMPARE(recogniseWeights(archive).error().code, ErrorCode::InvalidInput);
}

/// Two trunks have the same tensors: the manifest tells them apart, and without one the guess is told.
void TestFamilyWeights::trunkOfTheManifest()
{
    TensorArchive archive = torch(
        {"trunk._conv_stem.weight", "trunk._blocks.12._project_conv.weight", "koncept.out.weight", "koncept.out.bias"});
    archive.format = "safetensors";
    auto bare = recogniseWeights(archive);
    QVERIFY(bare.has_value());
    QCOMPARE(bare->trunk, std::string("efficientnet-lite0-narrow"));
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(QStringLiteral("weights.safetensors")).toStdString();
    describeByNeighbours(*bare, file, "0123");
    QCOMPARE(bare->trunk, std::string("efficientnet-lite0-narrow"));
    QCOMPARE(bare->notes.size(), std::size_t{1});
    QVERIFY2(bare->notes.front().find("efficientnet-lite0-blocks") != std::string::npos, bare->notes.front().c_str());

    Manifest manifest;
    manifest.id = manifest.name = manifest.licence = "mine";
    manifest.family = "koncept";
    manifest.trunk = "efficientnet-lite0-blocks";
    manifest.weightsFile = "weights.safetensors";
    manifest.outputs = 1;
    manifest.input = {InputPolicy::Fit, 96, 64, false, Normalization::ImageNetUnit};
    archive.metadata[ManifestMetadata] = toJsonText(manifest);
    const auto told = recogniseWeights(archive);
    QVERIFY2(told.has_value(), told ? "" : told.error().message().c_str());
    QCOMPARE(told->trunk, manifest.trunk);
    manifest.trunk = "efficientnet-lite0-s16"; // has fewer
    archive.metadata[ManifestMetadata] = toJsonText(manifest);
    QVERIFY(!recogniseWeights(archive).has_value());
}

/// What was passed over in the file stands in the error it may explain.
void TestFamilyWeights::passedOver()
{
    TensorArchive archive = torch({"something.weight"});
    archive.passedOver = {"fc.weight (complex numbers)"};
    archive.notes = {"\"a\" was taken, not \"b\""};
    const Error error = recogniseWeights(archive).error();
    QVERIFY(error.reason.find("fc.weight (complex numbers)") != std::string::npos);
    QVERIFY(error.reason.find("was taken") != std::string::npos);
}

void TestFamilyWeights::withoutHead_data()
{
    QTest::addColumn<QByteArrayList>("names");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("S-CNN") << QByteArrayList{"features.0.weight", "projection.0.weight", "classifier.weight"}
                           << QByteArray("S-CNN");
    QTest::newRow("Swin") << QByteArrayList{"patch_embed.proj.weight", "layers.0.blocks.0.attn.qkv.weight"}
                          << QByteArray("Swin");
    QTest::newRow("Swin, torchvision") << QByteArrayList{"features.0.0.weight", "features.1.0.attn.qkv.weight"}
                                       << QByteArray("Swin");
    QTest::newRow("VGG16") << QByteArrayList{"features.0.weight", "features.28.weight", "classifier.0.weight"}
                           << QByteArray("VGG16");
    QTest::newRow("InceptionResNetV2") << QByteArrayList{"conv2d_1a.conv.weight", "conv2d_7b.conv.weight"}
                                       << QByteArray("InceptionResNetV2");
    QTest::newRow("ResNet50") << QByteArrayList{"conv1.weight", "layer4.2.conv3.weight"} << QByteArray("ResNet50");
}

void TestFamilyWeights::withoutHead()
{
    QFETCH(QByteArrayList, names);
    QFETCH(QByteArray, says);
    std::vector<std::string> all;
    for (const QByteArray& name : names)
        all.push_back(name.toStdString());
    const auto weights = recogniseWeights(torch(all));
    QVERIFY(!weights.has_value());
    QCOMPARE(weights.error().code, ErrorCode::Unsupported);
    QVERIFY2(weights.error().reason.find(says.toStdString()) != std::string::npos, weights.error().reason.c_str());
    QVERIFY(weights.error().remedy.find("training") != std::string::npos);
}

void TestFamilyWeights::incomplete_data()
{
    QTest::addColumn<int>("family");
    QTest::newRow("AIHIQnet") << 0;
    QTest::newRow("KonCept") << 1;
    QTest::newRow("DBCNN") << 2;
}

/// All three lists are told.
void TestFamilyWeights::incomplete()
{
    QFETCH(int, family);
    Result<std::map<std::string, Shape>> expected = std::map<std::string, Shape>();
    NetworkWeights weights;
    if (family == 0) {
        weights.trunk = "resnet50";
        weights.state["aihiq.fpn_P6.bias"] = {{4}, {0, 0, 0, 0}};
        weights.state["aihiq.heads.0.output.bias"] = marked(0);
        expected = aihiqParameters(weights.trunk, weights.state);
    } else if (family == 1) {
        weights.trunk = "inceptionresnetv2-port";
        for (const char* stage : {"0", "1", "2"})
            weights.state[std::string("koncept.fc") + stage + ".bias"] = {{2}, {0, 0}};
        expected = konceptParameters(weights.trunk, weights.state);
    } else {
        weights.trunk = "vgg16-scnn";
        weights.state["dbcnn.fc.bias"] = marked(0);
        expected = dbcnnParameters(weights.trunk);
    }
    QVERIFY2(expected.has_value(), expected ? "" : expected.error().message().c_str());
    const std::string misShaped = family == 0 ? "aihiq.heads.4.channel.weight"
        : family == 1                         ? "koncept.out.weight"
                                              : "dbcnn.fc.weight";
    weights.state[misShaped] = {{1, 1}, {1}};
    weights.state["trunk.extra.weight"] = marked(1);
    auto* make = family == 0 ? AihiqnetFamily.make : family == 1 ? KonceptFamily.make : DbcnnFamily.make;
    const auto model = make(weights, {});
    QVERIFY(!model.has_value());
    QCOMPARE(model.error().code, ErrorCode::InvalidInput);
    const std::string& reason = model.error().reason;
    QVERIFY2(reason.find(std::to_string(expected->size() - weights.state.size() + 1) + " missing") != std::string::npos,
             reason.c_str());
    QVERIFY2(reason.find("1 surplus: trunk.extra.weight") != std::string::npos, reason.c_str());
    QVERIFY2(reason.find("1 mis-shaped: " + misShaped) != std::string::npos, reason.c_str());
    // Without its head there is nothing to compare with.
    weights.state.clear();
    QVERIFY(!make(weights, {}).has_value());
    weights.trunk = "no such trunk";
    QVERIFY(!make(weights, {}).has_value());
}

void TestFamilyWeights::familyMustAgree()
{
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(QStringLiteral("any name")).toStdString();
    StateDict state;
    for (const char* name : {"trunk.features1.0.weight", "trunk.features2.0.bias", "dbcnn.fc.weight"})
        state[name] = marked(1);
    QVERIFY(writeSafetensors(file, state).has_value());
    const auto other = loadPublishedCheckpoint(file, {.family = "koncept"});
    QVERIFY(!other.has_value());
    QCOMPARE(other.error().code, ErrorCode::InvalidInput);
    QVERIFY(other.error().reason.find("dbcnn") != std::string::npos);
    QVERIFY(other.error().reason.find("koncept") != std::string::npos);
    const auto right = loadPublishedCheckpoint(file, {.family = "dbcnn"});
    QVERIFY(!right.has_value());
    QVERIFY(right.error().reason.find("missing") != std::string::npos);
    QCOMPARE(right.error().file, file.string());
}

HALFLENS_TEST(TestFamilyWeights)
#include "tst_family_weights.moc"
