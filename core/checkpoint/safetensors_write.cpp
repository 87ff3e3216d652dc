// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/file.h"
#include "core/checkpoint/element_type.h"
#include "core/checkpoint/safetensors.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>

namespace halflens {

namespace {

Error cannotWrite(std::string reason)
{
    return {ErrorCode::InvalidInput, "write", std::move(reason), "correct the tensors before saving", {}};
}

Status appendData(const std::string& name, const Tensor& tensor, bool half, std::vector<std::uint8_t>& data)
{
    if (!half) {
        const auto* first = reinterpret_cast<const std::uint8_t*>(tensor.values.data());
        data.insert(data.end(), first, first + tensor.values.size() * sizeof(float));
        return {};
    }
    for (const float value : tensor.values) {
        const std::uint16_t bits = floatToHalf(value);
        if (std::isfinite(value) && (bits & 0x7fffu) == 0x7c00u)
            return cannotWrite("the tensor \"" + name + "\" has values too large for float16");
        data.push_back(static_cast<std::uint8_t>(bits & 0xffu));
        data.push_back(static_cast<std::uint8_t>(bits >> 8));
    }
    return {};
}

} // namespace

Result<std::vector<std::uint8_t>> safetensorsBytes(const StateDict& tensors,
                                                   const std::map<std::string, std::string>& metadata,
                                                   const std::set<std::string>& asFloat16)
{
    for (const std::string& name : asFloat16) {
        if (!tensors.contains(name))
            return cannotWrite("no tensor is called \"" + name + "\"");
    }
    // float32 first: every tensor then starts at a multiple of its element size.
    nlohmann::json header = nlohmann::json::object();
    std::vector<std::uint8_t> data;
    for (const bool half : {false, true}) {
        for (const auto& [name, tensor] : tensors) {
            if (asFloat16.contains(name) != half)
                continue;
            if (name == "__metadata__")
                return cannotWrite("the name \"__metadata__\" is reserved");
            if (valueCount(tensor.shape) != tensor.values.size())
                return cannotWrite("the values of \"" + name + "\" do not match its shape " + toString(tensor.shape));
            const std::size_t begin = data.size();
            if (Status appended = appendData(name, tensor, half, data); !appended)
                return std::move(appended).error();
            header[name] = {
                {"dtype", half ? "F16" : "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
        }
    }
    if (!metadata.empty())
        header["__metadata__"] = metadata;

    std::string text;
    try {
        text = header.dump();
    } catch (const nlohmann::json::exception&) { // thrown for text that is not UTF-8
        return cannotWrite("a name or a metadata entry is not UTF-8 text");
    }
    text.append((8 - text.size() % 8) % 8, ' ');
    std::vector<std::uint8_t> bytes(8 + text.size());
    const std::uint64_t length = text.size();
    std::memcpy(bytes.data(), &length, sizeof(length));
    std::memcpy(bytes.data() + 8, text.data(), text.size());
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

Status writeSafetensors(const std::filesystem::path& path, const StateDict& tensors,
                        const std::map<std::string, std::string>& metadata, const std::set<std::string>& asFloat16)
{
    const Result<std::vector<std::uint8_t>> bytes = safetensorsBytes(tensors, metadata, asFloat16);
    if (!bytes)
        return Error(bytes.error()).withFile(path.string());
    return writeFileAtomically(path, *bytes);
}

} // namespace halflens
