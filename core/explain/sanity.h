// SPDX-License-Identifier: BSD-3-Clause
// Checks on explanations: how alike two maps rank the image, and LIME on blocks against all masks.
#pragma once

#include "core/base/result.h"
#include "core/explain/surrogate.h"
#include "core/masking/mask_table.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// Spearman's rank correlation, equal values sharing their mean rank; 0 when either side is constant.
/// O(n log n). InvalidInput: different lengths, fewer than two values, values not finite.
Result<double> rankCorrelation(std::span<const float> a, std::span<const float> b);

/// LIME's fit on rows of the mask table: the blocks are the segments, what hides them is what the table
/// was made with. `seed` draws as many masks as `samples` says, the unmasked one first, with repetition.
Result<Surrogate> limeOnTable(const MaskTable& table, int samples, std::uint64_t seed,
                              const SurrogateOptions& options = {});

/// The same fit on every mask once: what sampling can only approach.
Result<Surrogate> limeOnWholeTable(const MaskTable& table, const SurrogateOptions& options = {});

/// Error of the 12 coefficients of limeOnTable() against limeOnWholeTable(), mean over `repetitions` seeds.
struct LimeSamplingError {
    int samples = 0;
    double meanError = 0; ///< mean over blocks of |difference|, native score units
    double maxError = 0; ///< largest of them
};
Result<std::vector<LimeSamplingError>> limeSamplingErrors(const MaskTable& table, std::span<const int> samples,
                                                          std::uint64_t seed, int repetitions = 20);

} // namespace halflens
