// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/tensor_archive.h"

#include "core/base/file.h"
#include "core/checkpoint/caffemodel.h"
#include "core/checkpoint/keras_hdf5.h"
#include "core/checkpoint/reader_support.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_pickle.h"

#include <array>
#include <span>
#include <unordered_set>

namespace halflens {

namespace {

constexpr std::size_t ListedNames = 10;

void appendList(std::string& text, const char* title, const std::vector<std::string>& names)
{
    if (names.empty())
        return;
    if (!text.empty())
        text += "; ";
    text += std::to_string(names.size()) + " " + title + ": ";
    for (std::size_t i = 0; i < std::min(names.size(), ListedNames); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > ListedNames)
        text += " and " + std::to_string(names.size() - ListedNames) + " more";
}

/// What people have under the name of a weight file that is none.
Error unknownContent(std::span<const std::uint8_t> bytes)
{
    constexpr std::size_t Looked = 512;
    std::string begin(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), Looked)));
    for (char& c : begin)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (begin.find("<!doctype html") != std::string::npos || begin.find("<html") != std::string::npos)
        return detail::unsupported("this is a web page, not a file of weights",
                                   "open the link in a browser and save the file it offers");
    if (begin.starts_with("version https://git-lfs"))
        return detail::unsupported("this is a pointer of Git LFS, not the file itself",
                                   "get the file with git lfs pull, or download it from the project's page");
    return detail::unsupported("this is not a checkpoint of a known kind",
                               "use a Keras HDF5, PyTorch, safetensors or Caffe weight file");
}

Result<TensorArchive> parse(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits, const std::string& key)
{
    if (looksLikeZip(bytes))
        return parseTorchZip(bytes, limits, key);
    const bool isSafetensors = looksLikeSafetensors(bytes); // whose length may begin as a pickle does
    if (!isSafetensors && looksLikePickle(bytes))
        return parseTorchLegacy(bytes, limits, key);
    if (!key.empty())
        return detail::unsupported("this is no PyTorch file, it holds one set of weights only", "leave --key out");
    if (looksLikeHdf5(bytes))
        return parseKerasHdf5(bytes, limits);
    if (isSafetensors)
        return parseSafetensors(bytes, limits);
    if (looksLikeCaffemodel(bytes)) // last: it has no signature
        return parseCaffemodel(bytes, limits);
    return unknownContent(bytes);
}

} // namespace

Status dropWrapperPrefixes(TensorArchive& archive)
{
    static constexpr std::array<std::string_view, 7> Wrappers{"module.",  "_orig_mod.", "model.",          "net.",
                                                              "network.", "_module.",   "_forward_module."};
    std::vector<std::string_view> names;
    for (const NamedTensor& entry : archive.tensors)
        names.push_back(entry.name);
    // Every round takes something off half the names, so all rounds together cost what the names are long.
    for (bool found = !names.empty(); found;) {
        found = false;
        for (const std::string_view wrapper : Wrappers) {
            const auto has = [&](std::string_view name) { return name.starts_with(wrapper); };
            const auto count = static_cast<std::size_t>(std::count_if(names.begin(), names.end(), has));
            if (2 * count < names.size() || count == 0)
                continue;
            found = true;
            for (std::string_view& name : names)
                name.remove_prefix(has(name) ? wrapper.size() : 0);
        }
    }
    std::unordered_set<std::string_view> seen;
    for (const std::string_view name : names) {
        if (!seen.insert(name).second)
            return detail::damaged("the tensor \"" + detail::printable(name)
                                   + "\" is there twice, with and without the prefix of a wrapper");
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        archive.tensors[i].name.erase(0, archive.tensors[i].name.size() - names[i].size());
    return {};
}

Result<TensorArchive> readCheckpoint(const std::filesystem::path& path, const CheckpointLimits& limits,
                                     const std::string& key)
{
    Result<TensorArchive> archive = guarded("checkpoint", [&]() -> Result<TensorArchive> {
        const Result<std::vector<std::uint8_t>> bytes = readFile(path, limits.maxFileBytes);
        if (!bytes)
            return bytes.error();
        return parse(*bytes, limits, key);
    });
    if (!archive)
        return std::move(archive).error().withFile(path.string());
    return archive;
}

std::string LoadReport::summary() const
{
    std::string text;
    appendList(text, "missing", missing);
    appendList(text, "surplus", surplus);
    appendList(text, "mis-shaped", misShaped);
    return text.empty() ? "all tensors fit" : text;
}

LoadReport compare(const std::map<std::string, Shape>& expected, const StateDict& found)
{
    LoadReport report;
    for (const auto& [name, shape] : expected) {
        const auto tensor = found.find(name);
        if (tensor == found.end())
            report.missing.push_back(name);
        else if (tensor->second.shape != shape)
            report.misShaped.push_back(name + ": file " + toString(tensor->second.shape) + ", network "
                                       + toString(shape));
    }
    for (const auto& [name, tensor] : found) {
        if (!expected.contains(name))
            report.surplus.push_back(name);
    }
    return report;
}

} // namespace halflens
