// SPDX-License-Identifier: BSD-3-Clause
// Sets, orders, comparisons, fine contributions, tiles and regions as scripts see them.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QFile>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

using namespace halflens::test;
using nlohmann::json;

namespace {

double sumOf(const json& values)
{
    double sum = 0;
    for (const json& value : values)
        sum += value.is_array() ? sumOf(value) : value.get<double>();
    return sum;
}

Outcome run(QStringList arguments)
{
    return runProgram(arguments << QStringLiteral("--json"));
}

} // namespace

class TestExactCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void setsAndOrders();
    void marginOfTheHalves();
    void estimatesGuaranteeNothing();
    void compareTokens();
    void comparePixels();
    void compareSeveral();
    void compareRefuses();
    void differenceFigure();
    void fine();
    void tiles();
    void regions();

private:
    QTemporaryDir m_folder;
    QString m_clean; ///< at the networks' input size
    QString m_damaged; ///< differs in block 5 only
};

void TestExactCommands::initTestCase()
{
    QImage clean = QImage(sample("coffee.png")).scaled(512, 384).convertToFormat(QImage::Format_RGB888);
    m_clean = m_folder.filePath(QStringLiteral("clean.png"));
    QVERIFY(clean.save(m_clean));
    for (int y = 128; y < 256; ++y)
        for (int x = 128; x < 256; ++x)
            clean.setPixel(x, y, clean.pixel(x & ~7, y & ~7));
    m_damaged = m_folder.filePath(QStringLiteral("damaged.png"));
    QVERIFY(clean.save(m_damaged));
}

void TestExactCommands::setsAndOrders()
{
    const Outcome outcome = run({QStringLiteral("explain"), QStringLiteral("--sets"), sample("cat.png")});
    QCOMPARE(outcome.status, 0);
    const json& document = outcome.document;
    const json& guaranteed = document["guaranteed"];
    QCOMPARE(guaranteed["keep"].size(), guaranteed["visible"].get<std::size_t>());
    QCOMPARE(guaranteed["sets"].size(), guaranteed["minimal_sets"].get<std::size_t>());
    QVERIFY(guaranteed["worst"].get<double>() <= guaranteed["epsilon"].get<double>());
    const json& breaking = document["breaking"];
    QCOMPARE(breaking["blocks"].size(), breaking["hidden"].get<std::size_t>());
    QVERIFY(std::abs(breaking["change"].get<double>()) > guaranteed["epsilon"].get<double>());
    // Each guaranteed set meets each breaking one.
    for (const json& keep : guaranteed["sets"]) {
        const std::set<int> blocks(keep.begin(), keep.end());
        for (const json& hidden : breaking["sets"])
            QVERIFY(std::any_of(hidden.begin(), hidden.end(),
                                [&](const json& b) { return blocks.contains(b.get<int>()); }));
    }
    QVERIFY(std::abs(sumOf(document["orders"]) - 1) < 1e-9);
    QCOMPARE(document["banzhaf"].size(), std::size_t{12});
    QVERIFY(document["enough"]["visible"].get<int>() >= 1);
    QVERIFY(document["curve"][12]["guaranteed"].is_null());
    const std::size_t visible = guaranteed["visible"].get<std::size_t>();
    QCOMPARE(document["curve"][12 - visible]["guaranteed"].get<double>(), guaranteed["worst"].get<double>());

    const json plain = run({QStringLiteral("explain"), sample("cat.png")}).document;
    QVERIFY(!plain["guaranteed"].contains("sets") && !plain["breaking"].contains("sets"));
}

/// A close call is told where the blocks ranked sixth and seventh hardly differ, in JSON and in words.
void TestExactCommands::marginOfTheHalves()
{
    for (const char* name : {"coffee.png", "cat.png"}) {
        const Outcome told = run({QStringLiteral("explain"), sample(name)});
        QCOMPARE(told.status, 0);
        const json document = json::parse(told.output);
        auto importance = document["importance"]["dmos"].get<std::vector<double>>();
        const json& margin = document["margin"];
        const double sixth = importance.at(margin["blocks"][0].get<std::size_t>());
        const double seventh = importance.at(margin["blocks"][1].get<std::size_t>());
        std::sort(importance.rbegin(), importance.rend());
        QCOMPARE(sixth, importance[5]);
        QCOMPARE(seventh, importance[6]);
        QVERIFY(std::abs(margin["share"].get<double>() - (sixth - seventh) / sixth) < 1e-12);
        QCOMPARE(margin["close_call"].get<bool>(), (sixth - seventh) / sixth < 0.02);
        const Outcome words = runProgram({QStringLiteral("explain"), sample(name)});
        QCOMPARE(words.output.contains("close call"), margin["close_call"].get<bool>());
    }
}

void TestExactCommands::estimatesGuaranteeNothing()
{
    const json document =
        run({QStringLiteral("explain"), QStringLiteral("--by"), QStringLiteral("zero"), QStringLiteral("--samples"),
             QStringLiteral("48"), QStringLiteral("--no-cache"), QStringLiteral("--sets"), sample("cat.png")})
            .document;
    QCOMPARE(document["exact"].get<bool>(), false);
    QVERIFY(document.contains("guaranteed") && document["guaranteed"].is_null());
    QVERIFY(document["breaking"].is_null() && document["curve"][3]["guaranteed"].is_null());
    QCOMPARE(document["orders"].size(), std::size_t{12});
}

void TestExactCommands::compareTokens()
{
    const Outcome outcome = run({QStringLiteral("compare"), m_clean, m_damaged});
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.document["a"]["file"].get<std::string>(), m_clean.toStdString());
    const json& model = outcome.document["models"][0];
    QCOMPARE(model["model"].get<std::string>(), std::string("lite-triq"));
    QCOMPARE(model["by"].get<std::string>(), std::string("tokens"));
    QCOMPARE(model["exact"].get<bool>(), true);
    QCOMPARE(model["samples"].get<int>(), 4096);
    const double change = model["score_b"].get<double>() - model["score_a"].get<double>();
    QCOMPARE(model["change"].get<double>(), change);
    QVERIFY(change < 0);
    QVERIFY(std::abs(sumOf(model["shapley"]) - change) < 1e-9);
    QVERIFY(std::abs(sumOf(model["orders"]) - 1) < 1e-9);
    QVERIFY(model["leak"].get<double>() > 0 && model["leak"].get<double>() < 1);
    QVERIFY(model["carries"]["remaining"].get<double>() <= 0.1 + std::abs(change));
    for (const char* which : {"a", "b"}) {
        const json scored =
            run({QStringLiteral("score"), which == std::string("a") ? m_clean : m_damaged}).document["results"][0];
        QVERIFY(std::abs(scored["score"].get<double>() - model[std::string("score_") + which].get<double>()) < 1e-6);
    }
    const json same = run({QStringLiteral("compare"), m_clean, m_clean}).document["models"][0];
    for (const json& value : same["shapley"])
        QCOMPARE(value.get<double>(), 0.0);
}

void TestExactCommands::comparePixels()
{
    const QString table = m_folder.filePath(QStringLiteral("table.npy"));
    const Outcome outcome = run({QStringLiteral("compare"), QStringLiteral("--model"), QStringLiteral("lite-koncept"),
                                 QStringLiteral("--no-cache"), QStringLiteral("--table"), table, m_clean, m_damaged});
    QCOMPARE(outcome.status, 0);
    const json& model = outcome.document["models"][0];
    QCOMPARE(model["by"].get<std::string>(), std::string("pixels"));
    QCOMPARE(model["samples"].get<int>(), 2);
    QCOMPARE(model["exact"].get<bool>(), true);
    for (std::size_t block = 0; block < 12; ++block)
        QCOMPARE(model["shapley"][block].get<double>() != 0, block == 5);
    QVERIFY(model["leak"].is_null());
    QVERIFY(QFile::exists(table));
}

void TestExactCommands::compareSeveral()
{
    const Outcome outcome = run({QStringLiteral("compare"), QStringLiteral("--model"), QStringLiteral("all"),
                                 QStringLiteral("--no-cache"), m_clean, m_damaged});
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.document["models"].size(), std::size_t{5});
    const Outcome csv = runProgram({QStringLiteral("compare"), QStringLiteral("--csv"), m_clean, m_damaged});
    QCOMPARE(csv.output.trimmed().split('\n').size(), 2);
}

void TestExactCommands::compareRefuses()
{
    const Outcome tokens = run({QStringLiteral("compare"), QStringLiteral("--model"), QStringLiteral("lite-koncept"),
                                QStringLiteral("--by"), QStringLiteral("tokens"), m_clean, m_damaged});
    QCOMPARE(tokens.status, 3);
    QCOMPARE(tokens.document["errors"].size(), std::size_t{1});
    const QString square = m_folder.filePath(QStringLiteral("square.png"));
    QVERIFY(QImage(m_clean).scaled(384, 384).save(square));
    QCOMPARE(run({QStringLiteral("compare"), m_clean, square}).status, 3);
    QCOMPARE(run({QStringLiteral("compare"), m_clean}).status, 2);
}

void TestExactCommands::differenceFigure()
{
    const QString figure = m_folder.filePath(QStringLiteral("difference.png"));
    const Outcome outcome =
        run({QStringLiteral("panel"), QStringLiteral("--figure"), QStringLiteral("difference"), m_clean, m_damaged,
             QStringLiteral("-o"), figure, QStringLiteral("--dpi"), QStringLiteral("100")});
    QCOMPARE(outcome.status, 0);
    QVERIFY(!QImage(figure).isNull());
    QCOMPARE(runProgram({QStringLiteral("panel"), QStringLiteral("--figure"), QStringLiteral("difference"), m_clean,
                         QStringLiteral("-o"), figure})
                 .status,
             2);
}

void TestExactCommands::fine()
{
    const QString map = m_folder.filePath(QStringLiteral("fine.npy"));
    const Outcome outcome =
        run({QStringLiteral("explain"), QStringLiteral("--method"), QStringLiteral("fine"), QStringLiteral("--map"),
             map, QStringLiteral("--samples"), QStringLiteral("101"), sample("cat.png")});
    QCOMPARE(outcome.status, 0);
    const json& document = outcome.document;
    QVERIFY(document["grid"] == (json{6, 8}));
    QCOMPARE(document["values"].size(), std::size_t{6});
    QCOMPARE(document["standard_error"][5].size(), std::size_t{8});
    QCOMPARE(document["permutations"].get<int>(), 102);
    QCOMPARE(document["exact"].get<bool>(), false);
    QVERIFY(std::abs(sumOf(document["values"]) - document["sum"].get<double>()) < 1e-9);
    const json blocks = run({QStringLiteral("explain"), sample("cat.png")}).document;
    QVERIFY(std::abs(blocks["shapley_sum"].get<double>() - document["sum"].get<double>()) < 1e-5);
    QVERIFY(QFile::exists(map));
    QCOMPARE(run({QStringLiteral("explain"), QStringLiteral("--method"), QStringLiteral("fine"),
                  QStringLiteral("--model"), QStringLiteral("lite-koncept"), sample("cat.png")})
                 .status,
             3);
}

void TestExactCommands::tiles()
{
    const QString large = m_folder.filePath(QStringLiteral("large.png"));
    QVERIFY(QImage(sample("coffee.png")).scaled(1100, 800).save(large));
    const Outcome outcome =
        run({QStringLiteral("explain"), QStringLiteral("--method"), QStringLiteral("tiles"), large});
    QCOMPARE(outcome.status, 0);
    const json& document = outcome.document;
    QVERIFY(document["window"] == (json{384, 512}));
    QVERIFY(document["stride"] == (json{192, 256}));
    QCOMPARE(document["tiles"].get<std::size_t>(), std::size_t{16}); // 4 columns, 4 rows
    QCOMPARE(document["scores"].size(), std::size_t{16});
    QCOMPARE(document["scores"][15][0].get<int>(), 416);
    QCOMPARE(document["scores"][15][1].get<int>(), 588);
    QVERIFY(document["lowest"].get<double>() <= document["p5"].get<double>());
    QVERIFY(document["p5"].get<double>() <= document["median"].get<double>());
    QCOMPARE(document["lowest_at"].size(), std::size_t{4});
    const Outcome small = run({QStringLiteral("explain"), QStringLiteral("--method"), QStringLiteral("tiles"), m_clean,
                               QStringLiteral("--map"), m_folder.filePath(QStringLiteral("tiles.png"))});
    QCOMPARE(small.status, 0); // just one window
    QCOMPARE(small.document["tiles"].get<int>(), 1);
}

void TestExactCommands::regions()
{
    const Outcome outcome =
        run({QStringLiteral("score"), QStringLiteral("--region"), QStringLiteral("0,0,512,384"), m_clean});
    QCOMPARE(outcome.status, 0);
    const json& row = outcome.document["results"][0];
    const json whole = run({QStringLiteral("score"), m_clean}).document["results"][0];
    QCOMPARE(row["score"].get<double>(), whole["score"].get<double>());
    QVERIFY(row["region"] == (json{0, 0, 512, 384}));
    QCOMPARE(row["tiles"]["tiles"].get<int>(), 1);
    const json part =
        run({QStringLiteral("score"), QStringLiteral("--region"), QStringLiteral("128,128,128,128"), m_clean}).document;
    QVERIFY(part["results"][0]["tiles"].is_null());
    QVERIFY(part["results"][0]["score"] != whole["score"]);
    QCOMPARE(
        run({QStringLiteral("score"), QStringLiteral("--region"), QStringLiteral("400,0,200,100"), m_clean}).status, 3);
    for (const char* wrong : {"1,2,3", "1,2,3,4,5", "a,b,c,d", "1, 2, 3, 4", ""})
        if (*wrong != 0)
            QCOMPARE(
                run({QStringLiteral("score"), QStringLiteral("--region"), QString::fromLatin1(wrong), m_clean}).status,
                2);
}

HALFLENS_TEST(TestExactCommands)
#include "tst_exact_commands.moc"
