// SPDX-License-Identifier: BSD-3-Clause
// What a killed run goes on from, as safetensors: the network's state and how far training had come.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"
#include "core/train/training_observer.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace halflens::train {

struct TrainingCheckpoint {
    std::int64_t step = 0; ///< steps done
    std::string recipeHash;
    std::string rowsHash; ///< rowsHash() of the data set; empty in files of former versions
    double seconds = 0;
    double lossSum = 0; ///< since the last entry of the log
    std::int64_t lossCount = 0;
    ValidationFigures best;
    double bestEpoch = -1; ///< negative: never evaluated
    int withoutGain = 0; ///< evaluations since the best one
    StateDict network; ///< TrainingNetwork::trainingState()
    StateDict bestWeights;
};

/// Atomic. Io: not writable.
Status writeCheckpoint(const std::filesystem::path& file, const TrainingCheckpoint& checkpoint);
/// InvalidInput: not such a file, or damaged.
Result<TrainingCheckpoint> readTrainingCheckpoint(const std::filesystem::path& file);

} // namespace halflens::train
