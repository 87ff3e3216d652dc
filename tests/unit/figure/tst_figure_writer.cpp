// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/file.h"
#include "core/figure/figure_metadata.h"
#include "core/figure/figure_writer.h"
#include "core/figure/figures.h"
#include "tests/support/test_case.h"
#include "tests/unit/figure/photos.h"

#include <QBuffer>
#include <QHashSeed>
#include <QImageReader>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>
#include <QXmlStreamReader>

#include <nlohmann/json.hpp>

#include <ctime>
#include <set>

using namespace halflens;
using namespace halflens::test;

namespace {

const std::string OddName = "a <b> & \"\xe5\x90\x8d\" (1).jpg";

PanelGrid sampleGrid()
{
    Figure2 figure;
    figure.columns = {{syntheticPhoto(64, 48), OddName, BlockMask(0x66a), 3.21, 3.15, 2.60},
                      {syntheticPhoto(48, 64), "b.jpg", BlockMask(0x333), 2.5, 2.4, 3.0}};
    figure.model = "lite-triq";
    figure.caption = "Fig. 2. \xc3\x9c"
                     "ber <tags> & (brackets)";
    return figure2(figure).value();
}

FigurePage samplePage()
{
    return layOut(sampleGrid(), {120, 150}).value();
}

Provenance sampleProvenance()
{
    Provenance provenance;
    provenance.figure = "2";
    provenance.title = "Halves <1> & (2) \xe5\x90\x8d";
    provenance.models = {{"lite-triq", "00ff"}};
    provenance.by = "attention";
    provenance.fill = "zero";
    provenance.indicator = "dmos";
    provenance.sources = {{OddName, "abc", {{"important", BlockMask(0x66a)}}}};
    provenance.settings = {{"dpi", "150"}};
    return provenance;
}

QByteArray encoded(FigureFormat format)
{
    const auto bytes = encodeFigure(samplePage(), sampleProvenance(), format);
    return bytes ? QByteArray(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size()))
                 : QByteArray();
}

Result<std::string> provenanceIn(const QByteArray& bytes)
{
    return readProvenance(
        std::span(reinterpret_cast<const std::uint8_t*>(bytes.constData()), static_cast<std::size_t>(bytes.size())));
}

void setTimeZone(const char* zone)
{
    qputenv("TZ", zone);
    tzset();
}

} // namespace

class TestFigureWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sameBytesAlways_data();
    void sameBytesAlways();
    void provenanceComesBack_data();
    void provenanceComesBack();
    void jsonOfProvenance();
    void pngText();
    void svgIsTextAndImages();
    void svgDraws();
    void pdfTableIsRight();
    void pdfInfo();
    void pdfKeepsImagesWhole();
    void unexpectedPdf_data();
    void unexpectedPdf();
    void foreignFiles_data();
    void foreignFiles();
    void suffixes_data();
    void suffixes();
    void writesAtomically();
    void failingFolders();
    void failingImage();
};

void TestFigureWriter::sameBytesAlways_data()
{
    QTest::addColumn<int>("format");
    QTest::newRow("png") << static_cast<int>(FigureFormat::Png);
    QTest::newRow("svg") << static_cast<int>(FigureFormat::Svg);
    QTest::newRow("pdf") << static_cast<int>(FigureFormat::Pdf);
}

/// Whatever the hour, the time zone, the hash seed of the process or the application's font.
void TestFigureWriter::sameBytesAlways()
{
    QFETCH(int, format);
    setTimeZone("UTC");
    QGuiApplication::setFont(QFont(QStringLiteral("DejaVu Sans Mono"), 9));
    const QByteArray first = encoded(static_cast<FigureFormat>(format));
    QVERIFY(first.size() > 1000);
    setTimeZone("UTC-9");
    QGuiApplication::setFont(QFont(QStringLiteral("DejaVu Serif"), 17));
    for (int i = 0; i < 8; ++i) {
        QHashSeed::resetRandomGlobalSeed();
        QCOMPARE(encoded(static_cast<FigureFormat>(format)), first);
    }
    setTimeZone("UTC");
    QVERIFY(!first.contains("CreationDate"));
    QVERIFY(!first.contains(QByteArray::number(QDate::currentDate().year()) + "-"));
}

void TestFigureWriter::provenanceComesBack_data()
{
    sameBytesAlways_data();
}

void TestFigureWriter::provenanceComesBack()
{
    QFETCH(int, format);
    const auto json = provenanceIn(encoded(static_cast<FigureFormat>(format)));
    QVERIFY2(json.has_value(), json ? "" : json.error().message().c_str());
    QCOMPARE(*json, toJson(sampleProvenance()));
}

void TestFigureWriter::jsonOfProvenance()
{
    const auto json = nlohmann::json::parse(toJson(sampleProvenance()));
    QCOMPARE(json["format"].get<std::string>(), std::string("halflens-figure"));
    QCOMPARE(json["version"].get<std::string>(), std::string(HALFLENS_VERSION));
    QCOMPARE(json["models"][0]["weights_sha256"].get<std::string>(), std::string("00ff"));
    QCOMPARE(json["images"][0]["file"].get<std::string>(), OddName);
    QCOMPARE(json["images"][0]["masks"]["important"].get<int>(), 0x66a);
    QCOMPARE(json["grid"].get<std::vector<int>>(), (std::vector{3, 4}));
    QCOMPARE(json["settings"]["dpi"].get<std::string>(), std::string("150"));
    Provenance broken = sampleProvenance();
    broken.sources[0].file = "bad \xff name";
    QVERIFY(nlohmann::json::accept(toJson(broken)));
}

void TestFigureWriter::pngText()
{
    QByteArray bytes = encoded(FigureFormat::Png);
    QBuffer buffer(&bytes);
    QImageReader reader(&buffer);
    const QImage image = reader.read();
    const FigurePage page = samplePage();
    QCOMPARE(image.size(), QSize(page.width, page.height));
    QCOMPARE(image.dotsPerMeterX(), 5906);
    QCOMPARE(image.text(QStringLiteral("Title")).toStdString(), sampleProvenance().title);
    QCOMPARE(image.text(QStringLiteral("Software")), QStringLiteral("HalfLens ") + QStringLiteral(HALFLENS_VERSION));
    QVERIFY(image.text(QStringLiteral("Description")).contains(QStringLiteral("indicator dmos")));
    QCOMPARE(image.text(QStringLiteral("HalfLens")).toStdString(), toJson(sampleProvenance())); // checksum right
    QCOMPARE(image.convertToFormat(QImage::Format_RGB32), renderPage(page).value());
}

void TestFigureWriter::svgIsTextAndImages()
{
    QXmlStreamReader reader(encoded(FigureFormat::Svg));
    QString texts, title, description;
    int images = 0;
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (reader.name() == QStringLiteral("text"))
            texts += reader.readElementText() + QLatin1Char('\n');
        else if (reader.name() == QStringLiteral("title"))
            title = reader.readElementText();
        else if (reader.name() == QStringLiteral("desc"))
            description = reader.readElementText();
        else if (reader.name() == QStringLiteral("image")) {
            ++images;
            const auto link =
                reader.attributes().value(QStringLiteral("http://www.w3.org/1999/xlink"), QStringLiteral("href"));
            const QByteArray data = QByteArray::fromBase64(link.mid(link.indexOf(u',') + 1).toLatin1());
            const QSize size = QImage::fromData(data).size();
            QVERIFY(size == QSize(64, 48) || size == QSize(48, 64)); // the photo's own pixels
        }
    }
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    QCOMPARE(images, 4);
    QCOMPARE(title.toStdString(), sampleProvenance().title);
    QVERIFY(description.contains(QString::fromStdString(OddName)));
    for (const char* expected : {"Trivial", "Important", "3.15", "b.jpg", "<tags> & (brackets)"})
        QVERIFY2(texts.contains(QLatin1String(expected)), expected);
}

void TestFigureWriter::svgDraws()
{
    const QByteArray svg = encoded(FigureFormat::Svg);
    QSvgRenderer renderer(svg);
    QVERIFY(renderer.isValid());
    const FigurePage page = samplePage();
    QCOMPARE(renderer.viewBox(), QRect(0, 0, page.width, page.height));
    QVERIFY(svg.contains("mm\""));
}

/// Every entry of the cross-reference table must still point at its object.
void TestFigureWriter::pdfTableIsRight()
{
    const QByteArray pdf = encoded(FigureFormat::Pdf);
    QVERIFY(pdf.startsWith("%PDF-1.4"));
    const qsizetype tail = pdf.lastIndexOf("startxref\n") + 10;
    const qsizetype table = pdf.mid(tail, pdf.indexOf('\n', tail) - tail).trimmed().toLongLong();
    QCOMPARE(pdf.mid(table, 7), QByteArray("xref\n0 "));
    const qsizetype first = pdf.indexOf('\n', table + 5) + 1;
    const int entries = pdf.mid(table + 7, first - table - 8).toInt();
    QVERIFY(entries > 10);
    for (int object = 1; object < entries; ++object) {
        const QByteArray entry = pdf.mid(first + 20 * object, 20);
        QCOMPARE(entry.mid(10, 8), QByteArray(" 00000 n"));
        const QByteArray start = QByteArray::number(object) + " 0 obj";
        QCOMPARE(pdf.mid(entry.left(10).toLongLong(), start.size()), start);
    }
}

void TestFigureWriter::pdfInfo()
{
    const QByteArray pdf = encoded(FigureFormat::Pdf);
    QCOMPARE(pdf.count("/Title "), 1);
    QVERIFY(pdf.contains("/Title <FEFF00480061006c00760065007300200"));
    QVERIFY(pdf.contains("/Producer (HalfLens " HALFLENS_VERSION ")"));
    QVERIFY(pdf.contains("<pdf:Keywords>HalfLens " HALFLENS_VERSION
                         "; figure 2; model lite-triq; weights 00ff; masked by attention;"));
    const qsizetype begin = pdf.indexOf("<x:xmpmeta");
    const qsizetype end = pdf.indexOf("</x:xmpmeta>") + 12;
    QXmlStreamReader xmp(pdf.mid(begin, end - begin));
    while (!xmp.atEnd())
        xmp.readNext();
    QVERIFY2(!xmp.hasError(), qPrintable(xmp.errorString()));
    QVERIFY(pdf.contains("/FontFile2")); // embedded, so text is text

    Provenance plain = sampleProvenance();
    plain.title = "a (b) \\ c";
    const auto bytes = encodeFigure(samplePage(), plain, FigureFormat::Pdf).value();
    QVERIFY(QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()))
                .contains("/Title (a \\(b\\) \\\\ c)"));
}

void TestFigureWriter::pdfKeepsImagesWhole()
{
    const QByteArray pdf = encoded(FigureFormat::Pdf);
    QCOMPARE(pdf.count("/Subtype /Image"), 4);
    QCOMPARE(pdf.count("/Width 64\n/Height 48"), 2);
    QVERIFY(!pdf.contains("/DCTDecode")); // nothing lossy
}

void TestFigureWriter::unexpectedPdf_data()
{
    QTest::addColumn<QByteArray>("pdf");
    const QByteArray good = encoded(FigureFormat::Pdf);
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("cut") << good.left(good.size() / 2);
    QTest::newRow("no table") << QByteArray("startxref\n99999999999999\n");
    QTest::newRow("far table") << QByteArray("startxref\n4000\n");
    QTest::newRow("huge table") << QByteArray("xref\n0 9999999999\nstartxref\n0\n");
    QTest::newRow("no trailer") << QByteArray(good).replace("trailer", "tr_iler");
    QTest::newRow("no info") << QByteArray(good).replace("/Info ", "/Inf_ ");
    QTest::newRow("info out of table") << QByteArray(good).replace("/Info 1 ", "/Info 900000 ");
}

void TestFigureWriter::unexpectedPdf()
{
    QFETCH(QByteArray, pdf);
    const auto result = withPdfInfo(pdf, sampleProvenance());
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Internal);
}

void TestFigureWriter::foreignFiles_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QByteArray png;
    QBuffer buffer(&png);
    buffer.open(QIODevice::WriteOnly);
    QImage(3, 3, QImage::Format_RGB32).save(&buffer, "png");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("other PNG") << png;
    QTest::newRow("PNG signature") << png.left(8);
    QTest::newRow("PNG text longer than the file")
        << QByteArray(PngSignature) + QByteArray("\0\0\0\xffHalf", 8) + QByteArray(20, 'x');
    QTest::newRow("PNG text of 2 GiB") << QByteArray(PngSignature) + QByteArray("\x7f\xff\xff\xfftEXtHalfLens\0{", 18)
            + QByteArray(20, 'x');
    QTest::newRow("open element") << QByteArray("<halflens:provenance>{");
    QTest::newRow("no text") << QByteArray("<halflens:provenance xmlns:halflens=\"u\"></halflens:provenance>");
    QTest::newRow("children") << QByteArray("<halflens:provenance xmlns:halflens=\"u\"><a/></halflens:provenance>");
    QTest::newRow("entity") << QByteArray("<halflens:provenance xmlns:halflens=\"u\">&x;</halflens:provenance>");
}

void TestFigureWriter::foreignFiles()
{
    QFETCH(QByteArray, bytes);
    const auto json = provenanceIn(bytes);
    QVERIFY(!json);
    QCOMPARE(json.error().code, ErrorCode::Unsupported);
}

void TestFigureWriter::suffixes_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<int>("format");
    QTest::newRow("png") << QByteArray("a.png") << static_cast<int>(FigureFormat::Png);
    QTest::newRow("PDF") << QByteArray("x/a.b.PDF") << static_cast<int>(FigureFormat::Pdf);
    QTest::newRow("Svg") << QByteArray("a.Svg") << static_cast<int>(FigureFormat::Svg);
    QTest::newRow("jpg") << QByteArray("a.jpg") << -1;
    QTest::newRow("none") << QByteArray("png") << -1;
    QTest::newRow("empty") << QByteArray() << -1;
}

void TestFigureWriter::suffixes()
{
    QFETCH(QByteArray, name);
    QFETCH(int, format);
    const auto result = figureFormatOf(name.toStdString());
    QCOMPARE(result ? static_cast<int>(*result) : -1, format);
    if (!result)
        QCOMPARE(result.error().code, ErrorCode::Unsupported);
}

void TestFigureWriter::writesAtomically()
{
    const QTemporaryDir folder;
    for (const char* name : {"f.png", "f.svg", "f.pdf"}) {
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / name;
        QVERIFY(writeFileAtomically(file, std::string("old")));
        const Status written = writeFigure(samplePage(), sampleProvenance(), file);
        QVERIFY2(written.has_value(), written ? "" : written.error().message().c_str());
        const auto bytes = readFile(file, 1 << 24).value();
        QCOMPARE(bytes, encodeFigure(samplePage(), sampleProvenance(), figureFormatOf(file).value()).value());
    }
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 3); // no leftovers
}

void TestFigureWriter::failingFolders()
{
    const QTemporaryDir folder;
    const std::filesystem::path base = folder.path().toStdString();
    QVERIFY(writeFileAtomically(base / "file", std::string("x")));
    for (const auto& file : {base / "missing" / "f.png", base / "file" / "f.svg"}) {
        const Status written = writeFigure(samplePage(), sampleProvenance(), file);
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::Io);
        QCOMPARE(written.error().file, file.string());
        QVERIFY(!written.error().reason.empty() && !written.error().remedy.empty());
    }
    const Status wrong = writeFigure(samplePage(), sampleProvenance(), base / "f.gif");
    QCOMPARE(wrong.error().code, ErrorCode::Unsupported);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{QStringLiteral("file")});
}

/// An image that cannot be made stops the figure; the old file stays.
void TestFigureWriter::failingImage()
{
    PanelGrid grid = sampleGrid();
    grid.rows[1][1].image.load = []() -> Result<QImage> {
        return Error{ErrorCode::OutOfMemory, "figure", "none", "wait", {}};
    };
    const FigurePage page = layOut(grid, {120, 100}).value();
    const QTemporaryDir folder;
    for (const char* name : {"f.png", "f.svg", "f.pdf"}) {
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / name;
        QVERIFY(writeFileAtomically(file, std::string("old")));
        const Status written = writeFigure(page, sampleProvenance(), file);
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::OutOfMemory);
        QCOMPARE(written.error().file, file.string());
        QCOMPARE(readFile(file, 100).value().size(), std::size_t{3});
    }
}

HALFLENS_TEST(TestFigureWriter)
#include "tst_figure_writer.moc"
