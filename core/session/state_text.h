// SPDX-License-Identifier: BSD-3-Clause
// What the readers of states share: words of an enumeration, and a whole text.
#pragma once

#include "core/base/json_object.h"
#include "core/base/result.h"

#include <string>
#include <vector>

namespace halflens {

/// A word that `fromString` knows; `fallback` when the key is absent. Another word is a problem of `object`.
template<class T> T wordOf(JsonObject& object, const char* key, Result<T> (*fromString)(const std::string&), T fallback)
{
    const std::string word = object.text(key, false);
    if (word.empty())
        return fallback;
    const Result<T> value = fromString(word);
    if (!value)
        object.fail(object.path(key) + " is not a known word: " + value.error().reason);
    return value ? *value : fallback;
}

/// The objects of a list under `key`, at most `most` of them; none when absent.
template<class T>
std::vector<T> listOf(JsonObject& object, const char* key, std::size_t most, T (*fromJson)(JsonObject&))
{
    std::vector<T> values;
    const nlohmann::json* list = object.get(key, false);
    if (list && (!list->is_array() || list->size() > most)) {
        object.fail(object.path(key) + " is not a list of at most " + std::to_string(most) + " objects");
        list = nullptr;
    }
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        JsonObject one = object.child((*list)[i], key + ('[' + std::to_string(i) + ']'));
        values.push_back(fromJson(one));
    }
    return values;
}

/// A state from the text of a JSON object. InvalidInput: no JSON, nested too deeply, or the first problem found.
template<class T> Result<T> stateFromText(const std::string& text, T (*fromJson)(JsonObject&))
{
    constexpr int Deepest = 16;
    std::string problem;
    if (!nestsDeeperThan(text, Deepest)) {
        const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
        JsonObject object(json, {}, problem);
        T state = fromJson(object);
        if (problem.empty())
            return state;
    } else {
        problem = "brackets nest too deeply";
    }
    return Error{ErrorCode::InvalidInput, "state", problem, "use a file that HalfLens has written", {}};
}

} // namespace halflens
