// SPDX-License-Identifier: BSD-3-Clause
// Tables, workbooks included: every row is as long as the header, numbers are finite, whatever the bytes.
#include "core/data/table.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const Result<Table> table = parseTable({data, size});
    if (!table)
        return 0;
    if (table->header.empty())
        std::abort();
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        if (table->rows[row].size() != table->header.size())
            std::abort();
        for (std::size_t column = 0; column < table->header.size(); ++column) {
            const Result<double> number = table->number(row, column);
            if (number && !std::isfinite(*number))
                std::abort();
        }
    }
    return 0;
}
