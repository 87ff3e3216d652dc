// SPDX-License-Identifier: BSD-3-Clause
#include "core/weights/tensor_names.h"

#include <algorithm>

namespace halflens {

bool hasTensor(const TensorArchive& archive, std::string_view name)
{
    for (const NamedTensor& entry : archive.tensors) {
        if (entry.name == name)
            return true;
    }
    return false;
}

std::set<std::string> layersOf(const TensorArchive& archive, std::string_view prefix)
{
    std::set<std::string> layers;
    for (const NamedTensor& entry : archive.tensors) {
        if (entry.name.starts_with(prefix))
            layers.insert(entry.name.substr(prefix.size(), entry.name.rfind('.') - prefix.size()));
    }
    return layers;
}

void moveRenamed(TensorArchive& archive, std::span<const NameMap> map, StateDict& state)
{
    for (NamedTensor& entry : archive.tensors) {
        std::string name = entry.name;
        for (const auto& [from, to] : map) {
            if (name.starts_with(from)) {
                name.replace(0, from.size(), to);
                break;
            }
        }
        state[name] = std::move(entry.tensor);
    }
}

bool dropCommonPrefix(TensorArchive& archive)
{
    if (archive.tensors.empty())
        return false;
    const std::string& any = archive.tensors.front().name;
    const std::string prefix = any.substr(0, any.find('.') + 1); // empty where there is no dot
    const bool isCommon = std::ranges::all_of(archive.tensors, [&](const NamedTensor& entry) {
        return entry.name.starts_with(prefix) && entry.name.size() > prefix.size();
    });
    if (prefix.empty() || !isCommon)
        return false;
    for (NamedTensor& entry : archive.tensors)
        entry.name.erase(0, prefix.size());
    return true;
}

std::string trunkOf(const std::set<std::string>& layers)
{
    static constexpr struct {
        const char* first;
        const char* last;
        const char* trunk;
    } Known[]{
        {"conv1_conv", "conv5_block3_3_conv", "resnet50"},
        {"block1_conv1", "block5_conv3", "vgg16"},
        {"conv_7b", "block8_10_conv", "inceptionresnetv2"},
        {"base.0.conv", "base.14.conv", "inceptionresnetv2-port"},
        {"features1.0", "features2.0", "vgg16-scnn"},
        {"_conv_stem", "scnn.24", "efficientnet-lite0-scnn"},
        {"_conv_stem", "_blocks.15._project_conv", "efficientnet-lite0"},
        {"_conv_stem", "_blocks.12._project_conv", "efficientnet-lite0-narrow"},
        {"_conv_stem", "_blocks.10._project_conv", "efficientnet-lite0-s16"},
    };
    for (const auto& [first, last, trunk] : Known) {
        if (layers.contains(first) && layers.contains(last))
            return trunk;
    }
    return {};
}

} // namespace halflens
