// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_overview.h"

#include "core/study/study_recipe.h"

#include <algorithm>

namespace halflens {

double OverviewPhoto::disagreement(std::size_t model) const
{
    return mos5 && model < models.size() ? models[model].score5 - *mos5 : OverviewModel::Unknown;
}

std::size_t StudyOverview::judge() const
{
    const auto found = std::find(facts.models.begin(), facts.models.end(), facts.judge);
    return found == facts.models.end() ? 0 : static_cast<std::size_t>(found - facts.models.begin());
}

OverviewPhoto overviewOf(const StudiedPhoto& photo, const StudyFacts& facts, double epsilon)
{
    const PhotoFindings& found = photo.findings;
    OverviewPhoto row;
    row.number = photo.number;
    row.name = photo.name;
    row.file = photo.file;
    row.contentHash = found.contentHash;
    row.split = photo.split;
    row.mos5 = photo.mos5;
    row.error = found.error;
    if (found.important) {
        for (std::size_t i = 0; i < row.matches.size(); ++i) {
            if (found.upper[i])
                row.matches[i] = BlockMask(found.important->bits() & found.upper[i]->bits()).count();
        }
    }
    if (found.models.empty())
        return row;
    row.models.resize(facts.models.size());
    for (const ModelFindings& entry : found.models) {
        const auto place = std::find(facts.models.begin(), facts.models.end(), entry.model);
        if (place == facts.models.end())
            continue;
        OverviewModel& model = row.models[static_cast<std::size_t>(place - facts.models.begin())];
        model.score = entry.score;
        if (const auto scale = facts.scales.find(entry.model); scale != facts.scales.end())
            model.score5 = scale->second.toFive(entry.score);
        if (found.important) {
            const HiddenBy by = entry.oracle ? HiddenBy::Attention : HiddenBy::Zero;
            model.withoutImportant = entry.scoreWith(by, *found.important);
            model.withoutTrivial = entry.scoreWith(by, found.important->complement());
        }
        for (const EnoughCount& count : entry.enough) {
            if (count.epsilon == epsilon)
                model.guaranteed = count.guaranteed;
        }
    }
    return row;
}

Result<StudyOverview> readStudyOverview(const std::filesystem::path& folder, std::stop_token stop)
{
    return guarded("study", [&]() -> Result<StudyOverview> {
        StudyStore store;
        if (Status opened = store.open(folder); !opened)
            return std::move(opened).error();
        const Result<StudyRecipe> recipe = parseStudyRecipe(store.facts().recipe);
        if (!recipe)
            return recipe.error();
        StudyOverview overview{folder, recipe->name, store.facts(), recipe->listedEpsilon(), {}};
        const Status read = store.forEach([&](const StudiedPhoto& photo) -> Status {
            if (stop.stop_requested())
                return cancelledError();
            overview.photos.push_back(overviewOf(photo, overview.facts, overview.epsilon));
            return {};
        });
        if (!read)
            return read.error();
        return overview;
    });
}

} // namespace halflens
