// SPDX-License-Identifier: BSD-3-Clause
// What holds for the deciding sets of any table (spec measures 10).
#pragma once

#include "core/masking/deciding_sets.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace halflens::test {

/// The minimal sets of 12 blocks that share a block with every one of `sets`, by trying all of them.
inline std::set<std::uint32_t> minimalHittingSets(const std::vector<BlockMask>& sets)
{
    std::vector<bool> hits(MaskCount);
    for (std::uint32_t candidate = 0; candidate < MaskCount; ++candidate)
        hits[candidate] =
            std::all_of(sets.begin(), sets.end(), [&](BlockMask set) { return (set.bits() & candidate) != 0; });
    std::set<std::uint32_t> minimal;
    for (std::uint32_t candidate = 0; candidate < MaskCount; ++candidate) {
        bool isMinimal = hits[candidate];
        for (std::uint32_t block = 1; block < MaskCount && isMinimal; block *= 2)
            isMinimal = (candidate & block) == 0 || !hits[candidate ^ block];
        if (isMinimal)
            minimal.insert(candidate);
    }
    return minimal;
}

inline std::set<std::uint32_t> numbersOf(const std::vector<BlockMask>& sets)
{
    std::set<std::uint32_t> numbers;
    for (const BlockMask set : sets)
        numbers.insert(set.bits());
    return numbers;
}

/// Empty when guaranteed and breaking sets are each other's minimal hitting sets, or, without any breaking set, when
/// each block alone is guaranteed.
inline std::string dualityProblem(const DecidingSets& sets)
{
    if (sets.breaking.empty()) {
        if (sets.smallestBreaking)
            return "a smallest breaking set without breaking sets";
        const bool singles = sets.guaranteed.size() == BlockCount
            && std::all_of(sets.guaranteed.begin(), sets.guaranteed.end(),
                           [](BlockMask set) { return set.count() == 1; });
        return singles ? std::string() : "nothing breaks, but the guaranteed sets are not the single blocks";
    }
    if (minimalHittingSets(sets.breaking) != numbersOf(sets.guaranteed))
        return "the guaranteed sets are not the minimal sets that meet every breaking set";
    if (minimalHittingSets(sets.guaranteed) != numbersOf(sets.breaking))
        return "the breaking sets are not the minimal sets that meet every guaranteed set";
    return {};
}

} // namespace halflens::test
