// SPDX-License-Identifier: BSD-3-Clause
// Internal: the two kinds of loaders.
#pragma once

#include "core/train/batch_loader.h"

namespace halflens::train::detail {

Result<std::unique_ptr<BatchLoader>> makeStoredLoader(const LoaderSetup& setup, TrainingObserver& observer,
                                                      std::stop_token stop);
Result<std::unique_ptr<BatchLoader>> makePhotoLoader(const LoaderSetup& setup, TrainingObserver& observer,
                                                     std::stop_token stop);

/// What a sample shares with every other kind: scores, masks, pairs.
Batch batchFacts(const Dataset& dataset, const StepPlan& plan);

/// The view of a sample.
const ViewRecipe& viewOf(const Recipe& recipe, const SampleRef& sample);

/// Photo of a sample, degraded where it asks for that, as network input.
Result<ModelInput> sampleInput(const LoaderSetup& setup, const SampleRef& sample);

/// Objectness: the target maps of a batch whose groups are made.
Status addTargetMaps(const LoaderSetup& setup, const StepPlan& plan, Batch& batch);

} // namespace halflens::train::detail
