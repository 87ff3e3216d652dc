// SPDX-License-Identifier: BSD-3-Clause
// Layout files: whatever is accepted keeps its promises, whatever is refused says so in UTF-8.
#include "core/figure/figure_layout.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

void require(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const auto layout = parseFigureLayout(std::string(reinterpret_cast<const char*>(data), size));
    if (!layout) {
        const std::string message = layout.error().message();
        require(layout.error().code == ErrorCode::InvalidInput && message.size() < 5000);
        (void)nlohmann::json(message).dump(); // throws unless it is UTF-8
        return 0;
    }
    require(!layout->rows.empty() && layout->rows.size() <= 64);
    require(layout->columnHeaders.empty() || layout->columnHeaders.size() == layout->rows[0].size());
    require(layout->rowLabels.empty() || layout->rowLabels.size() == layout->rows.size());
    for (const auto& row : layout->rows) {
        require(!row.empty() && row.size() == layout->rows[0].size() && row.size() <= 64);
        for (const LayoutCell& cell : row) {
            require(cell.image >= 0 && cell.opacity >= 0 && cell.opacity <= 1);
            require(!cell.range || cell.range->low < cell.range->high);
            const auto& names = layoutMapNames();
            require(cell.content != LayoutCell::Content::Map
                    || std::find(names.begin(), names.end(), cell.map) != names.end());
        }
    }
    return 0;
}
