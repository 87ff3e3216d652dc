// SPDX-License-Identifier: BSD-3-Clause
// Other people's weight files, and our own by file and by id: what halflens score says of them.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace halflens::test;
using nlohmann::json;

namespace {

/// The one result of `halflens score`.
struct Scored : Outcome {
    explicit Scored(const QStringList& arguments)
        : Outcome(runProgram(arguments))
    { }
    const json& row() const { return document.at("results").at(0); }
    double number(const char* key) const { return row().at(key).get<double>(); }
    bool isNoted(const char* word) const
    {
        for (const json& note : row().at("notes")) {
            if (note.get<std::string>().find(word) != std::string::npos)
                return true;
        }
        return false;
    }
};

QString caseFile(const QString& name)
{
    return QStringLiteral(HALFLENS_SOURCE_DIR "/tests/data/cases/") + name;
}

Scored scoreOf(const QString& checkpoint, const QStringList& more = {})
{
    return Scored(QStringList{QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("--checkpoint"),
                              checkpoint, QStringLiteral("--fit"), caseFile(QStringLiteral("png_flat.png"))}
                  + more);
}

} // namespace

class TestWeightFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cases_data();
    void cases();
    void severalSets();
    void notANumber();
    void keras3();
    void ownByFileAndById_data();
    void ownByFileAndById();
    void scaleIsAskedFor();
    void importKeepsTheDoubt();
};

void TestWeightFiles::cases_data()
{
    QTest::addColumn<QString>("file");
    const QDir folder(caseFile(QString()));
    for (const QString& name : folder.entryList({QStringLiteral("checkpoint_*.pth")}, QDir::Files, QDir::Name)) {
        if (!name.contains(QStringLiteral("negative_variance")) && !name.contains(QStringLiteral("params_10_and")))
            QTest::addRow("%s", qPrintable(name)) << name;
    }
}

void TestWeightFiles::cases()
{
    QFETCH(QString, file);
    const Scored outcome = scoreOf(caseFile(file));
    QVERIFY2(outcome.status == 0, outcome.errors.constData());
    QCOMPARE(outcome.number("score"), 50.0);
    QVERIFY(outcome.isNoted("assumed"));
}

void TestWeightFiles::severalSets()
{
    const QString file = caseFile(QStringLiteral("checkpoint_params_10_and_params_ema_50.pth"));
    const Scored first = scoreOf(file);
    QVERIFY2(first.status == 0, first.errors.constData());
    QCOMPARE(first.number("score"), 10.0);
    QVERIFY(first.isNoted("\"params\" was taken, not \"params_ema\""));
    const Scored chosen = scoreOf(file, {QStringLiteral("--key"), QStringLiteral("params_ema")});
    QCOMPARE(chosen.number("score"), 50.0);
    QVERIFY(!chosen.isNoted("was taken"));
    const Scored none = scoreOf(file, {QStringLiteral("--key"), QStringLiteral("nothing")});
    QCOMPARE(none.status, 3);
    QVERIFY2(none.errors.contains("params_ema"), none.errors.constData());
}

void TestWeightFiles::notANumber()
{
    const Scored outcome = scoreOf(caseFile(QStringLiteral("checkpoint_negative_variance_gives_nan.pth")));
    QCOMPARE(outcome.status, 3);
    QVERIFY(outcome.document.at("results").empty());
    QVERIFY2(outcome.errors.contains("not numbers"), outcome.errors.constData());
}

void TestWeightFiles::keras3()
{
    const Scored outcome = scoreOf(caseFile(QStringLiteral("keras3_save_weights.weights.h5")));
    QCOMPARE(outcome.status, 3);
    QVERIFY2(outcome.errors.contains("Keras 3") && outcome.errors.contains("model.save"), outcome.errors.constData());
}

void TestWeightFiles::ownByFileAndById_data()
{
    QTest::addColumn<QString>("id");
    for (const char* id : {"lite-dbcnn", "lite-koncept"})
        QTest::newRow(id) << QString::fromLatin1(id);
}

void TestWeightFiles::ownByFileAndById()
{
    QFETCH(QString, id);
    const QString weights = QStringLiteral(HALFLENS_SOURCE_DIR "/models/%1/weights.safetensors").arg(id);
    const Scored byId({QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("--model"), id,
                       caseFile(QStringLiteral("png_flat.png"))});
    const Scored byFile = scoreOf(weights);
    QVERIFY2(byId.status == 0 && byFile.status == 0, byFile.errors.constData());
    QVERIFY(byId.row().at("notes").empty());
    QVERIFY(byFile.isNoted("manifest.json beside the file"));
    for (const char* key : {"score", "score5", "scale", "input"})
        QVERIFY2(byFile.row().at(key) == byId.row().at(key), key);

    // Imported from where its manifest lies, under another id: the same.
    const QTemporaryDir models;
    const QStringList folder{QStringLiteral("--json"), QStringLiteral("--models-dir"), models.path()};
    const Outcome imported = runProgram(QStringList{QStringLiteral("models"), QStringLiteral("import"), weights,
                                                    QStringLiteral("--id"), QStringLiteral("again")}
                                        + folder);
    QVERIFY2(imported.status == 0, imported.errors.constData());
    const Scored again(QStringList{QStringLiteral("score"), caseFile(QStringLiteral("png_flat.png")),
                                   QStringLiteral("--model"), QStringLiteral("again")}
                       + folder);
    QVERIFY2(again.status == 0, again.errors.constData());
    for (const char* key : {"score", "score5", "scale", "input", "notes"})
        QVERIFY2(again.row().at(key) == byId.row().at(key), key);

    // Without its manifest the scale is assumed, and said to be.
    QVERIFY(QFile::copy(weights, models.filePath(QStringLiteral("bare.safetensors"))));
    const Scored bare = scoreOf(models.filePath(QStringLiteral("bare.safetensors")));
    QVERIFY(bare.isNoted("0 to 100 is assumed"));
    QCOMPARE(bare.number("score5"), byId.number("score5"));
}

void TestWeightFiles::scaleIsAskedFor()
{
    const QString file = caseFile(QStringLiteral("checkpoint_control_50.pth"));
    const QStringList scale{QStringLiteral("--scale"), QStringLiteral("0"), QStringLiteral("50")};
    const Scored told = scoreOf(file, scale);
    QVERIFY2(told.status == 0, told.errors.constData());
    QCOMPARE(told.number("score5"), 5.0);
    QVERIFY(told.row().at("notes").empty());
    const Outcome text = runProgram({QStringLiteral("score"), caseFile(QStringLiteral("png_flat.png")),
                                     QStringLiteral("--checkpoint"), file, QStringLiteral("--fit")});
    QVERIFY2(text.output.contains("is assumed"), text.output.constData());
    for (const QStringList& wrong : {QStringList{QStringLiteral("5"), QStringLiteral("1")},
                                     {QStringLiteral("1"), QStringLiteral("nan")},
                                     {QStringLiteral("1")}})
        QCOMPARE(scoreOf(file, QStringList{QStringLiteral("--scale")} + wrong).status, 2);
}

void TestWeightFiles::importKeepsTheDoubt()
{
    const QTemporaryDir models;
    const QString file = caseFile(QStringLiteral("checkpoint_params_10_and_params_ema_50.pth"));
    const QStringList folder{QStringLiteral("--json"), QStringLiteral("--models-dir"), models.path()};
    const auto import = [&](const char* id, const QStringList& more) {
        return runProgram(QStringList{QStringLiteral("models"), QStringLiteral("import"), file, QStringLiteral("--fit"),
                                      QStringLiteral("--id"), QString::fromLatin1(id), QStringLiteral("--key"),
                                      QStringLiteral("params_ema")}
                          + more + folder);
    };
    const auto score = [&](const char* id) {
        return Scored(QStringList{QStringLiteral("score"), caseFile(QStringLiteral("png_flat.png")),
                                  QStringLiteral("--model"), QString::fromLatin1(id)}
                      + folder);
    };
    const Outcome doubtful = import("doubtful", {});
    QVERIFY2(doubtful.status == 0, doubtful.errors.constData());
    QCOMPARE(doubtful.document.at("notes").size(), std::size_t(1));
    QCOMPARE(score("doubtful").number("score"), 50.0);
    QVERIFY(score("doubtful").isNoted("assumed"));
    const Outcome told = import("told", {QStringLiteral("--scale"), QStringLiteral("0"), QStringLiteral("50")});
    QVERIFY2(told.status == 0, told.errors.constData());
    QCOMPARE(score("told").number("score5"), 5.0);
    QVERIFY(score("told").row().at("notes").empty());
}

HALFLENS_TEST(TestWeightFiles)
#include "tst_weight_files.moc"
