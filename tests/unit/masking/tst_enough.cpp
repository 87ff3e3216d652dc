// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/importance.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/tables.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace halflens;
using namespace halflens::test;

class TestEnough : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void curveAgreesWithDefinition();
    void tiesGoToSmallerMask();
    void enoughAgreesWithDefinition_data();
    void enoughAgreesWithDefinition();
    void changeIsOnCommonScale();
    void notMonotone();
    void nothingIsEnough();
    void oneBlockStaysVisible();
    void guaranteedLine();
};

void TestEnough::curveAgreesWithDefinition()
{
    const MaskTable table = randomGradeTable(4);
    const auto curve = enoughCurve(table);
    QCOMPARE(curve.size(), std::size_t{13});
    for (int visible = 12; visible >= 0; --visible) {
        double best = 100, worst = 0, sum = 0;
        int count = 0;
        BlockMask keep;
        for (unsigned m = 0; m < MaskCount; ++m) {
            if (BlockMask(m).count() != 12 - visible)
                continue;
            const double change = std::abs(table.score5(BlockMask(m)) - table.score5({}));
            if (change < best) {
                best = change;
                keep = BlockMask(m).complement();
            }
            worst = std::max(worst, change);
            sum += change;
            ++count;
        }
        const CurvePoint& point = curve[static_cast<std::size_t>(12 - visible)];
        QCOMPARE(point.visible, visible);
        QCOMPARE(point.keep, keep);
        QVERIFY(std::abs(point.best - best) < 1e-14);
        QVERIFY(std::abs(point.worst - worst) < 1e-14);
        QVERIFY(std::abs(point.mean - sum / count) < 1e-12);
    }
    QCOMPARE(curve.front().worst, 0.0);
    QCOMPARE(curve.back().keep, BlockMask());
}

void TestEnough::tiesGoToSmallerMask()
{
    const auto curve = enoughCurve(scalarTable([](BlockMask m) { return m.isEmpty() ? 3.0 : 2.0; }));
    for (const CurvePoint& point : curve) {
        const unsigned smallestMask = (1u << (12 - point.visible)) - 1;
        QCOMPARE(point.keep, BlockMask(smallestMask).complement());
        QCOMPARE(point.best, point.visible == 12 ? 0.0 : 1.0);
        QCOMPARE(point.mean, point.best);
        QCOMPARE(point.worst, point.best);
    }
}

void TestEnough::enoughAgreesWithDefinition_data()
{
    QTest::addColumn<double>("epsilon");
    for (const double epsilon : {0.0, 0.001, 0.01, 0.05, 0.1, 0.3, 4.0})
        QTest::addRow("%g", epsilon) << epsilon;
}

void TestEnough::enoughAgreesWithDefinition()
{
    QFETCH(double, epsilon);
    const MaskTable table = randomGradeTable(5);
    const Enough enough = howMuchIsEnough(table, epsilon);
    int fewest = 12;
    double smallest = 0;
    for (unsigned m = 1; m < MaskCount - 1; ++m) { // one block stays visible
        const int visible = 12 - BlockMask(m).count();
        const double change = table.score5(BlockMask(m)) - table.score5({});
        if (std::abs(change) > epsilon || visible > fewest)
            continue;
        if (visible < fewest || std::abs(change) < std::abs(smallest)) {
            fewest = visible;
            smallest = change;
        }
    }
    QCOMPARE(enough.epsilon, epsilon);
    QCOMPARE(enough.visible, fewest);
    QCOMPARE(enough.keep.count(), fewest);
    QVERIFY(std::abs(enough.change - smallest) < 1e-14);
    QVERIFY(std::abs(enough.change - (table.score5(enough.keep.complement()) - table.score5({}))) < 1e-14);
}

void TestEnough::changeIsOnCommonScale()
{
    MaskTable table = scalarTable([](BlockMask m) { return 60 - m.count(); }); // 0.04 each on 1..5
    table.scale = {0, 100};
    const Enough enough = howMuchIsEnough(table, 0.1);
    QCOMPARE(enough.visible, 10);
    QVERIFY(std::abs(enough.change + 0.08) < 1e-14);
    QCOMPARE(enough.keep, BlockMask(0b11).complement());
}

void TestEnough::notMonotone()
{
    // Few blocks may do where more do not: only 3 and 12 visible keep the score.
    const Enough enough =
        howMuchIsEnough(scalarTable([](BlockMask m) { return m.isEmpty() || m.count() == 9 ? 3.0 : 1.0; }), 0.1);
    QCOMPARE(enough.visible, 3);
    QCOMPARE(enough.change, 0.0);
}

void TestEnough::nothingIsEnough()
{
    const MaskTable table = randomGradeTable(6);
    for (const double epsilon : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
        const Enough enough = howMuchIsEnough(table, epsilon);
        QCOMPARE(enough.visible, 12);
        QCOMPARE(enough.keep, BlockMask::all());
        QCOMPARE(enough.change, 0.0);
    }
}

void TestEnough::oneBlockStaysVisible()
{
    // Nothing changes anything, not even hiding all: still one block is named, the last by its hidden mask.
    const Enough enough = howMuchIsEnough(scalarTable([](BlockMask) { return 3.0; }), 0.0);
    QCOMPARE(enough.visible, 1);
    QCOMPARE(enough.keep, BlockMask(1u << 11));
}

void TestEnough::guaranteedLine()
{
    // Hiding block 0 costs 0.5, any other 0.03125: a set with block 0 guarantees the others' sum.
    MaskTable table =
        scalarTable([](BlockMask m) { return 3 - 0.03125 * m.count() - (m.contains({0}) ? 0.46875 : 0); });
    const auto curve = enoughCurve(table);
    for (const CurvePoint& point : curve) {
        QCOMPARE(point.guaranteed.has_value(), point.visible > 0);
        if (point.guaranteed) {
            QCOMPARE(*point.guaranteed, 0.03125 * (12 - point.visible));
            QVERIFY(*point.guaranteed >= point.best && *point.guaranteed <= point.worst);
        }
    }
    table.exact = false;
    for (const CurvePoint& point : enoughCurve(table))
        QVERIFY(!point.guaranteed);
}

HALFLENS_TEST(TestEnough)
#include "tst_enough.moc"
