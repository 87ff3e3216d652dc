// SPDX-License-Identifier: BSD-3-Clause
// The training loop: steps, evaluations, early stop, and checkpoints that a killed run goes on from
// with the very same result.
#pragma once

#include "core/base/result.h"
#include "core/train/batch_loader.h"
#include "core/train/journal.h"
#include "core/train/recipe.h"
#include "core/train/step_planner.h"
#include "core/train/training_network.h"
#include "core/train/training_observer.h"

#include <filesystem>
#include <stop_token>

namespace halflens::train {

struct TrainerOptions {
    std::filesystem::path folder; ///< for checkpoint, log and curves
    bool resume = false;
    std::int64_t stopAfter = 0; ///< steps done in this run before it stops as if interrupted; 0: none
};

struct TrainingSummary {
    std::int64_t steps = 0;
    bool stoppedEarly = false;
    double epoch = 0; ///< of the best evaluation
    ValidationFigures best;
    double seconds = 0; ///< over all sessions
    StateDict weights; ///< of the best evaluation, HalfLens names, trained tensors only
};

class Trainer {
public:
    Trainer(const Recipe& recipe, const Dataset& dataset, const PairPhotos& photos, TrainingNetwork& network,
            BatchLoader& loader, TrainingObserver& observer, TrainerOptions options);

    /// Trains to the end, or to where it stops early. Cancelled: stopped by `stop` or stopAfter; the
    /// checkpoint is written. Io; Model: the loss is not finite.
    Result<TrainingSummary> run(std::stop_token stop);

private:
    struct State;
    /// Statistics of batch norms before the first step, where the recipe cuts windows.
    Status settle();
    Status begin(State& state);
    Status trainTo(State& state, std::int64_t end, std::stop_token stop);
    Status evaluate(State& state);
    Result<ValidationFigures> validation(std::stop_token stop);
    Result<ValidationFigures> objectnessValidation(std::stop_token stop);
    Status saveCheckpoint(const State& state);
    TrainingProgress progress(const State& state) const;

    const Recipe& m_recipe;
    const Dataset& m_dataset;
    TrainingNetwork& m_network;
    BatchLoader& m_loader;
    TrainingObserver& m_observer;
    TrainerOptions m_options;
    std::vector<std::size_t> m_validation;
    StepPlanner m_planner;
    Journal m_journal;
};

} // namespace halflens::train
