// SPDX-License-Identifier: BSD-3-Clause
// Tables of comma-separated values with a header line (RFC 4180).
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

struct CsvTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows; ///< each as long as the header

    /// Index of a column, -1 when there is none.
    int column(const std::string& name) const;
};

/// Quoted fields, doubled quotes, line breaks in quotes, CRLF, a byte order mark; blank lines are
/// skipped. InvalidInput: no header, a row of another length, an open quote, more than 10 million rows.
Result<CsvTable> parseCsv(const std::string& text);
Result<CsvTable> readCsv(const std::filesystem::path& file);

/// The whole field as a finite number. InvalidInput: it is none.
Result<double> csvNumber(const std::string& field);

} // namespace halflens
