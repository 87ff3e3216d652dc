// SPDX-License-Identifier: BSD-3-Clause
// Taking models in and out: a model is there whole or not at all, and what goes wrong is said.
#include "core/base/file.h"
#include "core/checkpoint/safetensors.h"
#include "core/families/families.h"
#include "core/registry/store.h"
#include "tests/support/test_case.h"
#include "tests/unit/families/made_up_triq.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <limits>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace halflens;

namespace {

namespace fs = std::filesystem;

/// A complete TRIQ as HalfLens writes it.
Status writeWeights(const fs::path& file, int outputs = 5)
{
    return writeSafetensors(file, test::madeUpTriq("efficientnet-lite0", outputs).weights.state);
}

std::vector<std::string> entries(const fs::path& folder)
{
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        names.push_back(entry.path().filename().string());
    return names;
}

} // namespace

class TestStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void imports();
    void options();
    void manifest_data();
    void manifest();
    void idsAreFree();
    void sameWeightsTwice();
    void refused_data();
    void refused();
    void cancelled_data();
    void cancelled();
    void abandonedImportsVanish();
    void twoAtOnce();
    void removes();
    void verifies();
    void publishedTable();

private:
    ModelRegistry registry() const { return ModelRegistry::scan({store().folder()}); }
    ModelStore store() const { return ModelStore(fs::path(m_dir->path().toStdString()) / "models"); }
    fs::path weights() const { return fs::path(m_dir->path().toStdString()) / "Some Weights.safetensors"; }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestStore::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(writeWeights(weights()).has_value());
}

void TestStore::imports()
{
    double last = 0;
    const auto progress = [&](double part, const std::string& step) {
        QVERIFY(part >= last && part <= 1 && !step.empty());
        last = part;
    };
    const Result<ImportedModel> found = store().import(weights(), {}, registry(), {}, progress);
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    QCOMPARE(last, 1.0);
    QCOMPARE(found->manifest.id, std::string("triq-efficientnet-lite0"));
    QCOMPARE(found->manifest.family, std::string("triq"));
    QCOMPARE(found->format, std::string("safetensors"));
    QVERIFY(found->tensors > 100 && found->values > found->tensors);
    QVERIFY(found->published == nullptr);
    QVERIFY(found->trial.score >= 1 && found->trial.score <= 5);

    // The very bytes, and nothing but them and the manifest.
    const fs::path folder = store().folder() / "triq-efficientnet-lite0";
    QCOMPARE(entries(store().folder()), (std::vector<std::string>{"triq-efficientnet-lite0"}));
    QCOMPARE(entries(folder).size(), std::size_t{2});
    QCOMPARE(*sha256HexOfFile(folder / "weights.safetensors"), *sha256HexOfFile(weights()));

    const ModelRegistry models = registry();
    QVERIFY(models.problems().empty());
    const Manifest* manifest = models.find("triq-efficientnet-lite0");
    QVERIFY(manifest != nullptr);
    QCOMPARE(manifest->weightsSha256, *sha256HexOfFile(weights()));
    QCOMPARE(manifest->name, std::string("Some Weights.safetensors"));
    QCOMPARE(modelBytes(*manifest), fs::file_size(weights()) + fs::file_size(folder / "manifest.json"));

    // The same prediction as the file itself gives.
    const auto direct = loadPublishedCheckpoint(weights());
    const auto stored = loadModel(*manifest);
    QVERIFY(direct.has_value() && stored.has_value());
    const ModelInput input = test::madeUpInput(96, 128);
    QCOMPARE((*stored)->predict(input, {})->output, (*direct)->predict(input, {})->output);
}

void TestStore::options()
{
    ImportOptions options;
    options.family = "triq";
    options.id = "mine.1";
    options.name = "Mine, \"quoted\" \xc3\xa4";
    options.licence = "CC0";
    options.fit = true;
    const Result<ImportedModel> found = store().import(weights(), options, registry());
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    const ModelRegistry models = registry();
    const Manifest* manifest = models.find("mine.1");
    QVERIFY(manifest != nullptr);
    QCOMPARE(manifest->name, options.name);
    QCOMPARE(manifest->licence, options.licence);
    QVERIFY(manifest->input.policy == InputPolicy::Fit);
}

void TestStore::manifest_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("says"); ///< empty: it works
    const QByteArray good = R"({"format": 1, "id": "given", "name": "Given", "family": "triq",
        "trunk": "efficientnet-lite0", "licence": "CC0", "card": "elsewhere.md",
        "input": {"policy": "fit", "width": 128, "height": 96, "normalization": "plus_minus_one"},
        "output": {"kind": "distribution", "scale": [1, 5]}})";
    QTest::newRow("good") << good << QByteArray();
    QTest::newRow("another trunk") << QByteArray(good).replace("efficientnet-lite0", "vgg16") << QByteArray("vgg16");
    QTest::newRow("another family") << QByteArray(good).replace("\"triq\"", "\"dbcnn\"") << QByteArray("dbcnn");
    QTest::newRow("other outputs") << QByteArray(good).replace("distribution", "score") << QByteArray("outputs");
    QTest::newRow("a program's") << QByteArray(good).replace("\"triq\"", "\"torchscript\"")
                                 << QByteArray("TorchScript");
    QTest::newRow("wrong size") << QByteArray(good).replace("128", "7") << QByteArray("input.width");
    QTest::newRow("no JSON") << QByteArray("hello") << QByteArray("JSON");
    QTest::newRow("endless nesting") << QByteArray(400'000, '[') << QByteArray("nested");
}

void TestStore::manifest()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, says);
    ImportOptions options;
    options.manifest = fs::path(m_dir->path().toStdString()) / "given.json";
    QVERIFY(writeFileAtomically(options.manifest, text.toStdString()).has_value());
    const Result<ImportedModel> found = store().import(weights(), options, registry());
    if (!says.isEmpty()) {
        QVERIFY(!found.has_value());
        QVERIFY2(found.error().reason.find(says.toStdString()) != std::string::npos, found.error().message().c_str());
        return;
    }
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    const ModelRegistry models = registry();
    const Manifest* manifest = models.find("given");
    QVERIFY(manifest != nullptr && manifest->cardFile.empty());
    QVERIFY(manifest->input == (InputSpec{InputPolicy::Fit, 128, 96, false, Normalization::PlusMinusOne}));
    QCOMPARE(manifest->licence, std::string("CC0"));
    QVERIFY(loadModel(*manifest).has_value());
}

void TestStore::idsAreFree()
{
    QVERIFY(store().import(weights(), {}, registry()).has_value());
    QVERIFY(writeWeights(weights(), 1).has_value());
    const Result<ImportedModel> second = store().import(weights(), {}, registry());
    QVERIFY(second.has_value());
    QCOMPARE(second->manifest.id, std::string("triq-efficientnet-lite0-2"));
    QCOMPARE(second->manifest.outputs, 1);
    QCOMPARE(registry().manifests().size(), std::size_t{2});
}

void TestStore::sameWeightsTwice()
{
    QVERIFY(store().import(weights(), {}, registry()).has_value());
    const Result<ImportedModel> again = store().import(weights(), {}, registry());
    QVERIFY(!again.has_value());
    QVERIFY(again.error().reason.find("triq-efficientnet-lite0") != std::string::npos);
    ImportOptions named;
    named.id = "copy";
    QVERIFY(store().import(weights(), named, registry()).has_value());
}

void TestStore::refused_data()
{
    QTest::addColumn<QString>("what");
    for (const char* what :
         {"missing", "folder", "text", "cut", "not finite", "other family", "bad id", "taken id", "read-only"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void TestStore::refused()
{
    QFETCH(QString, what);
    ImportOptions options;
    fs::path file = weights();
    if (what == u"missing") {
        fs::remove(file);
    } else if (what == u"folder") {
        file = file.parent_path();
    } else if (what == u"text") {
        QVERIFY(writeFileAtomically(file, std::string("no weights at all")).has_value());
    } else if (what == u"cut") {
        fs::resize_file(file, fs::file_size(file) - 4);
    } else if (what == u"not finite") {
        const float infinite = std::numeric_limits<float>::infinity();
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(-static_cast<int>(sizeof infinite), std::ios::end);
        stream.write(reinterpret_cast<const char*>(&infinite), sizeof infinite);
    } else if (what == u"other family") {
        options.family = "koncept";
    } else if (what == u"bad id") {
        options.id = "../escape";
    } else if (what == u"taken id") {
        options.id = "taken";
        QVERIFY(store().import(file, options, registry()).has_value());
    } else if (what == u"read-only") {
        if (geteuid() == 0)
            fs::create_directories(store().folder().parent_path()), std::ofstream(store().folder()) << "a file";
        else
            fs::permissions(file.parent_path(), fs::perms::owner_read | fs::perms::owner_exec);
    }
    const std::size_t before = registry().manifests().size();
    const Result<ImportedModel> found = store().import(file, options, registry());
    fs::permissions(weights().parent_path(), fs::perms::owner_all);
    QVERIFY(!found.has_value());
    const Error& error = found.error();
    QVERIFY2(!error.stage.empty() && !error.reason.empty() && !error.remedy.empty() && !error.file.empty(),
             error.message().c_str());
    QVERIFY2(error.message().find(".import-") == std::string::npos, error.message().c_str());
    QCOMPARE(registry().manifests().size(), before);
    QCOMPARE(entries(store().folder()).size(), before); // no leftovers
}

void TestStore::cancelled_data()
{
    QTest::addColumn<QString>("step");
    QTest::newRow("copying") << QStringLiteral("copying");
    QTest::newRow("reading") << QStringLiteral("reading");
    QTest::newRow("running") << QStringLiteral("running");
}

void TestStore::cancelled()
{
    QFETCH(QString, step);
    std::stop_source stop;
    const Result<ImportedModel> found =
        store().import(weights(), {}, registry(), stop.get_token(), [&](double, const std::string& text) {
            if (QString::fromStdString(text).startsWith(step))
                stop.request_stop();
        });
    QVERIFY(isCancelled(found));
    QVERIFY(entries(store().folder()).empty());
}

void TestStore::abandonedImportsVanish()
{
    // What a killed process leaves; what a living one is filling stays.
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, nullptr, 0);
    const fs::path dead = store().folder() / (".import-" + std::to_string(child) + "-0");
    const fs::path living = store().folder() / (".import-" + std::to_string(getppid()) + "-0");
    for (const fs::path& folder : {dead, living}) {
        fs::create_directories(folder);
        QVERIFY(writeFileAtomically(folder / "manifest.json", std::string("{}")).has_value());
    }
    QVERIFY(registry().manifests().empty() && registry().problems().empty()); // neither counts as a model
    QVERIFY(store().import(weights(), {}, registry()).has_value());
    QVERIFY(!fs::exists(dead));
    QVERIFY(fs::exists(living));
}

void TestStore::twoAtOnce()
{
    ImportOptions options;
    options.id = "race";
    const ModelRegistry before = registry();
    std::optional<Result<ImportedModel>> results[2];
    {
        std::jthread first([&] { results[0] = store().import(weights(), options, before); });
        std::jthread second([&] { results[1] = store().import(weights(), options, before); });
    }
    QCOMPARE(int(results[0]->has_value()) + int(results[1]->has_value()), 1);
    const Result<ImportedModel>& loser = results[0]->has_value() ? *results[1] : *results[0];
    QVERIFY(loser.error().reason.find("race") != std::string::npos);
    QCOMPARE(entries(store().folder()), (std::vector<std::string>{"race"}));
    QVERIFY(verifyModel(*registry().find("race")).has_value());
}

void TestStore::removes()
{
    const fs::path pack = fs::path(m_dir->path().toStdString()) / "pack";
    ImportOptions options;
    options.id = "packed";
    QVERIFY(ModelStore(pack).import(weights(), options, registry()).has_value());
    QVERIFY(store().import(weights(), {}, registry()).has_value());
    const ModelRegistry both = ModelRegistry::scan({store().folder(), pack});

    const Status refused = store().remove("packed", both);
    QVERIFY(!refused.has_value());
    QVERIFY(refused.error().reason.find("not one of your own") != std::string::npos);
    QVERIFY(fs::exists(pack / "packed" / "manifest.json"));
    for (const char* id : {"no-such-model", "", "..", "../pack"})
        QVERIFY(!store().remove(id, both).has_value());

    QVERIFY(store().remove("triq-efficientnet-lite0", both).has_value());
    QVERIFY(entries(store().folder()).empty());

    fs::create_directories(store().folder() / "broken");
    QVERIFY(store().remove("broken", registry()).has_value());
    QVERIFY(entries(store().folder()).empty());
}

void TestStore::verifies()
{
    const Result<ImportedModel> found = store().import(weights(), {}, registry());
    QVERIFY(found.has_value());
    QVERIFY(verifyModel(found->manifest).has_value());
    const fs::path file = found->manifest.folder / found->manifest.weightsFile;
    std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(-3, std::ios::end);
    damage.put('x');
    damage.close();
    const Status damaged = verifyModel(found->manifest);
    QVERIFY(!damaged.has_value());
    QCOMPARE(damaged.error().file, file.string());
    QVERIFY(damaged.error().reason.find("SHA-256") != std::string::npos);
}

void TestStore::publishedTable()
{
    for (const PublishedFile* file : publishedFiles()) {
        QVERIFY(isModelId(std::string(file->id)));
        QVERIFY(file->link.starts_with("https://") && !file->licence.empty() && !file->source.empty());
        if (!file->hashPrefix.empty())
            QCOMPARE(publishedByHash(std::string(file->hashPrefix) + std::string(56, '0')), file);
    }
    QVERIFY(publishedByHash(std::string(64, 'f')) == nullptr);
    QCOMPARE(publishedByLayout("triq", "resnet50", "keras-h5")->file, std::string_view("TRIQ.h5"));
    QVERIFY(publishedByLayout("triq", "resnet50", "safetensors") == nullptr);
    QVERIFY(publishedByLayout("dbcnn", "vgg16-scnn", "torch-zip") != nullptr);
}

HALFLENS_TEST(TestStore)
#include "tst_store.moc"
