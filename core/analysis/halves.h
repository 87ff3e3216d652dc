// SPDX-License-Identifier: BSD-3-Clause
// Whose halves? The one rule for figures, commands, matching and the viewer (spec measures 7.1).
#pragma once

#include "core/analysis/analysis.h"
#include "core/engine/result_cache.h"

#include <cstdint>
#include <memory>
#include <string>

namespace halflens {

/// Whose table says which blocks are important.
enum class HalvesOf : std::uint8_t {
    Judge, ///< the default TRIQ's by attention, the same for all models: the paper's protocol
    Model ///< the model's own: by attention where it has a mask for it, else by zeroed pixels of some masks
};
/// "judge", "model" and back. InvalidInput: another word.
std::string toString(HalvesOf whose);
Result<HalvesOf> halvesOfFromString(const std::string& word);

/// The analysis that the halves are taken from: its report has them, its model is whose they are. `modelId` is
/// the model they are wanted for. For the model's own by zeroed pixels FirstSamples masks are computed, always the
/// same ones, so that viewer and commands name the same blocks. Kept in `cache`. Worker thread.
/// Unsupported: there is no TRIQ model to judge, or no indicator of the kind; errors of image and model; Cancelled.
Result<std::shared_ptr<const Analysis>> halvesFrom(const Image& image, HalvesOf whose, const std::string& modelId,
                                                   Indicator indicator, ModelSource& models, ResultCache& cache,
                                                   const JobContext& context);

/// How the blocks behind a table were hidden, in words; an estimate says that it is one.
std::string hidingMethod(const Analysis& analysis);

} // namespace halflens
