// SPDX-License-Identifier: BSD-3-Clause
// Files whose tensors carry stable names: the PyTorch files of KonCept512 and DBCNN, and HalfLens' own.
#include "core/weights/recognise.h"

#include "core/nn/swin.h"

#include <algorithm>
#include <array>

namespace halflens {

namespace {

using NameMap = std::pair<std::string_view, std::string_view>; ///< prefix in the file, prefix here

/// Moves every tensor to `state`; a name no prefix of `map` fits keeps its own and is reported as surplus.
void rename(TensorArchive& archive, std::span<const NameMap> map, StateDict& state)
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

std::set<std::string> layersOf(const TensorArchive& archive, std::string_view prefix)
{
    std::set<std::string> layers;
    for (const NamedTensor& entry : archive.tensors) {
        if (entry.name.starts_with(prefix))
            layers.insert(entry.name.substr(prefix.size(), entry.name.rfind('.') - prefix.size()));
    }
    return layers;
}

bool has(const TensorArchive& archive, std::string_view name)
{
    for (const NamedTensor& entry : archive.tensors) {
        if (entry.name == name)
            return true;
    }
    return false;
}

NetworkWeights konceptPort(TensorArchive& archive)
{
    static constexpr std::array<NameMap, 8> Names{{{"base.", "trunk.base."},
                                                   {"fc.0.", "koncept.fc0."},
                                                   {"fc.2.", "koncept.bn0."},
                                                   {"fc.4.", "koncept.fc1."},
                                                   {"fc.6.", "koncept.bn1."},
                                                   {"fc.8.", "koncept.fc2."},
                                                   {"fc.10.", "koncept.bn2."},
                                                   {"fc.12.", "koncept.out."}}};
    NetworkWeights weights{"koncept", "inceptionresnetv2-port", {}, {}, detail::koniqScale()};
    rename(archive, Names, weights.state);
    return weights;
}

NetworkWeights dbcnn(TensorArchive& archive)
{
    static constexpr std::array<NameMap, 3> Names{
        {{"features1.", "trunk.features1."}, {"features2.", "trunk.features2."}, {"fc.", "dbcnn.fc."}}};
    NetworkWeights weights{"dbcnn", "vgg16-scnn"};
    rename(archive, Names, weights.state);
    return weights;
}

/// What a known file without a quality head is; empty when it is none.
std::string startWeights(const TensorArchive& archive)
{
    static constexpr struct {
        const char* first;
        const char* second;
        const char* what;
    } Known[]{
        {"projection.0.weight", "classifier.weight", "the weights of DBCNN's S-CNN alone (scnn.pkl)"},
        {"patch_embed.proj.weight", "layers.0.blocks.0.attn.qkv.weight", "start weights of a Swin transformer"},
        {"features.0.0.weight", "features.1.0.attn.qkv.weight", "start weights of a Swin transformer"},
        {"features.0.weight", "features.28.weight", "ImageNet weights of VGG16"},
        {"conv2d_1a.conv.weight", "conv2d_7b.conv.weight", "ImageNet weights of InceptionResNetV2"},
        {"conv1.weight", "layer4.2.conv3.weight", "ImageNet weights of ResNet50"},
        {"_conv_stem.weight", "_fc.weight", "ImageNet weights of an EfficientNet"},
    };
    for (const auto& [first, second, what] : Known) {
        if (has(archive, first) && has(archive, second))
            return what;
    }
    return {};
}

Result<NetworkWeights> ownNames(TensorArchive& archive)
{
    static constexpr struct {
        const char* tensor;
        const char* family;
    } Heads[]{{"triq.quality_token", "triq"},
              {"aihiq.fpn_P6.weight", "aihiqnet"},
              {"koncept.out.weight", "koncept"},
              {"dbcnn.fc.weight", "dbcnn"},
              {"swin.patch_embed.proj.weight", "swin-iqa"}};
    NetworkWeights weights;
    for (const auto& [tensor, family] : Heads) {
        if (has(archive, tensor))
            weights.family = family;
    }
    if (weights.family == "swin-iqa")
        weights.trunk = has(archive, "trunk._conv_stem.weight") ? "efficientnet-lite0-swin" : "swin";
    else
        weights.trunk = detail::trunkOf(layersOf(archive, "trunk."));
    if (weights.trunk.empty() || weights.family.empty())
        return detail::unknownNetwork(archive);
    if (weights.family == "koncept")
        weights.scale = {0, 100}; // as the recipes of the lite models have it
    rename(archive, {}, weights.state);
    return weights;
}

Result<NetworkWeights> convert(TensorArchive& archive)
{
    if (has(archive, "base.0.conv.weight") && has(archive, "fc.12.weight"))
        return konceptPort(archive);
    if (has(archive, "features1.0.weight") && has(archive, "features2.0.weight"))
        return dbcnn(archive);
    if (const std::string what = startWeights(archive); !what.empty())
        return detail::withoutHead(what);
    return ownNames(archive);
}

/// Takes the first part off all names when it is the same everywhere: the name of the attribute that held the network.
bool dropCommonPrefix(TensorArchive& archive)
{
    if (archive.tensors.empty())
        return false;
    const std::string& any = archive.tensors.front().name;
    const std::string prefix = any.substr(0, any.find('.') + 1); // empty where there is no dot
    const bool isCommon = std::all_of(archive.tensors.begin(), archive.tensors.end(), [&](const NamedTensor& entry) {
        return entry.name.starts_with(prefix) && entry.name.size() > prefix.size();
    });
    if (prefix.empty() || !isCommon)
        return false;
    for (NamedTensor& entry : archive.tensors)
        entry.name.erase(0, prefix.size());
    return true;
}

} // namespace

Result<NetworkWeights> detail::fromNamedArchive(TensorArchive archive)
{
    if (Status dropped = dropWrapperPrefixes(archive); !dropped)
        return std::move(dropped).error();
    Result<NetworkWeights> weights = convert(archive);
    constexpr int MostPrefixes = 4;
    const Error firstError = weights ? Error() : weights.error();
    for (int round = 0; round < MostPrefixes && !weights && dropCommonPrefix(archive); ++round)
        weights = convert(archive);
    if (!weights)
        return firstError;
    weights->input = publishedInput(weights->family, weights->trunk);
    if (weights->trunk == "swin") { // its windows fit one size only
        const Result<SwinConfig> config = swinConfig(weights->state, "swin.");
        if (!config)
            return config.error();
        const int side = config->inputUnit();
        weights->input = {InputPolicy::Fit, side, side, false, Normalization::ImageNetUnit};
        weights->isFitOnly = true;
    }
    return weights;
}

} // namespace halflens
