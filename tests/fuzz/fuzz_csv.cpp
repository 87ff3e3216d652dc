// SPDX-License-Identifier: BSD-3-Clause
// Tables: every row is as long as the header, whatever the bytes.
#include "core/train/csv.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const auto table = parseCsv(std::string(reinterpret_cast<const char*>(data), size));
    if (!table)
        return 0;
    if (table->header.empty())
        std::abort();
    for (const auto& row : table->rows) {
        if (row.size() != table->header.size())
            std::abort();
        for (const std::string& field : row) {
            const auto number = csvNumber(field);
            if (number && !std::isfinite(*number))
                std::abort();
        }
    }
    return 0;
}
