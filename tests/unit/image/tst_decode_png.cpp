// SPDX-License-Identifier: BSD-3-Clause
// PNG: every colour type and depth against hand-made pixels, orientation, damage, lying headers.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <zlib.h>

#include <algorithm>

using namespace halflens;
using namespace halflens::test;

namespace {

/// Puts another size into the IHDR chunk and mends its checksum.
Bytes withClaimedSize(Bytes png, std::uint32_t width, std::uint32_t height)
{
    for (unsigned i = 0; i < 4; ++i) {
        png[16 + i] = static_cast<std::uint8_t>(width >> (24 - 8 * i));
        png[20 + i] = static_cast<std::uint8_t>(height >> (24 - 8 * i));
    }
    const auto sum = static_cast<std::uint32_t>(crc32(0, png.data() + 12, 17));
    for (unsigned i = 0; i < 4; ++i)
        png[29 + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    return png;
}

/// The one IDAT chunk with its content changed, checksum mended.
Bytes withIdat(const Bytes& png, const std::function<void(Bytes&)>& change)
{
    const std::string_view text(reinterpret_cast<const char*>(png.data()), png.size());
    const std::size_t at = text.find("IDAT") - 4;
    const std::size_t size = static_cast<std::size_t>(png[at + 2]) << 8 | png[at + 3];
    Bytes chunk(png.begin() + static_cast<std::ptrdiff_t>(at + 4),
                png.begin() + static_cast<std::ptrdiff_t>(at + 8 + size));
    change(chunk);
    Bytes file(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(at));
    const auto put32 = [&](std::size_t value) {
        for (unsigned i = 0; i < 4; ++i)
            file.push_back(static_cast<std::uint8_t>(value >> (24 - 8 * i)));
    };
    put32(chunk.size() - 4);
    file.insert(file.end(), chunk.begin(), chunk.end());
    put32(crc32(0, chunk.data(), static_cast<unsigned>(chunk.size())));
    file.insert(file.end(), png.begin() + static_cast<std::ptrdiff_t>(at + 12 + size), png.end());
    return file;
}

} // namespace

class TestDecodePng : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rgbIsExact_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("interlaced");
        QTest::newRow("small") << 13 << 7 << false;
        QTest::newRow("interlaced") << 13 << 7 << true;
        QTest::newRow("one pixel") << 1 << 1 << false;
        QTest::newRow("one pixel interlaced") << 1 << 1 << true;
        QTest::newRow("column") << 1 << 10000 << false;
        QTest::newRow("row") << 10000 << 1 << false;
        QTest::newRow("row interlaced") << 10000 << 1 << true;
    }

    void rgbIsExact()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, interlaced);
        const Raster raster = patternRaster(width, height, 3);
        PngOptions options;
        options.interlaced = interlaced;
        const auto image = decodeImage(encodePng(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, width);
        QCOMPARE((*image)->height, height);
        QVERIFY((*image)->rgb == rgbOf(raster));
        QCOMPARE((*image)->origin.format, std::string("PNG"));
        QCOMPARE((*image)->origin.channels, 3);
        QVERIFY((*image)->origin.notes.empty());
    }

    void greyOfEveryDepth_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("step"); // 8-bit value of one step
        QTest::newRow("1 bit") << 1 << 255;
        QTest::newRow("2 bit") << 2 << 85;
        QTest::newRow("4 bit") << 4 << 17;
        QTest::newRow("8 bit") << 8 << 1;
    }

    void greyOfEveryDepth()
    {
        QFETCH(int, bits);
        QFETCH(int, step);
        const Raster raster = patternRaster(11, 5, 1, bits);
        const auto image = decodeImage(encodePng(raster));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->origin.bitsPerChannel, bits);
        QCOMPARE((*image)->origin.channels, 1);
        for (int y = 0; y < 5; ++y)
            for (int x = 0; x < 11; ++x)
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(static_cast<int>((*image)->row(y)[3 * x + c]), raster.at(y, x, 0) * step);
    }

    /// Each of the 65536 values once: round(v * 255 / 65535), where cutting off would give v / 256.
    void sixteenBitsAreRounded()
    {
        const Raster raster = makeRaster(256, 256, 1, 16, [](int y, int x, int) { return 256 * y + x; });
        const auto image = decodeImage(encodePng(raster));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->origin.bitsPerChannel, 16);
        QVERIFY(hasNote(**image, "16 bits"));
        for (int v = 0; v < 65536; ++v)
            QCOMPARE(static_cast<int>((*image)->rgb[3 * static_cast<std::size_t>(v)]),
                     static_cast<int>(v * 255.0 / 65535.0 + 0.5));
    }

    void sixteenBitRgb()
    {
        const Raster raster = patternRaster(5, 4, 3, 16);
        const auto image = decodeImage(encodePng(raster));
        QVERIFY(image.has_value());
        for (std::size_t i = 0; i < raster.samples.size(); ++i)
            QCOMPARE(static_cast<int>((*image)->rgb[i]), static_cast<int>(raster.samples[i] * 255.0 / 65535.0 + 0.5));
    }

    /// Alpha changes nothing: colours as stored, also under fully transparent pixels.
    void alphaIsDropped_data()
    {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("bits");
        QTest::newRow("grey + alpha") << 2 << 8;
        QTest::newRow("RGB + alpha") << 4 << 8;
        QTest::newRow("RGB + alpha, 16 bit") << 4 << 16;
    }

    void alphaIsDropped()
    {
        QFETCH(int, channels);
        QFETCH(int, bits);
        const Raster raster = makeRaster(4, 4, channels, bits, [&](int y, int x, int c) {
            const int value = c == channels - 1 ? 60 * x : 10 * x + 40 * y + c;
            return bits == 16 ? value * 257 : value;
        });
        const auto image = decodeImage(encodePng(raster));
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "alpha"));
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 4; ++x)
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(static_cast<int>((*image)->row(y)[3 * x + c]), 10 * x + 40 * y + (channels == 4 ? c : 0));
    }

    void palette_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("transparency");
        for (const int bits : {1, 2, 4, 8})
            for (const bool transparency : {false, true})
                QTest::addRow("%d bit%s", bits, transparency ? ", tRNS" : "") << bits << transparency;
    }

    void palette()
    {
        QFETCH(int, bits);
        QFETCH(bool, transparency);
        const Raster raster = patternRaster(9, 6, 1, bits);
        PngOptions options;
        options.paletteBits = bits;
        options.transparency = transparency;
        for (int i = 0; i < 3 << bits; ++i)
            options.paletteRgb.push_back(static_cast<std::uint8_t>(i * 37 + 5));
        const auto image = decodeImage(encodePng(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE(hasNote(**image, "alpha"), transparency);
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 9; ++x)
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(static_cast<int>((*image)->row(y)[3 * x + c]),
                             ((raster.at(y, x, 0) * 3 + c) * 37 + 5) & 0xff);
    }

    void exifOrientation_data()
    {
        QTest::addColumn<bool>("atEnd");
        QTest::newRow("before the pixels") << false;
        QTest::newRow("after the pixels") << true;
    }

    void exifOrientation()
    {
        QFETCH(bool, atEnd);
        const Raster raster = patternRaster(3, 2, 3);
        PngOptions options;
        options.exif = exifBlock(6);
        options.exifAtEnd = atEnd;
        const auto image = decodeImage(encodePng(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->width, 2);
        QCOMPARE((*image)->height, 3);
        QVERIFY((*image)->origin.orientationApplied);
        // 6: turned clockwise, so the left column, read upwards, becomes the top row.
        for (int c = 0; c < 3; ++c) {
            QCOMPARE(static_cast<int>((*image)->row(0)[c]), static_cast<int>(raster.at(1, 0, c)));
            QCOMPARE(static_cast<int>((*image)->row(0)[3 + c]), static_cast<int>(raster.at(0, 0, c)));
        }
    }

    void profileIsIgnoredWithANote()
    {
        const Raster raster = patternRaster(3, 2, 3);
        PngOptions options;
        options.profile = bytesOf(std::string("name\0\0not a profile", 19));
        const auto image = decodeImage(encodePng(raster, options));
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "profile"));
        QVERIFY((*image)->rgb == rgbOf(raster));
    }

    void animatedFilesGiveTheirFirstPicture()
    {
        const Raster raster = patternRaster(3, 2, 3);
        PngOptions options;
        options.frames = 7;
        const auto image = decodeImage(encodePng(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->origin.frames, 7);
        QVERIFY(hasNote(**image, "first of 7"));
        QVERIFY((*image)->rgb == rgbOf(raster));
    }

    /// Cut anywhere before the last pixel: an error, never a half-empty image.
    void truncationIsAnError()
    {
        for (const bool interlaced : {false, true}) {
            PngOptions options;
            options.interlaced = interlaced;
            const Bytes png = encodePng(patternRaster(40, 30, 3), options);
            for (std::size_t size = 0; size + 24 < png.size(); size += 7) {
                const auto image = decodeImage(truncated(png, size));
                QVERIFY(!image.has_value());
                QVERIFY(!image.error().reason.empty() && !image.error().remedy.empty());
            }
        }
    }

    void damagedPixelsAreAnError()
    {
        Bytes png = encodePng(patternRaster(40, 30, 3));
        png[png.size() / 2] ^= 0x55;
        const auto image = decodeImage(png);
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::InvalidInput);
    }

    /// Damage behind the last pixel costs nothing but the chunks there.
    void damageAfterThePixelsIsNoted()
    {
        const Raster raster = patternRaster(4, 4, 3);
        Bytes png = encodePng(raster);
        png.resize(png.size() - 6); // inside IEND
        const auto image = decodeImage(png);
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "after the pixels"));
        QVERIFY((*image)->rgb == rgbOf(raster));
    }

    /// The last four bytes of the packed data check the rest: without them nothing is missing.
    void missingChecksumIsNoted()
    {
        for (const bool interlaced : {false, true}) {
            PngOptions options;
            options.interlaced = interlaced;
            const Raster raster = patternRaster(40, 30, 3);
            const Bytes png = encodePng(raster, options);
            const auto image = decodeImage(withIdat(png, [](Bytes& chunk) { chunk.resize(chunk.size() - 4); }));
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QVERIFY((*image)->rgb == rgbOf(raster));
            QVERIFY(hasNote(**image, "packed data"));
            QVERIFY(!(*image)->origin.isPartial);
            const auto wrong = decodeImage(withIdat(png, [](Bytes& chunk) { chunk.back() ^= 1; }));
            QVERIFY(!wrong.has_value());
            const auto shorter = decodeImage(withIdat(png, [](Bytes& chunk) { chunk.resize(chunk.size() - 40); }));
            QVERIFY(!shorter.has_value());
        }
    }

    /// The first byte of the packed data says how far back it refers; some writers say too little.
    void windowTooSmall()
    {
        const Raster raster = makeRaster(64, 64, 3, 8, [](int y, int x, int c) {
            return static_cast<int>((static_cast<unsigned>((y % 16) * 64 + x) * 2654435761u >> (8 * c)) & 255);
        });
        const Bytes small = withIdat(encodePng(raster), [](Bytes& chunk) {
            chunk[4] = 0x08; // 256 bytes
            chunk[5] = 0x1d;
        });
        const auto image = decodeImage(small);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->rgb == rgbOf(raster));
        QVERIFY(hasNote(**image, "window"));
    }

    void lyingHeaders_data()
    {
        QTest::addColumn<std::uint32_t>("width");
        QTest::addColumn<std::uint32_t>("height");
        QTest::addColumn<int>("code");
        QTest::newRow("100000 x 100000") << 100000u << 100000u << static_cast<int>(ErrorCode::Unsupported);
        QTest::newRow("largest") << 0x7fffffffu << 0x7fffffffu << static_cast<int>(ErrorCode::Unsupported);
        QTest::newRow("one side") << 70000u << 1u << static_cast<int>(ErrorCode::Unsupported);
        QTest::newRow("within the limits") << 14000u << 14000u << static_cast<int>(ErrorCode::InvalidInput);
        QTest::newRow("zero") << 0u << 5u << static_cast<int>(ErrorCode::InvalidInput);
        QTest::newRow("negative") << 0xffffffffu << 5u << static_cast<int>(ErrorCode::InvalidInput);
    }

    void lyingHeaders()
    {
        QFETCH(std::uint32_t, width);
        QFETCH(std::uint32_t, height);
        QFETCH(int, code);
        const Bytes png = withClaimedSize(encodePng(patternRaster(140, 150, 3)), width, height);
        const auto image = decodeImage(png);
        QVERIFY(!image.has_value());
        QCOMPARE(static_cast<int>(image.error().code), code);
        QVERIFY(!image.error().remedy.empty());
        if (width == 14000) // refused for what it claims, not for what is missing later
            QVERIFY2(image.error().reason.find("cannot hold") != std::string::npos, image.error().reason.c_str());
    }

    void probeReadsTheHeaderOnly()
    {
        const auto header = probeImage(withClaimedSize(encodePng(patternRaster(5, 4, 4, 16)), 100000, 90000));
        QVERIFY(header.has_value());
        QCOMPARE(header->format, std::string("PNG"));
        QCOMPARE(header->width, std::int64_t{100000});
        QCOMPARE(header->height, std::int64_t{90000});
        QCOMPARE(header->bitsPerChannel, 16);
        QCOMPARE(header->channels, 4);
        QCOMPARE(header->frames, 1);
    }
};

HALFLENS_TEST(TestDecodePng)
#include "tst_decode_png.moc"
