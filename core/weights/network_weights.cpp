// SPDX-License-Identifier: BSD-3-Clause
#include "core/weights/network_weights.h"

#include "core/weights/recognise.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace detail {

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

InputSpec publishedInput(const std::string& family, const std::string& trunk)
{
    InputSpec input{InputPolicy::Native, 1024, 768, true, Normalization::PlusMinusOne};
    const bool isLite = trunk.starts_with("efficientnet-lite0");
    if (family == "koncept" || family == "dbcnn" || isLite) { // trained on KonIQ-10k's copies of 512 x 384
        input.width = 512;
        input.height = 384;
    }
    if (isLite) // whatever the family, it is fed as its trunk is
        return input;
    if (family == "dbcnn")
        input.normalization = Normalization::ImageNetUnit;
    if (family == "aihiqnet" && trunk != "resnet50")
        input.normalization = Normalization::ImageNet255;
    return input;
}

ScoreScale koniqScale()
{
    constexpr double Factor = 27.8174;
    constexpr double Offset = -29.2287;
    return {Offset + Factor, Offset + 5 * Factor};
}

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

} // namespace detail

Result<NetworkWeights> recogniseWeights(TensorArchive archive)
{
    return guarded("checkpoint", [&]() -> Result<NetworkWeights> {
        const std::map<std::string, std::string> metadata = archive.metadata;
        const std::vector<std::string> notes = archive.notes;
        const std::vector<std::string> passedOver = archive.passedOver;
        Result<NetworkWeights> weights = archive.format == "keras-h5" ? detail::fromKerasArchive(std::move(archive))
                                                                      : detail::fromNamedArchive(std::move(archive));
        if (!weights) {
            Error error = std::move(weights).error();
            for (const std::string& note : notes)
                error.reason += "; " + note;
            return mentioning(passedOver, std::move(error));
        }
        weights->notes = notes;
        weights->passedOver = passedOver;
        detail::settleScale(*weights);
        if (Status described = detail::describeByMetadata(*weights, metadata); !described)
            return std::move(described).error();
        return weights;
    });
}

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
