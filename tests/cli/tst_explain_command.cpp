// SPDX-License-Identifier: BSD-3-Clause
// `halflens explain`: the table of masks, what is derived from it, several images in one run.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace halflens::test;
using nlohmann::json;

namespace {

double scoreOfRow(const std::vector<float>& table, std::size_t mask)
{
    double score = 0;
    for (std::size_t k = 0; k < 5; ++k)
        score += static_cast<double>(k + 1) * static_cast<double>(table[mask * 5 + k]);
    return score;
}

std::size_t maskOf(const json& blocks)
{
    std::size_t mask = 0;
    for (const json& block : blocks)
        mask |= std::size_t{1} << block.get<std::size_t>();
    return mask;
}

} // namespace

class TestExplainCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void explain();
    void explainSeveral();
};

void TestExplainCommand::explain()
{
    QTemporaryDir folder;
    const QString table = folder.filePath(QStringLiteral("table.npy"));
    const Outcome outcome = runProgram(
        {QStringLiteral("explain"), QStringLiteral("--json"), sample("coffee.png"), QStringLiteral("--table"), table});
    QCOMPARE(outcome.status, 0);
    const json document = outcome.document;
    for (const char* key :
         {"version", "file",         "model",        "by",        "grid",    "masks",          "exact",
          "score",   "distribution", "importance",   "important", "trivial", "oracle_trivial", "masked",
          "shapley", "shapley_sum",  "interactions", "enough",    "curve",   "seconds"})
        QVERIFY2(document.contains(key), key);
    QCOMPARE(document["exact"].get<bool>(), true);
    const std::vector<float> rows = readTable(table, "(4096, 5)");
    QCOMPARE(rows.size(), std::size_t{4096 * 5});

    // Everything printed follows from the table.
    const double q0 = scoreOfRow(rows, 0);
    QVERIFY(std::abs(document["score"].get<double>() - q0) < 1e-5);
    for (const char* half : {"important", "trivial", "oracle_trivial"}) {
        QCOMPARE(document[half].size(), std::size_t{6});
        QCOMPARE(document["masked"][half].get<double>(), scoreOfRow(rows, maskOf(document[half])));
    }
    QCOMPARE(maskOf(document["important"]) ^ maskOf(document["trivial"]), std::size_t{4095});
    double shapley = 0;
    for (const json& value : document["shapley"])
        shapley += value.get<double>();
    QVERIFY(std::abs(shapley - document["shapley_sum"].get<double>()) < 1e-9);
    QVERIFY(std::abs(document["shapley_sum"].get<double>() - (q0 - scoreOfRow(rows, 4095))) < 1e-9);
    for (std::size_t block = 0; block < 12; ++block) {
        double sum = 0;
        for (std::size_t mask = 1; mask < 4095; ++mask) {
            if (mask >> block & 1)
                sum += std::abs(scoreOfRow(rows, mask) - q0);
        }
        QVERIFY(std::abs(document["importance"]["dmos"][block].get<double>() - sum / 2047) < 1e-9);
    }
    QCOMPARE(document["curve"].size(), std::size_t{13});
    QCOMPARE(document["curve"][0]["visible"].get<int>(), 12);
    const json& enough = document["enough"];
    QCOMPARE(enough["keep"].size(), enough["visible"].get<std::size_t>());
    const double change = scoreOfRow(rows, 4095 ^ maskOf(enough["keep"])) - q0;
    QVERIFY(std::abs(change) <= enough["epsilon"].get<double>());
    QVERIFY(std::abs(change - enough["change"].get<double>()) < 1e-9);
}

void TestExplainCommand::explainSeveral()
{
    QTemporaryDir folder;
    const QString broken = folder.filePath(QStringLiteral("broken.png"));
    QFile file(broken);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no image");
    file.close();
    const QStringList images{sample("cat.png"), broken, sample("coffee.png")};
    const json alone = runProgram({QStringLiteral("explain"), QStringLiteral("--json"), sample("coffee.png")}).document;
    const Outcome several = runProgram(QStringList{QStringLiteral("explain"), QStringLiteral("--json")} + images);
    QCOMPARE(several.status, 1);
    const json document = several.document;
    QVERIFY(keysOf(document) == (std::set<std::string>{"version", "results", "errors"}));
    QCOMPARE(document["results"].size(), std::size_t{2});
    QCOMPARE(document["errors"][0]["file"].get<std::string>(), broken.toStdString());
    for (const char* key : {"file", "model", "important", "shapley", "enough", "importance", "masked"})
        QVERIFY2(document["results"][1][key] == alone[key], key);

    const Outcome rows = runProgram(QStringList{QStringLiteral("explain"), QStringLiteral("--csv")} + images);
    QCOMPARE(rows.status, 1);
    const QList<QByteArray> lines = rows.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].startsWith("file,model,by,exact"));
    const Outcome listed =
        runProgram({QStringLiteral("explain"), QStringLiteral("--csv"), QStringLiteral("--json"), sample("cat.png")});
    QCOMPARE(listed.document["results"].size(), std::size_t{1});

    const Outcome maps = runProgram(QStringList{QStringLiteral("explain"), QStringLiteral("--csv"),
                                                QStringLiteral("--method"), QStringLiteral("attention")}
                                    + images);
    QCOMPARE(maps.status, 1);
    const QList<QByteArray> mapLines = maps.output.trimmed().split('\n');
    QCOMPARE(mapLines.size(), 3);
    QCOMPARE(mapLines[2].count(','), mapLines[0].count(','));
    QCOMPARE(runProgram(QStringList{QStringLiteral("explain"), QStringLiteral("--table"),
                                    folder.filePath(QStringLiteral("t.npy"))}
                        + images)
                 .status,
             2);
}

HALFLENS_TEST(TestExplainCommand)
#include "tst_explain_command.moc"
