// SPDX-License-Identifier: BSD-3-Clause
// Blocks and curves as comma-separated tables: numbers that read back exactly, and what is an estimate.
#include "core/analysis/report_csv.h"
#include "core/base/numbers_text.h"
#include "tests/support/fake_analysis.h"
#include "tests/support/test_case.h"

#include <QStringList>
#include <QTest>

#include <map>
#include <numeric>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

std::vector<int> allBlocks()
{
    std::vector<int> blocks(BlockCount);
    std::iota(blocks.begin(), blocks.end(), 0);
    return blocks;
}

/// Rows by the words of the head; no field of these tests holds a comma.
std::vector<std::map<QString, QString>> rowsOf(const std::string& csv)
{
    const QStringList lines = QString::fromStdString(csv).split(u'\n');
    const QStringList head = lines.front().split(u',');
    std::vector<std::map<QString, QString>> rows;
    for (const QString& line : lines.mid(1, lines.size() - 2)) {
        const QStringList fields = line.split(u',');
        if (fields.size() != head.size())
            qFatal("a row of another length");
        std::map<QString, QString> row;
        for (qsizetype i = 0; i < head.size(); ++i)
            row[head[i]] = fields[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

double number(const QString& text)
{
    return finiteNumber(text.toStdString()).value_or(-999);
}

} // namespace

class TestReportCsv : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_analysis = fakeAnalysis();
        QVERIFY(m_analysis && m_analysis->report);
    }

    void blocks()
    {
        Agreement agreement;
        agreement.add(BlockMask(0b111111), false);
        agreement.add(BlockMask(0b1), false);
        const auto rows = rowsOf(blocksToCsv(*m_analysis, "/photos/a.jpg", BlockMask(0b10), agreement, allBlocks()));
        QCOMPARE(rows.size(), std::size_t(BlockCount));
        const BlockReport& report = *m_analysis->report;
        for (int block = 0; block < BlockCount; ++block) {
            const auto at = static_cast<std::size_t>(block);
            const auto& row = rows[at];
            QCOMPARE(row.at(u"file"_s), u"/photos/a.jpg"_s);
            QCOMPARE(row.at(u"model"_s), u"fake-one"_s);
            QCOMPARE(row.at(u"exact"_s), u"true"_s);
            QCOMPARE(row.at(u"standard_error"_s), QString());
            QCOMPARE(row.at(u"block"_s), QString::number(block));
            QCOMPARE(number(row.at(u"dmos"_s)), report.importance.dmos[at]); // to the last bit
            QCOMPARE(number(row.at(u"shapley"_s)), report.shapley.values[at]);
            QCOMPARE(number(row.at(u"banzhaf"_s)), report.orders.banzhaf[at]);
            QCOMPARE(number(row.at(u"score5_without"_s)), m_analysis->table->score5(BlockMask().with({block})));
            QCOMPARE(row.at(u"half"_s), report.important.contains({block}) ? u"important"_s : u"trivial"_s);
            QCOMPARE(row.at(u"rank"_s).toInt() <= 6, report.important.contains({block}));
            QCOMPARE(row.at(u"hidden"_s), block == 1 ? u"true"_s : u"false"_s);
            QCOMPARE(row.at(u"agree"_s), QString::number(block == 0 ? 2 : block < 6 ? 1 : 0));
            QCOMPARE(row.at(u"models"_s), u"2"_s);
        }
    }

    void orderAndWhatIsNotKnown()
    {
        const std::vector<int> order{7, 2};
        const auto rows = rowsOf(blocksToCsv(*m_analysis, "a", {}, Agreement(), order));
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].at(u"block"_s), u"7"_s);
        QCOMPARE(rows[0].at(u"row"_s), u"1"_s);
        QCOMPARE(rows[0].at(u"column"_s), u"3"_s);
        QCOMPARE(rows[0].at(u"agree"_s), QString());
        const auto has = [](const std::optional<BlockValues>& values) { return values.has_value(); };
        QCOMPARE(!rows[0].at(u"plcc5"_s).isEmpty(), has(m_analysis->report->importance.plcc5));
    }

    void estimatesSaySo()
    {
        Analysis estimated = *m_analysis;
        MaskTable table = *estimated.table;
        table.exact = false;
        table.samples = 320;
        table.standardError = 0.0125;
        estimated.table = std::make_shared<const MaskTable>(std::move(table));
        for (const auto& row : rowsOf(blocksToCsv(estimated, "a", {}, {}, allBlocks()))) {
            QCOMPARE(row.at(u"exact"_s), u"false"_s);
            QCOMPARE(row.at(u"samples"_s), u"320"_s);
            QCOMPARE(row.at(u"standard_error"_s), u"0.0125"_s);
        }
        const std::string curve = curveToCsv(estimated, "a");
        QVERIFY(curve.find("\na,fake-one,attention,false,320,0.0125,12,0,0,0,") != std::string::npos);
    }

    void namesAreQuoted()
    {
        const std::string csv = blocksToCsv(*m_analysis, "/a, \"b\".jpg", {}, {}, allBlocks());
        QVERIFY(csv.find("\n\"/a, \"\"b\"\".jpg\",fake-one,") != std::string::npos);
    }

    void removal()
    {
        const BlockValues& values = m_analysis->report->importance.dmos;
        const RemovalComparison curves = compareRemoval(values, *m_analysis->table);
        const auto rows = rowsOf(removalToCsv(curves, *m_analysis, "a", "importance"));
        QCOMPARE(rows.size(), std::size_t(BlockCount + 1));
        QCOMPARE(rows[0].at(u"block"_s), QString());
        QCOMPARE(number(rows[0].at(u"deletion"_s)), m_analysis->table->score5({}));
        QCOMPARE(number(rows[12].at(u"insertion"_s)), m_analysis->table->score5({}));
        BlockMask hidden;
        for (std::size_t k = 1; k <= BlockCount; ++k) {
            hidden = hidden.with({rows[k].at(u"block"_s).toInt()});
            QCOMPARE(number(rows[k].at(u"deletion"_s)), m_analysis->table->score5(hidden));
            QCOMPARE(number(rows[k].at(u"insertion"_s)), m_analysis->table->score5(hidden.complement()));
            QCOMPARE(number(rows[k].at(u"random_insertion"_s)), curves.randomDeletion[BlockCount - k]);
            QCOMPARE(number(rows[k].at(u"deletion_auc"_s)), curves.curves.deletionArea);
            QCOMPARE(rows[k].at(u"ranked_by"_s), u"importance"_s);
        }
        QVERIFY(hidden == BlockMask::all());
    }

    void curve()
    {
        std::string csv = curveToCsv(*m_analysis, "a");
        QVERIFY(csv.find("visible,best,mean,worst,guaranteed,keep\n") != std::string::npos);
        const auto lines = QString::fromStdString(csv).split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), BlockCount + 2);
        QVERIFY(lines[1].contains(u",12,0,0,0,"_s)); // nothing is hidden, nothing changes
    }

private:
    std::shared_ptr<const Analysis> m_analysis;
};

HALFLENS_TEST(TestReportCsv)
#include "tst_report_csv.moc"
