// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/test_case.h"
#include "tests/unit/masking/deciding_sets_checks.h"
#include "tests/unit/masking/tables.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

constexpr ScoreScale Grades{1, 5};
const std::vector<double> Example{3.0, 2.95, 3.04, 2.6, 3.2, 3.08, 3.3, 2.0};

/// g by its definition: every subset of every mask.
std::vector<double> slowWorst(const MaskTable& table)
{
    std::vector<double> worst(MaskCount);
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        for (std::uint32_t part = m;; part = (part - 1) & m) {
            const double change =
                4 * (table.score(BlockMask(part)) - table.score({})) / (table.scale.high - table.scale.low);
            worst[m] = std::max(worst[m], std::abs(change));
            if (part == 0)
                break;
        }
    }
    return worst;
}

/// Two strong blocks, each of them enough to break, others weak.
MaskTable strongPair()
{
    return scalarTable([](BlockMask m) {
        return 3.0 - (m.contains({2}) ? 0.5 : 0) - (m.contains({7}) ? 0.25 : 0) + 0.0078125 * (m.contains({4}) ? 1 : 0);
    });
}

} // namespace

class TestDecidingSets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void microExample();
    void worst();
    void agreesWithDefinition_data();
    void agreesWithDefinition();
    void listsAreMinimalAndOrdered();
    void duality_data();
    void duality();
    void nothingBreaks();
    void equalityIsWithin();
    void tiesOfTheBreakingSet();
    void onCommonScale();
    void estimatesGuaranteeNothing();
};

void TestDecidingSets::microExample()
{
    const DecidingSets sets = decidingSets(Example, Grades, 0.1);
    QCOMPARE(sets.keep, BlockMask(0b101));
    QVERIFY(std::abs(sets.worst - 0.04) < 1e-12);
    QCOMPARE(sets.guaranteed, (std::vector{BlockMask(0b110), BlockMask(0b101)}));
    QCOMPARE(sets.breaking, (std::vector{BlockMask(0b100), BlockMask(0b011)}));
    QVERIFY(sets.smallestBreaking.has_value());
    QCOMPARE(sets.smallestBreaking->hidden, BlockMask(0b100));
    QVERIFY(std::abs(sets.smallestBreaking->change - 0.2) < 1e-12);
}

void TestDecidingSets::worst()
{
    std::vector<double> sizes;
    for (const double change : changesOnFive(Example, Grades))
        sizes.push_back(std::abs(change));
    const std::vector<double> expected{0, .05, .04, .4, .2, .2, .3, 1.0};
    const std::vector<double> found = worstBelow(sizes);
    for (std::size_t m = 0; m < expected.size(); ++m)
        QVERIFY(std::abs(found[m] - expected[m]) < 1e-12);
}

void TestDecidingSets::agreesWithDefinition_data()
{
    QTest::addColumn<double>("epsilon");
    for (const double epsilon : {0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 4.0})
        QTest::addRow("%g", epsilon) << epsilon;
}

void TestDecidingSets::agreesWithDefinition()
{
    QFETCH(double, epsilon);
    const MaskTable table = randomGradeTable(8);
    const std::vector<double> worst = slowWorst(table);
    std::uint32_t best = 0;
    std::set<std::uint32_t> guaranteed, breaking;
    for (std::uint32_t m = 0; m < MaskCount - 1; ++m) {
        const double change = std::abs(4 * (table.score(BlockMask(m)) - table.score({})) / 4);
        bool maximal = true, minimal = true;
        for (std::uint32_t block = 1; block < MaskCount; block *= 2) {
            if ((m & block) == 0 && (m | block) != MaskCount - 1 && worst[m | block] <= epsilon)
                maximal = false;
            if ((m & block) != 0 && worst[m ^ block] > epsilon)
                minimal = false;
        }
        if (worst[m] <= epsilon) {
            if (maximal)
                guaranteed.insert(MaskCount - 1 - m);
            if (BlockMask(m).count() > BlockMask(best).count()
                || (BlockMask(m).count() == BlockMask(best).count() && worst[m] < worst[best]))
                best = m;
        }
        if (change > epsilon && minimal)
            breaking.insert(m);
    }
    const auto sets = decidingSets(table, epsilon);
    QVERIFY(sets.has_value());
    QCOMPARE(sets->keep, BlockMask(best).complement());
    QVERIFY(std::abs(sets->worst - worst[best]) < 1e-14);
    QCOMPARE(numbersOf(sets->guaranteed), guaranteed);
    QCOMPARE(numbersOf(sets->breaking), breaking);
}

void TestDecidingSets::listsAreMinimalAndOrdered()
{
    // Costs that add up: a set breaks when its sum exceeds 0.3.
    const auto sets = decidingSets(scalarTable([](BlockMask m) {
                                       double score = 4;
                                       for (int block = 0; block < BlockCount; ++block)
                                           score -= m.contains({block}) ? 0.02 * (block + 1) : 0;
                                       return score;
                                   }),
                                   0.3);
    QVERIFY(sets->guaranteed.size() > 5 && sets->breaking.size() > 5);
    QVERIFY(std::is_sorted(sets->guaranteed.begin(), sets->guaranteed.end(), [](BlockMask a, BlockMask b) {
        return std::pair(a.count(), a.complement()) < std::pair(b.count(), b.complement());
    }));
    QVERIFY(std::is_sorted(sets->breaking.begin(), sets->breaking.end(),
                           [](BlockMask a, BlockMask b) { return std::pair(a.count(), a) < std::pair(b.count(), b); }));
    QCOMPARE(sets->guaranteed.front().count(), sets->keep.count());
    QCOMPARE(sets->breaking.front().count(), sets->smallestBreaking->hidden.count());
}

void TestDecidingSets::duality_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<double>("epsilon");
    for (unsigned seed = 1; seed <= 5; ++seed)
        for (const double epsilon : {0.05, 0.4, 0.8, 1.2, 1.6, 2.2})
            QTest::addRow("%u, %g", seed, epsilon) << seed << epsilon;
}

void TestDecidingSets::duality()
{
    QFETCH(unsigned, seed);
    QFETCH(double, epsilon);
    const std::string problem = dualityProblem(*decidingSets(randomGradeTable(seed), epsilon));
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestDecidingSets::nothingBreaks()
{
    // Only hiding everything moves the score, and that leaves no block visible.
    const auto sets = decidingSets(
        scalarTable([](BlockMask m) { return m == BlockMask::all() ? 1.0 : 3.0 + 0.01 * m.count(); }), 0.2);
    QVERIFY(sets->breaking.empty());
    QVERIFY(!sets->smallestBreaking);
    QCOMPARE(sets->guaranteed.size(), std::size_t{12});
    QCOMPARE(sets->keep.count(), 1);
    QVERIFY(dualityProblem(*sets).empty());
    QCOMPARE(sets->guaranteed.front(), BlockMask(1u << 11)); // the smallest hidden number: all but block 11
}

void TestDecidingSets::equalityIsWithin()
{
    const auto at = decidingSets(strongPair(), 0.25); // block 7 alone changes by exactly that
    QCOMPARE(numbersOf(at->breaking), (std::set<std::uint32_t>{1u << 2}));
    const auto below = decidingSets(strongPair(), 0.2421875);
    QCOMPARE(numbersOf(below->breaking), (std::set<std::uint32_t>{1u << 2, 1u << 7}));
    QCOMPARE(below->keep, BlockMask(1u << 2 | 1u << 7));
    QCOMPARE(below->worst, 0.0078125);
}

void TestDecidingSets::tiesOfTheBreakingSet()
{
    // Blocks 2 and 7 break alone: the larger change is taken, although its number is not the smaller one.
    QCOMPARE(decidingSets(strongPair(), 0.1)->smallestBreaking->hidden, BlockMask(1u << 2));
    const auto twins =
        decidingSets(scalarTable([](BlockMask m) { return 3.0 - 0.5 * (m.contains({3}) || m.contains({9})); }), 0.1);
    QCOMPARE(twins->smallestBreaking->hidden, BlockMask(1u << 3));
    QCOMPARE(twins->smallestBreaking->change, -0.5);
}

void TestDecidingSets::onCommonScale()
{
    MaskTable table = strongPair();
    for (float& row : table.rows)
        row *= 25;
    table.scale = {0, 100}; // 4 / 100 of a grade each
    const auto sets = decidingSets(table, 0.1);
    QVERIFY(std::abs(sets->smallestBreaking->change + 0.5) < 1e-12);
    table.scale = {100, 0}; // lower is better
    QVERIFY(std::abs(decidingSets(table, 0.1)->smallestBreaking->change - 0.5) < 1e-12);
    QCOMPARE(decidingSets(table, 0.1)->keep, sets->keep);
}

void TestDecidingSets::estimatesGuaranteeNothing()
{
    MaskTable table = strongPair();
    table.exact = false;
    QVERIFY(!decidingSets(table, 0.1));
}

HALFLENS_TEST(TestDecidingSets)
#include "tst_deciding_sets.moc"
