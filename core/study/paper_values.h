// SPDX-License-Identifier: BSD-3-Clause
// What the paper reports, to stand beside results made with other weights and other photos (paper Tables I and II,
// sections 2 and 3; spec measures 5.2, 6.3, 7, 8).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// A figure of the paper for a cell of our tables.
struct PaperValue {
    std::string table; ///< StudyTable::name
    std::string row; ///< family, or measure
    std::string column;
    double value = 0;
};

/// Of one data set, "koniq" or "spaq"; figures the paper pools are in both. Empty for another name.
std::vector<PaperValue> paperValues(const std::string& dataset);

} // namespace halflens
