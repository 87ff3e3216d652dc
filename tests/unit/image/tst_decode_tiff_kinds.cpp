// SPDX-License-Identifier: BSD-3-Clause
// TIFF as laboratories and cameras write it: floating point, signed, 32 bits, odd depths, Lab, YCbCr; several pages,
// reduced copies, camera raw.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <tiff.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace halflens;
using namespace halflens::test;

namespace {

template<class T> Bytes bytesOfValues(const std::vector<double>& values)
{
    Bytes bytes;
    for (const double value : values) {
        const T stored = static_cast<T>(value);
        const auto* from = reinterpret_cast<const std::uint8_t*>(&stored);
        bytes.insert(bytes.end(), from, from + sizeof(T));
    }
    return bytes;
}

Bytes stored(const PlainTiff& kind, const std::vector<double>& values)
{
    if (kind.sampleFormat == SAMPLEFORMAT_IEEEFP)
        return kind.bits == 64 ? bytesOfValues<double>(values) : bytesOfValues<float>(values);
    if (kind.sampleFormat == SAMPLEFORMAT_UINT)
        return bytesOfValues<std::uint32_t>(values);
    return kind.bits == 8 ? bytesOfValues<std::int8_t>(values)
        : kind.bits == 16 ? bytesOfValues<std::int16_t>(values)
                          : bytesOfValues<std::int32_t>(values);
}

std::vector<int> greys(const Image& image)
{
    std::vector<int> values;
    for (std::size_t i = 0; i < image.rgb.size(); i += 3)
        values.push_back(image.rgb[i]);
    return values;
}

} // namespace

class TestDecodeTiffKinds : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void blackAndWhite_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("format");
        QTest::addColumn<std::vector<double>>("values");
        QTest::addColumn<std::vector<int>>("expected");
        QTest::addColumn<QString>("note");
        const int real = SAMPLEFORMAT_IEEEFP;
        const int whole = SAMPLEFORMAT_INT;
        const int plain = SAMPLEFORMAT_UINT;
        const auto row = [](const char* name, int bits, int format, const std::vector<double>& values,
                            const std::vector<int>& expected, const char* note) {
            QTest::newRow(name) << bits << format << values << expected << QString::fromLatin1(note);
        };
        row("0 to 1", 32, real, {0, 0.25, 0.5, 1}, {0, 64, 128, 255},
            "32-bit floating-point values: 0 is black, 1 white");
        row("0 to 1, not all of it", 32, real, {0, 0.25, 0.5, 0.1}, {0, 64, 128, 26}, "1 white");
        row("0 to 1, 64 bit", 64, real, {0, 0.25, 0.5, 1}, {0, 64, 128, 255}, "64-bit");
        row("8-bit numbers", 32, real, {3, 100, 7, 250}, {3, 100, 7, 250}, "255 white");
        row("16-bit numbers", 32, real, {0, 257, 25700, 65535}, {0, 1, 100, 255}, "65535 white");
        row("stretched", 32, real, {-1.5, 0, 0.75, 3}, {0, 85, 128, 255}, "-1.5 is black, 3 white, the smallest");
        row("a map", 32, real, {0.5, 1.5, 2.5, 4.5}, {0, 64, 128, 255}, "the smallest and the largest of the picture");
        row("flat", 32, real, {4.5, 4.5, 4.5, 4.5}, {0, 0, 0, 0}, "4.5 is black");
        row("no numbers", 32, real, {0, std::nan(""), std::numeric_limits<double>::infinity(), 1}, {0, 0, 0, 255},
            "2 are no numbers");
        row("wide", 64, real, {-1e308, 0, 1e308, 1e308}, {0, 128, 255, 255}, "stretched");
        row("signed 8", 8, whole, {-128, -1, 0, 127}, {0, 127, 128, 255}, "8-bit signed");
        row("signed 16", 16, whole, {-1000, 0, 500, 1000}, {0, 128, 191, 255}, "-1000 is black");
        row("signed 16, 8-bit numbers", 16, whole, {0, 9, 200, 255}, {0, 9, 200, 255}, "255 white");
        row("signed 32", 32, whole, {-2147483648.0, 0, 1, 2147483647}, {0, 128, 128, 255}, "32-bit signed");
        row("unsigned 32", 32, plain, {0, 2147483648.0, 4294967295.0, 16843009}, {0, 128, 255, 1}, "4294967295 white");
        row("unsigned 32, 8-bit numbers", 32, plain, {0, 9, 200, 255}, {0, 9, 200, 255}, "255 white");
    }

    void blackAndWhite()
    {
        QFETCH(int, bits);
        QFETCH(int, format);
        QFETCH(std::vector<double>, values);
        QFETCH(std::vector<int>, expected);
        QFETCH(QString, note);
        PlainTiff kind{4, 1};
        kind.bits = bits;
        kind.sampleFormat = format;
        for (const bool bigEndian : {false, true}) {
            kind.bigEndian = bigEndian;
            const auto image = decodeImage(encodePlainTiff(kind, stored(kind, values)));
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QCOMPARE(greys(**image), expected);
            if (note != QStringLiteral("stretched"))
                QVERIFY2(hasNote(**image, note.toStdString()), (*image)->origin.notes.front().c_str());
            QCOMPARE((*image)->origin.bitsPerChannel, bits);
        }
    }

    void halfFloats()
    {
        PlainTiff kind{4, 1};
        kind.bits = 16;
        const auto image =
            decodeImage(encodePlainTiff(kind, bytesOfValues<std::uint16_t>({0, 0x3400, 0x3800, 0x3c00})));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE(greys(**image), (std::vector<int>{0, 64, 128, 255}));
    }

    /// Compression and predictor change nothing, colours are stretched by one range for all.
    void packedColours_data()
    {
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("predictor");
        QTest::newRow("none") << int{COMPRESSION_NONE} << 1;
        QTest::newRow("LZW") << int{COMPRESSION_LZW} << 3;
        QTest::newRow("Deflate") << int{COMPRESSION_ADOBE_DEFLATE} << 3;
        QTest::newRow("Deflate, differences") << int{COMPRESSION_ADOBE_DEFLATE} << 1;
    }

    void packedColours()
    {
        QFETCH(int, compression);
        QFETCH(int, predictor);
        PlainTiff kind{20, 10, 3};
        kind.photometric = PHOTOMETRIC_RGB;
        kind.compression = compression;
        kind.predictor = predictor;
        std::vector<double> values;
        for (int i = 0; i < 600; ++i)
            values.push_back(-2 + i / 100.0);
        const auto image = decodeImage(encodePlainTiff(kind, stored(kind, values)));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        for (std::size_t i = 0; i < 600; ++i)
            QVERIFY(std::abs((*image)->rgb[i] - 255.0 * static_cast<double>(i) / 599) <= 0.51);
    }

    /// Packed without gaps, the highest bit first.
    void oddDepths_data()
    {
        QTest::addColumn<int>("bits");
        for (const int bits : {3, 6, 10, 12, 14})
            QTest::addRow("%d bits", bits) << bits;
    }

    void oddDepths()
    {
        QFETCH(int, bits);
        PlainTiff kind{7, 1};
        kind.bits = bits;
        kind.sampleFormat = SAMPLEFORMAT_UINT;
        const unsigned most = (1u << bits) - 1;
        std::vector<int> expected;
        Bytes packed((7 * static_cast<std::size_t>(bits) + 7) / 8);
        for (unsigned i = 0; i < 7; ++i) {
            const unsigned value = i * most / 6;
            expected.push_back(static_cast<int>((value * 255 + most / 2) / most));
            for (unsigned b = 0; b < static_cast<unsigned>(bits); ++b) {
                const unsigned at = i * static_cast<unsigned>(bits) + b;
                if ((value >> (static_cast<unsigned>(bits) - 1 - b) & 1) != 0)
                    packed[at / 8] |= static_cast<std::uint8_t>(0x80 >> at % 8);
            }
        }
        const auto image = decodeImage(encodePlainTiff(kind, packed));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE(greys(**image), expected);
        QCOMPARE(hasNote(**image, std::to_string(bits) + " bits rounded to 8"), bits > 8);
    }

    void darkSixteenBits()
    {
        const Raster dark = makeRaster(4, 4, 1, 16, [](int y, int x, int) { return 200 * (4 * y + x); });
        QVERIFY(hasNote(**decodeImage(encodeTiff(dark)), "no value is above 3000 of 65535"));
        const Raster usual = makeRaster(4, 4, 1, 16, [](int y, int x, int) { return 4000 * (4 * y + x); });
        QVERIFY(!hasNote(**decodeImage(encodeTiff(usual)), "no value is above"));
    }

    void lab_data()
    {
        QTest::addColumn<int>("photometric");
        QTest::addColumn<int>("bits");
        QTest::newRow("CIELAB 8") << int{PHOTOMETRIC_CIELAB} << 8;
        QTest::newRow("CIELAB 16") << int{PHOTOMETRIC_CIELAB} << 16;
        QTest::newRow("ICCLAB 8") << int{PHOTOMETRIC_ICCLAB} << 8;
        QTest::newRow("ICCLAB 16") << int{PHOTOMETRIC_ICCLAB} << 16;
    }

    /// White, black, and sRGB's red as D50 sees it.
    void lab()
    {
        QFETCH(int, photometric);
        QFETCH(int, bits);
        PlainTiff kind{3, 1, 3};
        kind.photometric = photometric;
        kind.bits = bits;
        kind.sampleFormat = SAMPLEFORMAT_UINT;
        const bool cie = photometric == PHOTOMETRIC_CIELAB;
        Bytes rows;
        for (const auto& [l, a, b] : {std::array{100.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, {54.29, 80.81, 69.89}}) {
            if (bits == 8) {
                for (const double value : {l * 2.55, a + (cie ? 0 : 128), b + (cie ? 0 : 128)})
                    rows.push_back(static_cast<std::uint8_t>(static_cast<int>(std::lround(value))));
                continue;
            }
            for (const double value :
                 {l * (cie ? 655.35 : 652.8), (a + (cie ? 0 : 128)) * 256, (b + (cie ? 0 : 128)) * 256}) {
                const auto stored16 = static_cast<std::uint16_t>(static_cast<int>(std::lround(value)));
                rows.push_back(static_cast<std::uint8_t>(stored16 & 255));
                rows.push_back(static_cast<std::uint8_t>(stored16 >> 8));
            }
        }
        const auto image = decodeImage(encodePlainTiff(kind, rows));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        constexpr int Expected[] = {255, 255, 255, 0, 0, 0, 255, 0, 0};
        for (std::size_t i = 0; i < 9; ++i)
            QVERIFY2(std::abs((*image)->rgb[i] - Expected[i]) <= 6, std::to_string((*image)->rgb[i]).c_str());
        QVERIFY(hasNote(**image, "Lab"));
    }

    void ycbcr()
    {
        PlainTiff kind{4, 4, 3};
        kind.photometric = PHOTOMETRIC_YCBCR;
        kind.bits = 8;
        kind.sampleFormat = SAMPLEFORMAT_UINT;
        kind.compression = COMPRESSION_LZW;
        for (const int subsampling : {1, 2}) {
            kind.subsampling = subsampling;
            Bytes rows; // 76, 85, 255: red
            for (int unit = 0; unit < 16 / (subsampling * subsampling); ++unit) {
                rows.insert(rows.end(), static_cast<std::size_t>(subsampling * subsampling), 76);
                rows.push_back(85);
                rows.push_back(255);
            }
            const auto image = decodeImage(encodePlainTiff(kind, rows));
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            for (std::size_t i = 0; i < 48; i += 3) {
                QVERIFY((*image)->rgb[i] >= 252);
                QVERIFY((*image)->rgb[i + 1] <= 3 && (*image)->rgb[i + 2] <= 3);
            }
        }
    }

    void pagesAreChosen()
    {
        const Raster raster = patternRaster(5, 3, 3);
        TiffOptions options;
        options.pages = 3;
        const Bytes tiff = encodeTiff(raster, options);
        DecodeOptions third;
        third.page = 3;
        const auto image = decodeImage(tiff, third);
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "picture 3 of 3"));
        for (std::size_t i = 0; i < (*image)->rgb.size(); ++i)
            QCOMPARE(static_cast<int>((*image)->rgb[i]), 255 - static_cast<int>(rgbOf(raster)[i]));
        for (const int page : {0, 4, -1}) {
            DecodeOptions wrong;
            wrong.page = page;
            const auto refused = decodeImage(tiff, wrong);
            QVERIFY(!refused.has_value());
            QVERIFY(refused.error().reason.find("3 pages") != std::string::npos);
        }
    }

    /// The full picture behind its small copy is the one people mean.
    void reducedCopiesArePassedOver()
    {
        const Raster raster = patternRaster(12, 7, 3);
        TiffOptions options;
        options.reducedFirst = true;
        const auto image = decodeImage(encodeTiff(raster, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->rgb == rgbOf(raster));
        QCOMPARE((*image)->origin.frames, 1);
        QVERIFY(hasNote(**image, "reduced copy"));
        options.pages = 2;
        QCOMPARE((*decodeImage(encodeTiff(raster, options)))->origin.frames, 2);
        options.pages = 0;
        const auto alone = decodeImage(encodeTiff(raster, options));
        QVERIFY(alone.has_value());
        QCOMPARE((*alone)->width, 4);
        QVERIFY(hasNote(**alone, "reduced copy"));
    }

    void sensorDataIsCameraRaw()
    {
        for (const int kind : {32803, 34892}) {
            for (const bool bigEndian : {false, true}) {
                TiffOptions options;
                options.rawBelow = kind;
                options.pages = 0;
                options.bigEndian = bigEndian;
                const auto image = decodeImage(encodeTiff(patternRaster(12, 7, 3), options));
                QVERIFY(!image.has_value());
                QVERIFY2(image.error().reason.find("Nikon NEF") != std::string::npos, image.error().reason.c_str());
            }
        }
    }

    void whatIsRefusedSaysWhatHelps()
    {
        PlainTiff kind{4, 4};
        kind.bits = 64;
        kind.sampleFormat = SAMPLEFORMAT_UINT;
        const auto image = decodeImage(encodePlainTiff(kind, Bytes(128)));
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::Unsupported);
        QVERIFY(image.error().remedy.find("16 bits") != std::string::npos);
    }
};

HALFLENS_TEST(TestDecodeTiffKinds)
#include "tst_decode_tiff_kinds.moc"
