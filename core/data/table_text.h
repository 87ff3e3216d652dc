// SPDX-License-Identifier: BSD-3-Clause
// Small things the readers of tables share.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace halflens {

/// An InvalidInput error of a table.
Error tableError(const std::string& reason);

/// `text` without blanks, tabs, line breaks and no-break spaces around it.
std::string_view trimmed(std::string_view text);

/// Names in quotes between commas for a message; at most twelve, then how many more.
std::string listed(const std::vector<std::string>& names);

} // namespace halflens
