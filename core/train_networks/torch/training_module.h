// SPDX-License-Identifier: BSD-3-Clause
// What the LibTorch module for training offers. Types are those of the same build.
#pragma once

#include "core/train_networks/training_setup.h"

namespace halflens::torch_module {

/// A C function: sets `result`.
using MakeTrainingNetwork = void (*)(Result<std::unique_ptr<train::TrainingNetwork>>* result,
                                     const train::Recipe* recipe, const train::TrainingSetup* setup, int threads);

inline constexpr char TrainingEntryPoint[] = "halflensMakeTrainingNetwork";

} // namespace halflens::torch_module
