// SPDX-License-Identifier: BSD-3-Clause
// Model folders: what is found, which one wins, and everything that can be wrong with one.
#include "core/base/file.h"
#include "core/checkpoint/safetensors.h"
#include "core/families/families.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"
#include "tests/unit/families/made_up_triq.h"

#include <QCoreApplication>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace halflens;

namespace {

namespace fs = std::filesystem;

nlohmann::json manifestOf(const std::string& id)
{
    return {{"format", 1},
            {"id", id},
            {"name", "Name of " + id},
            {"family", "triq"},
            {"trunk", "efficientnet-lite0"},
            {"weights", {{"file", "weights.safetensors"}}},
            {"input",
             {{"policy", "fit"},
              {"width", 96},
              {"height", 64},
              {"transpose_portrait", true},
              {"normalization", "plus_minus_one"}}},
            {"output", {{"kind", "distribution"}, {"scale", {1, 5}}}},
            {"licence", "BSD-3-Clause"}};
}

void put(const fs::path& folder, const nlohmann::json& manifest)
{
    fs::create_directories(folder);
    QVERIFY(writeFileAtomically(folder / "manifest.json", manifest.dump()).has_value());
}

std::vector<std::string> idsOf(const ModelRegistry& registry)
{
    std::vector<std::string> ids;
    for (const Manifest& manifest : registry.manifests())
        ids.push_back(manifest.id);
    return ids;
}

} // namespace

class TestRegistry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void scanning();
    void firstFolderWins();
    void broken();
    void defaultModel();
    void folders();
    void loads();
    void refuses_data();
    void refuses();
    void publishedCheckpoint();
    void manifestBeside();
    void publishedRefused();

private:
    fs::path model(const nlohmann::json& manifest); ///< a folder with the made-up weights

    QTemporaryDir m_folder;
    fs::path m_root;
    std::string m_hash;
};

void TestRegistry::initTestCase()
{
    m_root = m_folder.path().toStdString();
    const fs::path weights = m_root / "weights.safetensors";
    const auto written = writeSafetensors(weights, test::madeUpTriq("efficientnet-lite0").weights.state);
    QVERIFY2(written.has_value(), written ? "" : written.error().message().c_str());
    m_hash = sha256HexOfFile(weights).value();
}

fs::path TestRegistry::model(const nlohmann::json& manifest)
{
    static int number = 0;
    const fs::path folder = m_root / ("model" + std::to_string(number++));
    put(folder, manifest);
    fs::create_hard_link(m_root / "weights.safetensors", folder / "weights.safetensors");
    return folder / "manifest.json";
}

void TestRegistry::scanning()
{
    const QTemporaryDir temporary;
    const fs::path root = temporary.path().toStdString();
    put(root / "models" / "z", manifestOf("b-model"));
    put(root / "models" / "y", manifestOf("a-model"));
    fs::create_directories(root / "models" / "no manifest");
    QVERIFY(writeFileAtomically(root / "models" / "manifest.json", std::string("not looked at")).has_value());
    fs::create_directories(root / "models" / "folder" / "manifest.json");
    const ModelRegistry registry = ModelRegistry::scan({root / "missing", root / "models"});
    QCOMPARE(idsOf(registry), (std::vector<std::string>{"a-model", "b-model"}));
    QVERIFY(registry.problems().empty());
    QVERIFY(registry.find("a-model"));
    QCOMPARE(registry.find("a-model")->folder, root / "models" / "y");
    QVERIFY(!registry.find("c-model"));
    QVERIFY(ModelRegistry::scan({}).manifests().empty());
    QVERIFY(ModelRegistry::scan({root / "models" / "manifest.json"}).manifests().empty()); // a file
}

void TestRegistry::firstFolderWins()
{
    const QTemporaryDir temporary;
    const fs::path root = temporary.path().toStdString();
    put(root / "user" / "m", manifestOf("same"));
    put(root / "system" / "m", manifestOf("same"));
    put(root / "system" / "other", manifestOf("other"));
    const ModelRegistry registry = ModelRegistry::scan({root / "user", root / "system"});
    QCOMPARE(idsOf(registry), (std::vector<std::string>{"other", "same"}));
    QCOMPARE(registry.find("same")->folder, root / "user" / "m");
    QCOMPARE(ModelRegistry::scan({root / "system", root / "user"}).find("same")->folder, root / "system" / "m");
}

void TestRegistry::broken()
{
    const QTemporaryDir temporary;
    const fs::path root = temporary.path().toStdString();
    put(root / "good", manifestOf("good"));
    nlohmann::json wrong = manifestOf("wrong");
    wrong["colour"] = "blue";
    put(root / "wrong", wrong);
    fs::create_directories(root / "garbage");
    QVERIFY(writeFileAtomically(root / "garbage" / "manifest.json", std::string("{")).has_value());
    const ModelRegistry registry = ModelRegistry::scan({root});
    QCOMPARE(idsOf(registry), std::vector<std::string>{"good"});
    QCOMPARE(registry.problems().size(), std::size_t{2});
    QCOMPARE(registry.problems()[0].file, (root / "garbage" / "manifest.json").string());
    QCOMPARE(registry.problems()[1].file, (root / "wrong" / "manifest.json").string());
    QVERIFY(registry.problems()[1].reason.find("colour") != std::string::npos);
}

void TestRegistry::defaultModel()
{
    const QTemporaryDir temporary;
    const fs::path root = temporary.path().toStdString();
    QCOMPARE(ModelRegistry::scan({root}).defaultId(), std::string());
    put(root / "b", manifestOf("b"));
    put(root / "a", manifestOf("a"));
    QCOMPARE(ModelRegistry::scan({root}).defaultId(), std::string("a"));
    put(root / "c", manifestOf("lite-triq"));
    QCOMPARE(ModelRegistry::scan({root}).defaultId(), std::string("lite-triq"));
}

void TestRegistry::folders()
{
    QStandardPaths::setTestModeEnabled(true);
    const auto without = ModelRegistry::defaultFolders();
    const auto with = ModelRegistry::defaultFolders("mine");
    QCOMPARE(with.size(), without.size() + 1);
    QCOMPARE(with.front(), fs::path("mine"));
    QVERIFY(std::equal(without.begin(), without.end(), with.begin() + 1));
    QCOMPARE(with.back(), fs::path(HALFLENS_SOURCE_DIR) / "models");
    QVERIFY(std::any_of(with.begin(), with.end(), [](const fs::path& folder) {
        return folder.string().ends_with("halflens/models") && folder.is_absolute();
    }));
}

void TestRegistry::loads()
{
    nlohmann::json json = manifestOf("made-up");
    json["weights"]["sha256"] = m_hash;
    json["output"]["scale"] = {0, 100};
    const auto manifest = readManifest(model(json));
    QVERIFY(manifest.has_value());
    const auto predictor = loadModel(*manifest);
    QVERIFY2(predictor.has_value(), predictor ? "" : predictor.error().message().c_str());
    const ModelInfo& info = (*predictor)->info();
    QCOMPARE(info.id, std::string("made-up"));
    QCOMPARE(info.name, std::string("Name of made-up"));
    QCOMPARE(info.family, std::string("triq"));
    QCOMPARE(info.trunk, std::string("efficientnet-lite0"));
    QCOMPARE(info.licence, std::string("BSD-3-Clause"));
    QCOMPARE(info.weightsHash, m_hash);
    QCOMPARE(info.outputs, 5);
    QCOMPARE(info.scale, (ScoreScale{0, 100}));
    QVERIFY(info.input == manifest->input);
    QVERIFY((*predictor)->predict(test::madeUpInput(64, 96), {}).has_value());
}

void TestRegistry::refuses_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("another hash") << QByteArray("/weights/sha256") << QByteArray(64, '0') << QByteArray("SHA-256");
    QTest::newRow("no file") << QByteArray("/weights/file") << QByteArray("none") << QByteArray("no such file");
    QTest::newRow("a folder") << QByteArray("/weights/file") << QByteArray(".") << QByteArray("is a folder");
    QTest::newRow("no checkpoint") << QByteArray("/weights/file") << QByteArray("manifest.json") << QByteArray("");
    QTest::newRow("another trunk") << QByteArray("/trunk") << QByteArray("resnet50")
                                   << QByteArray("the weights are triq on efficientnet-lite0");
    QTest::newRow("another family") << QByteArray("/family") << QByteArray("koncept")
                                    << QByteArray("the manifest says koncept");
    QTest::newRow("another output") << QByteArray("/output/kind") << QByteArray("score")
                                    << QByteArray("5 outputs, the manifest says 1");
}

void TestRegistry::refuses()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, says);
    nlohmann::json json = manifestOf("made-up");
    json[nlohmann::json::json_pointer(pointer.toStdString())] = value.toStdString();
    const fs::path file = model(json);
    const auto manifest = readManifest(file);
    QVERIFY2(manifest.has_value(), manifest ? "" : manifest.error().message().c_str());
    const auto predictor = loadModel(*manifest);
    QVERIFY(!predictor);
    QVERIFY2(predictor.error().message().find(says.toStdString()) != std::string::npos,
             predictor.error().message().c_str());
    QVERIFY2(predictor.error().file.find(file.parent_path().string()) != std::string::npos,
             predictor.error().file.c_str());
    QVERIFY(!predictor.error().remedy.empty());
}

void TestRegistry::publishedCheckpoint()
{
    const fs::path file = m_root / "weights.safetensors";
    const auto native = loadPublishedCheckpoint(file);
    QVERIFY2(native.has_value(), native ? "" : native.error().message().c_str());
    QCOMPARE((*native)->info().id, std::string("weights.safetensors"));
    QCOMPARE((*native)->info().weightsHash, m_hash);
    QVERIFY((*native)->info().input.policy == InputPolicy::Native);
    const auto fitted = loadPublishedCheckpoint(file, {.family = "triq", .fit = true});
    QVERIFY(fitted.has_value());
    QVERIFY((*fitted)->info().input == (InputSpec{InputPolicy::Fit, 512, 384, true, Normalization::PlusMinusOne}));
}

/// The manifest beside a file counts when it names the file's hash; what the user says counts more.
void TestRegistry::manifestBeside()
{
    const fs::path folder = m_root / "beside";
    fs::create_directories(folder);
    const fs::path file = folder / "any name.safetensors";
    fs::copy_file(m_root / "weights.safetensors", file);
    Manifest manifest;
    manifest.id = manifest.name = manifest.licence = "mine";
    manifest.family = "triq";
    manifest.trunk = "efficientnet-lite0";
    manifest.weightsFile = "any name.safetensors";
    manifest.weightsSha256 = m_hash;
    manifest.input = {InputPolicy::Fit, 256, 192, false, Normalization::ImageNetUnit};
    manifest.scale = {0, 10};
    const auto write = [&] { return writeFileAtomically(folder / "manifest.json", toJsonText(manifest)).has_value(); };
    QVERIFY(write());
    const auto native = loadPublishedCheckpoint(file);
    QVERIFY2(native.has_value(), native ? "" : native.error().message().c_str());
    InputSpec own = manifest.input;
    own.policy = InputPolicy::Native;
    QVERIFY((*native)->info().input == own);
    QCOMPARE((*native)->info().scale, manifest.scale);
    QCOMPARE((*native)->info().notes.size(), std::size_t(2)); // where it is from; how images are fed
    const auto fitted = loadPublishedCheckpoint(file, {.scale = ScoreScale{1, 9}, .fit = true});
    QVERIFY(fitted.has_value());
    QVERIFY((*fitted)->info().input == manifest.input);
    QCOMPARE((*fitted)->info().scale, (ScoreScale{1, 9}));
    QCOMPARE((*fitted)->info().notes.size(), std::size_t(1));

    manifest.weightsSha256 = std::string(64, '0');
    QVERIFY(write());
    const auto unrelated = loadPublishedCheckpoint(file);
    QVERIFY(unrelated.has_value());
    QVERIFY((*unrelated)->info().notes.empty());
    QCOMPARE((*unrelated)->info().scale, (ScoreScale{1, 5}));
}

void TestRegistry::publishedRefused()
{
    const fs::path file = m_root / "weights.safetensors";
    const auto other = loadPublishedCheckpoint(file, {.family = "koncept"});
    QVERIFY(!other);
    QVERIFY(other.error().reason.find("those of triq, not of koncept") != std::string::npos);
    QCOMPARE(other.error().file, file.string());
    QCOMPARE(loadPublishedCheckpoint(m_root / "none").error().code, ErrorCode::Io);

    // Tensors missing, surplus and mis-shaped at once: all three are told, with the file.
    StateDict state = test::madeUpTriq("efficientnet-lite0").weights.state;
    state.erase("trunk._blocks.0._bn1.bias");
    state["trunk.more.weight"] = {{1}, {1}};
    state["triq.head.0.bias"] = {{1}, {1}};
    const fs::path damaged = m_root / "damaged.safetensors";
    QVERIFY(writeSafetensors(damaged, state).has_value());
    const auto lists = loadPublishedCheckpoint(damaged);
    QVERIFY(!lists);
    QCOMPARE(lists.error().code, ErrorCode::InvalidInput);
    QCOMPARE(lists.error().file, damaged.string());
    for (const char* name : {"trunk._blocks.0._bn1.bias", "trunk.more.weight", "triq.head.0.bias"})
        QVERIFY2(lists.error().reason.find(name) != std::string::npos, lists.error().reason.c_str());

    // Cut short.
    const fs::path cut = m_root / "cut.safetensors";
    fs::copy_file(file, cut);
    fs::resize_file(cut, fs::file_size(cut) / 2);
    QCOMPARE(loadPublishedCheckpoint(cut).error().code, ErrorCode::InvalidInput);
}

HALFLENS_TEST(TestRegistry)
#include "tst_registry.moc"
