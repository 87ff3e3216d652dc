// SPDX-License-Identifier: BSD-3-Clause
// The headless commands: JSON forms, exit status, files written, and what they promise about numbers.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

using namespace halflens::test;
using nlohmann::json;

class TestCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wrongUsage_data();
    void wrongUsage();
    void versionAndHelp();
    void score();
    void modelsBeforeImages();
    void oneBadFileCostsOnlyItsRow();
    void nothingDone();
    void masksAndZeroes();
    void csv();
    void foldersPipesAndAddresses();
    void notesAndParts();
    void whoseHalves();
    void panel();
    void measures();
    void modelsAndBenchLists();
    void defaultPack();
};

void TestCommands::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    const auto row = [](const char* name, const QStringList& arguments) { QTest::newRow(name) << arguments; };
    row("no image", {QStringLiteral("score")});
    row("unknown option", {QStringLiteral("score"), QStringLiteral("--nonsense"), sample("cat.png")});
    row("block out of range",
        {QStringLiteral("score"), sample("cat.png"), QStringLiteral("--mask"), QStringLiteral("12")});
    row("fill", {QStringLiteral("score"), sample("cat.png"), QStringLiteral("--fill"), QStringLiteral("pink")});
    row("threads", {QStringLiteral("score"), sample("cat.png"), QStringLiteral("--threads"), QStringLiteral("0")});
    row("figure suffix",
        {QStringLiteral("panel"), sample("cat.png"), QStringLiteral("-o"), QStringLiteral("figure.doc")});
    row("benchmark", {QStringLiteral("bench"), QStringLiteral("nothing/like/that")});
}

void TestCommands::wrongUsage()
{
    QFETCH(QStringList, arguments);
    const Outcome outcome = runProgram(arguments);
    QCOMPARE(outcome.status, 2);
    QVERIFY2(!outcome.errors.isEmpty(), "wrong usage is explained on standard error");
    if (arguments.first() != QStringLiteral("bench"))
        QVERIFY2(outcome.output.isEmpty(), outcome.output.constData());
}

void TestCommands::versionAndHelp()
{
    QCOMPARE(runProgram({QStringLiteral("--version")}).status, 0);
    const Outcome help = runProgram({QStringLiteral("score"), QStringLiteral("--help")});
    QCOMPARE(help.status, 0);
    for (const char* option : {"--model", "--checkpoint", "--mask", "--zero", "--fill", "--json", "--csv", "--threads",
                               "--seed", "--models-dir"})
        QVERIFY2(help.output.contains(option), option);
}

void TestCommands::score()
{
    const Outcome outcome = runProgram({QStringLiteral("score"), QStringLiteral("--json"), sample("coffee.png")});
    QCOMPARE(outcome.status, 0);
    const json document = outcome.document;
    QVERIFY(document.is_object());
    QCOMPARE(document["errors"].size(), std::size_t{0});
    QCOMPARE(document["results"].size(), std::size_t{1});
    const json& row = document["results"][0];
    const std::set<std::string> expected{"file", "model", "family", "input", "notes",  "mask",
                                         "zero", "fill",  "score",  "scale", "score5", "distribution"};
    QVERIFY(keysOf(row) == expected);
    QCOMPARE(row["model"].get<std::string>(), std::string("lite-triq"));
    QCOMPARE(row["input"]["width"].get<int>(), 512);
    QCOMPARE(row["input"]["height"].get<int>(), 384);
    QCOMPARE(row["input"]["policy"].get<std::string>(), std::string("fit"));
    double sum = 0;
    double score = 0;
    for (std::size_t k = 0; k < 5; ++k) {
        sum += row["distribution"][k].get<double>();
        score += static_cast<double>(k + 1) * row["distribution"][k].get<double>();
    }
    QVERIFY(std::abs(sum - 1) < 1e-6);
    QCOMPARE(row["score"].get<double>(), score);
    // A sharp, well-exposed photo: the weights must be trained ones for this to come out.
    QVERIFY2(score > 3.2 && score < 5, outcome.output.constData());

    const Outcome again = runProgram({QStringLiteral("score"), QStringLiteral("--json"), sample("coffee.png")});
    QCOMPARE(again.output, outcome.output);
}

void TestCommands::modelsBeforeImages()
{
    const QString model = QStringLiteral("lite-triq");
    const Outcome outcome = runProgram({QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("--model"),
                                        model, sample("cat.png"), sample("coffee.png")});
    QCOMPARE(outcome.status, 0);
    QCOMPARE(json::parse(outcome.output.toStdString())["results"].size(), std::size_t{2});
}

void TestCommands::oneBadFileCostsOnlyItsRow()
{
    QTemporaryDir folder;
    QFile broken(folder.filePath(QStringLiteral("broken.png")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write(contentOf(sample("cat.png")).left(5000));
    broken.close();
    const Outcome outcome = runProgram({QStringLiteral("score"), QStringLiteral("--json"), broken.fileName(),
                                        sample("cat.png"), folder.filePath(QStringLiteral("missing.png"))});
    QCOMPARE(outcome.status, 1);
    const json document = outcome.document;
    QCOMPARE(document["results"].size(), std::size_t{1});
    QCOMPARE(document["errors"].size(), std::size_t{2});
    for (const json& error : document["errors"]) {
        QVERIFY(keysOf(error) == (std::set<std::string>{"file", "stage", "reason", "remedy"}));
        QVERIFY(!error["file"].get<std::string>().empty() && !error["reason"].get<std::string>().empty()
                && !error["remedy"].get<std::string>().empty());
    }
    QCOMPARE(document["errors"][0]["file"].get<std::string>(), broken.fileName().toStdString());
}

void TestCommands::nothingDone()
{
    const Outcome outcome =
        runProgram({QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("no-such-file.png")});
    QCOMPARE(outcome.status, 3);
    QCOMPARE(outcome.document["errors"].size(), std::size_t{1});
    const Outcome model = runProgram(
        {QStringLiteral("score"), sample("cat.png"), QStringLiteral("--model"), QStringLiteral("no-such-model")});
    QCOMPARE(model.status, 3);
    QVERIFY(model.errors.contains("lite-triq")); // the remedy names what there is
    const Outcome checkpoint =
        runProgram({QStringLiteral("score"), sample("cat.png"), QStringLiteral("--checkpoint"), sample("cat.png")});
    QCOMPARE(checkpoint.status, 3);
}

void TestCommands::masksAndZeroes()
{
    const auto scoreWith = [](const QStringList& options) {
        const json document =
            runProgram(QStringList{QStringLiteral("score"), QStringLiteral("--json"), sample("rocket.jpg")} + options)
                .document;
        return document["results"][0];
    };
    const json plain = scoreWith({});
    const json masked = scoreWith({QStringLiteral("--mask"), QStringLiteral("0,5,11")});
    const json hexadecimal = scoreWith({QStringLiteral("--mask"), QStringLiteral("0x821")});
    const json zeroed = scoreWith({QStringLiteral("--zero"), QStringLiteral("important")});
    QVERIFY(masked["mask"] == (json{0, 5, 11}));
    QVERIFY(masked["score"] == hexadecimal["score"]);
    QVERIFY(masked["score"] != plain["score"]);
    QCOMPARE(zeroed["zero"].size(), std::size_t{6});
    QVERIFY(zeroed["score"] != plain["score"]);
    const json black = scoreWith(
        {QStringLiteral("--zero"), QStringLiteral("important"), QStringLiteral("--fill"), QStringLiteral("black")});
    QCOMPARE(black["fill"].get<std::string>(), std::string("black"));
    QVERIFY(black["score"] != zeroed["score"]);
}

void TestCommands::csv()
{
    const Outcome outcome =
        runProgram({QStringLiteral("score"), QStringLiteral("--csv"), sample("cat.png"), sample("coffee.png")});
    QCOMPARE(outcome.status, 0);
    const QList<QByteArray> lines = outcome.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].startsWith("file,model,family"));
    QCOMPARE(lines[1].count(','), lines[0].count(','));
}

/// A folder, an address, standard input and a pipe name the same pictures as the files themselves.
void TestCommands::foldersPipesAndAddresses()
{
    const QTemporaryDir folder;
    const QByteArray name = QFile::encodeName(folder.path()) + "/caf\xe9 2.png"; // no UTF-8
    QVERIFY(QFile::copy(sample("cat.png"), folder.filePath(QStringLiteral("photo 10.png"))));
    std::error_code failed;
    std::filesystem::copy_file(sample("cat.png").toStdString(), name.toStdString(), failed);
    QVERIFY(!failed);
    const double expected = runProgram({QStringLiteral("score"), sample("cat.png"), QStringLiteral("--json")})
                                .document["results"][0]["score"]
                                .get<double>();
    const Outcome all = runProgram({QStringLiteral("score"), folder.path(), QStringLiteral("--json")});
    QCOMPARE(all.status, 0);
    QCOMPARE(all.document["results"].size(), std::size_t{2});
    for (const json& result : all.document["results"])
        QCOMPARE(result["score"].get<double>(), expected);
    const QString address = QStringLiteral("file://") + folder.path() + QStringLiteral("/photo%2010.png");
    QCOMPARE(runProgram({QStringLiteral("score"), address, QStringLiteral("--json")}).status, 0);

    QProcess process;
    process.setStandardInputFile(sample("cat.png"));
    process.start(QStringLiteral(HALFLENS_PROGRAM),
                  {QStringLiteral("score"), QStringLiteral("-"), QStringLiteral("--json")});
    QVERIFY(process.waitForFinished(240'000));
    const json fromInput = json::parse(process.readAllStandardOutput().toStdString(), nullptr, false);
    QCOMPARE(fromInput["results"][0]["score"].get<double>(), expected);
}

/// What was done to an image stands in every output; half a file needs to be asked for.
void TestCommands::notesAndParts()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("half.png"));
    QFile half(path);
    QVERIFY(half.open(QIODevice::WriteOnly));
    const QByteArray whole = contentOf(sample("cat.png"));
    half.write(whole.left(whole.size() / 2));
    half.close();
    const Outcome refused = runProgram({QStringLiteral("score"), path});
    QCOMPARE(refused.status, 3);
    QVERIFY(refused.errors.contains("--partial"));
    const Outcome opened =
        runProgram({QStringLiteral("score"), path, QStringLiteral("--partial"), QStringLiteral("--json")});
    QCOMPARE(opened.status, 0);
    QVERIFY(opened.document["results"][0]["notes"][0].get<std::string>().find("part of the picture is missing")
            != std::string::npos);
    QVERIFY(opened.errors.contains("part of the picture is missing"));
    const Outcome csv =
        runProgram({QStringLiteral("score"), path, QStringLiteral("--partial"), QStringLiteral("--csv")});
    QVERIFY(csv.output.contains("part of the picture is missing"));
    QCOMPARE(
        runProgram({QStringLiteral("score"), sample("cat.png"), QStringLiteral("--page"), QStringLiteral("2")}).status,
        3);
}

void TestCommands::whoseHalves()
{
    const auto row = [](const QStringList& options) {
        const Outcome outcome =
            runProgram(QStringList{QStringLiteral("score"), QStringLiteral("--json"), sample("cat.png"),
                                   QStringLiteral("--zero"), QStringLiteral("important")}
                       + options);
        return outcome.document["results"][0];
    };
    const json triq = row({});
    const json judged = row({QStringLiteral("--model"), QStringLiteral("lite-koncept")});
    QVERIFY(judged["zero"] == triq["zero"]); // the same for all models
    QVERIFY(judged["halves"] == (json{{"of", "judge"}, {"model", "lite-triq"}, {"by", "attention"}, {"exact", true}}));
    const json own = row({QStringLiteral("--model"), QStringLiteral("lite-koncept"), QStringLiteral("--halves"),
                          QStringLiteral("model")});
    QVERIFY(own["halves"] == (json{{"of", "model"}, {"model", "lite-koncept"}, {"by", "zero"}, {"exact", false}}));
    QCOMPARE(own["zero"].size(), std::size_t{6});
    const Outcome measured = runProgram({QStringLiteral("measures"), QStringLiteral("--json"),
                                         QStringLiteral("--model"), QStringLiteral("lite-koncept"), sample("cat.png")});
    const json match = measured.document["match"];
    QCOMPARE(match["model"].get<std::string>(), std::string("lite-triq"));
    QVERIFY(match["important"] == triq["zero"] && match["halves"] == judged["halves"]);
}

void TestCommands::panel()
{
    QTemporaryDir folder;
    for (const char* suffix : {"png", "svg", "pdf"}) {
        const QString first = folder.filePath(QStringLiteral("first.") + QString::fromLatin1(suffix));
        const QString second = folder.filePath(QStringLiteral("second.") + QString::fromLatin1(suffix));
        for (const QString& file : {first, second})
            QCOMPARE(
                runProgram({QStringLiteral("panel"), QStringLiteral("--figure"), QStringLiteral("2"), sample("cat.png"),
                            QStringLiteral("-o"), file, QStringLiteral("--dpi"), QStringLiteral("100")})
                    .status,
                0);
        QVERIFY(contentOf(first).size() > 1000);
        QVERIFY2(contentOf(first) == contentOf(second), suffix);
    }
    QFile layout(folder.filePath(QStringLiteral("layout.json")));
    QVERIFY(layout.open(QIODevice::WriteOnly));
    layout.write(R"({"format": 1, "rows": [[
        {"content": "photo", "model": "lite-koncept", "caption": "{name}: {score}"},
        {"content": "map", "map": "gradcam", "model": "lite-koncept"}, {"content": "trivial"}]]})");
    layout.close();
    const QString laidOut = folder.filePath(QStringLiteral("layout.svg"));
    const Outcome made = runProgram({QStringLiteral("panel"), QStringLiteral("--figure"), layout.fileName(),
                                     sample("cat.png"), QStringLiteral("-o"), laidOut});
    QVERIFY2(made.status == 0, made.errors.constData());
    QVERIFY(contentOf(laidOut).contains("cat.png: 79.94")); // KonCept lite, 0 to 100

    // A model without an attention mask: halves of the default model, their pixels zeroed.
    const QString koncept = folder.filePath(QStringLiteral("koncept.svg"));
    const Outcome zeroed =
        runProgram({QStringLiteral("panel"), QStringLiteral("--json"), QStringLiteral("--model"),
                    QStringLiteral("lite-koncept"), sample("cat.png"), QStringLiteral("-o"), koncept});
    QVERIFY2(zeroed.status == 0, zeroed.errors.constData());
    const json panels = json::parse(zeroed.output.toStdString())["panels"];
    const auto scoreOf = [&](const char* hidden) {
        const Outcome score = runProgram({QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("--model"),
                                          QStringLiteral("lite-koncept"), QStringLiteral("--zero"),
                                          QString::fromLatin1(hidden), sample("cat.png")});
        return json::parse(score.output.toStdString())["results"][0]["score"].get<double>();
    };
    QCOMPARE(panels[0]["score"].get<double>(), scoreOf("none"));
    QCOMPARE(panels[0]["masked"]["important"].get<double>(), scoreOf("important"));
    QCOMPARE(panels[0]["masked"]["trivial"].get<double>(), scoreOf("trivial"));
    QVERIFY(contentOf(koncept).contains("pixels set to zero"));
    QVERIFY(contentOf(koncept).contains("halves of lite-triq"));
    const QString measured = folder.filePath(QStringLiteral("measured.svg"));
    const Outcome third =
        runProgram({QStringLiteral("panel"), QStringLiteral("--figure"), QStringLiteral("3"), QStringLiteral("--model"),
                    QStringLiteral("lite-koncept"), sample("cat.png"), QStringLiteral("-o"), measured});
    QVERIFY2(third.status == 0, third.errors.constData());
    QVERIFY(contentOf(measured).contains("regions by lite-triq")); // whose halves they are

    const QString nowhere = folder.filePath(QStringLiteral("missing/figure.png"));
    QCOMPARE(runProgram({QStringLiteral("panel"), sample("cat.png"), QStringLiteral("-o"), nowhere}).status, 3);
}

void TestCommands::measures()
{
    QTemporaryDir folder;
    const Outcome outcome = runProgram({QStringLiteral("measures"), QStringLiteral("--json"), sample("cat.png"),
                                        QStringLiteral("--frequency"), QStringLiteral("bands"), QStringLiteral("--out"),
                                        folder.path(), QStringLiteral("--format"), QStringLiteral("npy")});
    QCOMPARE(outcome.status, 0);
    const json document = outcome.document;
    QVERIFY(document["size"] == (json{300, 451}));
    for (const char* name : {"saliency", "frequency", "objectness", "averaged"}) {
        const json& measure = document["measures"][name];
        QCOMPARE(measure["block_mean"].size(), std::size_t{12});
        QCOMPARE(measure["upper"].size(), std::size_t{6});
        QVERIFY(measure["min"].get<double>() <= measure["max"].get<double>());
        const int n = document["match"]["n"][name].get<int>();
        QVERIFY(n >= 0 && n <= 6);
        QCOMPARE(readTable(folder.filePath(QStringLiteral("cat_") + QString::fromLatin1(name) + QStringLiteral(".npy")),
                           "(300, 451)")
                     .size(),
                 std::size_t{300 * 451});
    }
    QCOMPARE(document["measures"]["frequency"]["bands"].size(), std::size_t{10});
    QVERIFY(!document["measures"]["objectness"]["source"].get<std::string>().empty());
}

void TestCommands::modelsAndBenchLists()
{
    const Outcome models = runProgram({QStringLiteral("models"), QStringLiteral("list"), QStringLiteral("--json")});
    QCOMPARE(models.status, 0);
    QVERIFY(models.output.contains("lite-triq"));
    QCOMPARE(runProgram({QStringLiteral("models"), QStringLiteral("show"), QStringLiteral("no-such-model")}).status, 3);
    const Outcome bench = runProgram({QStringLiteral("bench"), QStringLiteral("--list")});
    QCOMPARE(bench.status, 0);
    QVERIFY(bench.output.contains("trunk/resnet50/768x1024") && bench.output.contains("table/triq/768x1024"));
}

void TestCommands::defaultPack()
{
    const QString folder = QStringLiteral(HALFLENS_SOURCE_DIR "/models");
    const Outcome verified = runProgram({QStringLiteral("models"), QStringLiteral("verify"), QStringLiteral("--json"),
                                         QStringLiteral("--models-dir"), folder});
    QVERIFY2(verified.status == 0, verified.output.constData());
    QVERIFY(verified.output.contains("lite-objectness"));

    const Outcome scored =
        runProgram({QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("--models-dir"), folder,
                    QStringLiteral("--models"), QStringLiteral("all"), sample("cat.png")});
    QVERIFY2(scored.status == 0, scored.errors.constData());
    std::set<std::string> ids;
    const json document = scored.document;
    for (const json& result : document.at("results")) {
        ids.insert(result.at("model").get<std::string>());
        const double score = result.at("score5").get<double>();
        QVERIFY2(score > 3 && score < 5, result.dump().c_str()); // a sharp, well lit photo
    }
    for (const char* id : {"lite-aihiqnet", "lite-dbcnn", "lite-koncept", "lite-swin-iqa", "lite-triq"})
        QVERIFY2(ids.contains(id), id);

    qint64 bytes = 0;
    QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext())
        bytes += QFileInfo(files.next()).size();
    QVERIFY2(bytes <= 40'000'000, qPrintable(QString::number(bytes)));
}

HALFLENS_TEST(TestCommands)
#include "tst_commands.moc"
