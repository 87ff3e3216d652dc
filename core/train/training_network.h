// SPDX-License-Identifier: BSD-3-Clause
// The network as the trainer sees it, free of any tensor library.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"
#include "core/train/batch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halflens::train {

struct StepSettings {
    double rate = 0; ///< learning rate of the head; the trunk's is a fixed part of it
    double emaDecay = 0; ///< of this step; 0: averaged weights are the weights
    std::uint64_t seed = 0; ///< of this step's dropout
};

/// The terms of the loss that pairs of photos with known damage give, without their weights.
struct DamageTerms {
    double consistency = 0;
    double damageOrder = 0;
    double blockOrder = 0;
};

struct StepOutcome {
    double loss = 0;
    std::optional<DamageTerms> damage;
    double gradientNorm = 0; ///< before clipping
};

/// Predictions of a batch.
struct NetworkOutput {
    std::vector<float> scores5; ///< quality: [count], on 1..5
    std::vector<std::vector<float>> maps; ///< objectness: per sample, probabilities [height][width]
    std::vector<nn::MapSize> mapSizes;
};

/// One network in training. Use from one thread at a time.
class TrainingNetwork {
public:
    TrainingNetwork() = default;
    TrainingNetwork(const TrainingNetwork&) = delete;
    TrainingNetwork& operator=(const TrainingNetwork&) = delete;
    virtual ~TrainingNetwork() = default;

    /// Forward, backward, one step of the optimiser. Model: the loss is not finite; OutOfMemory.
    virtual Result<StepOutcome> step(const Batch& batch, const StepSettings& settings) = 0;

    /// Whether settle() has something to do: the trunk looks at blocks by themselves, and its start weights are from
    /// whole images.
    virtual bool settles() const = 0;

    /// Takes the statistics of the trained batch norms from the photos of `batch`, before the first step.
    virtual Status settle(const Batch& batch) = 0;

    /// Predictions of the averaged weights, without dropout.
    virtual Result<NetworkOutput> predict(const Batch& batch) = 0;

    /// Every trained tensor under HalfLens names: the averaged weights.
    virtual StateDict weights() const = 0;

    /// Everything a later step depends on ("weights.*", "average.*", "moment1.*", "moment2.*"), float32.
    virtual StateDict trainingState() const = 0;
    /// Takes trainingState() back. InvalidInput: of another network.
    virtual Status restore(const StateDict& state, std::int64_t step) = 0;

    /// For messages: "CPU, 2 threads" or the name of the graphics card.
    virtual std::string device() const = 0;
};

} // namespace halflens::train
