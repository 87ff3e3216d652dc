// SPDX-License-Identifier: BSD-3-Clause
// Pyramid and rendering of the canvas: right pixels at every zoom.
#include "tests/support/test_case.h"
#include "ui/canvas/block_painter.h"
#include "ui/canvas/image_layer.h"
#include "ui/state/image_jobs.h"

#include <QTest>

#include <cmath>

using namespace halflens;

namespace {

/// Pixel (x, y) is coloured by its position.
std::shared_ptr<const Image> positions(int width, int height)
{
    auto image = std::make_shared<Image>();
    image->width = width;
    image->height = height;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image->rgb.push_back(static_cast<std::uint8_t>(x % 256));
            image->rgb.push_back(static_cast<std::uint8_t>(y % 256));
            image->rgb.push_back(static_cast<std::uint8_t>((x + y) % 2 == 0 ? 200 : 20));
        }
    }
    return image;
}

ViewTransform viewOf(const ImagePyramid& pyramid, double zoom, double width = 200, double height = 150)
{
    return ViewTransform()
        .withViewport(width, height, 1)
        .withImage(pyramid.full().width(), pyramid.full().height())
        .zoomedTo(zoom, {width / 2, height / 2});
}

} // namespace

class TestImageView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void qImageSharesThePixels()
    {
        auto image = positions(7, 5); // rows of 21 bytes: no padding
        const std::weak_ptr<const Image> watch = image;
        QImage shared = sharedQImage(image);
        QCOMPARE(shared.constBits(), image->rgb.data());
        QCOMPARE(shared.pixelColor(6, 4).red(), 6);
        QCOMPARE(shared.pixelColor(6, 4).green(), 4);
        image.reset();
        QVERIFY(!watch.expired()); // the view keeps it
        shared = QImage();
        QVERIFY(watch.expired());
    }

    void pyramidHalvesDownTo256_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("even") << 1024 << 768;
        QTest::newRow("odd") << 1023 << 767;
        QTest::newRow("line") << 3000 << 1;
        QTest::newRow("pixel") << 1 << 1;
    }
    void pyramidHalvesDownTo256()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const ImagePyramid pyramid = ImagePyramid::build(positions(width, height));
        QCOMPARE(pyramid.full().size(), QSize(width, height));
        QCOMPARE(&pyramid.levelFor(1), &pyramid.full());
        QCOMPARE(&pyramid.levelFor(0.51), &pyramid.full());
        const QImage& smallest = pyramid.levelFor(0.0001);
        QVERIFY(std::max(smallest.width(), smallest.height()) <= 256);
        for (const double zoom : {0.5, 0.3, 0.25, 0.1}) {
            const QImage& level = pyramid.levelFor(zoom);
            const bool isLargeEnough = level.width() >= width * zoom - 1 || &level == &smallest;
            QVERIFY(isLargeEnough);
        }
    }

    void halvingAverages()
    {
        const ImagePyramid pyramid = ImagePyramid::build(positions(600, 4));
        const QColor mean = pyramid.levelFor(0.5).pixelColor(10, 1); // pixels 20, 21 of rows 2, 3
        QCOMPARE(mean.red(), 21); // 20.5 rounds up
        QCOMPARE(mean.green(), 3);
        QCOMPARE(mean.blue(), 110);
    }

    void emptyImageIsHarmless()
    {
        QVERIFY(ImagePyramid::build(nullptr).isEmpty());
        const QImage shown = renderView({}, {}, 10, 10, Qt::red);
        QCOMPARE(shown.pixelColor(5, 5), QColor(Qt::red));
    }

    void hundredPercentIsExact()
    {
        const ImagePyramid pyramid = ImagePyramid::build(positions(400, 300));
        const ViewTransform view = viewOf(pyramid, 1);
        const QImage shown = renderView(pyramid, view, 200, 150, Qt::red);
        const ImagePoint corner = view.toImage({0, 0});
        for (int y = 0; y < 150; y += 7) {
            for (int x = 0; x < 200; x += 7)
                QCOMPARE(shown.pixel(x, y),
                         pyramid.full().pixel(static_cast<int>(corner.x) + x, static_cast<int>(corner.y) + y));
        }
    }

    void magnifiedPixelsAreSharp_data()
    {
        QTest::addColumn<double>("zoom");
        for (const double zoom : {2.0, 3.0, 1.5, 2.7, 8.3, 16.0})
            QTest::addRow("%g", zoom) << zoom;
    }
    void magnifiedPixelsAreSharp()
    {
        QFETCH(double, zoom);
        const ImagePyramid pyramid = ImagePyramid::build(positions(400, 300));
        const ViewTransform view = viewOf(pyramid, zoom);
        const QImage shown = renderView(pyramid, view, 200, 150, Qt::red);
        int exact = 0;
        int looked = 0;
        for (int y = 1; y < 149; ++y) {
            for (int x = 1; x < 199; ++x) {
                // Only screen pixels that lie wholly inside one image pixel.
                const ImagePoint from = view.toImage({double(x), double(y)});
                const ImagePoint to = view.toImage({x + 1.0, y + 1.0});
                if (std::floor(from.x + 0.02) != std::floor(to.x - 0.02)
                    || std::floor(from.y + 0.02) != std::floor(to.y - 0.02))
                    continue;
                ++looked;
                const QColor expected =
                    pyramid.full().pixelColor(static_cast<int>(from.x + 0.02), static_cast<int>(from.y + 0.02));
                const QColor found = shown.pixelColor(x, y);
                exact += std::abs(found.blue() - expected.blue()) <= 24 ? 1 : 0;
            }
        }
        QVERIFY(looked > 1000);
        // A smooth enlargement would mix the checkered channel almost everywhere.
        QVERIFY2(exact > looked * 97 / 100, qPrintable(QStringLiteral("%1 of %2").arg(exact).arg(looked)));
    }

    void reducedImageIsSmooth()
    {
        // The checkered channel becomes grey: no aliasing at any reduction.
        const ImagePyramid pyramid = ImagePyramid::build(positions(1600, 1200));
        for (const double zoom : {0.5, 0.37, 0.2, 0.13}) {
            const QImage shown = renderView(pyramid, viewOf(pyramid, zoom), 200, 150, Qt::red);
            for (int x = 60; x < 140; ++x)
                QVERIFY2(std::abs(shown.pixelColor(x, 75).blue() - 110) <= 12, qPrintable(QString::number(zoom)));
        }
    }

    void blockRectanglesTileTheImage()
    {
        const ViewTransform view = ViewTransform().withViewport(777, 555, 1.5).withImage(1021, 767);
        QRectF whole;
        for (int block = 0; block < BlockCount; ++block) {
            const QRectF rect = blockViewRect({block}, view);
            whole |= rect;
            if (block % GridColumns > 0)
                QCOMPARE(rect.left(), blockViewRect({block - 1}, view).right());
            if (block >= GridColumns)
                QCOMPARE(rect.top(), blockViewRect({block - GridColumns}, view).bottom());
            QCOMPARE(rect.left() * 1.5, std::round(rect.left() * 1.5));
        }
        QVERIFY(std::abs(whole.width() - view.imageRect().width) < 1);
    }

    /// As for files: transparency is dropped, colours stay.
    void pastedAlphaIsDropped()
    {
        QImage source(3, 2, QImage::Format_ARGB32);
        source.fill(QColor(200, 100, 50, 0));
        source.setPixelColor(1, 1, QColor(200, 100, 50, 255));
        const auto image = fromQImage(source);
        QCOMPARE(image->width, 3);
        QCOMPARE(int(image->row(0)[0]), 200);
        QCOMPARE(int(image->row(1)[3]), 200);
        QCOMPARE(image->contentHash.size(), std::size_t(64));
        QVERIFY(!fromQImage({}));
    }
};

HALFLENS_TEST(TestImageView)
#include "tst_image_view.moc"
