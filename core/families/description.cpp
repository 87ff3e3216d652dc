// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/description.h"

#include "core/families/families.h"
#include "core/nn/trunks.h"
#include "core/predictor/manifest.h"

namespace halflens {

namespace {

/// Whether tensors that are one trunk's by name and shape are another's, too.
bool haveTheSameTensors(const std::string& one, const std::string& other)
{
    const Result<nn::Graph> first = nn::trunkByName(one);
    const Result<nn::Graph> second = nn::trunkByName(other);
    return first && second && first->parameters() == second->parameters();
}

/// Trunks with the same tensors are told apart by the manifest alone.
bool isOf(const Manifest& manifest, const NetworkWeights& weights)
{
    return manifest.family == weights.family
        && (manifest.trunk == weights.trunk || haveTheSameTensors(manifest.trunk, weights.trunk));
}

void take(NetworkWeights& weights, const Manifest& manifest)
{
    weights.trunk = manifest.trunk;
    weights.input = manifest.input;
    weights.scale = manifest.scale;
    weights.isScaleAssumed = manifest.isScaleAssumed;
}

} // namespace

Status describeByMetadata(NetworkWeights& weights, const std::map<std::string, std::string>& metadata)
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
    if (!isOf(*manifest, weights))
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
    if (manifest && manifest->weightsSha256 == sha256 && isOf(*manifest, weights)) {
        take(weights, *manifest);
        weights.notes.emplace_back("scale and input are those of the manifest.json beside the file");
        return;
    }
    for (const std::string& trunk : nn::trunkNames()) {
        if (trunk != weights.trunk && haveTheSameTensors(trunk, weights.trunk))
            weights.notes.push_back("the tensors fit the trunk " + trunk + " as well; taken for " + weights.trunk
                                    + ", put the manifest.json of the weights beside the file if that is wrong");
    }
    if (publishedByHash(sha256)) {
        weights.scale = {0, 1}; // every file whose hash is known is one of pyiqa's (spec models 9.4)
        weights.isScaleAssumed = false;
    }
}

} // namespace halflens
