// SPDX-License-Identifier: BSD-3-Clause
// Strict reading of JSON objects that people write: every key is known, typed and in range, and the
// first thing wrong is told by the path of its key.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace halflens {

/// Reads the keys of one object. The first problem found by any reader of a document is kept in
/// `problem`; reading goes on with harmless values, so that callers check once at the end.
class JsonObject {
public:
    /// `where` is the path of the object, empty for the document itself. The references must outlive this object.
    JsonObject(const nlohmann::json& object, std::string where, std::string& problem);

    /// The value of `key`, which is known from now on; null when absent. A missing required key is a problem.
    const nlohmann::json* get(const char* key, bool required);

    /// A text of at most 4000 bytes; `fallback` when absent and not required. Required texts are not empty.
    std::string text(const char* key, bool required, const std::string& fallback = {});
    int integer(const char* key, int low, int high, int fallback);
    /// Finite, low <= value <= high.
    double number(const char* key, double low, double high, double fallback);
    bool boolean(const char* key, bool fallback);
    /// One of `words`; the first stands for an unreadable one, `fallback` (when not null) for an absent one.
    template<class T>
    T word(const char* key, std::initializer_list<std::pair<const char*, T>> words, const T* fallback = nullptr)
    {
        if (fallback && !m_object.is_object())
            return *fallback;
        if (fallback && !m_object.contains(key)) {
            m_known.emplace_back(key);
            return *fallback;
        }
        const std::string found = text(key, true);
        std::string known;
        for (const auto& [name, value] : words) {
            if (found == name)
                return value;
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        fail(path(key) + " is \"" + shown(found) + "\", not one of " + known);
        return words.begin()->second;
    }

    /// Whole numbers, `low` <= each <= `high`, at most `most` of them; `fallback` when absent.
    std::vector<int> integers(const char* key, int low, int high, std::size_t most, std::vector<int> fallback);
    /// Texts, not empty; `fallback` when absent.
    std::vector<std::string> texts(const char* key, std::size_t most, std::vector<std::string> fallback);

    /// The reader of an object under `key`, whose problems count with those of this one.
    JsonObject child(const nlohmann::json& value, const std::string& key) const
    {
        return {value, path(key), m_problem};
    }

    /// Tells of keys that nobody asked for. Call last.
    void finish();
    void fail(const std::string& reason);
    std::string path(const std::string& key) const { return m_where.empty() ? key : m_where + "." + key; }

    /// `text` short enough for a message, without control characters; UTF-8 stays UTF-8.
    static std::string shown(std::string text);

private:
    const nlohmann::json& m_object;
    std::string m_where;
    std::string& m_problem;
    std::vector<std::string> m_known;
};

/// Whether brackets outside texts nest deeper than `most`: asked before parsing untrusted text.
bool nestsDeeperThan(const std::string& text, int most);

} // namespace halflens
