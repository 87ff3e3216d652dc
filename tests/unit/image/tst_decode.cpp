// SPDX-License-Identifier: BSD-3-Clause
// What all formats share: recognition by content, limits, content hash, files on disk.
#include "core/image/decode.h"
#include "tests/support/test_case.h"

#include "core/image/content_hash.h"
#include "core/image/decoder.h"
#include "tests/unit/image/encode.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

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
        DecodeLimits exact;
        exact.maxPixels = 200;
        exact.maxSide = 20;
        QVERIFY(decodeImage(bytes, exact).has_value());
        DecodeLimits fewer = exact;
        fewer.maxPixels = 199;
        DecodeLimits shorter = exact;
        shorter.maxSide = 19;
        for (const DecodeLimits& tooLow : {fewer, shorter}) {
            const auto image = decodeImage(bytes, tooLow);
            QVERIFY(!image.has_value());
            QCOMPARE(image.error().code, ErrorCode::Unsupported);
            QVERIFY(image.error().reason.find("20 x 10") != std::string::npos);
            QVERIFY(!image.error().remedy.empty());
        }
        DecodeLimits none;
        none.maxPixels = ~0ull;
        none.maxSide = 0x7fffffff;
        QVERIFY(decodeImage(bytes, none).has_value());
    }

    void refusedByName_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("word");
        QTest::newRow("GIF") << QByteArray("GIF89a\x01\0\x01\0", 10) << QStringLiteral("GIF");
        QTest::newRow("HEIF") << QByteArray("\0\0\0\x18"
                                            "ftypheic",
                                            12)
                              << QStringLiteral("HEIF");
        QTest::newRow("AVIF") << QByteArray("\0\0\0\x18"
                                            "ftypavif",
                                            12)
                              << QStringLiteral("AVIF");
        QTest::newRow("PDF") << QByteArray("%PDF-1.7") << QStringLiteral("PDF");
        QTest::newRow("text") << QByteArray("hello") << QStringLiteral("known kind");
        QTest::newRow("one byte") << QByteArray("P") << QStringLiteral("known kind");
        QTest::newRow("P7") << QByteArray("P7\nWIDTH 1") << QStringLiteral("known kind");
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

        DecodeLimits small;
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
