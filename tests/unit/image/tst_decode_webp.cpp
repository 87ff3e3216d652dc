// SPDX-License-Identifier: BSD-3-Clause
// WebP: lossless and lossy, animations, orientation, damage, lying headers.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <webp/decode.h>

using namespace halflens;
using namespace halflens::test;

class TestDecodeWebp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void losslessIsExact_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("small") << 13 << 7;
        QTest::newRow("one pixel") << 1 << 1;
        QTest::newRow("column") << 1 << 10000;
        QTest::newRow("row") << 10000 << 1;
    }

    void losslessIsExact()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const Raster raster = patternRaster(width, height, 3);
        const auto image = decodeImage(encodeWebp(raster));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, width);
        QCOMPARE((*image)->height, height);
        QCOMPARE((*image)->origin.format, std::string("WebP"));
        QCOMPARE((*image)->origin.frames, 1);
        QVERIFY((*image)->rgb == rgbOf(raster));
        QVERIFY((*image)->origin.notes.empty());
    }

    /// The plain use of libwebp, which is what PIL does.
    void lossySameAsLibraryDefaults()
    {
        WebpOptions options;
        options.lossless = false;
        options.quality = 60;
        const Bytes webp = encodeWebp(patternRaster(61, 35, 3), options);
        const auto image = decodeImage(webp);
        QVERIFY(image.has_value());
        int width = 0;
        int height = 0;
        std::uint8_t* expected = WebPDecodeRGB(webp.data(), webp.size(), &width, &height);
        QCOMPARE(width, 61);
        QVERIFY(std::equal((*image)->rgb.begin(), (*image)->rgb.end(), expected));
        WebPFree(expected);
    }

    void alphaIsDropped_data()
    {
        QTest::addColumn<bool>("lossless");
        QTest::newRow("lossless") << true;
        QTest::newRow("lossy") << false;
    }

    void alphaIsDropped()
    {
        QFETCH(bool, lossless);
        const Raster raster = makeRaster(32, 32, 4, 8, [](int y, int x, int c) {
            return c == 3 ? 8 * x : c == 0 ? 4 * y + 60 : 100;
        });
        WebpOptions options;
        options.lossless = lossless;
        options.quality = 100;
        const auto image = decodeImage(encodeWebp(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->origin.channels, 4);
        QVERIFY(hasNote(**image, "alpha"));
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x)
                for (int c = 0; c < 3; ++c)
                    QVERIFY(std::abs((*image)->row(y)[3 * x + c] - raster.at(y, x, c)) <= (lossless ? 0 : 8));
    }

    void animationGivesItsFirstFrame()
    {
        const Raster raster = patternRaster(16, 8, 3);
        WebpOptions options;
        options.frames = 3;
        const auto image = decodeImage(encodeWebp(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->origin.frames, 3);
        QVERIFY(hasNote(**image, "first of 3"));
        QVERIFY((*image)->rgb == rgbOf(raster));
    }

    /// A first frame at (6, 4): the canvas around it is black.
    void partialFirstFrame()
    {
        const Raster raster = patternRaster(16, 8, 3);
        WebpOptions options;
        options.frames = 2;
        options.left = 6;
        options.top = 4;
        const auto image = decodeImage(encodeWebp(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, 22);
        QCOMPARE((*image)->height, 12);
        QVERIFY(hasNote(**image, "rest is black"));
        for (int y = 0; y < 12; ++y)
            for (int x = 0; x < 22; ++x)
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(static_cast<int>((*image)->row(y)[3 * x + c]),
                             x < 6 || y < 4 ? 0 : static_cast<int>(raster.at(y - 4, x - 6, c)));
    }

    void exifOrientationAndProfile()
    {
        const Raster raster = patternRaster(5, 3, 3);
        WebpOptions options;
        options.exif = exifBlock(3);
        options.profile = bytesOf("not a profile");
        const auto image = decodeImage(encodeWebp(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->origin.orientationApplied);
        QVERIFY(hasNote(**image, "profile ignored"));
        for (int c = 0; c < 3; ++c)
            QCOMPARE(static_cast<int>((*image)->row(2)[12 + c]), static_cast<int>(raster.at(0, 0, c)));
    }

    void truncationIsAnError_data()
    {
        QTest::addColumn<bool>("lossless");
        QTest::addColumn<int>("frames");
        QTest::newRow("lossless") << true << 1;
        QTest::newRow("lossy") << false << 1;
        QTest::newRow("animated") << true << 2;
    }

    void truncationIsAnError()
    {
        QFETCH(bool, lossless);
        QFETCH(int, frames);
        WebpOptions options;
        options.lossless = lossless;
        options.frames = frames;
        const Bytes webp = encodeWebp(patternRaster(40, 30, 3), options);
        for (std::size_t size = 0; size < webp.size(); size += 13) {
            const auto image = decodeImage(truncated(webp, size));
            QVERIFY(!image.has_value());
            QVERIFY(!image.error().reason.empty() && !image.error().remedy.empty());
        }
    }

    /// The size stands in 14 bits each at bytes 26 and 28 of a lossy file.
    void lyingHeader()
    {
        WebpOptions options;
        options.lossless = false;
        Bytes webp = encodeWebp(patternRaster(40, 30, 3), options);
        webp[26] = webp[28] = 0xff;
        webp[27] = webp[29] = 0x2f; // 12287
        const auto header = probeImage(webp);
        QVERIFY(header.has_value());
        QCOMPARE(header->width, std::int64_t{12287});
        const auto image = decodeImage(webp);
        QVERIFY(!image.has_value());
        QVERIFY(image.error().reason.find("cannot hold") != std::string::npos);
        webp[27] = webp[29] = 0x3f; // 16383
        QCOMPARE(decodeImage(webp).error().code, ErrorCode::Unsupported);
    }
};

HALFLENS_TEST(TestDecodeWebp)
#include "tst_decode_webp.moc"
