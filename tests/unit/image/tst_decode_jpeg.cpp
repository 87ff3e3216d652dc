// SPDX-License-Identifier: BSD-3-Clause
// JPEG: agreement with libjpeg-turbo's own defaults, colour spaces, orientation, damage.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <cstdio>

#include <jpeglib.h>

#include <algorithm>
#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

/// A smooth picture that JPEG keeps within a level or two.
Raster smoothRaster(int width, int height, int channels)
{
    return makeRaster(width, height, channels, 8, [=](int y, int x, int c) {
        return (c == 0       ? x * 255 / std::max(1, width - 1)
                    : c == 1 ? y * 255 / std::max(1, height - 1)
                             : 128 + 40 * ((c & 1) * 2 - 1));
    });
}

int largestDifference(const Bytes& a, const Bytes& b)
{
    int largest = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(int{a[i]} - int{b[i]}));
    return a.size() == b.size() ? largest : 256;
}

/// The plain use of libjpeg with nothing set: what PIL does (spec models 0.5).
Bytes referencePixels(const Bytes& bytes)
{
    jpeg_decompress_struct jpeg = {};
    jpeg_error_mgr errors = {};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&jpeg, TRUE);
    jpeg_start_decompress(&jpeg);
    Bytes pixels(3 * std::size_t{jpeg.output_width} * jpeg.output_height);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = pixels.data() + 3 * std::size_t{jpeg.output_width} * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return pixels;
}

/// Where the marker stands at or behind `from`.
std::size_t nextMarker(const Bytes& jpeg, std::size_t from, int marker)
{
    while (from + 1 < jpeg.size() && (jpeg[from] != 0xff || jpeg[from + 1] != marker))
        ++from;
    return from;
}

/// Where the header of the last scan starts.
std::size_t lastScan(const Bytes& jpeg)
{
    std::size_t last = 0;
    for (std::size_t at = nextMarker(jpeg, 2, 0xda); at + 1 < jpeg.size(); at = nextMarker(jpeg, at + 2, 0xda))
        last = at;
    return last;
}

} // namespace

class TestDecodeJpeg : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sameAsLibraryDefaults_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("progressive");
        QTest::addColumn<bool>("arithmetic");
        QTest::addColumn<bool>("subsampled");
        QTest::newRow("4:4:4") << 61 << 35 << false << false << false;
        QTest::newRow("4:2:0") << 61 << 35 << false << false << true;
        QTest::newRow("progressive") << 61 << 35 << true << false << true;
        QTest::newRow("arithmetic") << 61 << 35 << false << true << true;
        QTest::newRow("one pixel") << 1 << 1 << false << false << true;
        QTest::newRow("column") << 1 << 10000 << false << false << true;
        QTest::newRow("row") << 10000 << 1 << true << false << true;
    }

    /// Noise, so that another IDCT or other chroma upsampling would show.
    void sameAsLibraryDefaults()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, progressive);
        QFETCH(bool, arithmetic);
        QFETCH(bool, subsampled);
        JpegOptions options;
        options.quality = 80;
        options.progressive = progressive;
        options.arithmetic = arithmetic;
        options.subsampled = subsampled;
        const Bytes jpeg = encodeJpeg(patternRaster(width, height, 3), options);
        const auto image = decodeImage(jpeg);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->width, width);
        QCOMPARE((*image)->height, height);
        QVERIFY((*image)->rgb == referencePixels(jpeg));
        QVERIFY((*image)->origin.notes.empty());
        QCOMPARE((*image)->origin.format, std::string("JPEG"));
    }

    void colourIsWhatWasWritten()
    {
        const Raster raster = smoothRaster(64, 48, 3);
        const auto image = decodeImage(encodeJpeg(raster));
        QVERIFY(image.has_value());
        QVERIFY(largestDifference((*image)->rgb, rgbOf(raster)) <= 3);
    }

    void greyBecomesRgb()
    {
        const Raster raster = smoothRaster(40, 30, 1);
        const auto image = decodeImage(encodeJpeg(raster));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->origin.channels, 1);
        for (int i = 0; i < 40 * 30; ++i) {
            const std::uint8_t* pixel = (*image)->rgb.data() + 3 * i;
            QVERIFY(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
            QVERIFY(std::abs(int{pixel[0]} - int{raster.samples[static_cast<std::size_t>(i)]}) <= 2);
        }
    }

    void cmyk_data()
    {
        QTest::addColumn<bool>("ycck");
        QTest::newRow("CMYK") << false;
        QTest::newRow("YCCK") << true;
    }

    /// Adobe stores 255 - ink: 255, 255, 255, 255 is white paper. R = (255 - C)(255 - K) / 255.
    void cmyk()
    {
        QFETCH(bool, ycck);
        const Raster ink = smoothRaster(32, 24, 4);
        Raster stored = ink;
        for (std::uint16_t& sample : stored.samples)
            sample = static_cast<std::uint16_t>(255 - sample);
        JpegOptions options;
        options.ycck = ycck;
        const auto image = decodeImage(encodeJpeg(stored, options));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->origin.channels, 4);
        QVERIFY(hasNote(**image, "CMYK converted by formula"));
        for (int y = 0; y < 24; ++y)
            for (int x = 0; x < 32; ++x)
                for (int c = 0; c < 3; ++c) {
                    const double expected = (255.0 - ink.at(y, x, c)) * (255.0 - ink.at(y, x, 3)) / 255.0;
                    QVERIFY(std::abs((*image)->row(y)[3 * x + c] - expected) <= 5);
                }
    }

    void exifOrientation()
    {
        JpegOptions options;
        options.exif = exifBlock(8, true);
        const Raster raster = smoothRaster(48, 16, 3);
        const auto image = decodeImage(encodeJpeg(raster, options));
        QVERIFY(image.has_value());
        QCOMPARE((*image)->width, 16);
        QCOMPARE((*image)->height, 48);
        QVERIFY((*image)->origin.orientationApplied);
        // 8: turned anticlockwise, so the right column, read downwards, becomes the top row.
        for (int c = 0; c < 3; ++c) {
            QVERIFY(std::abs((*image)->row(0)[c] - raster.at(0, 47, c)) <= 3);
            QVERIFY(std::abs((*image)->row(47)[45 + c] - raster.at(15, 0, c)) <= 3);
        }
    }

    void profileIsIgnoredWithANote()
    {
        const Raster raster = patternRaster(16, 16, 3);
        JpegOptions options;
        options.profile = bytesOf("not a profile");
        const Bytes jpeg = encodeJpeg(raster, options);
        const auto image = decodeImage(jpeg);
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "profile ignored"));
        QVERIFY((*image)->rgb == referencePixels(jpeg));
    }

    void truncationIsAnError_data()
    {
        QTest::addColumn<bool>("progressive");
        QTest::newRow("baseline") << false;
        QTest::newRow("progressive") << true;
    }

    void truncationIsAnError()
    {
        QFETCH(bool, progressive);
        JpegOptions options;
        options.progressive = progressive;
        const Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3), options);
        for (std::size_t size = 0; size + 16 < jpeg.size(); size += 11) {
            const auto image = decodeImage(truncated(jpeg, size));
            QVERIFY(!image.has_value());
            QVERIFY(!image.error().reason.empty() && !image.error().remedy.empty());
        }
    }

    /// Only the two bytes of the end marker are gone: nothing of the picture is.
    void missingEndMarkerIsNoted()
    {
        const Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3));
        const auto image = decodeImage(truncated(jpeg, jpeg.size() - 2));
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "end marker"));
        QVERIFY((*image)->rgb == referencePixels(jpeg));
    }

    void missingEndMarkerOfSeveralScans_data()
    {
        QTest::addColumn<bool>("progressive");
        QTest::addColumn<bool>("arithmetic");
        QTest::addColumn<QByteArray>("instead");
        for (const char* kind : {"progressive", "arithmetic", "three scans"}) {
            for (const QByteArray& instead :
                 {QByteArray(), QByteArray("\xff"), QByteArray("\0\0", 2), QByteArray(100, 0)})
                QTest::addRow("%s, %s", kind, instead.toHex().left(8).constData())
                    << (kind != QByteArray("three scans")) << (kind == QByteArray("arithmetic")) << instead;
        }
    }

    void missingEndMarkerOfSeveralScans()
    {
        QFETCH(bool, progressive);
        QFETCH(bool, arithmetic);
        QFETCH(QByteArray, instead);
        JpegOptions options;
        options.progressive = progressive;
        options.arithmetic = arithmetic;
        options.threeScans = !progressive;
        const Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3), options);
        Bytes cut = truncated(jpeg, jpeg.size() - 2);
        cut.insert(cut.end(), instead.begin(), instead.end());
        const auto image = decodeImage(cut);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY(hasNote(**image, "end marker"));
        QVERIFY(!(*image)->origin.isPartial);
        QVERIFY((*image)->rgb == referencePixels(jpeg));
        // A scan less is another matter.
        const Bytes lessScans = truncated(jpeg, lastScan(jpeg));
        const auto refused = decodeImage(lessScans);
        QVERIFY(!refused.has_value());
        QVERIFY(refused.error().remedy.find("--partial") != std::string::npos);
        DecodeOptions partial;
        partial.partial = true;
        const auto opened = decodeImage(lessScans, partial);
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().message().c_str());
        QVERIFY((*opened)->origin.isPartial);
    }

    /// One more frame header behind the pixels, of four channels: libjpeg takes its numbers over before it refuses it.
    void secondFrameHeader()
    {
        Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3));
        const Bytes whole = referencePixels(jpeg);
        const Bytes second{0xff, 0xc0, 0, 20, 8, 0, 48, 0, 64, 4, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1, 4, 0x11, 0};
        jpeg.insert(jpeg.end() - 2, second.begin(), second.end());
        DecodeOptions partial;
        partial.partial = true;
        const auto image = decodeImage(jpeg, partial);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->rgb == whole);
        QVERIFY(!hasNote(**image, "CMYK"));
    }

    /// Fields of the scan header that mean nothing in a baseline file.
    void oddScanHeader()
    {
        const Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3));
        const std::size_t scan = lastScan(jpeg);
        const std::size_t fields = scan + 5 + 2 * jpeg[scan + 4]; // start, end, bits
        for (const auto& [at, value] : {std::pair{0, 1}, {1, 0}, {1, 62}, {2, 0x10}, {2, 0x01}, {2, 0x11}}) {
            Bytes odd = jpeg;
            odd[fields + static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
            const auto image = decodeImage(odd);
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QVERIFY((*image)->rgb == referencePixels(jpeg));
            QVERIFY(hasNote(**image, "scan header"));
        }
    }

    void aScanThatComesTwice()
    {
        JpegOptions options;
        options.progressive = true;
        const Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3), options);
        const std::size_t from = nextMarker(jpeg, 2, 0xda);
        const std::size_t to = nextMarker(jpeg, from + 2, 0xc4);
        Bytes twice = jpeg;
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(to), jpeg.begin() + static_cast<std::ptrdiff_t>(from),
                     jpeg.begin() + static_cast<std::ptrdiff_t>(to));
        const auto image = decodeImage(twice);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->rgb == referencePixels(jpeg));
        QVERIFY(hasNote(**image, "twice"));
    }

    void orientationOfALaterSegment()
    {
        JpegOptions options;
        options.exif = exifBlock(6);
        const Bytes jpeg = encodeJpeg(patternRaster(16, 8, 3), options);
        const Bytes empty{0xff, 0xe1, 0, 8, 'E', 'x', 'i', 'f', 0, 0};
        Bytes later = jpeg;
        later.insert(later.begin() + 2, empty.begin(), empty.end());
        const auto image = decodeImage(later);
        QVERIFY(image.has_value());
        QCOMPARE((*image)->contentHash, (*decodeImage(jpeg))->contentHash);
        QCOMPARE((*image)->height, 16);
    }

    void orientationOfXmpAlone()
    {
        const Bytes jpeg = encodeJpeg(patternRaster(16, 8, 3));
        const std::string packet = std::string("http://ns.adobe.com/xap/1.0/") + '\0' + "<x tiff:Orientation=\"6\"/>";
        Bytes marker{0xff, 0xe1, 0, static_cast<std::uint8_t>(packet.size() + 2)};
        marker.insert(marker.end(), packet.begin(), packet.end());
        Bytes turned = jpeg;
        turned.insert(turned.begin() + 2, marker.begin(), marker.end());
        QCOMPARE((*decodeImage(turned))->height, 16);
        QVERIFY((*decodeImage(turned))->origin.orientationApplied);
    }

    void bytesBehindTheEndAreAllowed()
    {
        Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3));
        const Bytes expected = referencePixels(jpeg);
        jpeg.insert(jpeg.end(), 1000, 0);
        const auto image = decodeImage(jpeg);
        QVERIFY(image.has_value());
        QVERIFY((*image)->rgb == expected);
    }

    /// The size stands at +5 (height) and +7 (width) of the frame header.
    void lyingHeader()
    {
        Bytes jpeg = encodeJpeg(patternRaster(64, 48, 3));
        std::size_t frame = 2;
        while (jpeg[frame + 1] != 0xc0)
            frame += 2 + 256u * jpeg[frame + 2] + jpeg[frame + 3];
        for (const std::size_t offset : {5u, 7u}) {
            jpeg[frame + offset] = 0x30;
            jpeg[frame + offset + 1] = 0;
        }
        const auto header = probeImage(jpeg);
        QVERIFY(header.has_value());
        QCOMPARE(header->width, std::int64_t{0x3000});
        const auto image = decodeImage(jpeg);
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::InvalidInput);
        QVERIFY(image.error().reason.find("cannot hold") != std::string::npos);
    }

    /// 12 bits and lossless files are whole, so "damaged" would send the user the wrong way.
    void unsupportedKinds()
    {
        const Bytes jpeg = encodeJpeg(patternRaster(16, 16, 3));
        std::size_t frame = 2;
        while (jpeg[frame + 1] != 0xc0)
            frame += 2 + 256u * jpeg[frame + 2] + jpeg[frame + 3];
        Bytes deep = jpeg;
        deep[frame + 4] = 12;
        Bytes lossless = jpeg;
        lossless[frame + 1] = 0xc3;
        for (const Bytes& file : {deep, lossless}) {
            const auto image = decodeImage(file);
            QVERIFY(!image.has_value());
            QVERIFY2(image.error().code == ErrorCode::Unsupported, image.error().message().c_str());
        }
    }

    void manyScansAreRefused_data()
    {
        QTest::addColumn<int>("refinements");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("64 scans") << 0 << true;
        QTest::newRow("190 scans") << 2 << true;
        QTest::newRow("253 scans") << 3 << false;
    }

    /// Each scan costs a pass over all pixels, however few bytes it has.
    void manyScansAreRefused()
    {
        QFETCH(int, refinements);
        QFETCH(bool, accepted);
        JpegOptions options;
        options.refinements = refinements;
        const auto image = decodeImage(encodeJpeg(patternRaster(32, 32, 1), options));
        QCOMPARE(image.has_value(), accepted);
        if (!image)
            QVERIFY2(image.error().reason.find("scans") != std::string::npos, image.error().reason.c_str());
    }
};

HALFLENS_TEST(TestDecodeJpeg)
#include "tst_decode_jpeg.moc"
