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

Result<QByteArray> encodePng(const FigurePage& page, const Provenance& provenance)
{
    Result<QImage> image = renderPage(page);
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

Result<QByteArray> encodeSvg(const FigurePage& page, const Provenance& provenance)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(page.dpi);
    generator.setSize(QSize(page.width, page.height));
    generator.setViewBox(QRect(0, 0, page.width, page.height));
    generator.setTitle(QLatin1String(SvgTitle));
    generator.setDescription(QLatin1String(SvgDescription));
    QPainter painter;
    if (!painter.begin(&generator))
        return cannotEncode(QStringLiteral("painting does not start"));
    Status painted = paintPage(painter, page, true);
    painter.end();
    if (!painted)
        return std::move(painted).error();
    return withSvgMetadata(buffer.data(), provenance);
}

Result<QByteArray> encodePdf(const FigurePage& page, const Provenance& provenance)
{
    const FixedHashOrder order;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    constexpr double PointsPerInch = 72;
    writer.setPdfVersion(QPagedPaintDevice::PdfVersion_1_4);
    writer.setResolution(page.dpi);
    writer.setPageSize(QPageSize(QSizeF(page.width, page.height) * PointsPerInch / page.dpi, QPageSize::Point,
                                 QStringLiteral("figure"), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setDocumentXmpMetadata(xmpPacket(provenance));
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    writer.setDocumentId(QUuid::createUuidV5(QUuid(), QByteArray::fromStdString(toJson(provenance))));
#endif
    QPainter painter;
    if (!painter.begin(&writer))
        return cannotEncode(QStringLiteral("painting does not start"));
    Status painted = paintPage(painter, page, true);
    painter.end();
    if (!painted)
        return std::move(painted).error();
    return withPdfInfo(buffer.data(), provenance);
}

Result<QByteArray> encode(const FigurePage& page, const Provenance& provenance, FigureFormat format)
{
    switch (format) {
    case FigureFormat::Png:
        return encodePng(page, provenance);
    case FigureFormat::Svg:
        return encodeSvg(page, provenance);
    case FigureFormat::Pdf:
        return encodePdf(page, provenance);
    }
    return cannotEncode(QStringLiteral("unknown format"));
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
    return guarded("figure", [&]() -> Result<std::vector<std::uint8_t>> {
        const Result<QByteArray> bytes = encode(page, provenance, format);
        if (!bytes)
            return bytes.error();
        return std::vector<std::uint8_t>(bytes->begin(), bytes->end());
    });
}

Status writeFigure(const FigurePage& page, const Provenance& provenance, const std::filesystem::path& file)
{
    const Result<FigureFormat> format = figureFormatOf(file);
    if (!format)
        return format.error();
    Result<std::vector<std::uint8_t>> bytes = encodeFigure(page, provenance, *format);
    if (!bytes)
        return std::move(bytes).error().withFile(file.string());
    return writeFileAtomically(file, *bytes);
}

} // namespace halflens
