// SPDX-License-Identifier: BSD-3-Clause
// Which samples a step works on, and how fast it learns: pure functions of recipe and step number.
#pragma once

#include "core/train/batch.h"
#include "core/train/recipe.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace halflens::train {

/// Rows that copies are made of.
struct PairPhotos {
    std::vector<std::size_t> degraded; ///< as a whole
    std::vector<std::size_t> damaged; ///< in known blocks
};

class StepPlanner {
public:
    /// `train` are the rows to train on.
    StepPlanner(const Recipe& recipe, std::vector<std::size_t> train, PairPhotos photos);

    /// Whole batches only; at least one.
    std::int64_t stepsPerEpoch() const { return m_stepsPerEpoch; }
    std::int64_t totalSteps() const { return m_totalSteps; }
    std::int64_t stepsBetweenEvaluations() const { return m_evaluateEvery; }

    /// Every epoch goes once through its own permutation of the rows; views, masks and pairs are drawn
    /// from streams of (seed, step, sample). The views of a step are all portrait or all not.
    StepPlan plan(std::int64_t step) const;

    /// Learning rate of the head: linear from 0 over the warm-up, then half a cosine down to its final part.
    double rate(std::int64_t step) const;

    /// Decay of the averaged weights: min(ema, (1 + step) / (10 + step)), so that the start is forgotten.
    double emaDecay(std::int64_t step) const;

private:
    void addPairs(std::int64_t step, StepPlan& plan) const;
    void addDamage(std::int64_t step, StepPlan& plan) const;
    int drawView(std::int64_t step, std::size_t sample, bool portrait) const;
    bool drawPortrait(std::int64_t step) const;

    const Recipe& m_recipe;
    std::vector<std::size_t> m_train;
    PairPhotos m_photos;
    double m_viewWeights[2] = {0, 0}; ///< of views that are not, and are, portrait
    std::int64_t m_stepsPerEpoch = 1;
    std::int64_t m_totalSteps = 1;
    std::int64_t m_evaluateEvery = 1;
    mutable std::int64_t m_epoch = -1; ///< of m_order
    mutable std::vector<std::size_t> m_order;
};

/// The rows that degraded copies are made of: `count` of `train`, drawn by the seed, ascending.
std::vector<std::size_t> syntheticPhotos(const std::vector<std::size_t>& train, std::size_t count, std::uint64_t seed);

/// What a recipe makes copies of: syntheticPhotos() for its rank pairs, the best-rated training photos for damage, of
/// equal ones the first, ascending. Empty where no loss asks for them.
PairPhotos pairPhotos(const Recipe& recipe, const Dataset& dataset);

} // namespace halflens::train
