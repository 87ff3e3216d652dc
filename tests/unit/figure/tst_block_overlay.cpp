// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/block_overlay.h"
#include "tests/support/test_case.h"
#include "tests/unit/figure/photos.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

class TestBlockOverlay : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPixel_data();
    void everyPixel();
    void complementCoversTheRest();
    void colorIsOpaque();
    void gridLines();
    void emptyImage();
};

void TestBlockOverlay::everyPixel_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("mask");
    QTest::newRow("none") << 40 << 30 << 0;
    QTest::newRow("all") << 40 << 30 << 4095;
    QTest::newRow("odd sizes") << 501 << 333 << 0x66a;
    QTest::newRow("portrait") << 30 << 41 << 0x0f6;
    QTest::newRow("1 x 1") << 1 << 1 << 0x800;
    QTest::newRow("1 x 1, block without pixels") << 1 << 1 << 0x001;
    QTest::newRow("slender") << 1 << 1000 << 0x888;
    QTest::newRow("wide") << 1000 << 1 << 0xf00;
}

void TestBlockOverlay::everyPixel()
{
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, mask);
    const BlockMask hidden(static_cast<std::uint32_t>(mask));
    const auto photo = syntheticPhoto(width, height);
    const QImage image = maskedImage(*photo, hidden).value();
    QCOMPARE(image.size(), QSize(width, height));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const std::uint8_t* rgb = photo->row(y) + 3 * x;
            const bool isHidden = hidden.contains(blockAt(y, x, height, width));
            QCOMPARE(image.pixel(x, y), isHidden ? qRgb(0, 0, 0) : qRgb(rgb[0], rgb[1], rgb[2]));
        }
    }
}

void TestBlockOverlay::complementCoversTheRest()
{
    const auto photo = syntheticPhoto(37, 29);
    const BlockMask half(0x35a);
    const QImage a = maskedImage(*photo, half).value();
    const QImage b = maskedImage(*photo, half.complement()).value();
    const QImage whole = toQImage(*photo).value();
    for (int y = 0; y < 29; ++y)
        for (int x = 0; x < 37; ++x)
            QCOMPARE(a.pixel(x, y) | b.pixel(x, y), whole.pixel(x, y)); // one is black, the other the photo
}

void TestBlockOverlay::colorIsOpaque()
{
    const QImage image = maskedImage(*syntheticPhoto(8, 6), BlockMask::all(), {0x00336699, 0, 0}).value();
    QCOMPARE(image.pixel(3, 3), 0xff336699U);
}

void TestBlockOverlay::gridLines()
{
    const QImage image = maskedImage(*syntheticPhoto(400, 300), {}, {0, 4, 0xffff00ff}).value();
    const QRgb line = 0xffff00ff;
    for (const int cut : {100, 200, 300})
        for (int x = cut - 4; x < cut + 4; ++x)
            QCOMPARE(image.pixel(x, 50) == line, x >= cut - 2 && x < cut + 2);
    for (const int cut : {100, 200})
        for (int y = cut - 4; y < cut + 4; ++y)
            QCOMPARE(image.pixel(50, y) == line, y >= cut - 2 && y < cut + 2);
    // Lines wider than the image must not write outside.
    QCOMPARE(maskedImage(*syntheticPhoto(3, 3), {}, {0, 50, line}).value().pixel(2, 2), line);
}

void TestBlockOverlay::emptyImage()
{
    const auto result = maskedImage(Image(), {});
    QVERIFY(!result);
    QCOMPARE(result.error().stage, std::string("figure"));
}

HALFLENS_TEST(TestBlockOverlay)
#include "tst_block_overlay.moc"
