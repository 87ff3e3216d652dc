// SPDX-License-Identifier: BSD-3-Clause
// What all formats share: recognition by content, limits, content hash, files on disk.
#include "core/image/decode.h"
#include "tests/support/test_case.h"

#include "core/image/content_hash.h"
#include "core/image/decoder.h"
#include "tests/unit/image/encode.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace halflens;
using namespace halflens::test;

namespace {

/// One file of each format with the same pixels.
Bytes exampleOf(const QString& format, const Raster& raster)
{
    if (format == QStringLiteral("PNG"))
        return encodePng(raster);
    if (format == QStringLiteral("JPEG"))
        return encodeJpeg(raster);
    if (format == QStringLiteral("TIFF"))
        return encodeTiff(raster);
    if (format == QStringLiteral("WebP"))
        return encodeWebp(raster);
    const QByteArray size = QByteArray::number(raster.width) + ' ' + QByteArray::number(raster.height);
    Bytes bytes = bytesOf((QByteArray("P6 ") + size + " 255\n").toStdString());
    const Bytes rgb = rgbOf(raster);
    bytes.insert(bytes.end(), rgb.begin(), rgb.end());
    return bytes;
}

void addFormats()
{
    QTest::addColumn<QString>("format");
    for (const char* name : {"PNG", "JPEG", "TIFF", "WebP", "PNM"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

bool writeFile(const QString& path, const Bytes& bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly)
        && file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()))
        == static_cast<qint64>(bytes.size());
}

} // namespace

class TestDecode : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recognisedByContent_data() { addFormats(); }

    void recognisedByContent()
    {
        QFETCH(QString, format);
        const Bytes bytes = exampleOf(format, patternRaster(20, 10, 3));
        const auto header = probeImage(bytes);
        QVERIFY2(header.has_value(), header ? "" : header.error().message().c_str());
        QCOMPARE(QString::fromStdString(header->format), format);
        QCOMPARE(header->width, std::int64_t{20});
        QCOMPARE(header->height, std::int64_t{10});
        const auto image = decodeImage(bytes);
        QVERIFY(image.has_value());
        QCOMPARE(QString::fromStdString((*image)->origin.format), format);
        QCOMPARE((*image)->origin.bitsPerChannel, 8);
        QCOMPARE((*image)->origin.channels, 3);
        QCOMPARE((*image)->origin.frames, 1);
        QVERIFY(!(*image)->origin.orientationApplied);
        int handlers = 0;
        for (const Decoder* decoder : decoderList())
            handlers += decoder->canHandle(bytes) ? 1 : 0;
        QCOMPARE(handlers, 1);
    }

    void limits_data() { addFormats(); }

    void limits()
    {
        QFETCH(QString, format);
        const Bytes bytes = exampleOf(format, patternRaster(20, 10, 3));
        DecodeOptions exact;
        exact.maxPixels = 200;
        exact.maxSide = 20;
        QVERIFY(decodeImage(bytes, exact).has_value());
        DecodeOptions fewer = exact;
        fewer.maxPixels = 199;
        DecodeOptions shorter = exact;
        shorter.maxSide = 19;
        for (const DecodeOptions& tooLow : {fewer, shorter}) {
            const auto image = decodeImage(bytes, tooLow);
            QVERIFY(!image.has_value());
            QCOMPARE(image.error().code, ErrorCode::Unsupported);
            QVERIFY(image.error().reason.find("20 x 10") != std::string::npos);
            QVERIFY(!image.error().remedy.empty());
        }
        DecodeOptions none;
        none.maxPixels = ~0ull;
        none.maxSide = 0x7fffffff;
        QVERIFY(decodeImage(bytes, none).has_value());
    }

    void refusedByName_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("word");
        QTest::newRow("PDF") << QByteArray("%PDF-1.7") << QStringLiteral("PDF");
        QTest::newRow("text") << QByteArray("hello") << QStringLiteral("known kind");
        QTest::newRow("one byte") << QByteArray("P") << QStringLiteral("known kind");
        QTest::newRow("P7") << QByteArray("P7\nWIDTH 1") << QStringLiteral("PAM");
        QTest::newRow("DICOM") << QByteArray(128, 0) + "DICM..." << QStringLiteral("DICOM");
        QTest::newRow("film") << QByteArray("\0\0\0\x18"
                                            "ftypisom",
                                            12)
                              << QStringLiteral("video");
        QTest::newRow("BM alone") << QByteArray("BM") << QStringLiteral("known kind");
        QTest::newRow("a sound") << QByteArray("RIFF\0\0\0\0WAVEfmt ", 16) << QStringLiteral("known kind");
    }

    void refusedByName()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, word);
        const auto image = decodeImage(bytesOf(bytes.toStdString()));
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::Unsupported);
        QVERIFY2(QString::fromStdString(image.error().reason).contains(word), image.error().reason.c_str());
        QVERIFY(QString::fromStdString(image.error().remedy).contains(QStringLiteral("PNG")));
        QCOMPARE(probeImage(bytesOf(bytes.toStdString())).error().code, ErrorCode::Unsupported);
    }

    void otherThings()
    {
        const Error page = decodeImage(bytesOf("<!DOCTYPE HTML><html>")).error();
        QVERIFY(page.reason.find("web page") != std::string::npos);
        QCOMPARE(page.code, ErrorCode::Unsupported);
        const Error pointer = decodeImage(bytesOf("version https://git-lfs.github.com/spec/v1\noid")).error();
        QVERIFY(pointer.reason.find("Git LFS") != std::string::npos);
    }

    void cameraRaw_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, const QByteArray& bytes) {
            QTest::newRow(name) << bytes + QByteArray(64, 0) << QString::fromLatin1(name);
        };
        row("CR2", QByteArray("II*\0\x10\0\0\0CR\2\0", 12));
        row("CR3",
            QByteArray("\0\0\0\x18"
                       "ftypcrx \0\0\0\1crx isom",
                       24));
        row("CRW", QByteArray("II\x1a\0\0\0HEAPCCDR", 14));
        row("RAF", "FUJIFILMCCD-RAW 0201FF383501");
        row("ORF", QByteArray("IIRO\x08\0\0\0", 8));
        row("RW2", QByteArray("IIU\0\x18\0\0\0", 8));
        row("X3F", "FOVb");
        row("MRW", QByteArray("\0MRM", 4));
        row("IIQ", QByteArray("II*\0\x08\0\0\0IIII", 12));
    }

    void cameraRaw()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, word);
        const auto image = decodeImage(bytesOf(bytes.toStdString()));
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::Unsupported);
        QVERIFY2(QString::fromStdString(image.error().reason).contains(word), image.error().reason.c_str());
        QVERIFY(image.error().reason.find("camera raw") != std::string::npos);
        QVERIFY(image.error().remedy.find("raw converter") != std::string::npos);
        QCOMPARE(probeImage(bytesOf(bytes.toStdString())).error().code, ErrorCode::Unsupported);
    }

    /// Every kind has a name and suffixes of its own, from which the messages are made.
    void formatsAreListed()
    {
        std::set<std::string> seen;
        for (const ImageFormat& format : imageFormats()) {
            QVERIFY(!format.suffixes.empty());
            QVERIFY(imageFormatNames().find(format.name) != std::string::npos);
            QVERIFY(decodeImage(bytesOf("hello")).error().remedy.find(format.name) != std::string::npos);
            for (const std::string& suffix : format.suffixes)
                QVERIFY2(seen.insert(suffix).second, suffix.c_str());
        }
        for (const char* suffix : {"png", "jpg", "jfif", "jif", "mpo", "tif", "webp", "bmp", "ppm"})
            QVERIFY2(seen.contains(suffix), suffix);
    }

    /// Cut in the middle: refused with the way out named, and opened with a mark when asked.
    void partOfAFile_data()
    {
        addFormats();
        QTest::newRow("BMP") << QStringLiteral("BMP");
        QTest::newRow("plain PNM") << QStringLiteral("plain PNM");
        QTest::newRow("CMYK") << QStringLiteral("CMYK");
    }

    void partOfAFile()
    {
        QFETCH(QString, format);
        const Raster raster = patternRaster(60, 40, 3);
        Bytes bytes;
        if (format == QStringLiteral("BMP")) {
            QImage image(60, 40, QImage::Format_RGB888);
            image.fill(0x204060);
            QBuffer buffer;
            QVERIFY(image.save(&buffer, "BMP"));
            bytes = bytesOf(buffer.data().toStdString());
        } else if (format == QStringLiteral("plain PNM")) {
            bytes = bytesOf("P3 60 40 255\n" + QByteArray("32 64 96\n").repeated(60 * 40).toStdString());
        } else if (format == QStringLiteral("TIFF")) {
            QSKIP("cut off, a TIFF has no directory; see tst_decode_tiff");
        } else if (format == QStringLiteral("CMYK")) {
            bytes = encodeJpeg(patternRaster(60, 40, 4));
        } else {
            bytes = exampleOf(format, raster);
        }
        const auto whole = decodeImage(bytes);
        QVERIFY(whole.has_value());
        QVERIFY(!(*whole)->origin.isPartial);
        const Bytes half = truncated(bytes, bytes.size() / 2);
        const auto refused = decodeImage(half);
        QVERIFY(!refused.has_value());
        QVERIFY2(refused.error().remedy.find("--partial") != std::string::npos, refused.error().message().c_str());
        DecodeOptions partial;
        partial.partial = true;
        const auto opened = decodeImage(half, partial);
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().message().c_str());
        const Image& image = **opened;
        QVERIFY(image.origin.isPartial);
        QVERIFY(hasNote(image, "part of the picture is missing"));
        QCOMPARE(image.width, 60);
        QCOMPARE(image.height, 40);
        QCOMPARE(image.rgb.size(), std::size_t{3 * 60 * 40});
        // What came first is as it was: the top, of bottom-up files the bottom.
        const int known = format == QStringLiteral("BMP") ? 39 : 0;
        QVERIFY(std::equal(image.row(known), image.row(known) + 3 * 60, (*whole)->row(known)));
        QVERIFY(image.rgb != (*whole)->rgb);
        const auto untouched = decodeImage(bytes, partial);
        QVERIFY(untouched.has_value());
        QVERIFY((*untouched)->rgb == (*whole)->rgb && (*untouched)->origin.notes == (*whole)->origin.notes);
        for (std::size_t size = 0; size < bytes.size(); size += 41) {
            const auto any = decodeImage(truncated(bytes, size), partial);
            QVERIFY(!any || (*any)->rgb.size() == std::size_t{3 * 60 * 40});
        }
    }

    void pagesAreOfTiff()
    {
        DecodeOptions second;
        second.page = 2;
        const auto image = decodeImage(encodePng(patternRaster(5, 4, 3)), second);
        QVERIFY(!image.has_value());
        QVERIFY(image.error().reason.find("PNG") != std::string::npos);
    }

    void emptyFile()
    {
        QCOMPARE(decodeImage({}).error().code, ErrorCode::InvalidInput);
        QCOMPARE(probeImage({}).error().code, ErrorCode::InvalidInput);
        QVERIFY(decodeImage({}).error().reason.find("empty") != std::string::npos);
    }

    /// SHA-256 over 02 00 00 00, 01 00 00 00 and the pixels.
    void contentHashIsOfSizeAndPixels()
    {
        const Bytes file = bytesOf("P6 2 1 255\nabcdef");
        const auto image = decodeImage(file);
        QVERIFY(image.has_value());
        const QByteArray expected =
            QCryptographicHash::hash(QByteArray("\x02\0\0\0\x01\0\0\0", 8) + "abcdef", QCryptographicHash::Sha256)
                .toHex();
        QCOMPARE(QByteArray::fromStdString((*image)->contentHash), expected);
    }

    /// The same picture from another container has the same hash; another shape has not.
    void contentHashIgnoresTheContainer()
    {
        const Raster raster = patternRaster(12, 6, 3);
        const std::string png = (*decodeImage(encodePng(raster)))->contentHash;
        QCOMPARE((*decodeImage(encodeWebp(raster)))->contentHash, png);
        QCOMPARE((*decodeImage(encodeTiff(raster)))->contentHash, png);
        Raster turned = raster;
        std::swap(turned.width, turned.height);
        QVERIFY((*decodeImage(encodePng(turned)))->contentHash != png);
    }

    void filesOnDisk()
    {
        const QTemporaryDir folder;
        const Raster raster = patternRaster(12, 6, 3);
        const QString path = folder.filePath(QStringLiteral("grün.jpg")); // a PNG by content
        QVERIFY(writeFile(path, encodePng(raster)));
        const auto image = readImage(path.toStdString());
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->rgb == rgbOf(raster));

        DecodeOptions small;
        small.maxFileBytes = 10;
        QCOMPARE(readImage(path.toStdString(), small).error().code, ErrorCode::Io);
        for (const char* name : {"missing.png", "empty.png", "text.png", "."}) {
            const QString other = folder.filePath(QString::fromLatin1(name));
            if (QString::fromLatin1(name) == QStringLiteral("empty.png"))
                QVERIFY(writeFile(other, {}));
            else if (QString::fromLatin1(name) == QStringLiteral("text.png"))
                QVERIFY(writeFile(other, bytesOf("hello")));
            const auto bad = readImage(other.toStdString());
            QVERIFY(!bad.has_value());
            QCOMPARE(QString::fromStdString(bad.error().file), other);
            QVERIFY(!bad.error().reason.empty() && !bad.error().remedy.empty());
        }
    }

    /// The reference photos are named after their size.
    void referenceImages()
    {
        const QDir folder(QStringLiteral(HALFLENS_SOURCE_DIR "/../shared/golden/images"));
        const QStringList names = folder.entryList({QStringLiteral("*.png")}, QDir::Files);
        if (names.isEmpty())
            QSKIP("no reference images beside the source tree");
        static const QRegularExpression sizeInName(QStringLiteral("_(\\d+)x(\\d+)\\.png$"));
        for (const QString& name : names) {
            const QRegularExpressionMatch match = sizeInName.match(name);
            QVERIFY2(match.hasMatch(), qPrintable(name));
            const auto image = readImage(folder.filePath(name).toStdString());
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QCOMPARE((*image)->height, match.captured(1).toInt()); // height x width
            QCOMPARE((*image)->width, match.captured(2).toInt());
            QCOMPARE((*image)->origin.format, std::string("PNG"));
        }
    }
};

HALFLENS_TEST(TestDecode)
#include "tst_decode.moc"
