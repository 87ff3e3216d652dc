// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/importance.h"
#include "core/masking/orders.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/tables.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace halflens;
using namespace halflens::test;

namespace {

constexpr ScoreScale Grades{1, 5};

/// One term of the transform by its definition, over hidden masks.
double slowTerm(const MaskTable& table, std::uint32_t set)
{
    double sum = 0;
    for (std::uint32_t m = 0; m < MaskCount; ++m)
        sum += (BlockMask(m & set).count() % 2 == 0 ? 1 : -1) * table.score(BlockMask(m));
    return sum / MaskCount;
}

} // namespace

class TestOrders : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void microExample();
    void agreesWithDefinition();
    void firstShareIsTheFitOfOneNumberABlock();
    void additiveGame();
    void pairGame();
    void flatGame();
};

void TestOrders::microExample()
{
    std::vector<double> worth{3.0, 2.95, 3.04, 2.6, 3.2, 3.08, 3.3, 2.0};
    std::reverse(worth.begin(), worth.end()); // by visible set
    const Orders orders = computeOrders(worth, Grades);
    const std::vector<double> shares{0.546809, 0.388951, 0.064240};
    const std::vector<double> banzhaf{0.4775, 0.3225, 0.0025};
    QCOMPARE(orders.shares.size(), shares.size());
    for (std::size_t i = 0; i < 3; ++i) {
        QVERIFY(std::abs(orders.shares[i] - shares[i]) < 5e-7);
        QVERIFY(std::abs(orders.banzhaf[i] - banzhaf[i]) < 1e-12);
    }
}

void TestOrders::agreesWithDefinition()
{
    const MaskTable table = randomGradeTable(12);
    const Orders orders = computeOrders(table);
    QCOMPARE(orders.shares.size(), std::size_t{BlockCount});
    std::vector<double> squares(BlockCount);
    for (std::uint32_t set = 1; set < MaskCount; ++set)
        squares[static_cast<std::size_t>(BlockMask(set).count()) - 1] += std::pow(slowTerm(table, set), 2);
    const double sum = std::accumulate(squares.begin(), squares.end(), 0.0);
    for (std::size_t b = 0; b < BlockCount; ++b) {
        QVERIFY(std::abs(orders.shares[b] - squares[b] / sum) < 1e-12);
        double added = 0;
        for (std::uint32_t m = 0; m < MaskCount; ++m)
            if (!BlockMask(m).contains({static_cast<int>(b)}))
                added += table.score(BlockMask(m)) - table.score(BlockMask(m | 1u << b));
        QVERIFY(std::abs(orders.banzhaf[b] - added / (MaskCount / 2)) < 1e-12);
    }
    QVERIFY(std::abs(std::accumulate(orders.shares.begin(), orders.shares.end(), 0.0) - 1) < 1e-12);
}

void TestOrders::firstShareIsTheFitOfOneNumberABlock()
{
    // The best sum of one number a block over all masks is the mean plus half of the Banzhaf values, signed.
    const MaskTable table = randomGradeTable(13);
    const Orders orders = computeOrders(table);
    const std::vector<double> scores = scoresOf(table);
    const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / MaskCount;
    double total = 0, left = 0;
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        double fit = mean;
        for (int b = 0; b < BlockCount; ++b)
            fit += (BlockMask(m).contains({b}) ? -0.5 : 0.5) * orders.banzhaf[static_cast<std::size_t>(b)];
        total += std::pow(scores[m] - mean, 2);
        left += std::pow(scores[m] - fit, 2);
    }
    QVERIFY(std::abs(orders.shares.front() - (1 - left / total)) < 1e-10);
}

void TestOrders::additiveGame()
{
    const MaskTable table = scalarTable([](BlockMask hidden) {
        double worth = 1;
        for (const int b : toList(hidden.complement()))
            worth += (b - 4) / 16.0;
        return worth;
    });
    const Orders orders = computeOrders(table);
    QVERIFY(std::abs(orders.shares.front() - 1) < 1e-14);
    const Shapley shapley = computeShapley(table);
    for (std::size_t b = 0; b < BlockCount; ++b) {
        QVERIFY(std::abs(orders.banzhaf[b] - (static_cast<double>(b) - 4) / 16) < 1e-14);
        QVERIFY(std::abs(orders.banzhaf[b] - shapley.values[b]) < 1e-14);
    }
}

void TestOrders::pairGame()
{
    // Blocks 2 and 7 count only when exactly one of them is hidden: nothing to see one by one.
    const Orders orders =
        computeOrders(scalarTable([](BlockMask m) { return m.contains({2}) != m.contains({7}) ? 3.5 : 3.0; }));
    QVERIFY(std::abs(orders.shares[0]) < 1e-14);
    QVERIFY(std::abs(orders.shares[1] - 1) < 1e-14);
    QVERIFY(std::abs(orders.banzhaf[2]) < 1e-14);
}

void TestOrders::flatGame()
{
    for (const double step : {0.0, 0.9e-6, 1.1e-6}) {
        std::vector<double> worth(8, 3.0);
        worth[5] += step;
        const Orders orders = computeOrders(worth, Grades);
        const double sum = std::accumulate(orders.shares.begin(), orders.shares.end(), 0.0);
        QVERIFY(std::abs(sum - (step > 1e-6 ? 1 : 0)) < 1e-12);
        // In grades of 1..5: on a scale of 100 it takes 25 times as much.
        QCOMPARE(computeOrders(worth, {0, 100}).shares, std::vector<double>(3, 0.0));
    }
}

HALFLENS_TEST(TestOrders)
#include "tst_orders.moc"
