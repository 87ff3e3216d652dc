// SPDX-License-Identifier: BSD-3-Clause
// The first sheet of an Excel workbook (.xlsx, ECMA-376 part 1) as a table.
#pragma once

#include "core/data/table.h"

namespace halflens {

/// Cells as text: shared and inline texts, numbers as stored, TRUE and FALSE, results of formulas. Cells that are not
/// there are empty; the first row with a text is the header. A note says which sheet was read where there are several.
/// InvalidInput: damaged, no sheet, cells beside the header's columns, too large. Unsupported: other zip archives.
Result<Table> parseWorkbook(std::span<const std::uint8_t> bytes);

} // namespace halflens
