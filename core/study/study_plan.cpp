// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_plan.h"

#include "core/base/file.h"
#include "core/base/numbers_text.h"
#include "core/image/image_folder.h"

#include <algorithm>
#include <numeric>

namespace halflens {

namespace {

Error planError(const std::string& reason, const std::string& remedy)
{
    return {ErrorCode::InvalidInput, "study", reason, remedy, {}};
}

bool isWanted(const DataRow& row, StudyRows wanted, bool hasTestRows)
{
    switch (wanted) {
    case StudyRows::Train:
        return row.split == Split::Train;
    case StudyRows::Validation:
        return row.split == Split::Validation;
    case StudyRows::Test:
        return row.split == Split::Test;
    case StudyRows::TestOrAll:
        return !hasTestRows || row.split == Split::Test;
    case StudyRows::All:
        return true;
    }
    return true;
}

Status takeRows(StudyPlan& plan, const PlanOptions& options)
{
    Result<Dataset> set = loadDataset(*plan.recipe.data, options.data, options.recipeFolder, RowsWanted::All);
    if (!set)
        return std::move(set).error();
    plan.notes = std::move(set->notes);
    const bool hasTestRows =
        std::any_of(set->rows.begin(), set->rows.end(), [](const DataRow& row) { return row.split == Split::Test; });
    for (DataRow& row : set->rows) {
        if (isWanted(row, plan.recipe.rows, hasTestRows))
            plan.photos.push_back({std::move(row.image), std::move(row.file), row.split, row.mos5, false});
    }
    if (plan.photos.empty())
        return planError("the table has no rows of the split the recipe asks for",
                         "check the split column, or ask for all");
    return {};
}

Status takeFolder(StudyPlan& plan, const PlanOptions& options)
{
    const Result<std::filesystem::path> folder = resolvePath(plan.recipe.photos, options.data, options.recipeFolder);
    if (!folder)
        return folder.error();
    for (const std::filesystem::path& file : imagesInFolder(*folder))
        plan.photos.push_back({file.filename().string(), file, Split::None, std::nullopt, false});
    if (plan.photos.empty())
        return planError("there are no images in " + folder->string(), "name a folder with images");
    return {};
}

/// The photos known damage is asked of: the highest opinions, of equal ones the first; without opinions the first.
void chooseDamaged(StudyPlan& plan)
{
    std::vector<std::size_t> order(plan.photos.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return plan.photos[a].mos5.value_or(0) > plan.photos[b].mos5.value_or(0);
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(plan.recipe.damage.photos)));
    for (const std::size_t photo : order)
        plan.photos[photo].damaged = true;
}

Status chooseModels(StudyPlan& plan, const PlanOptions& options, ModelSource& models)
{
    const std::vector<ModelEntry> known = models.models();
    const auto isKnown = [&](const std::string& id) {
        return std::any_of(known.begin(), known.end(), [&](const ModelEntry& entry) { return entry.id == id; });
    };
    std::vector<std::string> ids = !options.models.empty() ? options.models : plan.recipe.models;
    if (ids.empty() || (ids.size() == 1 && ids.front() == "all")) {
        ids.clear();
        for (const ModelEntry& entry : known)
            ids.push_back(entry.id);
    }
    plan.judge = plan.recipe.judge.empty() ? models.defaultId() : plan.recipe.judge;
    std::vector<std::string> asked = ids;
    asked.push_back(plan.judge);
    asked.insert(asked.end(), plan.recipe.allMasks.begin(), plan.recipe.allMasks.end());
    for (const std::string& id : asked) {
        if (!isKnown(id))
            return planError("there is no model \"" + id + "\"", "halflens models list shows those there are");
    }
    for (const std::string& id : ids) {
        if (std::any_of(plan.models.begin(), plan.models.end(),
                        [&](const PlannedModel& model) { return model.id == id; }))
            continue;
        const auto& all = plan.recipe.allMasks;
        plan.models.push_back({id, models.modelKey(id), std::find(all.begin(), all.end(), id) != all.end()});
    }
    const Result<std::shared_ptr<const Predictor>> judge = models.load(plan.judge);
    if (!judge)
        return judge.error();
    if (!(*judge)->info().masksAttention)
        return planError("the judge of the halves, " + plan.judge + ", has no attention mask",
                         "name a TRIQ model as judge");
    return {};
}

std::string identityOf(const StudyPlan& plan, const ModelSource& models)
{
    const StudyRecipe& recipe = plan.recipe;
    std::string text = "halflens " HALFLENS_VERSION "\njudge " + models.modelKey(plan.judge) + "\nobjectness "
        + models.objectnessKey() + "\nseed " + std::to_string(recipe.seed) + "\nresamples "
        + std::to_string(recipe.resamples) + "\nrandom halves " + std::to_string(recipe.randomHalves);
    for (const PlannedModel& model : plan.models)
        text += "\nmodel " + model.key + (model.allMasks ? " all" : "");
    for (const StudyKind kind : recipe.kinds)
        text += "\nstudy " + toString(kind);
    for (const double epsilon : recipe.epsilons)
        text += "\nepsilon " + exact(epsilon);
    const DamageRecipe& damage = recipe.damage;
    for (const DamageKind kind : damage.kinds)
        text += "\ndamage " + toString(kind);
    for (const DamageRegion region : damage.regions)
        text += "\nregion " + toString(region);
    for (const bool full : damage.fullStrength)
        text += full ? "\nfull" : "\nhalf";
    text += "\nlime " + std::to_string(damage.limeSamples) + " zero " + std::to_string(damage.zeroSamples) + " fine "
        + exact(damage.fineError);
    for (const PlannedPhoto& photo : plan.photos)
        text += "\nphoto " + csvField(photo.name) + "," + toString(photo.split) + ","
            + (photo.mos5 ? exact(*photo.mos5) : std::string()) + (photo.damaged ? ",damaged" : "");
    return sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

} // namespace

Result<StudyPlan> planStudy(StudyRecipe recipe, const PlanOptions& options, ModelSource& models)
{
    StudyPlan plan;
    plan.recipe = std::move(recipe);
    if (Status taken = plan.recipe.data ? takeRows(plan, options) : takeFolder(plan, options); !taken)
        return std::move(taken).error();
    if (options.limit > 0 && plan.photos.size() > options.limit)
        plan.photos.resize(options.limit);
    if (plan.recipe.has(StudyKind::Damage))
        chooseDamaged(plan);
    if (Status chosen = chooseModels(plan, options, models); !chosen)
        return std::move(chosen).error();
    plan.identity = identityOf(plan, models);
    return plan;
}

} // namespace halflens
