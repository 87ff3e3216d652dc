// SPDX-License-Identifier: BSD-3-Clause
// How a file of weights is fed and what its scores mean: told by a manifest, by its hash, or assumed.
#include "core/predictor/manifest.h"
#include "core/weights/published.h"
#include "core/weights/recognise.h"

#include <cmath>

namespace halflens {

namespace {

/// Bias of the last layer: one value for each output.
const Tensor* outputBias(const NetworkWeights& weights)
{
    static constexpr struct {
        const char* family;
        const char* bias;
    } Known[]{{"triq", "triq.head.1.bias"},
              {"aihiqnet", "aihiq.heads.0.output.bias"},
              {"koncept", "koncept.out.bias"},
              {"dbcnn", "dbcnn.fc.bias"},
              {"swin-iqa", "head.3.bias"}};
    for (const auto& [family, bias] : Known) {
        const auto found = weights.state.find(bias);
        if (weights.family == family && found != weights.state.end())
            return &found->second;
    }
    return nullptr;
}

/// DBCNN's features have length one and no negative value, so its score is at most the bias and the length of the
/// positive weights (spec models 9.2). Labels of 0..100 are out of reach of a head trained on 0..1 (spec models 9.4).
ScoreScale dbcnnScale(const StateDict& state)
{
    constexpr double FarAbove1 = 10;
    double highest = 0;
    if (const auto bias = state.find("dbcnn.fc.bias"); bias != state.end() && !bias->second.values.empty())
        highest += static_cast<double>(bias->second.values.front());
    if (const auto weight = state.find("dbcnn.fc.weight"); weight != state.end()) {
        double squares = 0;
        for (const float value : weight->second.values)
            squares += value > 0 ? static_cast<double>(value) * static_cast<double>(value) : 0;
        highest += std::sqrt(squares);
    }
    return {0, highest < FarAbove1 ? 1.0 : 100.0};
}

void take(NetworkWeights& weights, const Manifest& manifest)
{
    weights.input = manifest.input;
    weights.scale = manifest.scale;
    weights.isScaleAssumed = manifest.isScaleAssumed;
}

} // namespace

void detail::settleScale(NetworkWeights& weights)
{
    const Tensor* bias = outputBias(weights);
    weights.isScaleAssumed = bias && bias->values.size() == 1;
    if (weights.family == "dbcnn")
        weights.scale = dbcnnScale(weights.state);
}

Status detail::describeByMetadata(NetworkWeights& weights, const std::map<std::string, std::string>& metadata)
{
    const auto text = metadata.find(ManifestMetadata);
    if (text == metadata.end())
        return {};
    const auto failure = [](const std::string& reason) {
        return Error{ErrorCode::InvalidInput,
                     "checkpoint",
                     "the manifest the file carries " + reason,
                     "get the file again from where it was trained, or save its tensors without metadata",
                     {}};
    };
    const Result<Manifest> manifest = parseManifest(text->second, {});
    if (!manifest)
        return failure("cannot be used: " + manifest.error().reason);
    if (manifest->family != weights.family || manifest->trunk != weights.trunk)
        return failure("is that of " + manifest->family + " on " + manifest->trunk + ", the tensors are "
                       + weights.family + " on " + weights.trunk);
    take(weights, *manifest);
    weights.isDescribed = true;
    return {};
}

void describeByNeighbours(NetworkWeights& weights, const std::filesystem::path& file, const std::string& sha256)
{
    if (weights.isDescribed)
        return;
    const Result<Manifest> manifest = readManifest(file.parent_path() / "manifest.json");
    if (manifest && manifest->weightsSha256 == sha256 && manifest->family == weights.family
        && manifest->trunk == weights.trunk) {
        take(weights, *manifest);
        weights.notes.emplace_back("scale and input are those of the manifest.json beside the file");
    } else if (publishedByHash(sha256)) {
        weights.isScaleAssumed = false; // every file whose hash is known is one of pyiqa's, of about 0..1
    }
}

} // namespace halflens
