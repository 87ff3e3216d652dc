// SPDX-License-Identifier: BSD-3-Clause
// PNM: the six kinds against hand-made pixels, odd headers, damage, lying headers.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

class TestDecodePnm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pixels_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<QByteArray>("rgb"); // in hexadecimal
        using Q = QByteArray;
        QTest::newRow("P1") << Q("P1\n3 2\n1 0 1\n0 1 0\n") << 3 << 2 << Q("000000ffffff000000ffffff000000ffffff");
        QTest::newRow("P1 without blanks") << Q("P1 3 2 101010") << 3 << 2 << Q("000000ffffff000000ffffff000000ffffff");
        QTest::newRow("P2") << Q("P2\n2 1\n255\n7 200\n") << 2 << 1 << Q("070707c8c8c8");
        QTest::newRow("P2, largest value 15") << Q("P2 2 1 15 15 3") << 2 << 1 << Q("ffffff333333");
        QTest::newRow("P2, largest value 1000") << Q("P2 2 1 1000 1000 500") << 2 << 1 << Q("ffffff808080");
        QTest::newRow("P3") << Q("P3 1 2 255 1 2 3 254 255 0") << 1 << 2 << Q("010203feff00");
        QTest::newRow("P4") << Q("P4 9 2\n\xa0\x80\x00\x00", 11) << 9 << 2
                            << Q("000000ffffff000000ffffffffffffffffffffffffffffff000000") + Q("ffffff").repeated(9);
        QTest::newRow("P5") << Q("P5 2 1 255\n\x07\xc8") << 2 << 1 << Q("070707c8c8c8");
        QTest::newRow("P5 16 bit") << Q("P5 2 1 65535\n\xff\xff\x80\x00", 17) << 2 << 1 << Q("ffffff808080");
        QTest::newRow("P6") << Q("P6 1 2 255\n\x01\x02\x03\xfe\xff\x0a") << 1 << 2 << Q("010203feff0a");
        QTest::newRow("P6 16 bit") << Q("P6 1 1 65535 \x00\x80\x01\x02\xfe\xff", 19) << 1 << 1 << Q("0001fe");
        QTest::newRow("comments") << Q("P2# made by hand\n#more\n2 # width\n1\n255 7 #seven\n200") << 2 << 1
                                  << Q("070707c8c8c8");
        QTest::newRow("a blank as first pixel") << Q("P5 1 1 255\n ") << 1 << 1 << Q("202020");
        QTest::newRow("bytes behind the end") << Q("P5 1 1 255\n\x07 and more") << 1 << 1 << Q("070707");
    }

    void pixels()
    {
        QFETCH(QByteArray, file);
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(QByteArray, rgb);
        const auto image = decodeImage(bytesOf(file.toStdString()));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, width);
        QCOMPARE((*image)->height, height);
        QCOMPARE((*image)->origin.format, std::string("PNM"));
        const QByteArray got(reinterpret_cast<const char*>((*image)->rgb.data()),
                             static_cast<qsizetype>((*image)->rgb.size()));
        QCOMPARE(got.toHex(), rgb);
    }

    void longAndThin()
    {
        for (const bool column : {false, true}) {
            std::string file = column ? "P5 1 10000 255\n" : "P5 10000 1 255\n";
            for (int i = 0; i < 10000; ++i)
                file.push_back(static_cast<char>(i % 251));
            const auto image = decodeImage(bytesOf(file));
            QVERIFY(image.has_value());
            QCOMPARE((*image)->height, column ? 10000 : 1);
            QCOMPARE(static_cast<int>((*image)->rgb[3 * 9999]), 9999 % 251);
        }
    }

    void damage_data()
    {
        QTest::addColumn<QByteArray>("file");
        using Q = QByteArray;
        QTest::newRow("header only") << Q("P6");
        QTest::newRow("no height") << Q("P6 5 ");
        QTest::newRow("no largest value") << Q("P6 5 5");
        QTest::newRow("no blank after the header") << Q("P5 1 1 255");
        QTest::newRow("largest value 0") << Q("P5 1 1 0\n0");
        QTest::newRow("largest value 65536") << Q("P5 1 1 65536\n000");
        QTest::newRow("zero width") << Q("P5 0 1 255\n0");
        QTest::newRow("more than 9 digits") << Q("P5 1 10000000000 255\n0");
        QTest::newRow("not a number") << Q("P5 1 x 255\n0");
        QTest::newRow("negative") << Q("P5 -1 1 255\n0");
        QTest::newRow("P6 short by a byte") << Q("P6 2 1 255\n12345");
        QTest::newRow("P5 16 bit short by a byte") << Q("P5 2 1 256\n123");
        QTest::newRow("P4 short by a byte") << Q("P4 9 2\n123");
        QTest::newRow("P3 short by a value") << Q("P3 2 1 255 1 2 3 4 5");
        QTest::newRow("P3 short, long values") << Q("P3 2 1 255 100 200 30");
        QTest::newRow("P2 too large a value") << Q("P2 2 1 15 3 16");
        QTest::newRow("P5 too large a value") << Q("P5 2 1 15\n\x03\x10");
        QTest::newRow("P1 a 2") << Q("P1 2 1 1 2");
        QTest::newRow("unfinished comment") << Q("P2 2 1 255 1 #2");
        QTest::newRow("claims 14000 x 14000") << Q("P6 14000 14000 255\n012");
        QTest::newRow("plain, claims 14000 x 14000") << Q("P3 14000 14000 255 0 1 2");
        QTest::newRow("bits, claim 14000 x 14000") << Q("P1 14000 14000 0 1 0");
    }

    void damage()
    {
        QFETCH(QByteArray, file);
        const auto image = decodeImage(bytesOf(file.toStdString()));
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().stage, std::string("decode"));
        QVERIFY2(image.error().code == ErrorCode::InvalidInput || file == "P6", image.error().message().c_str());
    }

    void aboveTheLimits()
    {
        for (const char* file : {"P6 70000 2 255\n0", "P6 999999999 999999999 255\n0", "P6 60000 60000 255\n0"})
            QCOMPARE(decodeImage(bytesOf(file)).error().code, ErrorCode::Unsupported);
    }

    void headerDescribesTheFile()
    {
        const auto header = probeImage(bytesOf("P6 7 9 1023\n"));
        QVERIFY(header.has_value());
        QCOMPARE(header->width, std::int64_t{7});
        QCOMPARE(header->height, std::int64_t{9});
        QCOMPARE(header->bitsPerChannel, 16);
        QCOMPARE(header->channels, 3);
        QCOMPARE(probeImage(bytesOf("P4 7 9 \n"))->bitsPerChannel, 1);
    }
};

HALFLENS_TEST(TestDecodePnm)
#include "tst_decode_pnm.moc"
