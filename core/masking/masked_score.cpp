// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/masked_score.h"

namespace halflens {

MaskedScore maskedScoreOf(const MaskTable& table, BlockMask hidden)
{
    MaskedScore masked{table.score(hidden), table.score5(hidden), table.score5(hidden) - table.score5(BlockMask()), {}};
    if (table.outputs > 1) {
        const auto row = table.row(hidden);
        masked.grades.assign(row.begin(), row.end());
    }
    return masked;
}

std::optional<MaskedScore> maskedScoreOf(BlockMask hidden, const Prediction& whole, const MaskTable* table,
                                         const TriedMasks& tried)
{
    if (table && table->exact)
        return maskedScoreOf(*table, hidden);
    const auto it = tried.find(hidden);
    if (hidden.isEmpty() || it != tried.end()) {
        const Prediction& prediction = hidden.isEmpty() ? whole : it->second;
        return MaskedScore{prediction.score, prediction.score5, prediction.score5 - whole.score5,
                           prediction.hasDistribution() ? prediction.output : std::vector<float>()};
    }
    if (!table)
        return std::nullopt;
    MaskedScore estimate = maskedScoreOf(*table, hidden);
    estimate.isEstimate = true;
    return estimate;
}

} // namespace halflens
