// SPDX-License-Identifier: BSD-3-Clause
#include "core/weights/network_weights.h"

#include "core/checkpoint/tensor_archive.h"

#include <algorithm>
#include <cmath>

namespace halflens {

Error mentioning(const std::vector<std::string>& passedOver, Error error)
{
    constexpr std::size_t Listed = 3;
    for (std::size_t i = 0; i < std::min(passedOver.size(), Listed); ++i)
        error.reason += (i == 0 ? "; passed over was " : ", ") + passedOver[i];
    if (passedOver.size() > Listed)
        error.reason += " and more";
    return error;
}

Status checkWeights(const std::map<std::string, Shape>& expected, const StateDict& state, const std::string& network)
{
    const auto failure = [](std::string reason, const char* remedy) {
        return Error{ErrorCode::InvalidInput, "checkpoint", std::move(reason), remedy, {}};
    };
    if (const LoadReport report = compare(expected, state); !report.isClean())
        return failure("the tensors do not fit " + network + ": " + report.summary(),
                       "use a checkpoint of this very network");
    for (const auto& [name, tensor] : state) {
        if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](float v) { return std::isfinite(v); }))
            return failure(name + " holds values that are not finite",
                           "the file is damaged or training diverged; use another one");
    }
    return {};
}

StateDict withoutPrefixes(StateDict state, std::initializer_list<std::string_view> prefixes)
{
    StateDict result;
    for (auto& entry : state) {
        const auto prefix = std::find_if(prefixes.begin(), prefixes.end(), [&](std::string_view candidate) {
            return entry.first.starts_with(candidate);
        });
        if (prefix != prefixes.end())
            result.emplace(entry.first.substr(prefix->size()), std::move(entry.second));
    }
    return result;
}

} // namespace halflens
