// SPDX-License-Identifier: BSD-3-Clause
// The mask of a photo with the steps that led to it, as one value.
#pragma once

#include "core/base/block.h"

#include <string>
#include <vector>

namespace halflens {

struct MaskStep {
    BlockMask hidden; ///< after the step
    std::string label; ///< what was done, as undo names it
    bool operator==(const MaskStep&) const = default;
};

struct MaskHistory {
    static constexpr int MostSteps = 500;

    BlockMask first; ///< hidden before the first step
    std::vector<MaskStep> steps; ///< at most MostSteps, oldest first
    int done = 0; ///< steps that are not undone, 0..steps.size()
    bool operator==(const MaskHistory&) const = default;

    BlockMask shown() const { return done > 0 ? steps[static_cast<std::size_t>(done) - 1].hidden : first; }
};

} // namespace halflens
