// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/block_set.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

class TestBlockSet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void accepted_data();
    void accepted();
    void refused_data();
    void refused();
    void names();
    void roundTrip();
};

void TestBlockSet::accepted_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("bits");
    QTest::newRow("list") << QByteArray("0,3,5") << 0x29;
    QTest::newRow("one") << QByteArray("11") << 0x800;
    QTest::newRow("unordered") << QByteArray("5,0,3") << 0x29;
    QTest::newRow("blanks") << QByteArray("  5 , 0,3 ") << 0x29;
    QTest::newRow("none") << QByteArray("none") << 0;
    QTest::newRow("None") << QByteArray("None") << 0;
    QTest::newRow("hex") << QByteArray("0x29") << 0x29;
    QTest::newRow("HEX") << QByteArray("0XfFf") << 0xfff;
    QTest::newRow("hex 0") << QByteArray("0x0") << 0;
    QTest::newRow("hex, leading zeros") << QByteArray("0x00000029") << 0x29;
    QTest::newRow("leading zero") << QByteArray("01") << 2;
    QTest::newRow("all") << QByteArray("0,1,2,3,4,5,6,7,8,9,10,11") << 0xfff;
}

void TestBlockSet::accepted()
{
    QFETCH(QByteArray, text);
    QFETCH(int, bits);
    const auto set = parseBlockSet(text.toStdString());
    QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
    QVERIFY(!set->needsHalves());
    QCOMPARE(int(set->mask.bits()), bits);
    QCOMPARE(set->resolve(BlockMask(0x3f)), set->mask);
}

void TestBlockSet::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("empty") << QByteArray() << QByteArray("no blocks are named");
    QTest::newRow("blank") << QByteArray("  ") << QByteArray("no blocks are named");
    QTest::newRow("12") << QByteArray("3,12") << QByteArray("there is no block \"12\"");
    QTest::newRow("negative") << QByteArray("-1") << QByteArray("\"-1\" is not a block number");
    QTest::newRow("plus") << QByteArray("+1") << QByteArray("not a block number");
    QTest::newRow("huge") << QByteArray("99999999999999999999") << QByteArray("not a block number");
    QTest::newRow("word") << QByteArray("top") << QByteArray("\"top\" is not a block number");
    QTest::newRow("two words") << QByteArray("important,3") << QByteArray("\"important\" is not a block number");
    QTest::newRow("twice") << QByteArray("3,4,3") << QByteArray("block 3 is named twice");
    QTest::newRow("end comma") << QByteArray("3,") << QByteArray("beside a comma");
    QTest::newRow("first comma") << QByteArray(",3") << QByteArray("beside a comma");
    QTest::newRow("semicolon") << QByteArray("3;4") << QByteArray("not a block number");
    QTest::newRow("decimal") << QByteArray("3.5") << QByteArray("not a block number");
    QTest::newRow("13 bits") << QByteArray("0x1000") << QByteArray("more than 12 bits");
    QTest::newRow("no digits") << QByteArray("0x") << QByteArray("not a hexadecimal");
    QTest::newRow("bad digits") << QByteArray("0xfg") << QByteArray("not a hexadecimal");
    QTest::newRow("hex overflow") << QByteArray("0x100000029") << QByteArray("not a hexadecimal");
    QTest::newRow("zero byte") << QByteArray("3\0", 2) << QByteArray("\"3?\"");
    QTest::newRow("bytes") << QByteArray("\xff\xfe") << QByteArray("\"??\"");
    QTest::newRow("long") << QByteArray(1000, 'x') << QByteArray("xxx...\"");
}

void TestBlockSet::refused()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, says);
    const auto set = parseBlockSet(text.toStdString());
    QVERIFY(!set);
    QCOMPARE(set.error().code, ErrorCode::InvalidInput);
    QVERIFY2(QByteArray::fromStdString(set.error().message()).contains(says), set.error().message().c_str());
    QVERIFY(set.error().message().size() < 250);
}

void TestBlockSet::names()
{
    const BlockMask half(0b011010100110);
    const auto important = parseBlockSet(" Important").value();
    const auto trivial = parseBlockSet("trivial").value();
    QVERIFY(important.needsHalves() && trivial.needsHalves());
    QCOMPARE(important.resolve(half), half);
    QCOMPARE(trivial.resolve(half), half.complement());
    QCOMPARE(blocksToString(important), std::string("important"));
    QCOMPARE(blocksToString(trivial), std::string("trivial"));
}

void TestBlockSet::roundTrip()
{
    QCOMPARE(blocksToString(BlockMask()), std::string("none"));
    QCOMPARE(blocksToString(BlockMask(0x829)), std::string("0,3,5,11"));
    for (unsigned m = 0; m < MaskCount; ++m) {
        const BlockSet set{BlockSet::Kind::Fixed, BlockMask(m)};
        QVERIFY(parseBlockSet(blocksToString(set)).value() == set);
    }
}

HALFLENS_TEST(TestBlockSet)
#include "tst_block_set.moc"
