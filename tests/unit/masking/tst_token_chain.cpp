// SPDX-License-Identifier: BSD-3-Clause
// Cells shown one after the other against the plain transformer with the others' tokens dropped.
#include "core/masking/token_chain.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/reference_encoder.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

using namespace halflens;

namespace {

std::vector<int> shuffled(int count, unsigned seed)
{
    std::vector<int> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    return order;
}

/// Score with the first `visible` cells of the order.
double plainScore(const TriqEncoder& encoder, const TokenGrid& tokens, CellGrid cells, const std::vector<int>& order,
                  int visible)
{
    const std::vector<int> cellOfToken = cellsOfTokens(cells, tokens.height, tokens.width);
    const std::set<int> shown(order.begin(), order.begin() + visible);
    std::vector<std::uint8_t> hidden;
    for (const int cell : cellOfToken)
        hidden.push_back(shown.contains(cell) ? 0 : 1);
    return scoreOf(*evaluateHiding(encoder, tokens, hidden));
}

} // namespace

class TestTokenChain : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cells();
    void scores_data();
    void scores();
    void agreesWithReference();
    void partsOfAChain();
    void refuses();
};

void TestTokenChain::cells()
{
    const std::vector<int> blocks = cellsOfTokens({3, 4}, 12, 16);
    for (int row = 0; row < 12; ++row)
        for (int column = 0; column < 16; ++column)
            QCOMPARE(blocks[static_cast<std::size_t>(16 * row + column)], blockOfToken(row, column, 12, 16).value);
    // Every cell has a token as long as no side exceeds the grid's.
    for (const auto& [rows, columns] : {std::pair{5, 7}, {1, 7}, {5, 1}, {4, 6}}) {
        const std::vector<int> some = cellsOfTokens({rows, columns}, 5, 7);
        QCOMPARE(static_cast<int>(std::set(some.begin(), some.end()).size()), rows * columns);
    }
}

void TestTokenChain::scores_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<float>("query1");
    QTest::addColumn<int>("tokenWidth");
    QTest::newRow("12x16 in 6x8") << 12 << 16 << 6 << 8 << 5 << 1.F << 32;
    QTest::newRow("16x12 in 8x6") << 16 << 12 << 8 << 6 << 5 << 1.F << 32;
    QTest::newRow("8x11 in 3x4, one output") << 8 << 11 << 3 << 4 << 1 << 1.F << 32;
    QTest::newRow("5x7 in 5x7") << 5 << 7 << 5 << 7 << 5 << 1.F << 32;
    QTest::newRow("3x4, logits far apart") << 3 << 4 << 3 << 4 << 5 << 1000.F << 32;
    QTest::newRow("1x1") << 1 << 1 << 1 << 1 << 5 << 1.F << 32;
    QTest::newRow("another size of encoder") << 4 << 4 << 2 << 4 << 5 << 1.F << 16;
}

void TestTokenChain::scores()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(int, outputs);
    QFETCH(float, query1);
    QFETCH(int, tokenWidth);
    test::EncoderRecipe recipe;
    recipe.outputs = outputs;
    recipe.query1 = query1;
    recipe.width = tokenWidth;
    const TriqEncoder encoder = test::randomEncoder(51, recipe);
    const TokenGrid tokens = test::randomTokens(52, height, width, tokenWidth);
    const CellGrid cells{rows, columns};
    const std::vector<int> order = shuffled(cells.count(), 53);
    std::vector<double> expected;
    for (int visible = 0; visible <= cells.count(); ++visible)
        expected.push_back(plainScore(encoder, tokens, cells, order, visible));
    for (const TableKernel kernel : availableTableKernels()) {
        const auto chains = TokenChains::create(encoder, tokens, cells, kernel);
        QVERIFY(chains.has_value());
        QCOMPARE(chains->cells(), cells);
        const std::vector<double> found = chains->scores(order, 0, cells.count());
        QCOMPARE(found.size(), expected.size());
        for (std::size_t step = 0; step < found.size(); ++step)
            QVERIFY2(std::abs(found[step] - expected[step]) <= 5e-5,
                     (toString(kernel) + " at step " + std::to_string(step)).c_str());
    }
}

void TestTokenChain::agreesWithReference()
{
    const TriqEncoder encoder = test::randomEncoder(54);
    const TokenGrid tokens = test::randomTokens(55, 12, 16);
    const auto chains = TokenChains::create(encoder, tokens, {3, 4});
    const std::vector<int> order = shuffled(12, 56);
    const std::vector<double> found = chains->scores(order, 0, 12);
    std::uint32_t mask = MaskCount - 1;
    for (std::size_t step = 0; step <= 12; step += 3) {
        for (std::size_t i = step >= 3 ? step - 3 : step; i < step; ++i)
            mask &= ~(1u << order[i]);
        const std::vector<double> row = test::evaluateMasked(encoder, tokens, mask);
        double score = 0;
        for (std::size_t o = 0; o < row.size(); ++o)
            score += static_cast<double>(o + 1) * row[o];
        QVERIFY(std::abs(found[step] - score) <= 5e-5);
    }
}

void TestTokenChain::partsOfAChain()
{
    const TriqEncoder encoder = test::randomEncoder(57);
    const auto chains = TokenChains::create(encoder, test::randomTokens(58, 12, 16), {6, 8});
    const std::vector<int> order = shuffled(48, 59);
    const std::vector<double> all = chains->scores(order, 0, 48);
    for (const auto& [first, last] : {std::pair{0, 0}, {1, 1}, {47, 47}, {48, 48}, {2, 46}, {10, 25}, {10, 27}}) {
        const std::vector<double> some = chains->scores(order, first, last);
        QCOMPARE(static_cast<int>(some.size()), last - first + 1);
        for (int step = first; step <= last; ++step)
            QVERIFY(std::abs(some[static_cast<std::size_t>(step - first)] - all[static_cast<std::size_t>(step)])
                    < 1e-6);
    }
}

void TestTokenChain::refuses()
{
    const TriqEncoder encoder = test::randomEncoder(60);
    const TokenGrid tokens = test::randomTokens(61, 5, 7);
    for (const CellGrid cells : {CellGrid{6, 7}, CellGrid{5, 8}, CellGrid{0, 4}, CellGrid{3, -1}})
        QVERIFY(!TokenChains::create(encoder, tokens, cells).has_value());
    QVERIFY(!TokenChains::create(encoder, test::randomTokens(62, 20, 20), {3, 4}).has_value()); // too many tokens
}

HALFLENS_TEST(TestTokenChain)
#include "tst_token_chain.moc"
