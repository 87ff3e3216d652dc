// SPDX-License-Identifier: BSD-3-Clause
// From a recipe to a network ready for training: graph, cut, start weights, fresh head.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"
#include "core/families/family.h"
#include "core/train/graph_cut.h"
#include "core/train/recipe.h"
#include "core/train/training_network.h"

#include <map>
#include <memory>
#include <string>

namespace halflens::train {

/// Everything the network of a recipe is made of. `state` holds all weights under the names of a file of
/// weights: trunk, head and decoder, as they are before the first step.
struct TrainingSetup {
    nn::Graph graph;
    GraphCut cut;
    StateDict state;
    StateDict frozen; ///< the graph's parameters under its own names, for the inference form
    std::string trunkHash; ///< SHA-256 over the tensors of the frozen layers
    std::vector<std::string> fresh; ///< tensors that no file gave
    /// Borders of blocks came in, where windows are padded: stored statistics of batch norms no longer fit.
    bool settles = false;
};

/// Reads the start weights a recipe names and makes the rest anew from its seed (Xavier's uniform rule for dense
/// layers, He's for convolutions before a ReLU, zero biases; the last bias of one-output networks is `meanMos5`).
/// InvalidInput: unknown family or trunk, a trunk that lacks weights; Io.
Result<TrainingSetup> prepareTraining(const Recipe& recipe, const DataFolders& folders, double meanMos5);

/// The convolutional part of the recipe's network. InvalidInput: unknown trunk, or one the family cannot stand on.
Result<nn::Graph> networkGraph(const Recipe& recipe);

/// Names and shapes of all weights of the recipe's network.
Result<Shapes> networkShapes(const Recipe& recipe);

/// Changes the last layer of a one-output network so that it puts out slope * score5 + offset instead of score5,
/// both on 1..5.
void recalibrate(StateDict& state, const ScoreScale& scale, double slope, double offset);

/// The network in LibTorch, on a graphics card where LibTorch has one. Unsupported: LibTorch cannot be loaded.
Result<std::unique_ptr<TrainingNetwork>> makeTrainingNetwork(const Recipe& recipe, const TrainingSetup& setup);

} // namespace halflens::train
