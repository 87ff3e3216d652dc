// SPDX-License-Identifier: BSD-3-Clause
// A recipe brought together with its data and the models there are: what a run computes, photo by photo.
#pragma once

#include "core/analysis/model_source.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/study/study_recipe.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

struct PlannedPhoto {
    std::string name; ///< as the table names it; in a folder the file's name
    std::filesystem::path file;
    Split split = Split::None;
    std::optional<double> mos5; ///< opinion on 1..5
    bool damaged = false; ///< known damage is asked of it
};

struct PlannedModel {
    std::string id;
    std::string key; ///< stands for its weights
    bool allMasks = false; ///< compute 4096 masks although it has no attention mask
};

struct StudyPlan {
    StudyRecipe recipe;
    std::vector<PlannedPhoto> photos; ///< in file order; a photo's number in this list is its number everywhere
    std::vector<PlannedModel> models;
    std::string judge;
    std::vector<std::string> notes; ///< whole sentences on how the data was read
    std::string identity; ///< differs where results may differ: recipe, rows, weights, objectness, version
};

struct PlanOptions {
    DataFolders data; ///< --data NAME=PATH; a path may be a folder or a file
    std::filesystem::path recipeFolder;
    std::vector<std::string> models; ///< instead of the recipe's; empty: those
    std::size_t limit = 0; ///< of photos; 0: all
};

/// InvalidInput: no photos, unknown models, a judge without attention mask, errors of the tables.
Result<StudyPlan> planStudy(StudyRecipe recipe, const PlanOptions& options, ModelSource& models);

} // namespace halflens
