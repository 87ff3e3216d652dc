// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/deciding_sets.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace halflens {

namespace {

/// By number of blocks, then by number.
bool comesBefore(BlockMask a, BlockMask b)
{
    return a.count() != b.count() ? a.count() < b.count() : a < b;
}

/// Whether `holds` is true of `set` with any one element of `others` toggled.
template<class Holds> bool anyNeighbour(std::uint32_t set, std::uint32_t others, Holds holds)
{
    for (; others != 0; others &= others - 1)
        if (holds(set ^ (others & -others)))
            return true;
    return false;
}

} // namespace

std::vector<double> changesOnFive(std::span<const double> scores, const ScoreScale& scale)
{
    std::vector<double> changes(scores.size());
    std::transform(scores.begin(), scores.end(), changes.begin(),
                   [&](double score) { return changeOnFive(scale, score - scores.front()); });
    return changes;
}

std::vector<double> worstBelow(std::vector<double> values)
{
    assert(std::has_single_bit(values.size()));
    for (std::size_t bit = 1; bit < values.size(); bit *= 2) {
        for (std::size_t m = 0; m < values.size(); ++m) {
            if ((m & bit) != 0)
                values[m] = std::max(values[m], values[m ^ bit]);
        }
    }
    return values;
}

DecidingSets decidingSets(std::span<const double> scores, const ScoreScale& scale, double epsilon)
{
    const std::vector<double> changes = changesOnFive(scores, scale);
    std::vector<double> sizes(changes.size());
    std::transform(changes.begin(), changes.end(), sizes.begin(), [](double change) { return std::abs(change); });
    const std::vector<double> worst = worstBelow(sizes);
    const auto all = static_cast<std::uint32_t>(scores.size() - 1);

    DecidingSets sets;
    sets.epsilon = epsilon;
    sets.keep = BlockMask(all);
    const auto guarantees = [&](std::uint32_t hidden) { return hidden != all && worst[hidden] <= epsilon; };
    for (std::uint32_t hidden = 0; hidden < all; ++hidden) {
        const BlockMask visible(all ^ hidden);
        if (guarantees(hidden)) {
            const int fewer = sets.keep.count() - visible.count();
            if (fewer > 0 || (fewer == 0 && worst[hidden] < sets.worst)) {
                sets.keep = visible;
                sets.worst = worst[hidden];
            }
            if (!anyNeighbour(hidden, visible.bits(), guarantees))
                sets.guaranteed.push_back(visible);
        } else if (hidden != 0
                   && !anyNeighbour(hidden, hidden, [&](std::uint32_t less) { return worst[less] > epsilon; })) {
            // All below stay within, so it is this very set that breaks.
            const BlockMask mask(hidden);
            sets.breaking.push_back(mask);
            const auto& smallest = sets.smallestBreaking;
            const int more = smallest ? mask.count() - smallest->hidden.count() : -1;
            if (more < 0 || (more == 0 && sizes[hidden] > std::abs(smallest->change)))
                sets.smallestBreaking = {mask, changes[hidden]};
        }
    }
    // Hidden numbers ascend so far; visible sets of equal size stay in that order.
    std::stable_sort(sets.guaranteed.begin(), sets.guaranteed.end(),
                     [](BlockMask a, BlockMask b) { return a.count() < b.count(); });
    std::sort(sets.breaking.begin(), sets.breaking.end(), comesBefore);
    return sets;
}

std::optional<DecidingSets> decidingSets(const MaskTable& table, double epsilon)
{
    if (!table.exact)
        return std::nullopt;
    return decidingSets(scoresOf(table), table.scale, epsilon);
}

} // namespace halflens
