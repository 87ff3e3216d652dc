// SPDX-License-Identifier: BSD-3-Clause
// models/<id>/manifest.json: which network, which weights, how it is fed.
#pragma once

#include "core/base/result.h"
#include "core/predictor/model_types.h"

#include <filesystem>
#include <optional>
#include <string>

namespace halflens {

inline constexpr const char* ObjectnessFamily = "objectness"; ///< its networks put out a map, no score

/// How much say hidden blocks still have (spec measures 14): share of a change by damage that stays when the damaged
/// 2 x 2 blocks, at full strength, are hidden.
struct Leak {
    double blur = 0;
    double noise = 0;
    double jpeg = 0;
    bool operator==(const Leak&) const = default;
};

struct Manifest {
    std::string id;
    std::string name;
    std::string family;
    std::string trunk;
    std::string weightsFile; ///< relative to the manifest's folder, stays inside it
    std::string weightsSha256; ///< empty: not checked
    std::string weightsKey; ///< PyTorch: which dictionary of the file; empty: the one with the weights
    InputSpec input;
    int outputs = 5; ///< grades or 1; 0 for a map
    ScoreScale scale;
    bool isScaleAssumed = false; ///< nobody told the scale
    std::string licence;
    std::string source; ///< where the weights come from, for people; empty when not known
    std::string cardFile; ///< relative; empty when there is none
    std::optional<Leak> leak; ///< of models with attention mask, where it was measured
    std::filesystem::path folder;
};

/// Parses and checks a manifest. Every unknown key, wrong type or value out of range is an
/// InvalidInput error that names the key. Any thread.
Result<Manifest> parseManifest(const std::string& json, const std::filesystem::path& folder);
Result<Manifest> readManifest(const std::filesystem::path& file);

/// The JSON text parseManifest() reads back to the same manifest.
std::string toJsonText(const Manifest& manifest);

/// For people: that score5 rests on a scale nobody told.
std::string assumedScaleNote(const ScoreScale& scale);

/// Whether `id` may name a model: a-z, 0-9, '-', '_' and '.', at most 64 of them, no dot in front.
bool isModelId(const std::string& id);

} // namespace halflens
