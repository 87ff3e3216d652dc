// SPDX-License-Identifier: BSD-3-Clause
// Smaller copies: size rule, area mean, identity of images that are small enough.
#include "core/image/thumbnail.h"
#include "tests/support/test_case.h"

#include "core/image/content_hash.h"
#include "tests/unit/image/encode.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

Image imageOf(const Raster& raster)
{
    Image image;
    image.width = raster.width;
    image.height = raster.height;
    image.rgb = rgbOf(raster);
    image.origin.format = "PNG";
    image.contentHash = contentHash(image);
    return image;
}

} // namespace

class TestThumbnail : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void size_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("longest");
        QTest::addColumn<int>("smallWidth");
        QTest::addColumn<int>("smallHeight");
        QTest::newRow("landscape") << 400 << 300 << 100 << 100 << 75;
        QTest::newRow("portrait") << 300 << 400 << 100 << 75 << 100;
        QTest::newRow("rounded") << 300 << 200 << 100 << 100 << 67;
        QTest::newRow("row") << 10000 << 1 << 64 << 64 << 1;
        QTest::newRow("column") << 1 << 10000 << 64 << 1 << 64;
        QTest::newRow("exactly so large") << 40 << 30 << 40 << 40 << 30;
        QTest::newRow("smaller") << 4 << 3 << 100 << 4 << 3;
        QTest::newRow("to one pixel") << 40 << 30 << 1 << 1 << 1;
        QTest::newRow("nonsense counts as one") << 40 << 30 << -5 << 1 << 1;
    }

    void size()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, longest);
        QFETCH(int, smallWidth);
        QFETCH(int, smallHeight);
        const Image image = imageOf(patternRaster(width, height, 3));
        const Image small = downscaled(image, longest);
        QCOMPARE(small.width, smallWidth);
        QCOMPARE(small.height, smallHeight);
        QCOMPARE(small.rgb.size(), 3 * static_cast<std::size_t>(smallWidth) * static_cast<std::size_t>(smallHeight));
        QCOMPARE(small.contentHash, contentHash(small));
        QCOMPARE(small.origin.format, std::string("PNG"));
        QCOMPARE(small.contentHash == image.contentHash, width == smallWidth && height == smallHeight);
    }

    void areaMean()
    {
        const Image small = downscaled(
            imageOf(makeRaster(4, 2, 3, 8,
                               [](int y, int x, int c) { return 100 * (x / 2) + 10 * c + 8 * y + 4 * (x % 2); })),
            2);
        for (int c = 0; c < 3; ++c) {
            QCOMPARE(static_cast<int>(small.row(0)[c]), 10 * c + 6);
            QCOMPARE(static_cast<int>(small.row(0)[3 + c]), 100 + 10 * c + 6);
        }
    }

    void emptyStaysEmpty()
    {
        const Image small = downscaled(Image(), 10);
        QCOMPARE(small.width, 0);
        QVERIFY(small.rgb.empty());
    }
};

HALFLENS_TEST(TestThumbnail)
#include "tst_thumbnail.moc"
