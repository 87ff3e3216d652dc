// SPDX-License-Identifier: BSD-3-Clause
// The table of two images that exchange blocks, against a float64 transformer fed with tokens of both.
#include "core/base/parallel.h"
#include "core/masking/table_builder.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/table_predictor.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using test::featuresOf;
using test::someMasks;
using test::TablePredictor;
using test::Tolerance;

namespace {

/// Tokens of the blocks of `mask` from `b`, cell by cell.
TokenGrid composite(const TokenGrid& a, const TokenGrid& b, std::uint32_t mask)
{
    TokenGrid result = a;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const int token = static_cast<int>(i) / a.channels;
        const int block = blockOfToken(token / a.width, token % a.width, a.height, a.width).value;
        if ((mask >> block & 1) != 0)
            result.values[i] = b.values[i];
    }
    return result;
}

/// Two pictures that differ as a codec's input and output do, and those that have nothing in common.
TokenGrid changed(const TokenGrid& tokens, unsigned seed, float strength)
{
    TokenGrid result = test::randomTokens(seed, tokens.height, tokens.width, tokens.channels, strength);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] += tokens.values[i];
    return result;
}

} // namespace

class TestExchangeTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exchanges_data();
    void exchanges();
    void exchangesOfOtherSizes();
    void exchangeWithItself();
    void exchangeTables();
};

void TestExchangeTable::exchanges_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<float>("strength");
    QTest::addColumn<float>("query1");
    QTest::addColumn<int>("outputs");
    QTest::newRow("12x16, small change") << 12 << 16 << 0.1F << 1.F << 5;
    QTest::newRow("12x16, unlike") << 12 << 16 << 2.F << 1.F << 5;
    QTest::newRow("16x12") << 16 << 12 << 1.F << 1.F << 5;
    QTest::newRow("8x11, one output") << 8 << 11 << 1.F << 1.F << 1;
    QTest::newRow("3x4") << 3 << 4 << 1.F << 1.F << 5;
    QTest::newRow("3x4, logits far apart") << 3 << 4 << 1.F << 1000.F << 5;
    QTest::newRow("2x2, blocks without tokens") << 2 << 2 << 1.F << 1.F << 5;
}

void TestExchangeTable::exchanges()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(float, strength);
    QFETCH(float, query1);
    QFETCH(int, outputs);
    test::EncoderRecipe recipe;
    recipe.query1 = query1;
    recipe.outputs = outputs;
    const TriqEncoder encoder = test::randomEncoder(31, recipe);
    const TokenGrid a = test::randomTokens(32, height, width);
    const TokenGrid b = changed(a, 33, strength);
    const auto count = static_cast<std::size_t>(outputs);
    const std::vector<std::uint32_t> masks = someMasks(height * width > 100 ? 36 : 100);
    std::vector<std::vector<double>> expected(masks.size());
    (void)parallelFor(static_cast<int>(masks.size()), [&](int i) {
        const auto at = static_cast<std::size_t>(i);
        expected[at] = test::evaluateMasked(encoder, composite(a, b, masks[at]), 0);
    });
    const auto first = evaluate(encoder, a, BlockMask());
    const auto last = evaluate(encoder, b, BlockMask());
    for (const TableKernel kernel : availableTableKernels()) {
        const auto rows = evaluateAllExchanges(encoder, a, b, {}, kernel);
        QVERIFY(rows.has_value());
        QCOMPARE(rows->size(), MaskCount * count);
        double spread = 0;
        for (std::size_t i = 0; i < masks.size(); ++i) {
            for (std::size_t o = 0; o < count; ++o) {
                const double row = (*rows)[masks[i] * count + o];
                QVERIFY2(std::abs(row - expected[i][o]) <= Tolerance,
                         (toString(kernel) + " at " + std::to_string(masks[i])).c_str());
                spread = std::max(spread, std::abs(row - (*rows)[o]));
            }
        }
        QVERIFY(spread > 1e-3);
        for (std::size_t o = 0; o < count; ++o) {
            QVERIFY(std::abs((*rows)[o] - (*first)[o]) <= 1e-6F);
            QVERIFY(std::abs((*rows)[(MaskCount - 1) * count + o] - (*last)[o]) <= 1e-6F);
        }
    }
}

void TestExchangeTable::exchangesOfOtherSizes()
{
    const TriqEncoder encoder = test::randomEncoder(34, {16, 8, 3, 48, 32, 5, 20, 1, 1, 1, 1, 1});
    const TokenGrid a = test::randomTokens(35, 3, 4, 16);
    const TokenGrid b = changed(a, 36, 1);
    const auto rows = evaluateAllExchanges(encoder, a, b);
    QVERIFY(rows.has_value());
    for (const std::uint32_t mask : someMasks(100)) {
        const auto expected = test::evaluateMasked(encoder, composite(a, b, mask), 0);
        for (std::size_t o = 0; o < 5; ++o)
            QVERIFY(std::abs((*rows)[mask * 5 + o] - expected[o]) <= Tolerance);
    }
}

void TestExchangeTable::exchangeWithItself()
{
    const TriqEncoder encoder = test::randomEncoder(37);
    const TokenGrid tokens = test::randomTokens(38, 12, 16);
    for (const TableKernel kernel : availableTableKernels()) {
        const auto rows = evaluateAllExchanges(encoder, tokens, tokens, {}, kernel);
        QVERIFY(rows.has_value());
        for (std::size_t mask = 1; mask < MaskCount; ++mask)
            QVERIFY(
                std::equal(rows->begin(), rows->begin() + 5, rows->begin() + static_cast<std::ptrdiff_t>(5 * mask)));
    }
}

void TestExchangeTable::exchangeTables()
{
    const TriqEncoder encoder = test::randomEncoder(39);
    const Features a = featuresOf(test::randomTokens(40, 3, 4));
    const auto table = buildExchangeTable(TablePredictor(&encoder), a, featuresOf(changed(a.tokens, 41, 1)));
    QVERIFY(table.has_value());
    QVERIFY((*table)->exact);
    QCOMPARE((*table)->rows.size(), std::size_t{MaskCount * 5});
    QCOMPARE((*table)->scale, (ScoreScale{0, 100}));
    const auto none = buildExchangeTable(TablePredictor(nullptr), a, a);
    QVERIFY(!none && none.error().code == ErrorCode::Unsupported);
    const auto other = buildExchangeTable(TablePredictor(&encoder), a, featuresOf(test::randomTokens(42, 4, 3)));
    QVERIFY(!other && other.error().code == ErrorCode::InvalidInput);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(buildExchangeTable(TablePredictor(&encoder), a, a, stop.get_token())));
}

HALFLENS_TEST(TestExchangeTable)
#include "tst_exchange_table.moc"
