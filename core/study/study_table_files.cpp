// SPDX-License-Identifier: BSD-3-Clause
// Tables of a study as CSV, Markdown and LaTeX.
#include "core/base/file.h"
#include "core/base/numbers_text.h"
#include "core/study/study_table_cells.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace halflens {

namespace {

/// Decimals of a column for reading: none where all its numbers are whole, one where they go beyond 10, else three.
int decimals(const StudyTable& table, std::size_t column)
{
    double largest = 0;
    bool hasFraction = false;
    for (const std::vector<std::string>& row : table.rows) {
        const std::optional<double> number = finiteNumber(row[column]);
        largest = std::max(largest, std::abs(number.value_or(0)));
        hasFraction = hasFraction || (number && row[column].find_first_of(".e") != std::string::npos);
    }
    if (!hasFraction)
        return 0;
    return largest > 10 ? 1 : 3;
}

/// A cell for reading; words stay as they are.
std::string shown(const std::string& text, int digits)
{
    const std::optional<double> number = finiteNumber(text);
    return number && digits > 0 ? fixed(*number, digits) : text;
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
        cells.push_back(shownCell(table, row, column).inOneLine());
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

ShownCell shownCell(const StudyTable& table, const std::vector<std::string>& row, std::size_t column)
{
    const int digits = decimals(table, column);
    ShownCell cell{shown(row[column], digits), {}};
    if (hasInterval(table.header, column) && !row[column].empty() && !row[column + 1].empty())
        cell.interval = "[" + shown(row[column + 1], digits) + ", " + shown(row[column + 2], digits) + "]";
    return cell;
}

std::string columnWords(const std::string& column)
{
    static const std::map<std::string, std::string> named{
        {"by", "hidden by"},
        {"plcc_mos", "whole photo: opinion"},
        {"important_pred", "important half hidden: score"},
        {"important_mos", "important half hidden: opinion"},
        {"trivial_pred", "trivial half hidden: score"},
        {"trivial_mos", "trivial half hidden: opinion"},
        {"random_pred", "random half hidden: score"},
        {"random_mos", "random half hidden: opinion"},
        {"important", "important half hidden"},
        {"trivial", "trivial half hidden"},
        {"random", "random half hidden"},
        {"oracle", "half of least change hidden"},
        {"t1", "more than 1 of 6 shared"},
        {"t2", "more than 2"},
        {"t3", "more than 3"},
        {"t4", "more than 4"},
        {"t5", "all 6"},
        {"mean_n", "shared on average"},
        {"mean_plcc", "mean PLCC"},
        {"best_plcc", "best set: PLCC"},
        {"worst_plcc", "worst set: PLCC"},
        {"hidden", "hidden"},
        {"epsilon", "ε (grades)"},
        {"guaranteed_mean", "guaranteed enough: mean blocks"},
        {"guaranteed_median", "guaranteed enough: median"},
        {"best_mean", "by luck: mean blocks"},
        {"share_half_guaranteed", "photos on which 6 blocks are guaranteed enough"},
        {"auc", "AUC"},
    };
    if (const auto found = named.find(column); found != named.end())
        return found->second;
    std::string words = column;
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
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
