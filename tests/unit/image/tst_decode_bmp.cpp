// SPDX-License-Identifier: BSD-3-Clause
// BMP: files written byte by byte, every depth and compression, damage, lying headers.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

struct Bmp {
    int width = 0;
    int height = 0; ///< negative: top-down
    unsigned bits = 24;
    unsigned compression = 0;
    unsigned headerBytes = 40;
    std::vector<std::uint32_t> masks; ///< behind the first 40 bytes
    Bytes palette;
    unsigned coloursUsed = 0;
    Bytes pixels;
};

void put(Bytes& bytes, std::uint32_t value, int count)
{
    for (int i = 0; i < count; ++i)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Bytes encodeBmp(const Bmp& bmp)
{
    Bytes info;
    put(info, bmp.headerBytes, 4);
    const bool core = bmp.headerBytes == 12;
    put(info, static_cast<std::uint32_t>(bmp.width), core ? 2 : 4);
    put(info, static_cast<std::uint32_t>(bmp.height), core ? 2 : 4);
    put(info, 1, 2);
    put(info, bmp.bits, 2);
    if (!core) {
        put(info, bmp.compression, 4);
        put(info, static_cast<std::uint32_t>(bmp.pixels.size()), 4);
        put(info, 2835, 4);
        put(info, 2835, 4);
        put(info, bmp.coloursUsed, 4);
        put(info, 0, 4);
        for (const std::uint32_t mask : bmp.masks)
            put(info, mask, 4);
        while (info.size() < bmp.headerBytes)
            info.push_back(0);
    }
    info.insert(info.end(), bmp.palette.begin(), bmp.palette.end());
    Bytes file = bytesOf("BM");
    put(file, static_cast<std::uint32_t>(14 + info.size() + bmp.pixels.size()), 4);
    put(file, 0, 4);
    put(file, static_cast<std::uint32_t>(14 + info.size()), 4);
    file.insert(file.end(), info.begin(), info.end());
    file.insert(file.end(), bmp.pixels.begin(), bmp.pixels.end());
    return file;
}

/// Blue, green, red, unused of four colours: black, white, red, (10, 20, 30).
Bytes fourColours()
{
    return {0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 0, 30, 20, 10, 0};
}

/// The pixels as palette indices of fourColours(), or -1 where they are none of them.
std::string indicesOf(const Image& image)
{
    std::string text;
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const std::uint8_t* p = image.row(y) + 3 * x;
            const int rgb = p[0] << 16 | p[1] << 8 | p[2];
            text += rgb == 0 ? '0' : rgb == 0xffffff ? '1' : rgb == 0xff0000 ? '2' : rgb == 0x0a141e ? '3' : '?';
        }
        text += y + 1 < image.height ? "/" : "";
    }
    return text;
}

} // namespace

class TestDecodeBmp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void trueColour_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("topDown");
        QTest::newRow("24 bit") << 5 << 3 << 24 << false;
        QTest::newRow("24 bit top-down") << 5 << 3 << 24 << true;
        QTest::newRow("32 bit") << 5 << 3 << 32 << false;
        QTest::newRow("one pixel") << 1 << 1 << 24 << false;
        QTest::newRow("column") << 1 << 10000 << 24 << false;
        QTest::newRow("row") << 10000 << 1 << 32 << true;
    }

    void trueColour()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, bits);
        QFETCH(bool, topDown);
        const Raster raster = patternRaster(width, height, 3);
        Bmp bmp{width, topDown ? -height : height, static_cast<unsigned>(bits), 0, 40, {}, {}, 0, {}};
        for (int i = 0; i < height; ++i) {
            const int y = topDown ? i : height - 1 - i;
            const std::size_t start = bmp.pixels.size();
            for (int x = 0; x < width; ++x) {
                for (int c = 2; c >= 0; --c)
                    bmp.pixels.push_back(static_cast<std::uint8_t>(raster.at(y, x, c)));
                if (bits == 32)
                    bmp.pixels.push_back(0xee); // unused
            }
            while ((bmp.pixels.size() - start) % 4 != 0)
                bmp.pixels.push_back(0xee);
        }
        const auto image = decodeImage(encodeBmp(bmp));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, width);
        QCOMPARE((*image)->height, height);
        QCOMPARE((*image)->origin.format, std::string("BMP"));
        QVERIFY((*image)->rgb == rgbOf(raster));
        QVERIFY((*image)->origin.notes.empty());
        // The bytes that fill the last row up may be missing.
        const std::size_t filler = (4 - static_cast<std::size_t>(width * bits / 8) % 4) % 4;
        QVERIFY(!decodeImage(truncated(encodeBmp(bmp), encodeBmp(bmp).size() - filler - 1)).has_value());
    }

    void palette_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<QByteArray>("pixels"); // in hexadecimal
        QTest::addColumn<QString>("expected");
        QTest::newRow("1 bit") << 1 << QByteArray("8000000040000000") << QStringLiteral("010/100");
        QTest::newRow("4 bit") << 4 << QByteArray("1230000032100000") << QStringLiteral("321/123");
        QTest::newRow("8 bit") << 8 << QByteArray("0001020003020100") << QStringLiteral("321/012");
        QTest::newRow("8 bit, index without a colour")
            << 8 << QByteArray("000102000302ff00") << QStringLiteral("320/012");
    }

    void palette()
    {
        QFETCH(int, bits);
        QFETCH(QByteArray, pixels);
        QFETCH(QString, expected);
        Bmp bmp{3,
                2,
                static_cast<unsigned>(bits),
                0,
                40,
                {},
                fourColours(),
                4,
                bytesOf(QByteArray::fromHex(pixels).toStdString())};
        if (bits == 1)
            bmp.coloursUsed = 2;
        const auto image = decodeImage(encodeBmp(bmp));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE(QString::fromStdString(indicesOf(**image)), expected);
        QCOMPARE((*image)->origin.channels, 1);
        QCOMPARE((*image)->origin.bitsPerChannel, bits);
    }

    /// The oldest header: 16-bit sizes, palette entries of three bytes.
    void coreHeader()
    {
        Bmp bmp{3, 2, 1, 0, 12, {}, {0, 0, 255, 30, 20, 10}, 0, {0x80, 0, 0, 0, 0x40, 0, 0, 0}};
        const auto image = decodeImage(encodeBmp(bmp));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE(indicesOf(**image), std::string("232/322"));
    }

    void bitFields_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("headerBytes");
        QTest::addColumn<QList<unsigned>>("masks");
        QTest::addColumn<unsigned>("pixel");
        QTest::addColumn<unsigned>("rgb");
        QTest::addColumn<bool>("alpha");
        const QList<unsigned> none;
        const QList<unsigned> rgb565{0xf800, 0x07e0, 0x001f};
        const QList<unsigned> rgba{0xff0000, 0xff00, 0xff, 0xff000000};
        const QList<unsigned> deep{0x3ff00000, 0xffc00, 0x3ff};
        QTest::newRow("16 bit, 5 5 5") << 16 << 0 << 40 << none << 0x7c10u << 0xff0084u << false;
        QTest::newRow("16 bit, 5 6 5") << 16 << 3 << 40 << rgb565 << 0x8410u << 0x848284u << false;
        QTest::newRow("32 bit, alpha") << 32 << 3 << 108 << rgba << 0x00123456u << 0x123456u << true;
        QTest::newRow("32 bit, 10 10 10") << 32 << 3 << 40 << deep << (1023u << 20 | 512u << 10) << 0xff8000u << false;
        QTest::newRow("alpha bit fields") << 32 << 6 << 40 << rgba << 0xff654321u << 0x654321u << true;
        QTest::newRow("no green") << 32 << 3 << 40 << QList<unsigned>{0xff0000, 0, 0xff} << 0xffffffffu << 0xff00ffu
                                  << false;
        QTest::newRow("whole pixel") << 32 << 3 << 40 << QList<unsigned>{0xffffffffu, 0, 0} << 0x80000000u << 0x800000u
                                     << false;
    }

    void bitFields()
    {
        QFETCH(int, bits);
        QFETCH(int, compression);
        QFETCH(int, headerBytes);
        QFETCH(QList<unsigned>, masks);
        QFETCH(unsigned, pixel);
        QFETCH(unsigned, rgb);
        QFETCH(bool, alpha);
        Bmp bmp{1,
                1,
                static_cast<unsigned>(bits),
                static_cast<unsigned>(compression),
                static_cast<unsigned>(headerBytes),
                {masks.begin(), masks.end()},
                {},
                0,
                {}};
        put(bmp.pixels, pixel, 4);
        const auto image = decodeImage(encodeBmp(bmp));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        const Bytes& got = (*image)->rgb;
        QCOMPARE(static_cast<unsigned>(got[0] << 16 | got[1] << 8 | got[2]), rgb);
        QCOMPARE(hasNote(**image, "alpha"), alpha);
    }

    void runs_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<QByteArray>("runs"); // in hexadecimal
        QTest::addColumn<QString>("expected"); // empty: refused
        using Q = QByteArray;
        const auto text = [](const char* s) { return QString::fromLatin1(s); };
        QTest::newRow("8 bit") << 8 << Q("0401 0000 0202 0203 0001") << text("2233/1111");
        QTest::newRow("8 bit, single pixels") << 8 << Q("0003 010203 00 0101 0000 0402 0001") << text("2222/1231");
        QTest::newRow("8 bit, move") << 8 << Q("0101 0002 0201 0103 0001") << text("0003/1000");
        QTest::newRow("8 bit, short rows") << 8 << Q("0101 0000 0102 0001") << text("2000/1000");
        QTest::newRow("8 bit, end mark missing") << 8 << Q("0401 0000 0402") << text("2222/1111");
        QTest::newRow("4 bit") << 4 << Q("0412 0000 0004 3210 0001") << text("3210/1212");
        QTest::newRow("4 bit, odd single pixels") << 4 << Q("0003 1230 0131 0000 0422 0001") << text("2222/1233");
        QTest::newRow("ends early") << 8 << Q("0401 0000 0302") << QString();
        QTest::newRow("ends within single pixels") << 8 << Q("0004 0102") << QString();
        QTest::newRow("ends within a move") << 8 << Q("0002 01") << QString();
        QTest::newRow("run beyond the row") << 8 << Q("0501 0001") << QString();
        QTest::newRow("run beyond the last row") << 8 << Q("0000 0000 0101 0001") << QString();
        QTest::newRow("move beyond the picture") << 8 << Q("0002 0500 0001") << QString();
        QTest::newRow("empty") << 8 << Q() << QString();
    }

    void runs()
    {
        QFETCH(int, bits);
        QFETCH(QByteArray, runs);
        QFETCH(QString, expected);
        const Bmp bmp{4,
                      2,
                      static_cast<unsigned>(bits),
                      bits == 8 ? 1u : 2u,
                      40,
                      {},
                      fourColours(),
                      4,
                      bytesOf(QByteArray::fromHex(runs).toStdString())};
        const auto image = decodeImage(encodeBmp(bmp));
        QCOMPARE(image.has_value(), !expected.isEmpty());
        if (image)
            QCOMPARE(QString::fromStdString(indicesOf(**image)), expected);
        else
            QCOMPARE(image.error().code, ErrorCode::InvalidInput);
    }

    void refused_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("code");
        const int damaged = static_cast<int>(ErrorCode::InvalidInput);
        const int unsupported = static_cast<int>(ErrorCode::Unsupported);
        QTest::newRow("zero width") << 0 << 1 << 24 << 0 << damaged;
        QTest::newRow("zero height") << 1 << 0 << 24 << 0 << damaged;
        QTest::newRow("negative width") << -1 << 1 << 24 << 0 << damaged;
        QTest::newRow("smallest height") << 1 << std::numeric_limits<int>::min() << 24 << 0 << unsupported;
        QTest::newRow("2^31 - 1") << 0x7fffffff << 0x7fffffff << 32 << 0 << unsupported;
        QTest::newRow("14000 x 14000") << 14000 << 14000 << 24 << 0 << damaged;
        QTest::newRow("14000 x 14000 in runs") << 14000 << 14000 << 8 << 1 << damaged;
        QTest::newRow("2 bit") << 4 << 4 << 2 << 0 << unsupported;
        QTest::newRow("embedded PNG") << 4 << 4 << 0 << 5 << unsupported;
        QTest::newRow("runs of 24 bit") << 4 << 4 << 24 << 1 << unsupported;
    }

    void refused()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, bits);
        QFETCH(int, compression);
        QFETCH(int, code);
        const Bmp bmp{
            width, height,    static_cast<unsigned>(bits), static_cast<unsigned>(compression), 40, {}, fourColours(),
            4,     Bytes(256)};
        const auto image = decodeImage(encodeBmp(bmp));
        QVERIFY(!image.has_value());
        QCOMPARE(static_cast<int>(image.error().code), code);
        QVERIFY(!image.error().remedy.empty());
    }

    /// Nobody needs the bytes that fill the last row up.
    void missingFiller()
    {
        const Bmp bmp{2, 2, 8, 0, 40, {}, fourColours(), 4, {1, 2, 0, 0, 3, 1, 0, 0}};
        const Bytes whole = encodeBmp(bmp);
        for (const std::size_t cut : {1u, 2u}) {
            const auto image = decodeImage(truncated(whole, whole.size() - cut));
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QCOMPARE(indicesOf(**image), std::string("31/12"));
            QVERIFY(hasNote(**image, "filler"));
        }
        QVERIFY(!decodeImage(truncated(whole, whole.size() - 3)).has_value());
    }

    /// An offset of 0 means that nobody filled it in.
    void pixelsWithoutAnOffset()
    {
        const Bmp palette{2, 1, 8, 0, 40, {}, fourColours(), 4, {1, 2, 0, 0}};
        const Bmp masks{1, 1, 32, 3, 40, {0xff0000, 0xff00, 0xff}, {}, 0, {3, 2, 1, 0}};
        const Bmp plain{1, 1, 24, 0, 124, {}, {}, 0, {3, 2, 1, 0}};
        for (const Bmp& bmp : {palette, masks, plain}) {
            Bytes file = encodeBmp(bmp);
            const auto expected = decodeImage(file);
            QVERIFY(expected.has_value());
            std::fill_n(file.begin() + 10, 4, std::uint8_t{0});
            const auto image = decodeImage(file);
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QVERIFY((*image)->rgb == (*expected)->rgb);
        }
    }

    void damagedHeaders()
    {
        const Bmp bmp{4, 1, 8, 0, 40, {}, fourColours(), 4, {1, 2, 0, 0}};
        const Bytes good = encodeBmp(bmp);
        QVERIFY(decodeImage(good).has_value());
        for (std::size_t size = 0; size < good.size(); ++size)
            QVERIFY(!decodeImage(truncated(good, size)).has_value());
        Bytes offset = good;
        offset[10] = 20; // into the header
        QVERIFY(!decodeImage(offset).has_value());
        offset[13] = 0x7f; // beyond the end
        QVERIFY(!decodeImage(offset).has_value());
        const Bmp gaps{1, 1, 32, 3, 40, {0xf0f000, 0xff00, 0xff}, {}, 0, {1, 2, 3, 4}};
        QVERIFY(!decodeImage(encodeBmp(gaps)).has_value());
    }
};

HALFLENS_TEST(TestDecodeBmp)
#include "tst_decode_bmp.moc"
