// SPDX-License-Identifier: BSD-3-Clause
#include "core/data/workbook.h"

#include "core/checkpoint/zip_archive.h"
#include "core/data/table_text.h"

#include <QXmlStreamReader>

#include <algorithm>
#include <map>

namespace halflens {

namespace {

constexpr std::size_t MaxMembers = 10'000;
constexpr std::uint64_t MaxUnpacked = 1'000'000'000;
constexpr std::size_t MaxColumns = 10'000;
constexpr std::size_t MaxCells = 20'000'000; ///< those that are not in the file included

Error damagedWorkbook(const std::string& what)
{
    return tableError("the Excel workbook is damaged: " + what);
}

QByteArray viewOf(std::span<const std::uint8_t> bytes)
{
    return QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
}

/// Text of all <t> up to the end of the element the reader stands at, without phonetic hints.
std::string textOf(QXmlStreamReader& xml)
{
    std::string text;
    for (int depth = 1; depth > 0 && !xml.atEnd();) {
        xml.readNext();
        if (xml.isStartElement() && xml.name() == u"rPh") {
            xml.skipCurrentElement();
        } else if (xml.isStartElement() && xml.name() == u"t") {
            text += xml.readElementText(QXmlStreamReader::SkipChildElements).toStdString();
        } else if (xml.isStartElement()) {
            ++depth;
        } else if (xml.isEndElement()) {
            --depth;
        }
    }
    return text;
}

/// Column of a reference such as "AB12", from 0; nothing for what is none.
std::optional<std::size_t> columnOf(QStringView reference)
{
    std::size_t column = 0;
    for (const QChar c : reference) {
        if (c < u'A' || c > u'Z')
            break;
        column = column * 26 + static_cast<std::size_t>(c.unicode() - u'A') + 1;
        if (column > MaxColumns)
            return std::nullopt;
    }
    return column == 0 ? std::nullopt : std::optional(column - 1);
}

struct Sheet {
    std::string name;
    std::string member; ///< of the archive
};

class WorkbookReader {
public:
    explicit WorkbookReader(detail::ZipArchive archive)
        : m_archive(std::move(archive))
    { }

    Result<Table> read()
    {
        const Result<std::vector<Sheet>> sheets = readSheets();
        if (!sheets)
            return sheets.error();
        if (Status texts = readSharedTexts(); !texts)
            return std::move(texts).error();
        if (Status rows = readRows(sheets->front()); !rows)
            return std::move(rows).error();
        if (m_table.header.empty())
            return tableError("the first sheet, \"" + sheets->front().name + "\", holds no header line");
        if (sheets->size() > 1)
            m_table.note = "of " + std::to_string(sheets->size()) + " sheets the first one, \"" + sheets->front().name
                + "\", was read";
        return std::move(m_table);
    }

private:
    Result<QByteArray> member(const std::string& name)
    {
        const Result<std::span<const std::uint8_t>> bytes = m_archive.content(name);
        if (!bytes)
            return damagedWorkbook(name + " cannot be read");
        return viewOf(*bytes);
    }

    Result<std::vector<Sheet>> readSheets()
    {
        const Result<QByteArray> book = member("xl/workbook.xml");
        const Result<QByteArray> relations = member("xl/_rels/workbook.xml.rels");
        if (!book || !relations)
            return book ? relations.error() : book.error();
        std::map<std::string, std::string> targets;
        QXmlStreamReader links(*relations);
        while (!links.atEnd()) {
            links.readNext();
            if (!links.isStartElement() || links.name() != u"Relationship")
                continue;
            std::string target = links.attributes().value(QLatin1String("Target")).toString().toStdString();
            target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
            targets[links.attributes().value(QLatin1String("Id")).toString().toStdString()] = target;
        }
        std::vector<Sheet> sheets;
        QXmlStreamReader xml(*book);
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement() || xml.name() != u"sheet")
                continue;
            Sheet sheet{xml.attributes().value(QLatin1String("name")).toString().toStdString(), {}};
            for (const QXmlStreamAttribute& attribute : xml.attributes()) {
                if (attribute.name() == u"id") // of the namespace of relations, whatever its prefix
                    sheet.member = targets[attribute.value().toString().toStdString()];
            }
            sheets.push_back(std::move(sheet));
        }
        if (sheets.empty() || links.hasError() || xml.hasError())
            return damagedWorkbook("its list of sheets cannot be read");
        return sheets;
    }

    Status readSharedTexts()
    {
        if (!m_archive.members().contains("xl/sharedStrings.xml"))
            return {};
        const Result<QByteArray> bytes = member("xl/sharedStrings.xml");
        if (!bytes)
            return bytes.error();
        QXmlStreamReader xml(*bytes);
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement() && xml.name() == u"si")
                m_texts.push_back(textOf(xml));
        }
        return xml.hasError() ? Status(damagedWorkbook("its shared texts cannot be read")) : Status();
    }

    Status readRows(const Sheet& sheet)
    {
        const Result<QByteArray> bytes = member(sheet.member);
        if (!bytes)
            return bytes.error();
        QXmlStreamReader xml(*bytes);
        std::size_t record = 0;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement() || xml.name() != u"row")
                continue;
            ++record;
            std::vector<std::string> fields;
            if (Status cells = readCells(xml, fields); !cells)
                return cells;
            if (Status added = addRow(std::move(fields), record); !added)
                return added;
        }
        return xml.hasError() ? Status(damagedWorkbook("its first sheet cannot be read")) : Status();
    }

    /// Cells of the row the reader stands at, up to its end.
    Status readCells(QXmlStreamReader& xml, std::vector<std::string>& fields)
    {
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isEndElement() && xml.name() == u"row")
                break;
            if (!xml.isStartElement() || xml.name() != u"c")
                continue;
            const QXmlStreamAttributes attributes = xml.attributes();
            std::size_t column = fields.size();
            if (attributes.hasAttribute(QLatin1String("r"))) {
                const std::optional<std::size_t> given = columnOf(attributes.value(QLatin1String("r")));
                if (!given)
                    return tableError("the table has too many columns");
                column = *given;
            }
            const QString type = attributes.value(QLatin1String("t")).toString();
            Result<std::string> text = cellText(xml, type);
            if (!text)
                return std::move(text).error();
            if (text->empty())
                continue;
            if (column >= MaxColumns)
                return tableError("the table has too many columns");
            if (column >= fields.size())
                fields.resize(column + 1);
            fields[column] = *std::move(text);
        }
        return {};
    }

    Result<std::string> cellText(QXmlStreamReader& xml, const QString& type)
    {
        std::string value;
        std::string inlineText;
        for (int depth = 1; depth > 0 && !xml.atEnd();) {
            xml.readNext();
            if (xml.isStartElement() && xml.name() == u"is")
                inlineText = textOf(xml);
            else if (xml.isStartElement() && xml.name() == u"v")
                value = xml.readElementText(QXmlStreamReader::SkipChildElements).toStdString();
            else if (xml.isStartElement())
                ++depth;
            else if (xml.isEndElement())
                --depth;
        }
        if (type == u"inlineStr")
            return inlineText;
        if (type == u"b")
            return std::string(value == "1" ? "TRUE" : "FALSE");
        if (type != u"s")
            return value;
        const std::optional<std::size_t> index = indexOf(value);
        if (!index || *index >= m_texts.size())
            return damagedWorkbook("a cell refers to a text that is not there");
        return m_texts[*index];
    }

    static std::optional<std::size_t> indexOf(const std::string& text)
    {
        constexpr std::size_t MostDigits = 9;
        if (text.empty() || text.size() > MostDigits || text.find_first_not_of("0123456789") != std::string::npos)
            return std::nullopt;
        return static_cast<std::size_t>(std::stoul(text));
    }

    Status addRow(std::vector<std::string> fields, std::size_t record)
    {
        if (std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return field.empty(); }))
            return {};
        if (m_table.header.empty()) {
            for (const std::string& name : fields)
                m_table.header.emplace_back(trimmed(name));
            return {};
        }
        if (fields.size() > m_table.header.size())
            return tableError("record " + std::to_string(record) + " has a value beside the columns of the header, "
                              + listed(m_table.header));
        fields.resize(m_table.header.size());
        m_cells += fields.size();
        if (m_cells > MaxCells)
            return tableError("the table has too many rows");
        m_table.rows.push_back(std::move(fields));
        return {};
    }

    detail::ZipArchive m_archive;
    std::vector<std::string> m_texts;
    Table m_table;
    std::size_t m_cells = 0;
};

} // namespace

Result<Table> parseWorkbook(std::span<const std::uint8_t> bytes)
{
    Result<detail::ZipArchive> archive = detail::ZipArchive::open(bytes, MaxMembers, MaxUnpacked);
    if (!archive)
        return tableError("this zip archive is damaged, so it is no Excel workbook");
    if (!archive->members().contains("xl/workbook.xml"))
        return Error{ErrorCode::Unsupported,
                     "table",
                     archive->members().contains("content.xml") ? "this is an OpenDocument spreadsheet"
                                                                : "this zip archive is no Excel workbook",
                     "save it as comma-separated text (CSV, UTF-8) or as an Excel workbook (.xlsx)",
                     {}};
    return WorkbookReader(*std::move(archive)).read();
}

} // namespace halflens
