// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figure_metadata.h"

#include "core/figure/figure_text.h"

#include <QString>
#include <QtEndian>

#include <zlib.h>

#include <optional>

namespace halflens {

namespace {

QByteArray escaped(const std::string& text)
{
    return cleanText(text).toHtmlEscaped().toUtf8();
}

QByteArray provenanceElement(const Provenance& provenance)
{
    const QByteArray name(ProvenanceElement);
    return '<' + name + " xmlns:halflens=\"urn:halflens:figure\">" + escaped(toJson(provenance)) + "</" + name + '>';
}

/// A PDF text string: plain where the text is ASCII, else UTF-16 with byte order mark.
QByteArray pdfString(const std::string& text)
{
    const QString clean = cleanText(text);
    QByteArray literal("(");
    for (const QChar c : clean) {
        if (c.unicode() > 0x7e) {
            QByteArray hex("<FEFF");
            for (const QChar unit : clean)
                hex += QByteArray::number(unit.unicode(), 16).rightJustified(4, '0');
            return hex + '>';
        }
        if (c == u'(' || c == u')' || c == u'\\')
            literal += '\\';
        literal += c.toLatin1();
    }
    return literal + ')';
}

/// Where things are in a PDF with one classic cross-reference section.
struct PdfIndex {
    qsizetype firstEntry = 0; ///< of the table, 20 bytes each
    qsizetype entries = 0;
    qsizetype startXref = 0; ///< position of the number behind "startxref"
    qsizetype infoObject = 0;
};

constexpr qsizetype EntrySize = 20;
constexpr qsizetype OffsetDigits = 10;

/// The decimal number at `position`, which is moved behind it.
std::optional<qsizetype> numberAt(const QByteArray& bytes, qsizetype& position)
{
    const qsizetype begin = position;
    qsizetype value = 0;
    for (; position < bytes.size() && bytes[position] >= '0' && bytes[position] <= '9'; ++position) {
        if (position - begin >= OffsetDigits)
            return std::nullopt;
        value = 10 * value + (bytes[position] - '0');
    }
    return position > begin ? std::optional(value) : std::nullopt;
}

std::optional<qsizetype> numberBehind(const QByteArray& bytes, const char* word, qsizetype from)
{
    const qsizetype found = bytes.indexOf(word, from);
    if (found < 0)
        return std::nullopt;
    qsizetype position = found + static_cast<qsizetype>(qstrlen(word));
    return numberAt(bytes, position);
}

std::optional<PdfIndex> indexOf(const QByteArray& pdf)
{
    PdfIndex index;
    const qsizetype tail = pdf.lastIndexOf("startxref\n");
    if (tail < 0)
        return std::nullopt;
    index.startXref = tail + 10;
    qsizetype position = index.startXref;
    const auto table = numberAt(pdf, position);
    if (!table || *table >= pdf.size() || !pdf.mid(*table).startsWith("xref\n0 "))
        return std::nullopt;
    position = *table + 7;
    const auto entries = numberAt(pdf, position);
    if (!entries || position >= pdf.size() || pdf[position] != '\n')
        return std::nullopt;
    index.entries = *entries;
    index.firstEntry = position + 1;
    const qsizetype trailer = index.firstEntry + index.entries * EntrySize;
    if (trailer >= pdf.size() || !pdf.mid(trailer).startsWith("trailer"))
        return std::nullopt;
    const auto info = numberBehind(pdf, "/Info ", trailer);
    if (!info || *info >= index.entries)
        return std::nullopt;
    index.infoObject = *info;
    return index;
}

constexpr qsizetype SignatureSize = 8;
constexpr qsizetype ChunkFrame = 12; ///< length, type and checksum around the data of a PNG chunk
constexpr qsizetype HeaderChunkSize = ChunkFrame + 13;

QByteArray bigEndian(quint32 value)
{
    QByteArray bytes(4, '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}

} // namespace

QByteArray withPngText(const QByteArray& png, const char* key, const QByteArray& text)
{
    const QByteArray content = QByteArray("tEXt") + key + '\0' + text;
    const auto checksum = static_cast<quint32>(
        crc32(0, reinterpret_cast<const Bytef*>(content.constData()), static_cast<uInt>(content.size())));
    QByteArray result = png;
    result.insert(SignatureSize + HeaderChunkSize,
                  bigEndian(static_cast<quint32>(content.size() - 4)) + content + bigEndian(checksum));
    return result;
}

QByteArray pngText(const QByteArray& png, const char* key)
{
    const QByteArray start = QByteArray(key) + '\0';
    qsizetype position = SignatureSize;
    while (png.size() - position >= ChunkFrame) {
        const auto length = static_cast<qsizetype>(qFromBigEndian<quint32>(png.constData() + position));
        const QByteArrayView type = QByteArrayView(png).sliced(position + 4, 4);
        if (length > png.size() - position - ChunkFrame || type == "IDAT")
            break;
        const QByteArrayView data = QByteArrayView(png).sliced(position + 8, length);
        if (type == "tEXt" && data.startsWith(start))
            return data.sliced(start.size()).toByteArray();
        position += ChunkFrame + length;
    }
    return {};
}

QByteArray xmpPacket(const Provenance& provenance)
{
    const QByteArray program = escaped("HalfLens " + provenance.version);
    return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
           "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
           " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
           "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">"
        + escaped(documentTitle(provenance)) + "</rdf:li></rdf:Alt></dc:title>\n<pdf:Keywords>"
        + escaped(keywords(provenance)) + "</pdf:Keywords>\n<pdf:Producer>" + program
        + "</pdf:Producer>\n<xmp:CreatorTool>" + program + "</xmp:CreatorTool>\n" + provenanceElement(provenance)
        + "\n</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

Result<QByteArray> withPdfInfo(const QByteArray& pdf, const Provenance& provenance)
{
    const Error unexpected{ErrorCode::Internal,
                           "figure",
                           "the PDF library built its file in an unexpected way",
                           "use PNG or SVG, and please report this",
                           {}};
    const auto index = indexOf(pdf);
    if (!index)
        return unexpected;
    const auto offsetOf = [&](qsizetype object) {
        qsizetype position = index->firstEntry + object * EntrySize;
        return numberAt(pdf, position);
    };
    const auto begin = offsetOf(index->infoObject);
    const qsizetype end = begin ? pdf.indexOf("endobj\n", *begin) + 7 : 0;
    if (!begin || end < 7 || end > index->firstEntry)
        return unexpected;

    const QByteArray program = pdfString("HalfLens " + provenance.version);
    const QByteArray info = QByteArray::number(index->infoObject) + " 0 obj\n<<\n/Title "
        + pdfString(documentTitle(provenance)) + "\n/Keywords " + pdfString(keywords(provenance)) + "\n/Creator "
        + program + "\n/Producer " + program + "\n>>\nendobj\n";
    const qsizetype shift = info.size() - (end - *begin);

    QByteArray result = pdf;
    for (qsizetype object = 0; object < index->entries; ++object) {
        const auto offset = offsetOf(object);
        if (!offset)
            return unexpected;
        if (*offset > *begin)
            result.replace(index->firstEntry + object * EntrySize, OffsetDigits,
                           QByteArray::number(*offset + shift).rightJustified(OffsetDigits, '0'));
    }
    qsizetype afterXref = index->startXref;
    const qsizetype table = numberAt(pdf, afterXref).value_or(0);
    result.replace(index->startXref, afterXref - index->startXref, QByteArray::number(table + shift));
    result.replace(*begin, end - *begin, info); // last: it moves everything behind
    return result;
}

QByteArray withSvgMetadata(QByteArray svg, const Provenance& provenance)
{
    svg.replace(QByteArray("<title>") + SvgTitle, "<title>" + escaped(documentTitle(provenance)));
    svg.replace(QByteArray(SvgDescription) + "</desc>",
                escaped(keywords(provenance)) + "</desc>\n<metadata>" + provenanceElement(provenance) + "</metadata>");
    svg.replace("font-family=\"DejaVu Sans\"", "font-family=\"DejaVu Sans, Verdana, sans-serif\"");
    return svg;
}

} // namespace halflens
