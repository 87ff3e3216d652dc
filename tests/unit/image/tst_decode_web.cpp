// SPDX-License-Identifier: BSD-3-Clause
// GIF, AVIF, HEIC and JPEG XL: pixels, depth, alpha, orientation, notes, damage.
#include "core/image/decode.h"
#include "core/image/orientation.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode_web.h"

#include <QTest>

#include <cstdlib>

using namespace halflens;
using namespace halflens::test;

namespace {

/// What an 8-bit RGB raster is after its orientation was undone.
Image upright(const Raster& raster, int orientation)
{
    Image image;
    image.width = raster.width;
    image.height = raster.height;
    image.rgb = rgbOf(raster);
    applyOrientation(image, orientation);
    return image;
}

/// Smooth, so that lossy coding stays close.
Raster smooth(int width, int height, int bits)
{
    return makeRaster(width, height, 3, bits, [=](int y, int x, int c) {
        return ((1 << bits) - 1) * (c == 0 ? x : c == 1 ? y : width - 1 - x) / std::max(width, height);
    });
}

int largestDifference(const Bytes& a, const Bytes& b)
{
    int largest = a.size() == b.size() ? 0 : 1000;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(int{a[i]} - int{b[i]}));
    return largest;
}

Bytes roundedTo8(const Raster& raster)
{
    const unsigned most = (1u << raster.bits) - 1;
    Bytes bytes;
    for (const std::uint16_t sample : raster.samples)
        bytes.push_back(static_cast<std::uint8_t>((sample * 255u + most / 2) / most));
    return bytes;
}

} // namespace

class TestDecodeWeb : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gif_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("interlaced");
        QTest::addColumn<bool>("local");
        QTest::newRow("plain") << 13 << 7 << false << false;
        QTest::newRow("interlaced") << 13 << 17 << true << false;
        QTest::newRow("own palette") << 13 << 7 << false << true;
        QTest::newRow("one pixel") << 1 << 1 << true << false;
        QTest::newRow("row") << 3000 << 1 << false << false;
    }

    void gif()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, interlaced);
        QFETCH(bool, local);
        GifOptions options;
        options.interlaced = interlaced;
        for (int i = 0; local && i < 3 * 256; ++i)
            options.paletteRgb.push_back(static_cast<std::uint8_t>(i * 7));
        const Raster raster = patternRaster(width, height, 1);
        const Bytes file = encodeGif(raster, options);
        const auto image = decodeImage(file);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->origin.format, std::string("GIF"));
        QVERIFY((*image)->origin.notes.empty());
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const int i = raster.at(y, x, 0);
                const std::uint8_t* pixel = (*image)->row(y) + 3 * x;
                QCOMPARE(int{pixel[0]}, local ? 21 * i % 256 : i);
                QCOMPARE(int{pixel[1]}, local ? (21 * i + 7) % 256 : 255 - i);
            }
    }

    void gifOfSeveralFrames()
    {
        GifOptions options;
        options.frames = 3;
        options.left = 4;
        options.top = 2;
        options.transparency = true;
        const Raster raster = patternRaster(10, 6, 1);
        const auto image = decodeImage(encodeGif(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, 14);
        QCOMPARE((*image)->height, 8);
        QCOMPARE(int{(*image)->row(2)[12]}, int{raster.at(0, 0, 0)});
        QCOMPARE(int{(*image)->row(0)[1]}, 0);
        QVERIFY(hasNote(**image, "first of 3"));
        QVERIFY(hasNote(**image, "does not cover"));
        QVERIFY(hasNote(**image, "alpha dropped"));
    }

    void avifIsExact_data()
    {
        QTest::addColumn<int>("depth");
        QTest::addColumn<bool>("alpha");
        QTest::newRow("8 bit") << 8 << false;
        QTest::newRow("8 bit, alpha") << 8 << true;
        QTest::newRow("10 bit") << 10 << false;
        QTest::newRow("12 bit") << 12 << false;
    }

    void avifIsExact()
    {
        QFETCH(int, depth);
        QFETCH(bool, alpha);
        AvifOptions options;
        options.depth = depth;
        options.profile = alpha ? bytesOf("not a profile") : Bytes();
        const Raster raster = patternRaster(37, 20, alpha ? 4 : 3, depth);
        const auto image = decodeImage(encodeAvif(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        const Bytes all = roundedTo8(raster);
        Bytes expected;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (!alpha || i % 4 != 3)
                expected.push_back(all[i]);
        QVERIFY((*image)->rgb == expected);
        QCOMPARE((*image)->origin.bitsPerChannel, depth);
        QCOMPARE(hasNote(**image, "rounded to 8"), depth > 8);
        QCOMPARE(hasNote(**image, "alpha dropped"), alpha);
        QCOMPARE(hasNote(**image, "profile ignored"), alpha);
    }

    /// A quarter turn anticlockwise, then the mirror: all eight, as EXIF would number them.
    void avifIsTurned()
    {
        const Raster raster = patternRaster(9, 5, 3);
        constexpr int Expected[3][4] = {{1, 8, 3, 6}, {4, 5, 2, 7}, {2, 7, 4, 5}};
        for (int mirror = -1; mirror <= 1; ++mirror) {
            for (int rotation = 0; rotation < 4; ++rotation) {
                AvifOptions options;
                options.rotation = rotation;
                options.mirror = mirror;
                const auto image = decodeImage(encodeAvif(raster, options));
                QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
                const Image expected = upright(raster, Expected[mirror + 1][rotation]);
                QCOMPARE((*image)->width, expected.width);
                QVERIFY((*image)->rgb == expected.rgb);
            }
        }
    }

    void avifSequence()
    {
        AvifOptions options;
        options.frames = 2;
        const auto image = decodeImage(encodeAvif(patternRaster(16, 16, 3), options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY(hasNote(**image, "first of 2"));
    }

    void heic_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("orientation");
        QTest::newRow("8 bit") << 8 << 1;
        QTest::newRow("10 bit") << 10 << 1;
        QTest::newRow("turned") << 8 << 6;
        QTest::newRow("mirrored") << 8 << 2;
        QTest::newRow("transposed") << 8 << 5;
    }

    void heic()
    {
        QFETCH(int, bits);
        QFETCH(int, orientation);
        const Raster raster = smooth(96, 64, bits);
        const Bytes file = encodeHeic(raster, orientation);
        if (file.empty())
            QSKIP("libheif has no encoder for HEVC here");
        const auto image = decodeImage(file);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->origin.format, std::string("HEIC"));
        QCOMPARE((*image)->origin.bitsPerChannel, bits);
        QCOMPARE(hasNote(**image, "rounded to 8"), bits > 8);
        Raster eight = raster;
        const Bytes rounded = roundedTo8(raster);
        eight.bits = 8;
        eight.samples.assign(rounded.begin(), rounded.end());
        const Image expected = upright(eight, orientation);
        QCOMPARE((*image)->width, expected.width);
        QCOMPARE((*image)->height, expected.height);
        QVERIFY2(largestDifference((*image)->rgb, expected.rgb) <= 4,
                 std::to_string(largestDifference((*image)->rgb, expected.rgb)).c_str());
    }

    void jxlIsExact_data()
    {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("bits");
        QTest::newRow("RGB") << 3 << 8;
        QTest::newRow("grey") << 1 << 8;
        QTest::newRow("alpha") << 4 << 8;
        QTest::newRow("16 bit") << 3 << 16;
    }

    void jxlIsExact()
    {
        QFETCH(int, channels);
        QFETCH(int, bits);
        const Raster raster = patternRaster(37, 20, channels, bits);
        const auto image = decodeImage(encodeJxl(raster));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        const Bytes all = roundedTo8(raster);
        for (int y = 0; y < raster.height; ++y)
            for (int x = 0; x < raster.width; ++x)
                for (int c = 0; c < 3; ++c) {
                    const std::size_t index =
                        static_cast<std::size_t>((y * raster.width + x) * channels + (channels < 3 ? 0 : c));
                    QCOMPARE(int{(*image)->row(y)[3 * x + c]}, int{all[index]});
                }
        QCOMPARE(hasNote(**image, "rounded to 8"), bits > 8);
        QCOMPARE(hasNote(**image, "alpha dropped"), channels == 4);
        QVERIFY(!hasNote(**image, "profile"));
    }

    void jxlIsTurned()
    {
        const Raster raster = patternRaster(9, 5, 3);
        for (int orientation = 1; orientation <= 8; ++orientation) {
            JxlOptions options;
            options.orientation = orientation;
            const auto image = decodeImage(encodeJxl(raster, options));
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            const Image expected = upright(raster, orientation);
            QCOMPARE((*image)->width, expected.width);
            QVERIFY((*image)->rgb == expected.rgb);
            QCOMPARE((*image)->origin.orientationApplied, orientation != 1);
        }
    }

    void lossyJxlIsClose()
    {
        JxlOptions options;
        options.lossless = false;
        const Raster raster = smooth(96, 64, 8);
        const auto image = decodeImage(encodeJxl(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        const int difference = largestDifference((*image)->rgb, rgbOf(raster));
        QVERIFY2(difference <= 16, qPrintable(QString::number(difference)));
    }

    void truncationIsAnError_data()
    {
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char* name, const Bytes& bytes) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<qsizetype>(bytes.size()));
        };
        row("GIF", encodeGif(patternRaster(40, 30, 1)));
        row("AVIF", encodeAvif(patternRaster(40, 30, 3)));
        row("JPEG XL", encodeJxl(patternRaster(40, 30, 3)));
        row("HEIC", encodeHeic(patternRaster(64, 64, 3)));
    }

    void truncationIsAnError()
    {
        QFETCH(QByteArray, file);
        const Bytes bytes = bytesOf(file.toStdString());
        for (std::size_t size = 0; size + 40 < bytes.size(); size += 37) {
            const auto image = decodeImage(truncated(bytes, size));
            QVERIFY2(!image.has_value(), std::to_string(size).c_str());
            QVERIFY(!image.error().reason.empty() && !image.error().remedy.empty());
            DecodeOptions partial;
            partial.partial = true;
            const auto part = decodeImage(truncated(bytes, size), partial);
            QVERIFY(!part.has_value() || (*part)->origin.isPartial);
        }
    }

    void limits()
    {
        DecodeOptions small;
        small.maxPixels = 100;
        for (const Bytes& file : {encodeGif(patternRaster(40, 30, 1)), encodeAvif(patternRaster(40, 30, 3)),
                                  encodeJxl(patternRaster(40, 30, 3)), encodeHeic(patternRaster(40, 30, 3))}) {
            if (file.empty())
                continue;
            const auto image = decodeImage(file, small);
            QVERIFY(!image.has_value());
            QCOMPARE(image.error().code, ErrorCode::Unsupported);
            QVERIFY(image.error().reason.find("40 x 30") != std::string::npos);
        }
    }
};

HALFLENS_TEST(TestDecodeWeb)
#include "tst_decode_web.moc"
