// SPDX-License-Identifier: BSD-3-Clause
// TRIQ's encoder as plain numbers: blocks of tokens, GELU, layer norm, masks, and the whole against
// a float64 evaluation.
#include "core/predictor/triq_encoder.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/reference_encoder.h"

#include <QTest>

#include <cmath>

using namespace halflens;

namespace {

/// A single block of `value` straight through the head: output = gelu(value).
float geluOf(float value)
{
    TriqEncoder encoder;
    encoder.width = 1;
    encoder.heads = 1;
    encoder.head0 = {1, 1, {1}, {0}};
    encoder.head1 = {1, 1, {1}, {0}};
    encoder.qualityToken = {value};
    encoder.positionEmbedding = {0, 0};
    return evaluate(encoder, {1, 1, 1, {0}}, {}).value().front();
}

} // namespace

class TestTriqEncoder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void blocks12x16();
    void blocksOfOtherGrids_data();
    void blocksOfOtherGrids();
    void gelu_data();
    void gelu();
    void layerNormEpsilon();
    void embedding();
    void limits();
    void masks_data();
    void masks();
    void traces();
    void linearOutput();
};

/// Sequence positions of spec models 6.2.
void TestTriqEncoder::blocks12x16()
{
    const auto positions = [](int block) {
        QList<int> found;
        for (int row = 0; row < 12; ++row) {
            for (int column = 0; column < 16; ++column) {
                if (blockOfToken(row, column, 12, 16).value == block)
                    found << 1 + 16 * row + column;
            }
        }
        return found;
    };
    QCOMPARE(positions(0), (QList<int>{1, 2, 3, 4, 17, 18, 19, 20, 33, 34, 35, 36, 49, 50, 51, 52}));
    QCOMPARE(positions(3), (QList<int>{13, 14, 15, 16, 29, 30, 31, 32, 45, 46, 47, 48, 61, 62, 63, 64}));
    QCOMPARE(positions(11),
             (QList<int>{141, 142, 143, 144, 157, 158, 159, 160, 173, 174, 175, 176, 189, 190, 191, 192}));
}

void TestTriqEncoder::blocksOfOtherGrids_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<QList<int>>("rows");
    QTest::addColumn<QList<int>>("columns");
    QTest::newRow("8x11") << 8 << 11 << QList<int>{0, 0, 0, 1, 1, 2, 2, 2}
                          << QList<int>{0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3};
    QTest::newRow("8x6") << 8 << 6 << QList<int>{0, 0, 0, 1, 1, 2, 2, 2} << QList<int>{0, 1, 1, 2, 3, 3};
    QTest::newRow("3x4") << 3 << 4 << QList<int>{0, 1, 2} << QList<int>{0, 1, 2, 3};
    QTest::newRow("1x1") << 1 << 1 << QList<int>{1} << QList<int>{2};
    QTest::newRow("2x2") << 2 << 2 << QList<int>{0, 2} << QList<int>{1, 3};
}

void TestTriqEncoder::blocksOfOtherGrids()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(QList<int>, rows);
    QFETCH(QList<int>, columns);
    for (int row = 0; row < height; ++row) {
        for (int column = 0; column < width; ++column) {
            const BlockIndex block = blockOfToken(row, column, height, width);
            QCOMPARE(block.row(), rows[row]);
            QCOMPARE(block.column(), columns[column]);
        }
    }
}

void TestTriqEncoder::gelu_data()
{
    QTest::addColumn<float>("x");
    QTest::addColumn<float>("y");
    // spec models 5.2, the tanh form
    QTest::newRow("1") << 1.F << 0.8411920F;
    QTest::newRow("-1") << -1.F << -0.1588080F;
    QTest::newRow("2") << 2.F << 1.9545977F;
    QTest::newRow("3") << 3.F << 2.9963626F;
    QTest::newRow("0") << 0.F << 0.F;
    QTest::newRow("far right") << 50.F << 50.F;
    QTest::newRow("far left") << -50.F << 0.F;
}

void TestTriqEncoder::gelu()
{
    QFETCH(float, x);
    QFETCH(float, y);
    QVERIFY2(std::abs(geluOf(x) - y) < 4e-7F, std::to_string(geluOf(x)).c_str());
}

/// 1e-6, not 1e-5: visible where a token hardly varies.
void TestTriqEncoder::layerNormEpsilon()
{
    TriqEncoder encoder;
    encoder.width = 2;
    encoder.heads = 1;
    const DenseWeights nothing{2, 2, {0, 0, 0, 0}, {0, 0}};
    const DenseWeights up{2, 1, {0, 0}, {0}};
    const DenseWeights down{1, 2, {0, 0}, {0, 0}};
    encoder.layers = {{nothing, nothing, nothing, nothing, up, down, {{1, 1}, {0, 0}}, {{1, 1}, {0, 0}}}};
    encoder.head0 = {2, 1, {1, 0}, {1000}}; // far right, where GELU is the identity
    encoder.head1 = {1, 1, {1}, {-1000}};
    encoder.qualityToken = {1e-3F, -1e-3F};
    encoder.positionEmbedding = {0, 0, 0, 0};
    const float output = evaluate(encoder, {1, 1, 2, {0, 0}}, {}).value().front();
    const double first = 1e-3 / std::sqrt(1e-6 + 1e-6); // variance 1e-6
    const double expected = first / std::sqrt(first * first + 1e-6);
    QVERIFY2(std::abs(output - expected) < 1e-4, std::to_string(output).c_str());
    const auto slow = test::evaluateMasked(encoder, {1, 1, 2, {0, 0}}, 0);
    QVERIFY(std::abs(slow[0] - expected) < 1e-6);

    // After one norm only: leave the second one's input alone by reading the trace of a tiny gamma.
    encoder.layers[0].norm2 = {{0, 0}, {0.25F, 0.5F}};
    EncoderTrace trace;
    QVERIFY(evaluate(encoder, {1, 1, 2, {0, 0}}, {}, &trace).has_value());
    QCOMPARE(trace.clsAfterLayer.at(0), (std::vector<float>{0.25F, 0.5F}));
}

void TestTriqEncoder::embedding()
{
    const TriqEncoder encoder = test::randomEncoder(1);
    const TokenGrid tokens = test::randomTokens(2, 3, 5);
    const auto embedded = embedTokens(encoder, tokens);
    QVERIFY(embedded.has_value());
    QCOMPARE(embedded->size(), std::size_t{16 * 32});
    // Row 0 of the positions belongs to CLS; the others follow in row-major order.
    QCOMPARE((*embedded)[0], encoder.qualityToken[0] + encoder.positionEmbedding[0]);
    QCOMPARE((*embedded)[31], encoder.qualityToken[31] + encoder.positionEmbedding[31]);
    QCOMPARE((*embedded)[32], tokens.values[0] + encoder.positionEmbedding[32]);
    QCOMPARE((*embedded)[15 * 32 + 7], tokens.values[14 * 32 + 7] + encoder.positionEmbedding[15 * 32 + 7]);
}

void TestTriqEncoder::limits()
{
    test::EncoderRecipe recipe;
    recipe.positions = 13;
    const TriqEncoder encoder = test::randomEncoder(1, recipe);
    QVERIFY(embedTokens(encoder, test::randomTokens(2, 3, 4)).has_value()); // exactly full
    const auto over = evaluate(encoder, test::randomTokens(2, 1, 13), {});
    QVERIFY(!over);
    QCOMPARE(over.error().code, ErrorCode::Model);
    QVERIFY(over.error().reason.find("13 tokens") != std::string::npos);
    QVERIFY(over.error().reason.find("positions for 12") != std::string::npos);
    QVERIFY(!over.error().remedy.empty());
    QVERIFY(!embedTokens(encoder, {}).has_value());
    QVERIFY(!embedTokens(encoder, test::randomTokens(2, 3, 4, 16)).has_value());
}

void TestTriqEncoder::masks_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    for (const auto& [height, width] : {std::pair{12, 16}, {8, 11}, {3, 4}, {2, 2}, {1, 1}})
        QTest::addRow("%dx%d", height, width) << height << width;
}

void TestTriqEncoder::masks()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const TokenGrid tokens = test::randomTokens(3, height, width);
    for (const float strength : {1.F, 100.F}) {
        test::EncoderRecipe recipe;
        recipe.query1 = strength;
        const TriqEncoder encoder = test::randomEncoder(4, recipe);
        for (const std::uint32_t mask : {0b0110'0010'0111u, 0u, 4095u, 1u, 2048u, 0b1001'1101'1000u}) {
            if (height * width > 100 && mask % 2 == 0)
                continue; // these take long
            const auto output = evaluate(encoder, tokens, BlockMask(mask));
            QVERIFY(output.has_value());
            const auto expected = test::evaluateMasked(encoder, tokens, mask);
            for (std::size_t o = 0; o < expected.size(); ++o)
                QVERIFY2(std::abs((*output)[o] - expected[o]) <= 2e-6, std::to_string((*output)[o]).c_str());
        }
    }
}

void TestTriqEncoder::traces()
{
    const TriqEncoder encoder = test::randomEncoder(5);
    const TokenGrid tokens = test::randomTokens(6, 3, 4);
    EncoderTrace whole;
    const auto output = evaluate(encoder, tokens, {}, &whole);
    QCOMPARE(*evaluate(encoder, tokens, {}), *output); // looking changes nothing
    EncoderTrace masked;
    QVERIFY(evaluate(encoder, tokens, BlockMask(0b111), &masked).has_value());
    for (const auto& [trace, length] : {std::pair{&whole, std::size_t{13}}, {&masked, std::size_t{10}}}) {
        QCOMPARE(trace->clsAfterLayer.size(), std::size_t{2});
        QCOMPARE(trace->attention.size(), std::size_t{2});
        for (std::size_t l = 0; l < 2; ++l) {
            QCOMPARE(trace->clsAfterLayer[l].size(), std::size_t{32});
            const auto& attention = trace->attention[l];
            QCOMPARE(attention.size(), 8 * length * length);
            for (std::size_t row = 0; row < attention.size(); row += length) {
                double sum = 0;
                for (std::size_t k = 0; k < length; ++k)
                    sum += attention[row + k];
                QVERIFY(std::abs(sum - 1) < 1e-5);
            }
        }
    }
    // The last CLS is what the head starts from.
    TriqEncoder head = encoder;
    head.layers.clear();
    head.qualityToken = whole.clsAfterLayer[1];
    std::fill(head.positionEmbedding.begin(), head.positionEmbedding.end(), 0.F);
    QCOMPARE(*evaluate(head, tokens, {}), *output);
}

void TestTriqEncoder::linearOutput()
{
    test::EncoderRecipe recipe;
    recipe.outputs = 1;
    recipe.head = 5; // well outside 0..1
    const TriqEncoder encoder = test::randomEncoder(7, recipe);
    const TokenGrid tokens = test::randomTokens(8, 3, 4);
    const auto output = evaluate(encoder, tokens, {});
    QCOMPARE(output->size(), std::size_t{1});
    const double expected = test::evaluateMasked(encoder, tokens, 0)[0];
    QVERIFY(std::abs(expected) > 1.5);
    QVERIFY(std::abs(output->front() - expected) < 1e-5 * std::abs(expected));
}

HALFLENS_TEST(TestTriqEncoder)
#include "tst_triq_encoder.moc"
