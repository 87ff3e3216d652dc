// SPDX-License-Identifier: BSD-3-Clause
// Numbers as text that reads back exactly, and fields of comma-separated tables. Never the user's locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace halflens {

/// Shortest decimal that reads back to the same number; "nan", "inf", "-inf" for what is no number.
std::string exact(double value);
/// With `digits` (0..30) digits behind the point, as printf("%.*f") writes it in English.
std::string fixed(double value, int digits);

/// The whole of `text`, without blanks and tabs around it, as a finite number; a plus sign is allowed. Nothing else
/// is a number.
std::optional<double> finiteNumber(std::string_view text);

/// `text` as a field of a comma-separated table (RFC 4180): quoted where it holds a comma, a quote or a line break.
std::string csvField(const std::string& text);

} // namespace halflens
