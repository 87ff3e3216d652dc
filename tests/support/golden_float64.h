// SPDX-License-Identifier: BSD-3-Clause
// Tensors of a reference case in full double precision: the program's own reader rounds to float32,
// which is too coarse for references stored with 15 digits.
#pragma once

#include "core/base/file.h"
#include "tests/support/golden.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace halflens::test {

namespace detail {

template<class T> std::vector<double> widened(const std::uint8_t* bytes, std::size_t size)
{
    std::vector<double> result(size / sizeof(T));
    for (std::size_t i = 0; i < result.size(); ++i) {
        T value{};
        std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
        result[i] = static_cast<double>(value);
    }
    return result;
}

} // namespace detail

/// All tensors of outputs.safetensors of a case as float64. The file is trusted.
inline std::map<std::string, std::vector<double>> goldenFloat64(const std::string& caseName)
{
    const auto path = goldenFile(caseName, "outputs.safetensors");
    const auto bytes = readFile(path.value(), 1ull << 30);
    std::uint64_t headerLength = 0;
    std::memcpy(&headerLength, bytes->data(), sizeof headerLength);
    const std::uint8_t* header = bytes->data() + sizeof headerLength;
    const std::uint8_t* data = header + headerLength;
    std::map<std::string, std::vector<double>> result;
    const nlohmann::json entries = nlohmann::json::parse(header, data);
    for (const auto& [name, entry] : entries.items()) {
        if (name == "__metadata__")
            continue;
        const std::size_t from = entry.at("data_offsets").at(0);
        const std::size_t size = entry.at("data_offsets").at(1).get<std::size_t>() - from;
        const std::string type = entry.at("dtype");
        auto& values = result[name];
        if (type == "F64")
            values = detail::widened<double>(data + from, size);
        else if (type == "F32")
            values = detail::widened<float>(data + from, size);
        else if (type == "I32")
            values = detail::widened<std::int32_t>(data + from, size);
        else if (type == "I64")
            values = detail::widened<std::int64_t>(data + from, size);
        else if (type == "U8")
            values = detail::widened<std::uint8_t>(data + from, size);
    }
    return result;
}

} // namespace halflens::test
