// SPDX-License-Identifier: BSD-3-Clause
// How a file of weights is fed and what its scores mean, where a manifest tells it or the file is a known one.
#pragma once

#include "core/base/result.h"
#include "core/weights/network_weights.h"

#include <filesystem>
#include <map>
#include <string>

namespace halflens {

/// Key of the safetensors metadata under which HalfLens puts the manifest of the weights.
inline constexpr const char* ManifestMetadata = "halflens.manifest";

/// Trunk, where others have the same tensors, input and scale of the manifest the file carries in its metadata, where
/// there is one. InvalidInput: it is broken, or of another network. Any thread.
Status describeByMetadata(NetworkWeights& weights, const std::map<std::string, std::string>& metadata);

/// Where the file itself does not tell: the manifest beside it that names its SHA-256, else the published file of
/// this hash. What was taken from beside stands in the notes. Any thread.
void describeByNeighbours(NetworkWeights& weights, const std::filesystem::path& file, const std::string& sha256);

} // namespace halflens
