// SPDX-License-Identifier: BSD-3-Clause
// Tables with a header line as people keep them: comma-, semicolon- or tab-separated text, or an Excel workbook.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace halflens {

struct Table {
    std::vector<std::string> header; ///< without blanks around the names
    std::vector<std::vector<std::string>> rows; ///< each as long as the header; bytes as the file has them
    bool decimalComma = false; ///< fields are not separated by commas, so that "3,5" is a number
    std::string note; ///< what a reader of the results should know about how it was read; empty: nothing

    /// Index of a column. InvalidInput, with the names there are: no such column, or more than one.
    Result<std::size_t> column(const std::string& name) const;
    bool hasColumn(const std::string& name) const;
    /// A field as a finite number. InvalidInput, naming the row from 1 on: it is none.
    Result<double> number(std::size_t row, std::size_t column) const;
};

/// Reads a table from the bytes of a file, told apart by content:
/// - text (RFC 4180): fields separated by commas, semicolons or tabs, whichever fits the first records; quoted fields,
///   doubled quotes, line breaks in quotes; lines ended by LF, CR LF or CR; UTF-8 with or without mark, UTF-16;
/// - an Excel workbook (.xlsx): its first sheet, values as stored, shared and inline texts.
/// Lines whose fields are all empty are skipped. Any thread; linear in the bytes, which the cells are bounded by.
/// InvalidInput: no header, a record of another length, an open quote, more than 10 million rows or 10 000 columns.
/// Unsupported: old or encrypted workbooks, OpenDocument, web pages.
Result<Table> parseTable(std::span<const std::uint8_t> bytes);
Result<Table> readTable(const std::filesystem::path& file);

} // namespace halflens
