// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/tensor_archive.h"

#include "core/base/file.h"
#include "core/checkpoint/caffemodel.h"
#include "core/checkpoint/keras_hdf5.h"
#include "core/checkpoint/reader_support.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_pickle.h"

#include <span>

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

Result<TensorArchive> parse(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits)
{
    if (looksLikeHdf5(bytes))
        return parseKerasHdf5(bytes, limits);
    if (looksLikeZip(bytes))
        return parseTorchZip(bytes, limits);
    if (looksLikePickle(bytes))
        return parseTorchLegacy(bytes, limits);
    if (looksLikeSafetensors(bytes))
        return parseSafetensors(bytes, limits);
    if (looksLikeCaffemodel(bytes)) // last: it has no signature
        return parseCaffemodel(bytes, limits);
    return detail::unsupported("this is not a checkpoint of a known kind",
                               "use a Keras HDF5, PyTorch, safetensors or Caffe weight file");
}

} // namespace

Result<TensorArchive> readCheckpoint(const std::filesystem::path& path, const CheckpointLimits& limits)
{
    Result<TensorArchive> archive = guarded("checkpoint", [&]() -> Result<TensorArchive> {
        const Result<std::vector<std::uint8_t>> bytes = readFile(path, limits.maxFileBytes);
        if (!bytes)
            return bytes.error();
        return parse(*bytes, limits);
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
