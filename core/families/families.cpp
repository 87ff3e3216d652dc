// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/families.h"

#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/description.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/families/triq.h"
#include "core/weights/tensor_names.h"

#include <algorithm>
#include <array>

namespace halflens {

namespace {

constexpr std::array<const Family*, 5> List{&TriqFamily, &AihiqnetFamily, &KonceptFamily, &DbcnnFamily, &SwinIqaFamily};

Error unknownNetwork(const TensorArchive& archive)
{
    std::string seen;
    for (std::size_t i = 0; i < std::min<std::size_t>(archive.tensors.size(), 3); ++i)
        seen += (i == 0 ? "" : ", ") + archive.tensors[i].name;
    return {ErrorCode::Unsupported,
            "checkpoint",
            "the tensors are not those of a network HalfLens knows (" + std::to_string(archive.tensors.size())
                + " tensors, the first are " + (seen.empty() ? "none" : seen) + ")",
            "use a TRIQ, AIHIQnet, PHIQnet, KonCept512 or DBCNN checkpoint as its authors publish it, or a file "
            "HalfLens wrote",
            {}};
}

Error withoutHead(const std::string& what)
{
    return {ErrorCode::Unsupported,
            "checkpoint",
            "these are " + what + ", which cannot predict quality alone",
            "use a complete quality model; this file serves as start weights for training",
            {}};
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
        if (hasTensor(archive, first) && hasTensor(archive, second))
            return what;
    }
    return {};
}

/// Family and scale, once trunk and tensors are known.
void settleFamily(const Family& family, NamesOf names, NetworkWeights& weights)
{
    weights.family = family.name;
    if (family.likelyScale)
        weights.scale = family.likelyScale(weights.state, names);
    const auto bias =
        std::ranges::find_if(weights.state, [&](const auto& entry) { return family.isOutputBias(entry.first); });
    weights.isScaleAssumed = bias != weights.state.end() && bias->second.values.size() == 1;
}

/// How the network is fed (spec models 0.6).
Status settleInput(NetworkWeights& weights)
{
    weights.input = {InputPolicy::Native, 1024, 768, true, Normalization::PlusMinusOne};
    if (weights.trunk.starts_with("efficientnet-lite0")) { // whatever the family, trained on copies of 512 x 384
        weights.input.width = 512;
        weights.input.height = 384;
    } else if (const Family* family = familyByName(weights.family); family->input) {
        const Result<InputSpec> input = family->input(weights.trunk, weights.state);
        if (!input)
            return input.error();
        weights.input = *input;
        weights.isFitOnly = input->policy == InputPolicy::Fit;
    }
    return {};
}

Status takeKeras(TensorArchive& archive, NetworkWeights& weights)
{
    const KerasLayers layers(archive);
    weights.trunk = trunkOf(layers.names);
    if (weights.trunk.empty())
        return unknownNetwork(archive);
    for (const Family* family : List) {
        if (!family->takeKeras)
            continue;
        const Result<bool> taken = family->takeKeras(layers, weights.state);
        if (!taken)
            return taken.error();
        if (*taken) {
            settleFamily(*family, NamesOf::Authors, weights);
            return {};
        }
    }
    return withoutHead("weights of the trunk " + weights.trunk + " without a quality head (start weights?)");
}

/// PyTorch files and safetensors: published names (spec models 2.3) or HalfLens' own. After an error `archive` is
/// as it was.
Status takeNamed(TensorArchive& archive, NetworkWeights& weights)
{
    for (const Family* family : List) {
        if (family->takeTorch && family->takeTorch(archive, weights)) {
            settleFamily(*family, NamesOf::Authors, weights);
            return {};
        }
    }
    if (const std::string what = startWeights(archive); !what.empty())
        return withoutHead(what);
    for (const Family* family : List) {
        if (!hasTensor(archive, family->ownTensor))
            continue;
        weights.trunk = family->ownTrunk ? family->ownTrunk(archive) : trunkOf(layersOf(archive, "trunk."));
        if (weights.trunk.empty())
            break;
        moveRenamed(archive, {}, weights.state);
        settleFamily(*family, NamesOf::HalfLens, weights);
        return {};
    }
    return unknownNetwork(archive);
}

/// The same under whatever attribute held the network: prefixes common to all names are none of theirs.
Status takePrefixed(TensorArchive& archive, NetworkWeights& weights)
{
    constexpr int MostPrefixes = 4;
    if (Status dropped = dropWrapperPrefixes(archive); !dropped)
        return dropped;
    const Status first = takeNamed(archive, weights);
    Status taken = first;
    for (int round = 0; round < MostPrefixes && !taken && dropCommonPrefix(archive); ++round)
        taken = takeNamed(archive, weights);
    return taken ? taken : first;
}

Result<NetworkWeights> recognised(TensorArchive archive)
{
    NetworkWeights weights;
    const bool isKeras = archive.format == "keras-h5";
    if (Status taken = isKeras ? takeKeras(archive, weights) : takePrefixed(archive, weights); !taken)
        return std::move(taken).error();
    if (Status fed = settleInput(weights); !fed)
        return std::move(fed).error();
    return weights;
}

} // namespace

std::span<const Family* const> families()
{
    return List;
}

const Family* familyByName(std::string_view name)
{
    const auto* const found = std::find_if(List.begin(), List.end(), [&](const Family* f) { return f->name == name; });
    return found == List.end() ? nullptr : *found;
}

std::vector<std::string> familyNames()
{
    std::vector<std::string> names;
    for (const Family* family : List)
        names.emplace_back(family->name);
    return names;
}

std::string familyRemedy()
{
    std::string text = "use one of ";
    for (const Family* family : List)
        text += (family == List.front() ? "" : ", ") + std::string(family->name);
    return text;
}

Result<NetworkWeights> recogniseWeights(TensorArchive archive)
{
    return guarded("checkpoint", [&]() -> Result<NetworkWeights> {
        const std::map<std::string, std::string> metadata = archive.metadata;
        const std::vector<std::string> notes = archive.notes;
        const std::vector<std::string> passedOver = archive.passedOver;
        Result<NetworkWeights> weights = recognised(std::move(archive));
        if (!weights) {
            Error error = std::move(weights).error();
            for (const std::string& note : notes)
                error.reason += "; " + note;
            return mentioning(passedOver, std::move(error));
        }
        weights->notes = notes;
        weights->passedOver = passedOver;
        if (Status described = describeByMetadata(*weights, metadata); !described)
            return std::move(described).error();
        return weights;
    });
}

Result<std::shared_ptr<const Predictor>> makePredictor(NetworkWeights weights, ModelInfo info)
{
    if (const Family* family = familyByName(weights.family)) {
        const std::vector<std::string> passedOver = weights.passedOver;
        auto predictor = family->make(std::move(weights), std::move(info));
        if (!predictor)
            return mentioning(passedOver, std::move(predictor).error());
        return predictor;
    }
    return Error{
        ErrorCode::Unsupported, "model", "there is no family called \"" + weights.family + "\"", familyRemedy(), {}};
}

std::vector<const PublishedFile*> publishedFiles()
{
    std::vector<const PublishedFile*> files;
    for (const Family* family : List) {
        for (const PublishedFile& file : family->published)
            files.push_back(&file);
    }
    return files;
}

const PublishedFile* publishedByHash(std::string_view sha256)
{
    for (const PublishedFile* file : publishedFiles()) {
        if (!file->hashPrefix.empty() && sha256.starts_with(file->hashPrefix))
            return file;
    }
    return nullptr;
}

const PublishedFile* publishedByLayout(std::string_view family, std::string_view trunk, std::string_view format)
{
    const Family* const found = familyByName(family);
    if (!found)
        return nullptr;
    for (const PublishedFile& file : found->published) {
        if (file.trunk == trunk && (file.format.empty() ? format.starts_with("torch") : file.format == format))
            return &file;
    }
    return nullptr;
}

} // namespace halflens
