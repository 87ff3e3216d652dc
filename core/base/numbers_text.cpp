// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/numbers_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace halflens {

std::string exact(double value)
{
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

std::string fixed(double value, int digits)
{
    std::array<char, 400> buffer{}; // 309 digits before the point
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits).ptr;
    return {buffer.data(), end};
}

std::optional<double> finiteNumber(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return std::nullopt;
    text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
    if (text.size() > 1 && text.front() == '+' && text[1] != '-')
        text.remove_prefix(1);
    double value = 0;
    const auto [stopped, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || stopped != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::string csvField(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

} // namespace halflens
