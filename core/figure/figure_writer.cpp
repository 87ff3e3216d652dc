// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figure_writer.h"

#include "core/base/file.h"
#include "core/figure/figure_metadata.h"
#include "core/figure/figure_text.h"

#include <QBuffer>
#include <QHashSeed>
#include <QImageWriter>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <QUuid>

#include <cmath>
#include <mutex>

namespace halflens {

namespace {

Error cannotEncode(const QString& reason)
{
    return {ErrorCode::Internal,
            "figure",
            "the figure cannot be encoded: " + reason.toStdString(),
            "lower the resolution or use another file type",
            {}};
}

/// QPdfWriter numbers and lists its fonts in the order of a hash table, which Qt seeds anew in
/// every process. While one of these lives, new tables have a fixed order.
class FixedHashOrder {
public:
    FixedHashOrder()
        : m_lock(mutex())
    {
        QHashSeed::setDeterministicGlobalSeed();
    }
    ~FixedHashOrder() { QHashSeed::resetRandomGlobalSeed(); }
    FixedHashOrder(const FixedHashOrder&) = delete;
    FixedHashOrder& operator=(const FixedHashOrder&) = delete;

private:
    static std::mutex& mutex()
    {
        static std::mutex instance;
        return instance;
    }
    std::scoped_lock<std::mutex> m_lock;
};

/// Without device pixel ratio: units are what is painted in, pixels what is stored.
Result<QImage> renderPainting(const Painting& painting)
{
    QImage image(painting.size * painting.pixelsPerUnit, QImage::Format_RGB32);
    if (image.isNull())
        return Error{ErrorCode::OutOfMemory, "figure", "no memory for the picture", "make it smaller", {}};
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.scale(painting.pixelsPerUnit, painting.pixelsPerUnit);
    if (Status painted = painting.paint(painter, FigureFormat::Png); !painted)
        return std::move(painted).error();
    painter.end();
    constexpr double InchesPerMetre = 1000 / 25.4;
    const int dots = static_cast<int>(std::lround(painting.unitsPerInch * painting.pixelsPerUnit * InchesPerMetre));
    image.setDotsPerMeterX(dots); // only now: fonts of the painter would grow with it
    image.setDotsPerMeterY(dots);
    return image;
}

Result<QByteArray> encodePng(Result<QImage> image, const Provenance& provenance)
{
    if (!image)
        return std::move(image).error();
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, "png");
    writer.setText(QStringLiteral("Title"), cleanText(documentTitle(provenance)));
    writer.setText(QStringLiteral("Software"), cleanText("HalfLens " + provenance.version));
    writer.setText(QStringLiteral("Description"), cleanText(keywords(provenance)));
    if (!writer.write(*image))
        return cannotEncode(writer.errorString());
    return withPngText(buffer.data(), ProvenanceKey, QByteArray::fromStdString(toJson(provenance)));
}

Result<QByteArray> encodeSvg(const Painting& painting, const Provenance& provenance)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(std::lround(painting.unitsPerInch)));
    generator.setSize(painting.size);
    generator.setViewBox(QRect(QPoint(), painting.size));
    generator.setTitle(QLatin1String(SvgTitle));
    generator.setDescription(QLatin1String(SvgDescription));
    QPainter painter;
    if (!painter.begin(&generator))
        return cannotEncode(QStringLiteral("painting does not start"));
    Status painted = painting.paint(painter, FigureFormat::Svg);
    painter.end();
    if (!painted)
        return std::move(painted).error();
    return withSvgMetadata(buffer.data(), provenance);
}

Result<QByteArray> encodePdf(const Painting& painting, const Provenance& provenance)
{
    const FixedHashOrder order;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    constexpr double PointsPerInch = 72;
    writer.setPdfVersion(QPagedPaintDevice::PdfVersion_1_4);
    writer.setResolution(static_cast<int>(std::lround(painting.unitsPerInch)));
    writer.setPageSize(QPageSize(QSizeF(painting.size) * PointsPerInch / painting.unitsPerInch, QPageSize::Point,
                                 QStringLiteral("figure"), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setDocumentXmpMetadata(xmpPacket(provenance));
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    writer.setDocumentId(QUuid::createUuidV5(QUuid(), QByteArray::fromStdString(toJson(provenance))));
#endif
    QPainter painter;
    if (!painter.begin(&writer))
        return cannotEncode(QStringLiteral("painting does not start"));
    Status painted = painting.paint(painter, FigureFormat::Pdf);
    painter.end();
    if (!painted)
        return std::move(painted).error();
    return withPdfInfo(buffer.data(), provenance);
}

Painting paintingOf(const FigurePage& page)
{
    return {QSize(page.width, page.height), static_cast<double>(page.dpi), 1,
            [&page](QPainter& painter, FigureFormat) { return paintPage(painter, page, true); }};
}

/// `pixels` are asked for a PNG alone.
template<class Pixels>
Result<std::vector<std::uint8_t>> encode(const Painting& painting, const Pixels& pixels, const Provenance& provenance,
                                         FigureFormat format)
{
    return guarded("figure", [&]() -> Result<std::vector<std::uint8_t>> {
        const Result<QByteArray> bytes = format == FigureFormat::Png ? encodePng(pixels(), provenance)
            : format == FigureFormat::Svg                            ? encodeSvg(painting, provenance)
                                                                     : encodePdf(painting, provenance);
        if (!bytes)
            return bytes.error();
        return std::vector<std::uint8_t>(bytes->begin(), bytes->end());
    });
}

/// `bytesOf(format)` as the file of that name.
template<class Encode> Status writeEncoded(const std::filesystem::path& file, const Encode& bytesOf)
{
    const Result<FigureFormat> format = figureFormatOf(file);
    if (!format)
        return format.error();
    Result<std::vector<std::uint8_t>> bytes = bytesOf(*format);
    if (!bytes)
        return std::move(bytes).error().withFile(file.string());
    return writeFileAtomically(file, *bytes);
}

} // namespace

Result<FigureFormat> figureFormatOf(const std::filesystem::path& file)
{
    const QString suffix = QString::fromStdString(file.extension().string()).toLower();
    if (suffix == QLatin1String(".png"))
        return FigureFormat::Png;
    if (suffix == QLatin1String(".svg"))
        return FigureFormat::Svg;
    if (suffix == QLatin1String(".pdf"))
        return FigureFormat::Pdf;
    return Error{ErrorCode::Unsupported, "write",
                 "figures are written as PNG, SVG or PDF, by the suffix of the file name",
                 "use a name that ends in .png, .svg or .pdf", file.string()};
}

Result<std::vector<std::uint8_t>> encodeFigure(const FigurePage& page, const Provenance& provenance,
                                               FigureFormat format)
{
    return encode(
        paintingOf(page), [&] { return renderPage(page); }, provenance, format);
}

Result<std::vector<std::uint8_t>> encodePainting(const Painting& painting, const Provenance& provenance,
                                                 FigureFormat format)
{
    return encode(
        painting, [&] { return renderPainting(painting); }, provenance, format);
}

Status writePainting(const Painting& painting, const Provenance& provenance, const std::filesystem::path& file)
{
    return writeEncoded(file, [&](FigureFormat format) { return encodePainting(painting, provenance, format); });
}

Status writeFigure(const FigurePage& page, const Provenance& provenance, const std::filesystem::path& file)
{
    return writeEncoded(file, [&](FigureFormat format) { return encodeFigure(page, provenance, format); });
}

} // namespace halflens
