// SPDX-License-Identifier: BSD-3-Clause
// The eight EXIF orientations against the definition of the tag, and damaged EXIF blocks.
#include "core/image/orientation.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <array>

using namespace halflens;
using namespace halflens::test;

class TestOrientation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPixelFindsItsPlace_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("orientation");
        for (const auto& [width, height] : {std::pair{7, 4}, {1, 1}, {1, 9}, {9, 1}, {70, 45}, {64, 64}})
            for (int orientation = 0; orientation <= 9; ++orientation)
                QTest::addRow("%d x %d, %d", width, height, orientation) << width << height << orientation;
    }

    /// The tag names the side of the upright picture where row 0 and column 0 of the file lie:
    /// 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, 6 right top,
    /// 7 right bottom, 8 left bottom.
    void everyPixelFindsItsPlace()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, orientation);
        const Raster raster = patternRaster(width, height, 3);
        Image image;
        image.width = width;
        image.height = height;
        image.rgb = rgbOf(raster);
        applyOrientation(image, orientation);
        const bool rowsAreColumns = orientation >= 5 && orientation <= 8;
        QCOMPARE(image.width, rowsAreColumns ? height : width);
        QCOMPARE(image.height, rowsAreColumns ? width : height);
        constexpr std::array RowFromEnd{false, false, false, true, true, false, true, true, false, false};
        constexpr std::array ColumnFromEnd{false, false, true, true, false, false, false, true, true, false};
        const auto kind = static_cast<std::size_t>(orientation);
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const int row = RowFromEnd[kind] ? height - 1 - y : y;
                const int column = ColumnFromEnd[kind] ? width - 1 - x : x;
                const std::uint8_t* pixel = rowsAreColumns ? image.row(column) + 3 * row : image.row(row) + 3 * column;
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(static_cast<int>(pixel[c]), static_cast<int>(raster.at(y, x, c) & 0xff));
            }
    }

    void tagIsRead_data()
    {
        QTest::addColumn<int>("stored");
        QTest::addColumn<bool>("bigEndian");
        QTest::addColumn<int>("expected");
        for (const bool bigEndian : {false, true})
            for (const int stored : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 65535})
                QTest::addRow("%d %s", stored, bigEndian ? "MM" : "II")
                    << stored << bigEndian << (stored >= 1 && stored <= 8 ? stored : 0);
    }

    void tagIsRead()
    {
        QFETCH(int, stored);
        QFETCH(bool, bigEndian);
        QFETCH(int, expected);
        const Bytes block = exifBlock(stored, bigEndian);
        QCOMPARE(exifOrientation(block), expected);
        Bytes prefixed{'E', 'x', 'i', 'f', 0, 0};
        prefixed.insert(prefixed.end(), block.begin(), block.end());
        QCOMPARE(exifOrientation(prefixed), expected);
    }

    void damagedBlocksTellNothing()
    {
        const Bytes block = exifBlock(6);
        for (std::size_t size = 0; size < 20; ++size)
            QCOMPARE(exifOrientation(truncated(block, size)), 0);
        QCOMPARE(exifOrientation({}), 0);
        QCOMPARE(exifOrientation(Bytes(100'000, 'I')), 0);
        Bytes manyEntries = block;
        manyEntries[8] = manyEntries[9] = 0xff;
        (void)exifOrientation(manyEntries); // either answer will do
        Bytes farAway = block;
        farAway[7] = 0x7f; // the directory lies beyond the end
        QCOMPARE(exifOrientation(farAway), 0);
    }

    /// Writers store the tag as BYTE, SHORT or LONG; readers take each.
    void everyIntegerTypeIsRead()
    {
        for (const int type : {1, 3, 4, 13}) {
            Bytes block = exifBlock(6);
            block[12] = static_cast<std::uint8_t>(type);
            QCOMPARE(exifOrientation(block), 6);
        }
        Bytes big = exifBlock(6, true);
        big[13] = 4;
        big[18] = 0;
        big[19] = 0;
        big[20] = 0;
        big[21] = 6;
        QCOMPARE(exifOrientation(big), 6);
    }

    void xmp_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("expected");
        QTest::newRow("attribute") << QByteArray("<x tiff:Orientation=\"6\" />") << 6;
        QTest::newRow("element") << QByteArray("<tiff:Orientation>8</tiff:Orientation>") << 8;
        QTest::newRow("nothing") << QByteArray("<x/>") << 0;
        QTest::newRow("name alone") << QByteArray("tiff:Orientation") << 0;
        QTest::newRow("other value") << QByteArray("tiff:Orientation=\"9\"") << 0;
        QTest::newRow("two digits") << QByteArray("tiff:Orientation=\"12\"") << 0;
    }

    void xmp()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, expected);
        QCOMPARE(xmpOrientation(bytesOf(text.toStdString())), expected);
    }

    /// Longer than a JPEG segment: the start is read all the same.
    void longBlocks()
    {
        Bytes block = exifBlock(8);
        block.resize(200'000);
        QCOMPARE(exifOrientation(block), 8);
    }
};

HALFLENS_TEST(TestOrientation)
#include "tst_orientation.moc"
