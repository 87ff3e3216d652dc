// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/importance.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/tables.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

double factorial(int n)
{
    return n <= 1 ? 1 : n * factorial(n - 1);
}

/// By the definition: sets of visible blocks grown one member at a time, explicit factorials.
double slowShapley(const MaskTable& table, int block, BlockMask visible = {}, int next = 0)
{
    if (next == BlockCount) {
        const int size = visible.count();
        return factorial(size) * factorial(11 - size) / factorial(12)
            * (table.score(visible.with({block}).complement()) - table.score(visible.complement()));
    }
    if (next == block)
        return slowShapley(table, block, visible, next + 1);
    return slowShapley(table, block, visible, next + 1) + slowShapley(table, block, visible.with({next}), next + 1);
}

double slowInteraction(const MaskTable& table, int i, int j)
{
    double sum = 0;
    for (unsigned s = 0; s < MaskCount; ++s) {
        const BlockMask set(s);
        if (set.contains({i}) || set.contains({j}))
            continue;
        const auto worth = [&](BlockMask visible) { return table.score(visible.complement()); };
        sum += factorial(set.count()) * factorial(10 - set.count()) / factorial(11)
            * (worth(set.with({i}).with({j})) - worth(set.with({i})) - worth(set.with({j})) + worth(set));
    }
    return sum;
}

} // namespace

class TestShapley : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithDefinition();
    void additiveGame();
    void pairGame();
    void unanimityOfThree();
    void symmetricBlocksGetEqualValues();
    void constantGame();
};

void TestShapley::agreesWithDefinition()
{
    const MaskTable table = randomGradeTable(3);
    const Shapley shapley = computeShapley(table);
    double sum = 0;
    for (int b = 0; b < BlockCount; ++b) {
        QVERIFY(std::abs(shapley.values[static_cast<std::size_t>(b)] - slowShapley(table, b)) < 1e-12);
        sum += shapley.values[static_cast<std::size_t>(b)];
    }
    QCOMPARE(shapley.sum, table.score({}) - table.score(BlockMask::all()));
    QVERIFY(std::abs(sum - shapley.sum) < 1e-12);
    for (std::size_t i = 0; i < BlockCount; ++i) {
        QCOMPARE(shapley.interactions[i][i], 0.0);
        for (std::size_t j = 0; j < i; ++j) {
            QVERIFY(shapley.interactions[i][j] == shapley.interactions[j][i]);
            QVERIFY(
                std::abs(shapley.interactions[i][j] - slowInteraction(table, static_cast<int>(i), static_cast<int>(j)))
                < 1e-12);
        }
    }
}

void TestShapley::additiveGame()
{
    // Worth of visible blocks: 1 + sum of (b - 4) / 16, exact in float.
    const Shapley shapley = computeShapley(scalarTable([](BlockMask hidden) {
        double worth = 1;
        for (const int b : toList(hidden.complement()))
            worth += (b - 4) / 16.0;
        return worth;
    }));
    for (std::size_t b = 0; b < BlockCount; ++b) {
        QVERIFY(std::abs(shapley.values[b] - (static_cast<double>(b) - 4) / 16) < 1e-14);
        for (const double interaction : shapley.interactions[b])
            QVERIFY(std::abs(interaction) < 1e-14);
    }
}

void TestShapley::pairGame()
{
    // Worth 0.5 as soon as blocks 2 and 7 are both visible.
    const Shapley shapley = computeShapley(
        scalarTable([](BlockMask hidden) { return hidden.contains({2}) || hidden.contains({7}) ? 3.0 : 3.5; }));
    for (std::size_t i = 0; i < BlockCount; ++i) {
        QVERIFY(std::abs(shapley.values[i] - (i == 2 || i == 7 ? 0.25 : 0)) < 1e-14);
        for (std::size_t j = 0; j < BlockCount; ++j) {
            const bool pair = (i == 2 && j == 7) || (i == 7 && j == 2);
            QVERIFY(std::abs(shapley.interactions[i][j] - (pair ? 0.5 : 0)) < 1e-14);
        }
    }
}

void TestShapley::unanimityOfThree()
{
    // Three blocks needed together: a third each; any two of them interact with 1 / (3 - 1).
    const Shapley shapley =
        computeShapley(scalarTable([](BlockMask hidden) { return (hidden.bits() & 0b111u) == 0 ? 1.0 : 0.0; }));
    for (std::size_t i = 0; i < BlockCount; ++i) {
        QVERIFY(std::abs(shapley.values[i] - (i < 3 ? 1 / 3.0 : 0)) < 1e-14);
        for (std::size_t j = 0; j < BlockCount; ++j)
            QVERIFY(std::abs(shapley.interactions[i][j] - (i < 3 && j < 3 && i != j ? 0.5 : 0)) < 1e-14);
    }
}

void TestShapley::symmetricBlocksGetEqualValues()
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const Shapley shapley = computeShapley(withTwins(randomGradeTable(seed)));
        QVERIFY(shapley.values[2] == shapley.values[9]);
        QVERIFY(shapley.interactions[2][5] == shapley.interactions[9][5]);
    }
}

void TestShapley::constantGame()
{
    const Shapley shapley = computeShapley(scalarTable([](BlockMask) { return 71.25; }));
    QCOMPARE(shapley.values, BlockValues{});
    QCOMPARE(shapley.sum, 0.0);
}

HALFLENS_TEST(TestShapley)
#include "tst_shapley.moc"
