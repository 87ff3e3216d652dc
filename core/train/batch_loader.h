// SPDX-License-Identifier: BSD-3-Clause
// Fills batches: from stored maps of the frozen part, or from the photos where nothing is frozen.
#pragma once

#include "core/base/result.h"
#include "core/nn/inference_form.h"
#include "core/train/batch.h"
#include "core/train/graph_cut.h"
#include "core/train/recipe.h"
#include "core/train/step_planner.h"
#include "core/train/training_observer.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace halflens::train {

class BatchLoader {
public:
    virtual ~BatchLoader() = default;

    /// Whether the photo of a row can be used; known after preparation.
    virtual bool isUsable(std::size_t row) const = 0;

    /// Values of the planned samples. A photo that turns out to be unreadable is not scored and black.
    /// One call at a time, any thread.
    virtual Result<Batch> load(const StepPlan& plan) = 0;
};

struct LoaderSetup {
    const Recipe* recipe = nullptr; ///< outlives the loader, as the others do
    const Dataset* dataset = nullptr;
    const nn::Graph* graph = nullptr;
    const GraphCut* cut = nullptr;
    const StateDict* trunk = nullptr; ///< weights of the frozen part, graph names
    std::string trunkHash; ///< SHA-256 over them
    PairPhotos photos;
    bool withTest = false; ///< test rows are never needed by training itself
    std::filesystem::path cacheFolder;
};

/// A loader for the cut: prepares the stored maps of all training and validation rows where something
/// is frozen, going on with what a former run stored. Cancelled; Io; Model: an input size the network cannot take.
Result<std::unique_ptr<BatchLoader>> makeBatchLoader(const LoaderSetup& setup, TrainingObserver& observer,
                                                     std::stop_token stop);

/// The mask image of a row in a view, averaged to height x width, 0..1. Io, InvalidInput: unreadable.
Result<std::vector<float>> targetMap(const DataRow& row, const InputSpec& spec, const ViewRecipe& view, double x,
                                     double y, int height, int width);

} // namespace halflens::train
