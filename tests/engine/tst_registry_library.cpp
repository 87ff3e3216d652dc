// SPDX-License-Identifier: BSD-3-Clause
// Models that come and go while the program runs: the list follows, loaded networks do not outlive their files.
#include "core/analysis/registry_model_source.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>

using namespace halflens;

namespace {

namespace fs = std::filesystem;

const fs::path Weights = HALFLENS_SOURCE_DIR "/models/lite-triq/weights.safetensors";

bool has(const ModelSource& source, const std::string& id)
{
    const std::vector<ModelEntry> models = source.models();
    return std::any_of(models.begin(), models.end(), [&](const ModelEntry& entry) { return entry.id == id; });
}

} // namespace

class TestRegistryLibrary : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesAndGoes();
    void tellsAboutThePack();
    void refusals();
};

void TestRegistryLibrary::comesAndGoes()
{
    const QTemporaryDir folder;
    const fs::path own = folder.path().toStdString();
    RegistryModelSource source(ModelRegistry::scan({own}));
    source.manage(own);
    ModelLibrary* library = source.library();
    QVERIFY(library != nullptr);
    QVERIFY(library->records().empty());

    double last = -1;
    const JobContext context({}, [&](const Progress& progress) { last = progress.fraction; });
    const Result<ImportRecord> record = library->import(Weights, {}, context);
    QVERIFY2(record.has_value(), record ? "" : record.error().message().c_str());
    QCOMPARE(last, 1.0);
    QVERIFY(record->model.own);
    QVERIFY(record->found.find("triq on efficientnet-lite0") != std::string::npos);
    const std::string id = record->model.id;
    QVERIFY(has(source, id));
    const auto loaded = source.load(id);
    QVERIFY(loaded.has_value());
    QVERIFY(library->verify(id, context).has_value());

    // What was changed on disk is noticed although the network is in memory.
    std::fstream damage(fs::path(record->model.folder) / "weights.safetensors",
                        std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(-2, std::ios::end);
    damage.put('x');
    damage.close();
    QVERIFY(!library->verify(id, context).has_value());

    QVERIFY(library->remove(id).has_value());
    QVERIFY(!has(source, id));
    QVERIFY(!source.load(id).has_value());
    QVERIFY((*loaded)->info().id == id); // who holds it keeps it
}

void TestRegistryLibrary::tellsAboutThePack()
{
    const QTemporaryDir folder;
    const fs::path own = folder.path().toStdString();
    RegistryModelSource source(ModelRegistry::scan({own, HALFLENS_SOURCE_DIR "/models"}));
    QVERIFY(source.library() == nullptr); // not before it is asked for
    source.manage(own);
    const std::vector<ModelRecord> records = source.library()->records();
    const auto triq = std::find_if(records.begin(), records.end(),
                                   [](const ModelRecord& record) { return record.id == "lite-triq"; });
    QVERIFY(triq != records.end());
    QVERIFY(!triq->own && triq->bytes > 1'000'000 && !triq->card.empty() && !triq->licence.empty());
    QVERIFY(triq->fed.find("512") != std::string::npos);
    QVERIFY(!source.library()->remove("lite-triq").has_value());
    QVERIFY(fs::exists(HALFLENS_SOURCE_DIR "/models/lite-triq/manifest.json"));
    QVERIFY(!source.library()->published().empty());
}

void TestRegistryLibrary::refusals()
{
    const QTemporaryDir folder;
    const fs::path own = folder.path().toStdString();
    RegistryModelSource source(ModelRegistry::scan({own}));
    source.manage(own);
    const JobContext context({});
    QVERIFY(!source.library()->import(HALFLENS_SOURCE_DIR "/README.md", {}, context).has_value());
    QVERIFY(!source.library()->verify("none", context).has_value());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(source.library()->import(Weights, {}, JobContext(stop.get_token()))));
    QVERIFY(source.library()->records().empty());
}

HALFLENS_TEST(TestRegistryLibrary)
#include "tst_registry_library.moc"
