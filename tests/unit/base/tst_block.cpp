// SPDX-License-Identifier: BSD-3-Clause
// Block grid, masks as bits, scores, error messages, shapes in words.
#include "core/base/block.h"
#include "core/base/result.h"
#include "core/base/score.h"
#include "core/base/tensor.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <array>
#include <stdexcept>

using namespace halflens;

class TestBlock : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbers();
    void masks();
    void rects_data();
    void rects();
    void inverse_data();
    void inverse();
    void scores();
    void scales();
    void messages();
    void guardedSteps();
    void shapes();
};

void TestBlock::numbers()
{
    for (int b = 0; b < BlockCount; ++b) {
        const BlockIndex block{b};
        QCOMPARE(block.row(), b / 4);
        QCOMPARE(block.column(), b % 4);
        QCOMPARE(BlockIndex::at(block.row(), block.column()), block);
    }
}

void TestBlock::masks()
{
    QCOMPARE(BlockMask::all().count(), 12);
    QVERIFY(BlockMask().isEmpty());
    QCOMPARE(BlockMask(0xffff'f000u | 5u).bits(), std::uint16_t{5}); // bits above the grid are dropped
    const BlockMask mask(0b0110'0010'0111); // 0, 1, 2, 5, 9, 10
    QCOMPARE(mask.count(), 6);
    QVERIFY(mask.contains({5}) && mask.contains({10}) && !mask.contains({3}) && !mask.contains({11}));
    QCOMPARE(mask.complement().bits(), std::uint16_t{0b1001'1101'1000});
    QCOMPARE(mask.complement().complement(), mask);
    QCOMPARE(mask.with({5}), mask);
    QCOMPARE(mask.with({11}).without({11}), mask);
    QCOMPARE(mask.toggled({0}).toggled({0}), mask);
    QCOMPARE(mask.toggled({0}).bits(), std::uint16_t{0b0110'0010'0110});
}

void TestBlock::rects_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<QList<int>>("rows");
    QTest::addColumn<QList<int>>("columns");
    // spec measures 0
    QTest::newRow("768x1024") << 768 << 1024 << QList<int>{0, 256, 512, 768} << QList<int>{0, 256, 512, 768, 1024};
    QTest::newRow("384x512") << 384 << 512 << QList<int>{0, 128, 256, 384} << QList<int>{0, 128, 256, 384, 512};
    QTest::newRow("500x500") << 500 << 500 << QList<int>{0, 166, 333, 500} << QList<int>{0, 125, 250, 375, 500};
    QTest::newRow("4x5") << 4 << 5 << QList<int>{0, 1, 2, 4} << QList<int>{0, 1, 2, 3, 5};
    QTest::newRow("1x1") << 1 << 1 << QList<int>{0, 0, 0, 1} << QList<int>{0, 0, 0, 0, 1};
    QTest::newRow("no overflow") << 2'000'000'000 << 1'999'999'999
                                 << QList<int>{0, 666'666'666, 1'333'333'333, 2'000'000'000}
                                 << QList<int>{0, 499'999'999, 999'999'999, 1'499'999'999, 1'999'999'999};
}

void TestBlock::rects()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(QList<int>, rows);
    QFETCH(QList<int>, columns);
    for (int b = 0; b < BlockCount; ++b) {
        const BlockRect rect = blockRect({b}, height, width);
        QCOMPARE(rect.top, rows[b / 4]);
        QCOMPARE(rect.bottom, rows[b / 4 + 1]);
        QCOMPARE(rect.left, columns[b % 4]);
        QCOMPARE(rect.right, columns[b % 4 + 1]);
    }
}

void TestBlock::inverse_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    for (const auto& [height, width] : std::initializer_list<std::pair<int, int>>{
             {1, 1}, {2, 3}, {3, 4}, {4, 5}, {7, 11}, {50, 53}, {1, 100}, {100, 1}, {64, 86}})
        QTest::addRow("%dx%d", height, width) << height << width;
}

void TestBlock::inverse()
{
    QFETCH(int, height);
    QFETCH(int, width);
    int seen = 0;
    for (int b = 0; b < BlockCount; ++b) {
        const BlockRect rect = blockRect({b}, height, width);
        for (int y = rect.top; y < rect.bottom; ++y) {
            for (int x = rect.left; x < rect.right; ++x, ++seen)
                QCOMPARE(blockAt(y, x, height, width).value, b);
        }
    }
    QCOMPARE(seen, height * width); // the blocks cover the image exactly once
}

void TestBlock::scores()
{
    const std::array<float, 5> grades{0.01F, 0.09F, 0.40F, 0.42F, 0.08F};
    QVERIFY(std::abs(scoreOf(grades) - 3.47) < 1e-6); // spec models 5.5
    const std::array<float, 1> single{68.25F};
    QCOMPARE(scoreOf(single), 68.25);
    // a float32 sum would round to 1
    const std::array<float, 2> fine{1.F, 0x1p-30F};
    QCOMPARE(scoreOf(fine), 1 + 0x1p-29);
}

void TestBlock::scales()
{
    QCOMPARE(ScoreScale{}.toFive(3.47), 3.47);
    const ScoreScale hundred{0, 100};
    QCOMPARE(hundred.toFive(0), 1.0);
    QCOMPARE(hundred.toFive(100), 5.0);
    QCOMPARE(hundred.toFive(25), 2.0);
    const ScoreScale falling{5, 1};
    QCOMPARE(falling.toFive(5), 1.0);
    QCOMPARE(falling.toFive(2), 4.0);
}

void TestBlock::messages()
{
    const Error full{ErrorCode::Io, "open", "no such file", "check the path", "a.png"};
    QCOMPARE(full.message(), std::string("a.png: open: no such file (check the path)"));
    QCOMPARE((Error{ErrorCode::Io, "", "no such file", "", ""}.message()), std::string("no such file"));
    QCOMPARE(Error(full).withFile("other").file, std::string("a.png"));
    QCOMPARE((Error{ErrorCode::Io, "open", "x", "", ""}.withFile("b").message()), std::string("b: open: x"));
    QVERIFY(isCancelled(Result<int>(cancelledError())));
    QVERIFY(!isCancelled(Result<int>(full)));
    QVERIFY(!isCancelled(Result<int>(3)));
}

void TestBlock::guardedSteps()
{
    QCOMPARE(guarded("model", [] { return Result<int>(4); }).value(), 4);
    const auto memory = guarded("model", []() -> Result<int> { throw std::bad_alloc(); });
    QCOMPARE(memory.error().code, ErrorCode::OutOfMemory);
    const auto thrown = guarded("table", []() -> Status { throw std::runtime_error("broken"); });
    QCOMPARE(thrown.error().code, ErrorCode::Internal);
    QCOMPARE(thrown.error().stage, std::string("table"));
    QCOMPARE(thrown.error().reason, std::string("broken"));
    QCOMPARE(guarded("x", []() -> Status { throw 3; }).error().code, ErrorCode::Internal);
}

void TestBlock::shapes()
{
    QCOMPARE(toString(Shape{64, 3, 7, 7}), std::string("[64, 3, 7, 7]"));
    QCOMPARE(toString(Shape{5}), std::string("[5]"));
    QCOMPARE(toString(Shape{}), std::string("[]"));
}

HALFLENS_TEST(TestBlock)
#include "tst_block.moc"
