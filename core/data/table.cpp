// SPDX-License-Identifier: BSD-3-Clause
#include "core/data/table.h"

#include "core/base/file.h"
#include "core/base/json_object.h"
#include "core/base/numbers_text.h"
#include "core/data/table_text.h"
#include "core/data/workbook.h"

#include <QStringDecoder>

#include <algorithm>
#include <string_view>

namespace halflens {

namespace {

constexpr std::uint64_t MaxTableBytes = 1'000'000'000;
constexpr std::size_t MaxRows = 10'000'000;
constexpr std::size_t MaxColumns = 10'000;
constexpr std::size_t RecordsTried = 20; ///< of every separator

/// Splits text into records one at a time.
class RecordReader {
public:
    RecordReader(std::string_view text, char separator)
        : m_text(text)
        , m_separator(separator)
    { }

    bool atEnd() const { return m_at >= m_text.size(); }
    std::size_t record() const { return m_record; }

    /// Fields of the next record. False: a quote is never closed.
    bool next(std::vector<std::string>& fields)
    {
        fields.assign(1, {});
        ++m_record;
        for (; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '"' && fields.back().empty()) {
                if (!quoted(fields.back()))
                    return false;
            } else if (c == m_separator) {
                fields.emplace_back();
            } else if (c == '\n' || c == '\r') {
                m_at += c == '\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '\n' ? 2 : 1;
                break;
            } else {
                fields.back() += c;
            }
        }
        return true;
    }

private:
    /// Reads from the opening quote to the closing one.
    bool quoted(std::string& field)
    {
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] != '"') {
                field += m_text[m_at];
            } else if (m_at + 1 < m_text.size() && m_text[m_at + 1] == '"') {
                field += '"';
                ++m_at;
            } else {
                return true;
            }
        }
        return false;
    }

    std::string_view m_text;
    char m_separator;
    std::size_t m_at = 0;
    std::size_t m_record = 0;
};

bool isBlank(const std::vector<std::string>& fields)
{
    return std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return field.empty(); });
}

/// Columns the separator gives, when the first `records` agree on them; 0 when they do not.
std::size_t columnsBy(char separator, std::string_view text, std::size_t records)
{
    RecordReader reader(text, separator);
    std::vector<std::string> fields;
    std::size_t columns = 0;
    for (std::size_t record = 0; record < records && !reader.atEnd(); ++record) {
        if (!reader.next(fields))
            return 0;
        if (isBlank(fields))
            continue;
        if (columns != 0 && fields.size() != columns)
            return 0;
        columns = fields.size();
    }
    return columns;
}

/// The separator that gives most columns, in the header alone where the records agree on none. Of equals a semicolon
/// before a comma, which may be a decimal one.
char separatorOf(std::string_view text)
{
    for (const std::size_t records : {RecordsTried, std::size_t{1}}) {
        char best = ',';
        std::size_t most = 1;
        for (const char separator : {'\t', ';', ','}) {
            if (const std::size_t columns = columnsBy(separator, text, records); columns > most) {
                best = separator;
                most = columns;
            }
        }
        if (most > 1)
            return best;
    }
    return ',';
}

Result<Table> parseText(std::string_view text)
{
    Table table;
    const char separator = separatorOf(text);
    table.decimalComma = separator != ',';
    RecordReader reader(text, separator);
    std::vector<std::string> fields;
    while (!reader.atEnd()) {
        if (!reader.next(fields))
            return tableError("record " + std::to_string(reader.record()) + " opens a quote that is never closed");
        if (isBlank(fields))
            continue;
        if (table.header.empty()) {
            if (fields.size() > MaxColumns)
                return tableError("the table has too many columns");
            for (std::string& name : fields)
                table.header.emplace_back(trimmed(name));
            continue;
        }
        if (fields.size() != table.header.size())
            return tableError("record " + std::to_string(reader.record()) + " has " + std::to_string(fields.size())
                              + " fields, the header " + std::to_string(table.header.size()) + ": "
                              + listed(table.header));
        if (table.rows.size() == MaxRows)
            return tableError("the table has too many rows");
        table.rows.push_back(fields);
    }
    if (table.header.empty())
        return tableError("the table has no header line");
    return table;
}

bool startsWith(std::span<const std::uint8_t> bytes, std::string_view magic)
{
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin(), [](char a, auto b) {
               return static_cast<std::uint8_t>(a) == b;
           });
}

/// UTF-16 by its mark, or by the zero bytes that Latin text has there.
std::optional<QStringConverter::Encoding> wideEncoding(std::span<const std::uint8_t> bytes)
{
    if (startsWith(bytes, "\xff\xfe"))
        return QStringConverter::Utf16LE;
    if (startsWith(bytes, "\xfe\xff"))
        return QStringConverter::Utf16BE;
    if (bytes.size() >= 4 && bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0)
        return QStringConverter::Utf16LE;
    if (bytes.size() >= 4 && bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0)
        return QStringConverter::Utf16BE;
    return std::nullopt;
}

Error otherKind(const std::string& what)
{
    return {ErrorCode::Unsupported,
            "table",
            "this is " + what + ", not a table that can be read",
            "save it as comma-separated text (CSV, UTF-8) or as an Excel workbook (.xlsx)",
            {}};
}

} // namespace

Error tableError(const std::string& reason)
{
    return {ErrorCode::InvalidInput, "table", reason, "correct the table; the help page on training describes it", {}};
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view NoBreakSpace = "\xc2\xa0";
    const auto cut = [&](bool front) {
        if (text.empty())
            return false;
        const char c = front ? text.front() : text.back();
        std::size_t count = c == ' ' || c == '\t' || c == '\r' || c == '\n' ? 1 : 0;
        if (front ? text.starts_with(NoBreakSpace) : text.ends_with(NoBreakSpace))
            count = NoBreakSpace.size();
        front ? text.remove_prefix(count) : text.remove_suffix(count);
        return count > 0;
    };
    while (cut(true) || cut(false)) { }
    return text;
}

std::string listed(const std::vector<std::string>& names)
{
    constexpr std::size_t Most = 12;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), Most); ++i)
        text += (i == 0 ? "\"" : ", \"") + JsonObject::shown(names[i]) + "\"";
    return names.size() > Most ? text + " and " + std::to_string(names.size() - Most) + " more" : text;
}

bool Table::hasColumn(const std::string& name) const
{
    return std::find(header.begin(), header.end(), name) != header.end();
}

Result<std::size_t> Table::column(const std::string& name) const
{
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
        return Error{ErrorCode::InvalidInput,
                     "table",
                     "the table has no column \"" + JsonObject::shown(name) + "\"; its columns are " + listed(header),
                     "name the columns in the recipe",
                     {}};
    if (std::find(found + 1, header.end(), name) != header.end())
        return Error{ErrorCode::InvalidInput,
                     "table",
                     "the table has more than one column \"" + JsonObject::shown(name) + "\"",
                     "give each column a name of its own",
                     {}};
    return static_cast<std::size_t>(found - header.begin());
}

Result<double> Table::number(std::size_t row, std::size_t column) const
{
    std::string field(trimmed(rows[row][column]));
    if (decimalComma && field.find('.') == std::string::npos && std::count(field.begin(), field.end(), ',') == 1)
        field[field.find(',')] = '.';
    if (const std::optional<double> value = finiteNumber(field))
        return *value;
    return tableError("row " + std::to_string(row + 1) + ": \"" + JsonObject::shown(rows[row][column])
                      + "\" in column \"" + JsonObject::shown(header[column]) + "\" is not a number");
}

Result<Table> parseTable(std::span<const std::uint8_t> bytes)
{
    if (startsWith(bytes, "PK\x03\x04"))
        return parseWorkbook(bytes);
    if (startsWith(bytes, "\xd0\xcf\x11\xe0"))
        return otherKind("an old or a password-protected Excel workbook");
    if (startsWith(bytes, "%PDF-"))
        return otherKind("a PDF document");
    if (const auto encoding = wideEncoding(bytes)) {
        QStringDecoder decoder(*encoding);
        const QString text = decoder(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
        if (decoder.hasError() || bytes.size() % 2 != 0)
            return tableError("the text is UTF-16 and damaged");
        const QByteArray plain = text.toUtf8();
        return parseText(std::string_view(plain.constData(), static_cast<std::size_t>(plain.size())));
    }
    if (startsWith(bytes, "\xef\xbb\xbf"))
        bytes = bytes.subspan(3);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.find('\0') != std::string_view::npos)
        return tableError("the file holds zero bytes, so it is no text");
    if (const std::string_view start = trimmed(text.substr(0, 200));
        start.starts_with("<!DOCTYPE html") || start.starts_with("<!doctype html") || start.starts_with("<html"))
        return otherKind("a web page");
    return parseText(text);
}

Result<Table> readTable(const std::filesystem::path& file)
{
    const Result<std::vector<std::uint8_t>> bytes = readFile(file, MaxTableBytes);
    if (!bytes)
        return bytes.error();
    Result<Table> table = parseTable(*bytes);
    if (!table)
        return std::move(table).error().withFile(file.string());
    return table;
}

} // namespace halflens
