// SPDX-License-Identifier: BSD-3-Clause
// The tables of known damage (spec measures 14).
#include "core/base/statistics.h"
#include "core/study/study_table_cells.h"

#include <numeric>
#include <optional>

namespace halflens {

namespace {

double meanOf(std::span<const double> values, std::span<const double>)
{
    return std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(values.size());
}

class DamageTables {
public:
    DamageTables(const std::vector<StudiedPhoto>& photos, const StudyRecipe& recipe)
        : m_photos(photos)
        , m_recipe(recipe)
    { }

    void addAucs(StudyTable& table, const std::string& model, const Damage& damage) const
    {
        for (int i = 0; i < ExplainerCount; ++i) {
            const std::string explainer = toString(static_cast<Explainer>(i));
            std::vector<double> values;
            for (const StudiedPhoto& photo : m_photos) {
                for (const DamageAuc& auc : photo.findings.aucs) {
                    if (auc.model == model && auc.damage == damage && auc.explainer == explainer)
                        values.push_back(auc.auc);
                }
            }
            if (values.empty())
                continue; // the model has no such explainer
            const Interval interval = bootstrapInterval(values, values, meanOf, m_recipe.resamples, m_recipe.seed);
            table.rows.push_back({model, explainer, toString(damage.kind), strengthWord(damage),
                                  toString(damage.region), std::to_string(values.size()), cell(meanOf(values, {})),
                                  cell(interval.low), cell(interval.high)});
        }
    }

    void addScores(StudyTable& table, const std::string& model, const Damage& damage) const
    {
        std::vector<DamageScores> all;
        for (const StudiedPhoto& photo : m_photos) {
            for (const DamageFindings& found : photo.findings.damage) {
                if (found.model == model && found.damage == damage)
                    all.push_back(found.scores);
            }
        }
        if (all.empty())
            return;
        const auto mean = [&](const auto& figure) {
            double sum = 0;
            for (const DamageScores& scores : all)
                sum += figure(scores);
            return cell(sum / static_cast<double>(all.size()));
        };
        const std::optional<double> leak = leakOf(all);
        table.rows.push_back(
            {model, toString(damage.kind), strengthWord(damage), toString(damage.region), std::to_string(all.size()),
             mean([](const DamageScores& s) { return s.clean; }), mean([](const DamageScores& s) { return s.damaged; }),
             mean([](const DamageScores& s) { return s.hidden; }),
             mean([](const DamageScores& s) { return s.onlyDamaged; }),
             mean([](const DamageScores& s) { return s.rises() ? 1. : 0.; }), leak ? cell(*leak) : std::string()});
    }

private:
    const std::vector<StudiedPhoto>& m_photos;
    const StudyRecipe& m_recipe;
};

} // namespace

std::vector<StudyTable> damageTables(const std::vector<StudiedPhoto>& photos, const std::vector<std::string>& models,
                                     const StudyRecipe& recipe)
{
    StudyTable aucs{"damage",
                    "How well explainers blame the damaged blocks: AUC, chance 0.5",
                    {"model", "explainer", "kind", "strength", "region", "photos"},
                    {}};
    withInterval(aucs.header, "auc");
    StudyTable scores{"damage_scores",
                      "Native scores around known damage, means over photos; leak is what hidden damage still changes",
                      {"model", "kind", "strength", "region", "photos", "clean", "damaged", "hidden", "only_damaged",
                       "rises", "leak"},
                      {}};
    const DamageTables tables(photos, recipe);
    for (const std::string& model : models) {
        for (const DamageKind kind : recipe.damage.kinds) {
            for (const bool full : recipe.damage.fullStrength) {
                for (const DamageRegion region : recipe.damage.regions) {
                    tables.addAucs(aucs, model, {kind, region, full});
                    tables.addScores(scores, model, {kind, region, full});
                }
            }
        }
    }
    return {std::move(aucs), std::move(scores)};
}

} // namespace halflens
