// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/json_object.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::size_t MaxTextLength = 4000;

bool isWithin(const json& value, double low, double high)
{
    return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= low
        && value.get<double>() <= high;
}

std::string range(double low, double high)
{
    const auto plain = [](double value) {
        std::string text = json(value).dump();
        return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
    };
    return plain(low) + " to " + plain(high);
}

} // namespace

JsonObject::JsonObject(const json& object, std::string where, std::string& problem)
    : m_object(object)
    , m_where(std::move(where))
    , m_problem(problem)
{
    if (!object.is_object())
        fail(m_where.empty() ? "the document is not a JSON object" : m_where + " is not an object");
}

const json* JsonObject::get(const char* key, bool required)
{
    m_known.emplace_back(key);
    if (!m_object.is_object())
        return nullptr;
    const auto found = m_object.find(key);
    if (found != m_object.end())
        return &*found;
    if (required)
        fail(path(key) + " is missing");
    return nullptr;
}

std::string JsonObject::text(const char* key, bool required, const std::string& fallback)
{
    const json* value = get(key, required);
    if (!value)
        return fallback;
    if (!value->is_string() || value->get_ref<const std::string&>().size() > MaxTextLength) {
        fail(path(key) + " is not a text of reasonable length");
        return fallback;
    }
    const auto& text = value->get_ref<const std::string&>();
    if (required && text.empty())
        fail(path(key) + " is empty");
    return text;
}

int JsonObject::integer(const char* key, int low, int high, int fallback)
{
    const json* value = get(key, false);
    if (!value)
        return fallback;
    if (!value->is_number_integer() || !isWithin(*value, low, high)) {
        fail(path(key) + " is not a whole number from " + range(low, high));
        return fallback;
    }
    return value->get<int>();
}

double JsonObject::number(const char* key, double low, double high, double fallback)
{
    const json* value = get(key, false);
    if (!value)
        return fallback;
    if (!isWithin(*value, low, high)) {
        fail(path(key) + " is not a number from " + range(low, high));
        return fallback;
    }
    return value->get<double>();
}

bool JsonObject::boolean(const char* key, bool fallback)
{
    const json* value = get(key, false);
    if (!value)
        return fallback;
    if (!value->is_boolean()) {
        fail(path(key) + " is not true or false");
        return fallback;
    }
    return value->get<bool>();
}

std::vector<int> JsonObject::integers(const char* key, int low, int high, std::size_t most, std::vector<int> fallback)
{
    const json* value = get(key, false);
    if (!value)
        return fallback;
    std::vector<int> result;
    bool fits = value->is_array() && !value->empty() && value->size() <= most;
    for (std::size_t i = 0; fits && i < value->size(); ++i) {
        fits = (*value)[i].is_number_integer() && isWithin((*value)[i], low, high);
        if (fits)
            result.push_back((*value)[i].get<int>());
    }
    if (fits)
        return result;
    fail(path(key) + " is not a list of 1 to " + std::to_string(most) + " whole numbers from " + range(low, high));
    return fallback;
}

std::vector<std::string> JsonObject::texts(const char* key, std::size_t most, std::vector<std::string> fallback)
{
    const json* value = get(key, false);
    if (!value)
        return fallback;
    std::vector<std::string> result;
    bool fits = value->is_array() && !value->empty() && value->size() <= most;
    for (std::size_t i = 0; fits && i < value->size(); ++i) {
        const json& entry = (*value)[i];
        fits = entry.is_string() && !entry.get_ref<const std::string&>().empty()
            && entry.get_ref<const std::string&>().size() <= MaxTextLength;
        if (fits)
            result.push_back(entry.get<std::string>());
    }
    if (fits)
        return result;
    fail(path(key) + " is not a list of 1 to " + std::to_string(most) + " texts");
    return fallback;
}

void JsonObject::finish()
{
    if (!m_object.is_object())
        return;
    for (const auto& [key, value] : m_object.items()) {
        if (std::find(m_known.begin(), m_known.end(), key) == m_known.end())
            fail(path(shown(key)) + " is not a known key");
    }
}

void JsonObject::fail(const std::string& reason)
{
    if (m_problem.empty())
        m_problem = reason;
}

std::string JsonObject::shown(std::string text)
{
    constexpr std::size_t Longest = 40;
    if (text.size() > Longest) {
        std::size_t end = Longest;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u)
            --end; // never in the middle of a character
        text = text.substr(0, end) + "...";
    }
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return text;
}

bool nestsDeeperThan(const std::string& text, int most)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString && c == '\\')
            ++i; // whatever is escaped does not end the text
        else if (c == '"')
            inString = !inString;
        else if (!inString)
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (depth > most)
            return true;
    }
    return false;
}

} // namespace halflens
