// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/importance.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/tables.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

/// The definitions of spec measures 6.2, block by block and as literally as possible.
BlockValues slowMean(const MaskTable& table, double (*perMask)(std::span<const float>, std::span<const float>))
{
    BlockValues means{};
    for (int b = 0; b < BlockCount; ++b) {
        int count = 0;
        for (unsigned m = 1; m <= 4094; ++m) {
            if ((m / (1u << b)) % 2 == 0)
                continue;
            ++count;
            means[static_cast<std::size_t>(b)] += perMask(table.row(BlockMask(m)), table.row(BlockMask(0)));
        }
        means[static_cast<std::size_t>(b)] /= count;
    }
    return means;
}

double slowScore(std::span<const float> p)
{
    return 1.0 * p[0] + 2.0 * p[1] + 3.0 * p[2] + 4.0 * p[3] + 5.0 * p[4];
}

double slowPlcc(std::span<const float> a, std::span<const float> b)
{
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (std::size_t k = 0; k < 5; ++k) {
        const double x = a[k], y = b[k];
        sa += x, sb += y, saa += x * x, sbb += y * y, sab += x * y;
    }
    return (5 * sab - sa * sb) / std::sqrt((5 * saa - sa * sa) * (5 * sbb - sb * sb));
}

double slowEmd(std::span<const float> a, std::span<const float> b)
{
    double sum = 0;
    for (std::size_t upTo = 1; upTo <= 5; ++upTo) {
        double ca = 0, cb = 0;
        for (std::size_t k = 0; k < upTo; ++k)
            ca += a[k], cb += b[k];
        sum += std::abs(ca - cb);
    }
    return sum;
}

double largestDifference(const BlockValues& a, const BlockValues& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

/// plcc5 of a table in which every masked row is `masked`.
double plccOf(const std::array<float, 5>& unmasked, const std::array<float, 5>& masked)
{
    const Importance importance =
        computeImportance(gradeTable([&](BlockMask m) { return m.isEmpty() ? unmasked : masked; }));
    return importance.plcc5->front();
}

} // namespace

class TestImportance : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void margins();
    void scores();
    void agreesWithDefinition();
    void plccExamples();
    void flatDistributions();
    void specMicroExample_data();
    void specMicroExample();
    void withoutIdentity();
    void oneOutput();
    void halfOfAdditiveGame();
    void tiesGoToSmallerIndex();
    void tiesSurviveRounding();
    void plccHalfTakesLowValues();
    void indicatorNames();
    void oracle();
    void lists();
};

void TestImportance::scores()
{
    const std::array<float, 5> p{0, 0, .02F, .96F, .02F};
    QVERIFY(std::abs(scoreOf(p) - 4.0) < 1e-7);
    const float single = 63.5F;
    QCOMPARE(scoreOf(std::span(&single, 1)), 63.5);
    MaskTable table = scalarTable([](BlockMask m) { return m.isEmpty() ? 100.0 : 50.0; });
    table.scale = {0, 100};
    QCOMPARE(table.score5({}), 5.0);
    QCOMPARE(table.score5(BlockMask(1)), 3.0);
}

void TestImportance::agreesWithDefinition()
{
    const MaskTable table = randomGradeTable(1);
    const Importance importance = computeImportance(table);
    const auto dmos = slowMean(table, [](auto a, auto b) { return std::abs(slowScore(a) - slowScore(b)); });
    const auto dmos2 = slowMean(table, [](auto a, auto b) { return std::pow(slowScore(a) - slowScore(b), 2); });
    QVERIFY(largestDifference(importance.dmos, dmos) < 1e-12);
    QVERIFY(largestDifference(importance.dmos2, dmos2) < 1e-12);
    QVERIFY(largestDifference(importance.plcc5.value(), slowMean(table, slowPlcc)) < 1e-12);
    QVERIFY(largestDifference(importance.emd.value(), slowMean(table, slowEmd)) < 1e-12);
}

void TestImportance::plccExamples()
{
    QVERIFY(std::abs(plccOf({0, 0, .02F, .96F, .02F}, {0, 0, .2F, .6F, .2F}) - 0.922225) < 1e-6);
    QVERIFY(std::abs(plccOf({.01F, .09F, .40F, .42F, .08F}, {.02F, .10F, .41F, .40F, .07F}) - 0.997615) < 1e-6);
}

void TestImportance::flatDistributions()
{
    const std::array<float, 5> flat{.2F, .2F, .2F, .2F, .2F};
    const std::array<float, 5> peak{0, 0, 1, 0, 0};
    QCOMPARE(plccOf(flat, flat), 1.0);
    QCOMPARE(plccOf(flat, peak), 0.0);
    QCOMPARE(plccOf(peak, flat), 0.0);
    QCOMPARE(plccOf(peak, peak), 1.0);
}

void TestImportance::specMicroExample_data()
{
    QTest::addColumn<std::vector<double>>("effects");
    QTest::addColumn<std::vector<double>>("expected");
    QTest::newRow("image 0") << std::vector{1.0, 0.1, 0.0} << std::vector{1.0333, 0.4333, 0.3667};
    QTest::newRow("image 3") << std::vector{-1.0, -0.2, 0.0} << std::vector{1.0667, 0.5333, 0.4000};
}

/// The spec's three blocks inside a grid of 12: the other nine do nothing, so each of the
/// example's masks occurs 512 times, but for one time the mask of all blocks, which is left out.
void TestImportance::specMicroExample()
{
    QFETCH(std::vector<double>, effects);
    QFETCH(std::vector<double>, expected);
    const Importance importance = computeImportance(scalarTable([&](BlockMask mask) {
        double score = 3;
        for (int b = 0; b < 3; ++b)
            score += mask.contains({b}) ? effects[static_cast<std::size_t>(b)] : 0;
        return score;
    }));
    const double all = std::abs(effects[0] + effects[1] + effects[2]);
    for (std::size_t b = 0; b < 3; ++b) {
        const double sumOfThreeMasks = (importance.dmos[b] * 2047 + all) / 512 - all;
        QVERIFY(std::abs(sumOfThreeMasks / 3 - expected[b]) < 6e-5);
    }
}

void TestImportance::withoutIdentity()
{
    const MaskTable table = randomGradeTable(2);
    const Importance importance = computeImportance(table);
    double total = 0;
    for (unsigned m = 1; m <= 4094; ++m)
        total += std::abs(table.score(BlockMask(m)) - table.score({}));
    for (int b = 0; b < BlockCount; ++b) {
        double without = 0;
        for (unsigned m = 1; m <= 4094; ++m)
            without += BlockMask(m).contains({b}) ? 0 : std::abs(table.score(BlockMask(m)) - table.score({}));
        QVERIFY(std::abs(without / 2047 - (total / 2047 - importance.dmos[static_cast<std::size_t>(b)])) < 1e-12);
    }
}

void TestImportance::oneOutput()
{
    const Importance importance = computeImportance(scalarTable([](BlockMask m) { return 60 - m.count(); }));
    QVERIFY(!importance.plcc5 && !importance.emd);
    for (const double value : importance.dmos) // mean size of the masks with a given block
        QVERIFY(std::abs(value - (1 + 11 * 0.5 - (12.0 - 6.5) / 2047)) < 1e-12);
    for (const Indicator indicator : {Indicator::Plcc5, Indicator::Emd}) {
        const auto half = importantHalf(importance, indicator);
        QVERIFY(!half);
        QCOMPARE(half.error().code, ErrorCode::InvalidInput);
    }
    QVERIFY(importantHalf(importance, Indicator::Dmos2));
}

void TestImportance::halfOfAdditiveGame()
{
    const MaskTable table = scalarTable([](BlockMask mask) {
        double score = 4;
        for (const int b : toList(mask))
            score -= b % 2 == 1 ? 0.25 : 0.0625;
        return score;
    });
    QCOMPARE(importantHalf(computeImportance(table)).value(), BlockMask(0b101010101010));
}

void TestImportance::tiesGoToSmallerIndex()
{
    // The score depends on the number of hidden blocks alone, in an irregular way: all blocks tie.
    const std::array<double, 13> scores{3.1, 2.7, 3.9, 1.2, 4.4, 2.2, 3.3, 1.7, 2.9, 4.1, 1.1, 2.6, 3.7};
    const MaskTable table = scalarTable([&](BlockMask m) { return scores[static_cast<std::size_t>(m.count())]; });
    const Importance importance = computeImportance(table);
    for (std::size_t b = 1; b < BlockCount; ++b) {
        QCOMPARE(importance.dmos[b], importance.dmos[0]);
        QVERIFY(importance.dmos2[b] == importance.dmos2[0]); // to the last bit
    }
    QCOMPARE(importantHalf(importance).value(), BlockMask(0b111111));
    QCOMPARE(oracleTrivialHalf(table), BlockMask(0b111111));
}

/// Blocks with the same part in a table get the same bits, though their masks are summed in
/// different orders.
void TestImportance::tiesSurviveRounding()
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const Importance importance = computeImportance(withTwins(randomGradeTable(seed)));
        for (const BlockValues& values : {importance.dmos, importance.dmos2, *importance.plcc5, *importance.emd}) {
            QVERIFY(values[2] == values[9]);
            QVERIFY(values[2] != values[3]);
        }
    }
}

void TestImportance::plccHalfTakesLowValues()
{
    Importance importance;
    importance.plcc5.emplace();
    for (std::size_t b = 0; b < BlockCount; ++b)
        (*importance.plcc5)[b] = b < 3 ? 0.9 : 0.5;
    QCOMPARE(importantHalf(importance, Indicator::Plcc5).value(), BlockMask(0b000111111000));
}

void TestImportance::indicatorNames()
{
    for (const Indicator indicator : {Indicator::Dmos, Indicator::Plcc5, Indicator::Dmos2, Indicator::Emd})
        QVERIFY(indicatorFromString(toString(indicator)).value() == indicator);
    QVERIFY(!indicatorFromString("mos"));
    QVERIFY(!indicatorFromString(""));
}

void TestImportance::oracle()
{
    const BlockMask wanted(0b100100110011);
    const BlockMask tied(0b110100110001); // larger number, same magnitude
    const MaskTable table = scalarTable([&](BlockMask m) {
        if (m == wanted)
            return 2.75;
        return m == tied ? 3.25 : m.isEmpty() || m.count() != 6 ? 3.0 : 2.5;
    });
    QCOMPARE(oracleTrivialHalf(table), wanted);
}

void TestImportance::lists()
{
    QCOMPARE(toList(BlockMask(0x829)), (std::vector{0, 3, 5, 11}));
    QCOMPARE(toList({}), std::vector<int>());
}

void TestImportance::margins()
{
    Importance importance;
    importance.dmos = {0.9, 0.1, 0.8, 0.2, 0.7, 0.6, 0.5, 0.3, 0.4, 0.0, 0.495, 0.05};
    const auto clear = halfMargin(importance);
    QVERIFY(clear.has_value());
    QCOMPARE(clear->sixth, 10); // 0.9 0.8 0.7 0.6 0.5 0.495 | 0.4
    QCOMPARE(clear->seventh, 8);
    QVERIFY(std::abs(clear->share - 0.095 / 0.495) < 1e-12);
    QVERIFY(!clear->isClose());
    importance.dmos[8] = 0.49;
    QVERIFY(halfMargin(importance)->isClose());
    importance.dmos[8] = 0.495; // a tie: block 8 comes first
    QCOMPARE(halfMargin(importance)->sixth, 8);
    QCOMPARE(halfMargin(importance)->seventh, 10);
    QCOMPARE(halfMargin(importance)->share, 0.0);
    importance.dmos.fill(0);
    QVERIFY(halfMargin(importance)->isClose());
    // Low correlations are important ones.
    QVERIFY(!halfMargin(importance, Indicator::Plcc5).has_value());
    importance.plcc5 = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.61, 0.8, 0.9, 1, 1, 1};
    const auto correlations = halfMargin(importance, Indicator::Plcc5);
    QCOMPARE(correlations->sixth, 5);
    QCOMPARE(correlations->seventh, 6);
    QVERIFY(std::abs(correlations->share - 0.01 / 0.61) < 1e-12);
    QVERIFY(correlations->isClose());
    QVERIFY(importantHalf(importance, Indicator::Plcc5)->contains({5}));
}

HALFLENS_TEST(TestImportance)
#include "tst_importance.moc"
