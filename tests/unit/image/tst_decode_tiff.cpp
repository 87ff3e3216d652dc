// SPDX-License-Identifier: BSD-3-Clause
// TIFF: sample layouts, compressions, colour kinds, orientation, damage, lying headers.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <tiff.h>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

/// The value field of a tag in the first directory of a little-endian file.
std::size_t tagValue(const Bytes& tiff, unsigned tag)
{
    const auto get16 = [&](std::size_t at) {
        return static_cast<unsigned>(tiff[at]) | static_cast<unsigned>(tiff[at + 1]) << 8;
    };
    const std::size_t directory = get16(4) | get16(6) << 16;
    for (unsigned i = 0; i < get16(directory); ++i) {
        if (get16(directory + 2 + 12 * i) == tag)
            return directory + 2 + 12 * i + 8;
    }
    return 0;
}

void setTag(Bytes& tiff, unsigned tag, std::uint32_t value)
{
    const std::size_t at = tagValue(tiff, tag);
    QVERIFY(at > 0);
    tiff[at - 6] = 4; // LONG
    for (unsigned i = 0; i < 4; ++i)
        tiff[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

} // namespace

class TestDecodeTiff : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void layoutsAreExact_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("tile");
        QTest::addColumn<bool>("planar");
        QTest::addColumn<bool>("bigEndian");
        const int none = COMPRESSION_NONE;
        const int lzw = COMPRESSION_LZW;
        const int deflate = COMPRESSION_ADOBE_DEFLATE;
        QTest::newRow("strips") << 37 << 20 << 8 << none << 0 << false << false;
        QTest::newRow("strips big-endian 16") << 37 << 20 << 16 << none << 0 << false << true;
        QTest::newRow("strips little-endian 16") << 37 << 20 << 16 << lzw << 0 << false << false;
        QTest::newRow("LZW") << 37 << 20 << 8 << lzw << 0 << false << false;
        QTest::newRow("Deflate") << 37 << 20 << 8 << deflate << 0 << false << true;
        QTest::newRow("PackBits") << 37 << 20 << 8 << int{COMPRESSION_PACKBITS} << 0 << false << false;
        QTest::newRow("Zstandard") << 37 << 20 << 8 << int{COMPRESSION_ZSTD} << 0 << false << false;
        QTest::newRow("planes") << 37 << 20 << 8 << lzw << 0 << true << false;
        QTest::newRow("planes 16") << 37 << 20 << 16 << deflate << 0 << true << true;
        QTest::newRow("tiles") << 37 << 20 << 8 << none << 16 << false << false;
        QTest::newRow("tiles 16") << 37 << 20 << 16 << deflate << 16 << false << false;
        QTest::newRow("tiles in planes") << 37 << 20 << 8 << lzw << 16 << true << false;
        QTest::newRow("tile larger than the image") << 3 << 5 << 8 << lzw << 16 << false << false;
        QTest::newRow("one pixel") << 1 << 1 << 8 << none << 0 << false << false;
        QTest::newRow("column") << 1 << 10000 << 8 << lzw << 0 << false << false;
        QTest::newRow("row") << 10000 << 1 << 8 << lzw << 0 << false << false;
    }

    void layoutsAreExact()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, bits);
        QFETCH(int, compression);
        QFETCH(int, tile);
        QFETCH(bool, planar);
        QFETCH(bool, bigEndian);
        const Raster raster = patternRaster(width, height, 3, bits);
        TiffOptions options;
        options.compression = compression;
        options.tileSide = tile;
        options.planar = planar;
        options.bigEndian = bigEndian;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, width);
        QCOMPARE((*image)->height, height);
        QCOMPARE((*image)->origin.format, std::string("TIFF"));
        QCOMPARE((*image)->origin.bitsPerChannel, bits);
        QCOMPARE(hasNote(**image, "16 bits"), bits == 16);
        for (std::size_t i = 0; i < raster.samples.size(); ++i) {
            const int expected =
                bits == 16 ? static_cast<int>(raster.samples[i] * 255.0 / 65535.0 + 0.5) : raster.samples[i];
            QCOMPARE(static_cast<int>((*image)->rgb[i]), expected);
        }
    }

    void greyOfEveryDepth_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("inverted");
        for (const int bits : {1, 2, 4, 8, 16})
            for (const bool inverted : {false, true})
                QTest::addRow("%d bit%s", bits, inverted ? " inverted" : "") << bits << inverted;
    }

    void greyOfEveryDepth()
    {
        QFETCH(int, bits);
        QFETCH(bool, inverted);
        const Raster raster = patternRaster(21, 9, 1, bits);
        TiffOptions options;
        options.photometric = inverted ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        const double maximum = (1 << bits) - 1;
        for (int i = 0; i < 21 * 9; ++i) {
            const int value = static_cast<int>(raster.samples[static_cast<std::size_t>(i)] * 255.0 / maximum + 0.5);
            for (int c = 0; c < 3; ++c)
                QCOMPARE(static_cast<int>((*image)->rgb[static_cast<std::size_t>(3 * i + c)]),
                         inverted ? 255 - value : value);
        }
    }

    /// Fax compressions of a bilevel page.
    void fax_data()
    {
        QTest::addColumn<int>("compression");
        QTest::newRow("CCITT RLE") << int{COMPRESSION_CCITTRLE};
        QTest::newRow("group 3") << int{COMPRESSION_CCITTFAX3};
        QTest::newRow("group 4") << int{COMPRESSION_CCITTFAX4};
    }

    void fax()
    {
        QFETCH(int, compression);
        const Raster raster = patternRaster(50, 20, 1, 1);
        TiffOptions options;
        options.compression = compression;
        options.photometric = PHOTOMETRIC_MINISWHITE;
        options.rowsPerStrip = 20;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        for (std::size_t i = 0; i < raster.samples.size(); ++i)
            QCOMPARE(static_cast<int>((*image)->rgb[3 * i]), raster.samples[i] ? 0 : 255);
    }

    void palette_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("factor"); // from 8 to 16 bits, as writers differ in it
        for (const int bits : {1, 4, 8})
            for (const int factor : {1, 256, 257})
                QTest::addRow("%d bit, times %d", bits, factor) << bits << factor;
    }

    void palette()
    {
        QFETCH(int, bits);
        QFETCH(int, factor);
        const Raster raster = patternRaster(21, 9, 1, bits);
        TiffOptions options;
        options.photometric = PHOTOMETRIC_PALETTE;
        const int count = 1 << bits;
        for (int c = 0; c < 3; ++c)
            for (int i = 0; i < count; ++i)
                options.palette.push_back(static_cast<std::uint16_t>(((i * 37 + c * 50 + 7) & 0xff) * factor));
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        for (int i = 0; i < 21 * 9; ++i)
            for (int c = 0; c < 3; ++c)
                QCOMPARE(static_cast<int>((*image)->rgb[static_cast<std::size_t>(3 * i + c)]),
                         (raster.samples[static_cast<std::size_t>(i)] * 37 + c * 50 + 7) & 0xff);
    }

    void cmyk_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("planar");
        QTest::newRow("8 bit") << 8 << false;
        QTest::newRow("16 bit") << 16 << false;
        QTest::newRow("planes") << 8 << true;
    }

    /// 255 is full ink here, unlike in JPEG.
    void cmyk()
    {
        QFETCH(int, bits);
        QFETCH(bool, planar);
        const int step = bits == 16 ? 257 : 1;
        const Raster raster =
            makeRaster(8, 8, 4, bits, [=](int y, int x, int c) { return (x * 30 + y * 11 + c * 40) % 256 * step; });
        TiffOptions options;
        options.planar = planar;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY(hasNote(**image, "CMYK converted by formula"));
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x)
                for (int c = 0; c < 3; ++c) {
                    const double ink = raster.at(y, x, c) / step;
                    const double black = raster.at(y, x, 3) / step;
                    QCOMPARE(static_cast<int>((*image)->row(y)[3 * x + c]),
                             static_cast<int>((255 - ink) * (255 - black) / 255 + 0.5));
                }
    }

    void alpha_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("planar");
        QTest::addColumn<QString>("note");
        QTest::newRow("unassociated") << int{EXTRASAMPLE_UNASSALPHA} << false << QStringLiteral("as stored");
        QTest::newRow("unassociated planes") << int{EXTRASAMPLE_UNASSALPHA} << true << QStringLiteral("as stored");
        QTest::newRow("associated") << int{EXTRASAMPLE_ASSOCALPHA} << false << QStringLiteral("divided");
        QTest::newRow("associated planes") << int{EXTRASAMPLE_ASSOCALPHA} << true << QStringLiteral("divided");
        QTest::newRow("unspecified") << int{EXTRASAMPLE_UNSPECIFIED} << false << QStringLiteral("further channels");
    }

    /// Premultiplied colours are divided by their alpha; what alpha 0 hides is black.
    void alpha()
    {
        QFETCH(int, kind);
        QFETCH(bool, planar);
        QFETCH(QString, note);
        const bool premultiplied = kind == EXTRASAMPLE_ASSOCALPHA;
        const Raster raster = makeRaster(4, 4, 4, 8, [=](int y, int x, int c) {
            return c == 3 ? 85 * x : premultiplied ? 20 * x * (y + c) / 3 : 20 * (y + c);
        });
        TiffOptions options;
        options.photometric = PHOTOMETRIC_RGB;
        options.extraSample = kind;
        options.planar = planar;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY(hasNote(**image, note.toStdString()));
        QCOMPARE((*image)->origin.channels, 4);
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 4; ++x)
                for (int c = 0; c < 3; ++c) {
                    const int stored = raster.at(y, x, c);
                    const int expected = !premultiplied ? stored
                        : x == 0                        ? 0
                                                        : static_cast<int>(stored * 255.0 / (85 * x) + 0.5);
                    QCOMPARE(static_cast<int>((*image)->row(y)[3 * x + c]), expected);
                }
    }

    void jpegInside()
    {
        const Raster raster = makeRaster(64, 48, 3, 8, [](int y, int x, int c) {
            return c == 0 ? 3 * x : c == 1 ? 5 * y : 77;
        });
        for (const int photometric : {PHOTOMETRIC_RGB, PHOTOMETRIC_YCBCR}) {
            TiffOptions options;
            options.compression = COMPRESSION_JPEG;
            options.photometric = photometric;
            options.rowsPerStrip = 16;
            const Bytes tiff = encodeTiff(raster, options);
            const auto image = decodeImage(tiff);
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            for (std::size_t i = 0; i < raster.samples.size(); ++i)
                QVERIFY(std::abs((*image)->rgb[i] - raster.samples[i]) <= 20);
        }
    }

    void orientationIsUndone_data()
    {
        QTest::addColumn<int>("orientation");
        for (int orientation = 1; orientation <= 8; ++orientation)
            QTest::addRow("%d", orientation) << orientation;
    }

    void orientationIsUndone()
    {
        QFETCH(int, orientation);
        const Raster raster = patternRaster(5, 3, 3);
        TiffOptions options;
        options.orientation = orientation;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->width, orientation >= 5 ? 3 : 5);
        QCOMPARE((*image)->origin.orientationApplied, orientation != 1);
        // Where TIFF says row 0 and column 0 of the file lie in the upright picture.
        const bool fromRight = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
        const bool fromBottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
        const std::uint8_t* corner =
            (*image)->row(fromBottom ? (*image)->height - 1 : 0) + 3 * (fromRight ? (*image)->width - 1 : 0);
        for (int c = 0; c < 3; ++c)
            QCOMPARE(static_cast<int>(corner[c]), static_cast<int>(raster.at(0, 0, c)));
    }

    void pagesAreCounted()
    {
        const Raster raster = patternRaster(5, 3, 3);
        TiffOptions options;
        options.pages = 3;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->origin.frames, 3);
        QVERIFY((*image)->rgb == rgbOf(raster));
        QVERIFY(hasNote(**image, "only the first of 3"));
    }

    /// The directory stands last: what is cut is a strip, which ends in the directory's bytes.
    void partOfThePixels()
    {
        TiffOptions options;
        options.compression = COMPRESSION_ADOBE_DEFLATE;
        options.rowsPerStrip = 16;
        for (const int tile : {0, 16}) {
            options.tileSide = tile;
            const Raster raster = patternRaster(16, 64, 3);
            Bytes tiff = encodeTiff(raster, options);
            const std::size_t offsets = tagValue(tiff, tile ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS);
            const std::size_t list = tiff[offsets] | static_cast<std::size_t>(tiff[offsets + 1]) << 8;
            tiff[list + 8] = tiff[list + 9] = tiff[list + 10] = 0xff; // the third of four lies outside
            const auto refused = decodeImage(tiff);
            QVERIFY(!refused.has_value());
            QVERIFY2(refused.error().remedy.find("--partial") != std::string::npos, refused.error().message().c_str());
            DecodeOptions partial;
            partial.partial = true;
            const auto image = decodeImage(tiff, partial);
            QVERIFY(image.has_value());
            QVERIFY((*image)->origin.isPartial);
            QVERIFY(hasNote(**image, "first 32 of 64"));
            const Bytes whole = rgbOf(raster);
            QVERIFY(std::equal((*image)->rgb.begin(), (*image)->rgb.begin() + 3 * 16 * 32, whole.begin()));
            QCOMPARE(static_cast<int>((*image)->row(63)[0]), 128);
        }
    }

    void profileIsIgnoredWithANote()
    {
        const Raster raster = patternRaster(5, 3, 3);
        TiffOptions options;
        options.profile = bytesOf("not a profile");
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "profile ignored"));
        QVERIFY((*image)->rgb == rgbOf(raster));
    }

    void unsupportedKinds_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("photometric");
        QTest::newRow("signed") << 4 << 2 << int{PHOTOMETRIC_MINISBLACK};
        QTest::newRow("mask") << 1 << 1 << int{PHOTOMETRIC_MASK};
    }

    void unsupportedKinds()
    {
        QFETCH(int, bits);
        QFETCH(int, format);
        QFETCH(int, photometric);
        TiffOptions options;
        options.bits = bits;
        options.sampleFormat = format;
        options.photometric = photometric;
        const auto image = decodeImage(encodeTiff(patternRaster(8, 8, 1, 1), options));
        QVERIFY(!image.has_value());
        QVERIFY2(image.error().code == ErrorCode::Unsupported, image.error().message().c_str());
    }

    void truncationIsAnError_data()
    {
        QTest::addColumn<int>("compression");
        QTest::newRow("none") << int{COMPRESSION_NONE};
        QTest::newRow("LZW") << int{COMPRESSION_LZW};
        QTest::newRow("Deflate") << int{COMPRESSION_ADOBE_DEFLATE};
        QTest::newRow("JPEG") << int{COMPRESSION_JPEG};
    }

    /// The directory stands last, so cutting the file loses it. Files with the directory first lose
    /// pixels instead: the same as a strip that is too short or reaches beyond the end.
    void truncationIsAnError()
    {
        QFETCH(int, compression);
        TiffOptions options;
        options.compression = compression;
        options.rowsPerStrip = 16; // one strip: its place and length stand in the tags
        const Bytes tiff = encodeTiff(patternRaster(40, 16, 3), options);
        for (std::size_t size = 0; size < tiff.size(); size += 97)
            QVERIFY(!decodeImage(truncated(tiff, size)).has_value());

        Bytes beyond = tiff;
        setTag(beyond, TIFFTAG_STRIPOFFSETS, static_cast<std::uint32_t>(tiff.size() - 40));
        QVERIFY(!decodeImage(beyond).has_value());
        if (compression == COMPRESSION_NONE)
            return; // libtiff knows the length better than the tag
        Bytes half = tiff;
        const std::size_t at = tagValue(tiff, TIFFTAG_STRIPBYTECOUNTS);
        const unsigned count = tiff[at] | static_cast<unsigned>(tiff[at + 1]) << 8;
        setTag(half, TIFFTAG_STRIPBYTECOUNTS, count / 2);
        const auto image = decodeImage(half);
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::InvalidInput);
    }

    void lyingHeaders_data()
    {
        QTest::addColumn<std::uint32_t>("width");
        QTest::addColumn<std::uint32_t>("height");
        QTest::newRow("2^31") << 0x80000000u << 0x80000000u;
        QTest::newRow("2^32 - 1") << 0xffffffffu << 1u;
        QTest::newRow("zero") << 0u << 1u;
        QTest::newRow("within the limits") << 14000u << 14000u;
    }

    void lyingHeaders()
    {
        QFETCH(std::uint32_t, width);
        QFETCH(std::uint32_t, height);
        for (const int tile : {0, 16}) {
            for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
                TiffOptions options;
                options.compression = compression;
                options.tileSide = tile;
                Bytes tiff = encodeTiff(patternRaster(40, 16, 3), options);
                setTag(tiff, TIFFTAG_IMAGEWIDTH, width);
                setTag(tiff, TIFFTAG_IMAGELENGTH, height);
                const auto image = decodeImage(tiff);
                QVERIFY(!image.has_value());
                QVERIFY(!image.error().reason.empty());
                if (width == 14000) // refused for what it claims, not for what is missing later
                    QVERIFY2(image.error().reason.find("cannot hold") != std::string::npos,
                             image.error().reason.c_str());
            }
        }
    }

    void hugeTilesAreRefused()
    {
        TiffOptions options;
        options.tileSide = 16;
        Bytes tiff = encodeTiff(patternRaster(40, 16, 3), options);
        setTag(tiff, TIFFTAG_TILEWIDTH, 0x7ffffff0);
        setTag(tiff, TIFFTAG_TILELENGTH, 0x7ffffff0);
        QVERIFY(!decodeImage(tiff).has_value());
    }
};

HALFLENS_TEST(TestDecodeTiff)
#include "tst_decode_tiff.moc"
