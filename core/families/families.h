// SPDX-License-Identifier: BSD-3-Clause
// The list of families, and what follows from it: whose tensors a file holds, and the network made of them.
#pragma once

#include "core/families/family.h"

namespace halflens {

/// All families, in the order in which they are named to people.
std::span<const Family* const> families();

/// Null when there is none of this name.
const Family* familyByName(std::string_view name);

/// Their names in order, for options and messages.
std::vector<std::string> familyNames();

/// "use one of triq, aihiqnet, ...", the remedy for a wrong name.
std::string familyRemedy();

/// Recognises what the tensors are and renames them (spec models 1.3, 2.3, 5.6, 7.3, 8.5, 9.3, 10.3).
/// Input and scale are those of the manifest in the metadata (ManifestMetadata) where there is one.
/// Unsupported: no network with a quality head; the message says what the file is, or which names were seen;
/// InvalidInput: the manifest in the metadata is broken or of another network.
Result<NetworkWeights> recogniseWeights(TensorArchive archive);

/// The network of the family the weights say. `info` says id, name, input, scale and hashes.
/// Unsupported: no such family; errors of Family::make.
Result<std::shared_ptr<const Predictor>> makePredictor(NetworkWeights weights, ModelInfo info);

/// All files that authors publish, by family.
std::vector<const PublishedFile*> publishedFiles();

/// The file with this SHA-256; null when no published hash fits.
const PublishedFile* publishedByHash(std::string_view sha256);

/// The published file of the same layout, which another file may or may not be; null when none.
const PublishedFile* publishedByLayout(std::string_view family, std::string_view trunk, std::string_view format);

} // namespace halflens
