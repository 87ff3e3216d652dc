// SPDX-License-Identifier: BSD-3-Clause
// Blocks and curves of one image as comma-separated tables, with the words of `explain --json` in their heads.
#pragma once

#include "core/analysis/analysis.h"
#include "core/explain/removal_curves.h"

#include <optional>
#include <span>
#include <string>

namespace halflens {

/// 1 = most important; equal values rank in block order, as the halves are cut.
int importanceRank(BlockIndex block, const BlockValues& importance);

/// A line for each block of `order`, all digits: `dmos`, `dmos2`, `plcc5`, `emd`, `shapley`, `banzhaf` as `explain
/// --json` has them, in units of the model's own scale; `score` and `score5_without` with this block alone hidden; how
/// many of the compared models have it in their important half. Every line names file, model and how blocks were
/// hidden; `exact`, `samples` and `standard_error` say whether values are estimates. Fields of what is not known are
/// empty. `analysis` has a table and a report.
std::string blocksToCsv(const Analysis& analysis, const std::string& file, BlockMask hidden, const Agreement& agreement,
                        std::span<const int> order);

/// From 12 visible blocks down to 0: `best`, `mean`, `worst`, `guaranteed` as the `curve` of `explain --json`, changes
/// on the 1..5 scale; `keep` the visible blocks of the best. `analysis` has a table and a report.
std::string curveToCsv(const Analysis& analysis, const std::string& file);

/// Curves in the order of something that ranks blocks, beside what random orders give on average; on the 1..5 scale.
struct RemovalComparison {
    RemovalCurves curves;
    std::array<double, BlockCount + 1> randomDeletion{}; ///< entry k: mean over all masks of k blocks
    double randomArea = 0; ///< of either random curve: they mirror each other
};
/// Look-ups in the table only; O(4096).
RemovalComparison compareRemoval(const BlockValues& order, const MaskTable& table);

/// A line for each number of blocks, 0..12: `block` is the one that was taken last; `deletion`, `insertion` and their
/// `auc` as `explain --method … --curves --json`. `by` names what ranks the blocks.
std::string removalToCsv(const RemovalComparison& removal, const Analysis& analysis, const std::string& file,
                         const std::string& by);

} // namespace halflens
