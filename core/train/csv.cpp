// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/csv.h"

#include "core/base/file.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace halflens {

namespace {

constexpr std::uint64_t MaxTableBytes = 1'000'000'000;
constexpr std::size_t MaxRows = 10'000'000;
constexpr std::size_t MaxColumns = 10'000;

Error tableError(const std::string& reason)
{
    return {ErrorCode::InvalidInput, "table", reason, "correct the table; the help page on training describes it", {}};
}

/// Splits text into records one at a time.
class CsvReader {
public:
    explicit CsvReader(const std::string& text)
        : m_text(text)
        , m_at(text.starts_with("\xef\xbb\xbf") ? 3 : 0)
    { }

    bool atEnd() const { return m_at >= m_text.size(); }
    std::size_t line() const { return m_line; }

    /// Fields of the next record. False: a quote is never closed.
    bool next(std::vector<std::string>& fields)
    {
        fields.assign(1, {});
        ++m_line;
        for (; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '"' && fields.back().empty()) {
                if (!quoted(fields.back()))
                    return false;
            } else if (c == ',') {
                fields.emplace_back();
            } else if (c == '\n') {
                ++m_at;
                break;
            } else if (c != '\r') {
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

    const std::string& m_text;
    std::size_t m_at;
    std::size_t m_line = 0;
};

} // namespace

int CsvTable::column(const std::string& name) const
{
    const auto found = std::find(header.begin(), header.end(), name);
    return found == header.end() ? -1 : static_cast<int>(found - header.begin());
}

Result<CsvTable> parseCsv(const std::string& text)
{
    CsvTable table;
    CsvReader reader(text);
    std::vector<std::string> fields;
    while (!reader.atEnd()) {
        if (!reader.next(fields))
            return tableError("line " + std::to_string(reader.line()) + " opens a quote that is never closed");
        if (fields.size() == 1 && fields.front().empty())
            continue;
        if (table.header.empty()) {
            if (fields.size() > MaxColumns)
                return tableError("the table has too many columns");
            table.header = fields;
            continue;
        }
        if (fields.size() != table.header.size())
            return tableError("record " + std::to_string(reader.line()) + " has " + std::to_string(fields.size())
                              + " fields, the header " + std::to_string(table.header.size()));
        if (table.rows.size() == MaxRows)
            return tableError("the table has too many rows");
        table.rows.push_back(fields);
    }
    if (table.header.empty())
        return tableError("the table has no header line");
    return table;
}

Result<CsvTable> readCsv(const std::filesystem::path& file)
{
    const Result<std::vector<std::uint8_t>> bytes = readFile(file, MaxTableBytes);
    if (!bytes)
        return bytes.error();
    Result<CsvTable> table = parseCsv(std::string(bytes->begin(), bytes->end()));
    if (!table)
        return std::move(table).error().withFile(file.string());
    return table;
}

Result<double> csvNumber(const std::string& field)
{
    double value = 0;
    const std::size_t first = field.find_first_not_of(' ');
    const std::size_t last = field.find_last_not_of(' ');
    const char* const begin = field.data() + (first == std::string::npos ? field.size() : first);
    const char* const end = field.data() + (last == std::string::npos ? field.size() : last + 1);
    const auto [stopped, failed] = std::from_chars(begin, end, value);
    if (failed != std::errc() || stopped != end || !std::isfinite(value))
        return tableError("\"" + field.substr(0, 40) + "\" is not a number");
    return value;
}

} // namespace halflens
