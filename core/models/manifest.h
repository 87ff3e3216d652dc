// SPDX-License-Identifier: BSD-3-Clause
// models/<id>/manifest.json: which network, which weights, how it is fed.
#pragma once

#include "core/base/result.h"
#include "core/models/model_types.h"

#include <filesystem>
#include <string>

namespace halflens {

struct Manifest {
    std::string id;
    std::string name;
    std::string family;
    std::string trunk;
    std::string weightsFile; ///< relative to the manifest's folder, stays inside it
    std::string weightsSha256; ///< empty: not checked
    InputSpec input;
    int outputs = 5;
    ScoreScale scale;
    std::string licence;
    std::string cardFile; ///< relative; empty when there is none
    std::filesystem::path folder;
};

/// Parses and checks a manifest. Every unknown key, wrong type or value out of range is an
/// InvalidInput error that names the key. Any thread.
Result<Manifest> parseManifest(const std::string& json, const std::filesystem::path& folder);
Result<Manifest> readManifest(const std::filesystem::path& file);

} // namespace halflens
