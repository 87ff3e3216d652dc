// SPDX-License-Identifier: BSD-3-Clause
// Tables of a study as CSV, Markdown and LaTeX.
#include "core/base/file.h"
#include "core/base/numbers_text.h"
#include "core/study/study_table_cells.h"

#include <algorithm>
#include <functional>

namespace halflens {

namespace {

constexpr int ShownDigits = 3;

/// A cell for reading: numbers with a fraction to three decimals, others as they are.
std::string shown(const std::string& text)
{
    const std::optional<double> number = finiteNumber(text);
    return number && text.find_first_of(".e") != std::string::npos ? fixed(*number, ShownDigits) : text;
}

/// Whether columns i + 1 and i + 2 are the interval of column i.
bool hasInterval(const std::vector<std::string>& header, std::size_t i)
{
    return i + 2 < header.size() && header[i + 1] == header[i] + "_low" && header[i + 2] == header[i] + "_high";
}

std::string escaped(const std::string& text, const std::function<std::string(char)>& replace)
{
    std::string result;
    for (const char character : text)
        result += replace(character);
    return result;
}

std::string forMarkdown(const std::string& text)
{
    return escaped(text, [](char c) -> std::string {
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<')
            return {'\\', c};
        return {c == '\n' || c == '\r' ? ' ' : c};
    });
}

std::string forLatex(const std::string& text)
{
    return escaped(text, [](char c) -> std::string {
        switch (c) {
        case '\\':
            return "\\textbackslash{}";
        case '~':
            return "\\textasciitilde{}";
        case '^':
            return "\\textasciicircum{}";
        case '&':
        case '%':
        case '$':
        case '#':
        case '_':
        case '{':
        case '}':
            return {'\\', c};
        case '\n':
        case '\r':
            return " ";
        default:
            return {c};
        }
    });
}

std::string line(const std::vector<std::string>& cells, const std::string& between,
                 std::string (*escape)(const std::string&))
{
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i)
        text += (i == 0 ? "" : between) + escape(cells[i]);
    return text;
}

std::vector<std::string> shownHeader(const StudyTable& table)
{
    std::vector<std::string> cells;
    for (const std::size_t column : shownColumns(table))
        cells.push_back(table.header[column]);
    return cells;
}

std::vector<std::string> shownRow(const StudyTable& table, const std::vector<std::string>& row)
{
    std::vector<std::string> cells;
    for (const std::size_t column : shownColumns(table))
        cells.push_back(shownCell(table, row, column));
    return cells;
}

} // namespace

std::vector<std::size_t> shownColumns(const StudyTable& table)
{
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        columns.push_back(i);
        if (hasInterval(table.header, i))
            i += 2;
    }
    return columns;
}

std::string shownCell(const StudyTable& table, const std::vector<std::string>& row, std::size_t column)
{
    const std::string number = shown(row[column]);
    const bool isKnown = hasInterval(table.header, column) && !row[column].empty() && !row[column + 1].empty();
    return isKnown ? number + " [" + shown(row[column + 1]) + ", " + shown(row[column + 2]) + "]" : number;
}

std::string toCsv(const StudyTable& table)
{
    std::string text = line(table.header, ",", csvField) + "\n";
    for (const std::vector<std::string>& row : table.rows)
        text += line(row, ",", csvField) + "\n";
    return text;
}

std::string toMarkdown(const StudyTable& table)
{
    const std::vector<std::string> header = shownHeader(table);
    std::string text = table.title + "\n\n| " + line(header, " | ", forMarkdown) + " |\n|";
    for (std::size_t i = 0; i < header.size(); ++i)
        text += " --- |";
    text += "\n";
    for (const std::vector<std::string>& row : table.rows)
        text += "| " + line(shownRow(table, row), " | ", forMarkdown) + " |\n";
    return text;
}

std::string toLatex(const StudyTable& table)
{
    const std::vector<std::string> header = shownHeader(table);
    std::string text = "% " + table.title + "\n\\begin{tabular}{" + std::string(header.size(), 'l') + "}\n\\hline\n"
        + line(header, " & ", forLatex) + " \\\\\n\\hline\n";
    for (const std::vector<std::string>& row : table.rows)
        text += line(shownRow(table, row), " & ", forLatex) + " \\\\\n";
    return text + "\\hline\n\\end{tabular}\n";
}

Status writeStudyTables(const std::vector<StudyTable>& tables, const std::filesystem::path& folder)
{
    const std::filesystem::path into = folder / "tables";
    std::error_code unmade;
    std::filesystem::create_directories(into, unmade);
    if (unmade)
        return Error{ErrorCode::Io, "write", "the folder cannot be made: " + unmade.message(),
                     "check permissions and free space", into.string()};
    for (const StudyTable& table : tables) {
        for (const auto& [suffix, text] : {std::pair(".csv", toCsv(table)), std::pair(".md", toMarkdown(table)),
                                           std::pair(".tex", toLatex(table))}) {
            if (Status written = writeFileAtomically(into / (table.name + suffix), text); !written)
                return written;
        }
    }
    return {};
}

} // namespace halflens
