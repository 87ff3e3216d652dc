// SPDX-License-Identifier: BSD-3-Clause
// What one training step works on: which samples, and their values ready for the network.
#pragma once

#include "core/base/block.h"
#include "core/data/dataset.h"
#include "core/nn/graph.h"
#include "core/train/degradation.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace halflens::train {

/// One sample: a photo as one view of it shows it.
struct SampleRef {
    std::size_t row = 0; ///< of the data set
    int view = 0; ///< of the recipe; PlainView for the input as inference makes it
    Degradation degradation;
    int copy = 0; ///< damaged copy of the photo (local_damage.h), from 1 on; 0: the photo itself
    BlockMask mask; ///< blocks hidden in this step
    double x = 0.5; ///< place of a random crop
    double y = 0.5;
    bool scored = true; ///< its opinion score counts; false: for pairs only
};

inline constexpr int PlainView = -1;

/// Two sets of blocks that differ in one block, which is damaged in the one and intact in the other.
struct BlockComparison {
    BlockMask damagedHidden;
    BlockMask intactHidden;
};

/// A photo and its copy damaged in known blocks.
struct DamagePair {
    int clean = 0; ///< index into the batch
    int damaged = 0;
    BlockMask region; ///< the damaged blocks
    BlockMask further; ///< intact blocks that are hidden with them
    std::vector<BlockComparison> blocks; ///< as many in every pair
};

/// The samples of a step, and which pairs of them have a known order.
struct StepPlan {
    std::vector<SampleRef> samples;
    std::vector<std::pair<int, int>> better; ///< first is the better one
    std::vector<DamagePair> damage;
};

/// Maps of samples that have the same sizes, as [count][height][width][channels].
struct MapBlock {
    nn::MapSize size;
    std::vector<std::uint16_t> half; ///< binary16 values (stored maps), or empty
    std::vector<float> full; ///< float32 values (images), or empty
};

struct BatchGroup {
    std::vector<int> members; ///< indices into the batch
    std::vector<MapBlock> maps; ///< the boundary maps of the cut
};

struct Batch {
    int count = 0;
    std::vector<BatchGroup> groups;
    std::vector<float> mos5; ///< [count]
    std::vector<GradeDistribution> grades; ///< [count]
    std::vector<bool> scored; ///< [count]
    std::vector<BlockMask> masks; ///< [count]; all empty: no masking in this step
    std::vector<std::pair<int, int>> better;
    std::vector<DamagePair> damage;
    /// Objectness: per group, masks at the network's output size as [members][height][width], 0..1.
    std::vector<std::vector<float>> targetMaps;
};

} // namespace halflens::train
