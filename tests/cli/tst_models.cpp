// SPDX-License-Identifier: BSD-3-Clause
// halflens models as scripts see it: every published form goes in, predicts as the file itself does and
// as its authors' code did, and comes out again.
#include "tests/support/golden.h"
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <nlohmann/json.hpp>

using namespace halflens;
using halflens::test::Outcome;
using nlohmann::json;

namespace {

QString text(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

} // namespace

class TestModels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void published_data();
    void published();
    void torchScript();
    void torchScriptTold();
    void listsAndRemoves();
    void allModels();
    void failures();

private:
    Outcome halflens(QStringList arguments) const;
    json scoreOf(const QStringList& which, const QString& image) const;

    std::unique_ptr<QTemporaryDir> m_models;
};

void TestModels::init()
{
    m_models = std::make_unique<QTemporaryDir>();
}

/// Runs with --json and the test's own folder of models.
Outcome TestModels::halflens(QStringList arguments) const
{
    arguments << QStringLiteral("--json") << QStringLiteral("--models-dir") << m_models->path();
    return test::runProgram(arguments);
}

json TestModels::scoreOf(const QStringList& which, const QString& image) const
{
    const Outcome outcome = halflens(QStringList{QStringLiteral("score"), image} + which);
    if (outcome.status != 0 || outcome.document["results"].size() != 1) {
        QTest::qFail(outcome.errors.constData(), __FILE__, __LINE__);
        return {};
    }
    return outcome.document["results"][0];
}

void TestModels::published_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("expected"); ///< tensor with the output of the authors' code
    QTest::addColumn<double>("tolerance");
    const auto row = [](const char* folder, const char* file, const char* family, const char* expected,
                        double tolerance) {
        QTest::addRow("%s/%s", folder, file)
            << QString::fromLatin1(folder) << QString::fromLatin1(file) << QString::fromLatin1(family)
            << QString::fromLatin1(expected) << tolerance;
    };
    row("triq_resnet50", "TRIQ_resnet50.h5", "triq", "a_384x512.distribution", 1e-4);
    row("triq_vgg16", "TRIQ_vgg16.h5", "triq", "a_384x512.distribution", 1e-4);
    row("aihiq_resnet50_5", "AIHIQ_resnet50_5.h5", "aihiqnet", "a_384x512.output", 1e-4);
    row("aihiq_vgg16_1", "AIHIQ_vgg16_1.h5", "aihiqnet", "a_384x512.output", 2e-4);
    row("koncept_keras", "KonCept512.h5", "koncept", "a_384x512.output", 2e-4 * 43);
    row("koncept_port", "KonCept512.pth", "koncept", "", 0);
    row("dbcnn_authors", "dbcnn_authors.pth", "dbcnn", "a_384x512/score_full", 2e-4);
    row("dbcnn_pyiqa", "DBCNN_pyiqa_zip.pth", "dbcnn", "a_384x512/score_full", 2e-4);
    row("dbcnn_pyiqa", "DBCNN_pyiqa_legacy.pth", "dbcnn", "a_384x512/score_full", 2e-4);
}

void TestModels::published()
{
    QFETCH(QString, folder);
    QFETCH(QString, file);
    QFETCH(QString, family);
    QFETCH(QString, expected);
    QFETCH(double, tolerance);
    HALFLENS_NEEDS_GOLDEN(folder.toStdString());
    const auto path = test::goldenFile(folder.toStdString(), file.toStdString());
    QVERIFY2(path.has_value(), path ? "" : path.error().message().c_str());
    const QString image = text(test::goldenFolder("images") / "a_384x512.png");

    const Outcome import = halflens({QStringLiteral("models"), QStringLiteral("import"), text(*path)});
    QVERIFY2(import.status == 0, import.errors.constData());
    const json& model = import.document["model"];
    QCOMPARE(QString::fromStdString(model["family"].get<std::string>()), family);
    QVERIFY(model["own"].get<bool>());
    QCOMPARE(model["bytes"].get<std::int64_t>() > QFileInfo(text(*path)).size(), true);
    QVERIFY(import.document["tensors"].get<int>() > 10);
    const QString id = QString::fromStdString(model["id"].get<std::string>());

    json stored = scoreOf({QStringLiteral("--model"), id}, image);
    json direct = scoreOf({QStringLiteral("--checkpoint"), text(*path)}, image);
    QVERIFY(stored.is_object() && direct.is_object());
    if (!expected.isEmpty()) {
        const auto outputs = test::goldenOutputs(folder.toStdString());
        const std::vector<float>& values = outputs->at(expected.toStdString()).values;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double own =
                values.size() > 1 ? direct["distribution"][i].get<double>() : direct["score"].get<double>();
            QVERIFY2(std::abs(own - static_cast<double>(values[i])) <= tolerance,
                     qPrintable(QStringLiteral("%1 instead of %2").arg(own).arg(static_cast<double>(values[i]))));
        }
    }
    stored.erase("model");
    direct.erase("model");
    QVERIFY2(stored == direct, (stored.dump() + direct.dump()).c_str());
    QCOMPARE(halflens({QStringLiteral("models"), QStringLiteral("verify"), id}).status, 0);
}

void TestModels::torchScript()
{
    HALFLENS_NEEDS_GOLDEN("torchscript");
    const auto path = test::goldenFile("torchscript", "score.pt");
    const auto outputs = test::goldenOutputs("torchscript");
    QVERIFY(path.has_value() && outputs.has_value());
    QFile manifest(m_models->filePath(QStringLiteral("my.json")));
    QVERIFY(manifest.open(QIODevice::WriteOnly));
    manifest.write(R"({"format": 1, "id": "mine", "name": "Mine", "licence": "my own",
        "input": {"policy": "native", "normalization": {"divide": 255}},
        "output": {"kind": "score", "scale": [0, 100]}})");
    manifest.close();
    const Outcome import = halflens({QStringLiteral("models"), QStringLiteral("import"), text(*path),
                                     QStringLiteral("--manifest"), manifest.fileName()});
    QVERIFY2(import.status == 0, import.errors.constData());
    QCOMPARE(import.document["model"]["family"].get<std::string>(), std::string("torchscript"));
    for (const char* name : {"a_384x512", "b_384x512", "c_500x500", "e_224x224", "f_385x513"}) {
        const json row = scoreOf({QStringLiteral("--model"), QStringLiteral("mine")},
                                 text(test::goldenFolder("images") / (std::string(name) + ".png")));
        const auto expected = static_cast<double>(outputs->at(std::string("score/") + name).values[0]);
        QVERIFY(std::abs(row["score"].get<double>() - expected) < 1e-3);
        QVERIFY(std::abs(row["score5"].get<double>() - (1 + 4 * expected / 100)) < 1e-4);
        QVERIFY(row["distribution"].is_null());
    }
    // Joins what needs no look inside: hiding blocks and sampled tables.
    const QString image = text(test::goldenFolder("images") / "e_224x224.png");
    const Outcome explained = halflens(
        {QStringLiteral("explain"), image, QStringLiteral("--model"), QStringLiteral("mine"), QStringLiteral("--by"),
         QStringLiteral("zero"), QStringLiteral("--samples"), QStringLiteral("100"), QStringLiteral("--no-cache")});
    QVERIFY2(explained.status == 0, explained.errors.constData());
    QCOMPARE(explained.document["exact"].get<bool>(), false);
    QCOMPARE(explained.document["samples"].get<int>(), 100);
    QVERIFY(explained.document["standard_error"].get<double>() > 0);
    QCOMPARE(explained.document["important"].size(), std::size_t{6});
}

void TestModels::torchScriptTold()
{
    HALFLENS_NEEDS_GOLDEN("torchscript");
    HALFLENS_NEEDS_GOLDEN("dbcnn_pyiqa");
    const auto script = test::goldenFile("torchscript", "score.pt");
    const auto weights = test::goldenFile("dbcnn_pyiqa", "DBCNN_pyiqa_zip.pth");
    QVERIFY(script.has_value() && weights.has_value());
    const Outcome bare = halflens({QStringLiteral("models"), QStringLiteral("import"), text(*script)});
    QCOMPARE(bare.status, 3);
    QVERIFY2(bare.errors.contains("TorchScript") && bare.errors.contains("--manifest"), bare.errors.constData());

    const auto importWith = [&](const std::filesystem::path& file, const QByteArray& output) {
        QFile manifest(m_models->filePath(QStringLiteral("my.json")));
        if (!manifest.open(QIODevice::WriteOnly))
            return Outcome{};
        manifest.write(R"({"format": 1, "id": "mine", "name": "Mine", "licence": "my own",
            "input": {"policy": "fit", "width": 64, "height": 64, "normalization": {"divide": 255}}, "output": )"
                       + output + "}");
        manifest.close();
        return halflens({QStringLiteral("models"), QStringLiteral("import"), text(file), QStringLiteral("--manifest"),
                         manifest.fileName()});
    };
    const QByteArray score = R"({"kind": "score", "scale": [0, 100]})";
    const Outcome state = importWith(*weights, score);
    QCOMPARE(state.status, 3);
    QVERIFY2(state.errors.contains("torch.jit"), state.errors.constData());
    const Outcome five = importWith(*script, R"({"kind": "distribution", "scale": [1, 5]})");
    QCOMPARE(five.status, 3);
    QVERIFY2(five.errors.contains("1 numbers"), five.errors.constData());
    const Outcome wrong = importWith(*script, R"({"kind": "score", "scale": [5, 5]})");
    QCOMPARE(wrong.status, 3);
    QVERIFY2(wrong.errors.contains("output.scale"), wrong.errors.constData());
    QFile damaged(m_models->filePath(QStringLiteral("damaged.pt")));
    QFile whole(text(*script));
    QVERIFY(whole.open(QIODevice::ReadOnly) && damaged.open(QIODevice::WriteOnly));
    QByteArray bytes = whole.readAll();
    QVERIFY(bytes.contains("code/__torch__.py"));
    bytes.replace("code/__torch__.py", "code/__torch__.px"); // the program lost its code
    damaged.write(bytes);
    damaged.close();
    const Outcome broken = importWith(damaged.fileName().toStdString(), score);
    QCOMPARE(broken.status, 3);
    QCOMPARE(broken.document["errors"].size(), std::size_t{1});
}

void TestModels::listsAndRemoves()
{
    const auto ids = [&] {
        const Outcome list = halflens({QStringLiteral("models"), QStringLiteral("list")});
        std::vector<std::string> found;
        for (const json& model : list.document["models"])
            found.push_back(model["id"].get<std::string>());
        return found;
    };
    const std::vector<std::string> before = ids();
    const QString own = QStringLiteral(HALFLENS_SOURCE_DIR "/models/lite-triq/weights.safetensors");
    const auto import = [&](const QString& id) {
        return halflens({QStringLiteral("models"), QStringLiteral("import"), own, QStringLiteral("--fit"),
                         QStringLiteral("--id"), id});
    };
    QCOMPARE(import(QStringLiteral("copy")).status, 0);
    QCOMPARE(import(QStringLiteral("copy")).status, 3); // taken
    QCOMPARE(import(QStringLiteral("lite-triq")).status, 3);
    QCOMPARE(ids().size(), before.size() + 1);
    const auto remove = [&](const QString& id) {
        return halflens({QStringLiteral("models"), QStringLiteral("remove"), id});
    };
    const Outcome pack = remove(QStringLiteral("lite-triq"));
    QCOMPARE(pack.status, 3);
    QVERIFY(!pack.document["errors"][0]["remedy"].get<std::string>().empty());
    QCOMPARE(remove(QStringLiteral("copy")).status, 0);
    QCOMPARE(remove(QStringLiteral("copy")).status, 3);
    QVERIFY(ids() == before);
}

void TestModels::allModels()
{
    QCOMPARE(halflens({QStringLiteral("models"), QStringLiteral("import"),
                       QStringLiteral(HALFLENS_SOURCE_DIR "/models/lite-triq/weights.safetensors"),
                       QStringLiteral("--fit"), QStringLiteral("--id"), QStringLiteral("copy")})
                 .status,
             0);
    const QString image = QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples/cat.png");
    const Outcome scored =
        halflens({QStringLiteral("score"), image, QStringLiteral("--models"), QStringLiteral("all")});
    QCOMPARE(scored.status, 0);
    const std::size_t count = scored.document["results"].size();
    QVERIFY(count >= 2);

    const Outcome explained =
        halflens({QStringLiteral("explain"), image, QStringLiteral("--models"), QStringLiteral("all"),
                  QStringLiteral("--samples"), QStringLiteral("48"), QStringLiteral("--no-cache")});
    QVERIFY2(explained.status == 0, explained.errors.constData());
    QCOMPARE(explained.document["models"].size(), count);
    std::vector<int> votes(12, 0);
    for (const json& model : explained.document["models"]) {
        QVERIFY(model.contains("shapley") && model.contains("by"));
        QCOMPARE(model["exact"].get<bool>(), model["by"] == "attention");
        for (const json& block : model["important"])
            ++votes[block.get<std::size_t>()];
    }
    QVERIFY(explained.document["agreement"] == json(votes));
    QCOMPARE(halflens({QStringLiteral("explain"), image, QStringLiteral("--models"), QStringLiteral("all"),
                       QStringLiteral("--table"), QStringLiteral("table.npy")})
                 .status,
             2);
}

void TestModels::failures()
{
    const Outcome missing =
        halflens({QStringLiteral("models"), QStringLiteral("import"), QStringLiteral("no-such-file.h5")});
    QCOMPARE(missing.status, 3);
    QCOMPARE(missing.document["errors"][0]["file"].get<std::string>(), std::string("no-such-file.h5"));
    QFile broken(m_models->filePath(QStringLiteral("manifest.txt")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("not weights");
    broken.close();
    QCOMPARE(halflens({QStringLiteral("models"), QStringLiteral("import"), broken.fileName()}).status, 3);
    QCOMPARE(halflens({QStringLiteral("models"), QStringLiteral("import"), broken.fileName(),
                       QStringLiteral("--family"), QStringLiteral("nonsense")})
                 .status,
             2);
    QCOMPARE(QDir(m_models->path()).entryList(QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot).size(), 0);
}

HALFLENS_TEST(TestModels)
#include "tst_models.moc"
