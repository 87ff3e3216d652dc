// SPDX-License-Identifier: BSD-3-Clause
// Where a set of photos lies and what the columns of its table are called.
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

enum class DataForm {
    Mos, ///< one mean opinion score a row
    MosDeviation, ///< and its standard deviation
    Votes, ///< how many, or which part of, observers gave each of five grades (KonIQ-10k)
    Masks ///< a mask image a row (objectness)
};

/// A data set: table, images, and what its columns are called. Paths are "NAME:PATH", PATH inside the
/// folder that --data NAME=DIR gives, or relative to the recipe.
struct DataRecipe {
    std::string name; ///< of the set, in messages and subsets
    DataForm form = DataForm::Mos;
    std::string images; ///< folder
    std::string table; ///< table.h says in which forms
    std::string splits; ///< table with image and split columns; empty: the table itself has a split column
    std::string masks; ///< folder (Masks)
    std::string imageSuffix; ///< appended to the image column, e.g. ".jpg"
    std::string maskSuffix; ///< of masks, in place of imageSuffix
    std::string imageColumn = "image";
    std::string mosColumn = "mos";
    std::string deviationColumn = "deviation";
    std::string subsetColumn; ///< empty: no subsets
    std::string splitColumn = "split";
    std::vector<std::string> voteColumns{"c1", "c2", "c3", "c4", "c5"};
    double offset = 0; ///< score on 1..5 = offset + factor * column
    double factor = 1;
    std::optional<double> noOpinion; ///< of the column: rows with this value are left out
    int trainEvery = 1; ///< of the training rows, in the table's order, every how many-th is used
    double deviation = 0.6; ///< of the normal a single score is spread over grades with, on 1..5
};

/// Folders given by --data NAME=DIR.
using DataFolders = std::map<std::string, std::filesystem::path>;

/// "NAME:PATH" in the folder of NAME, anything else relative to `recipeFolder`. InvalidInput: no folder of that name.
Result<std::filesystem::path> resolvePath(const std::string& path, const DataFolders& folders,
                                          const std::filesystem::path& recipeFolder);

/// A data set of a recipe; `where` is the path of its object. What is wrong is told in `problem` (JsonObject).
DataRecipe readDataRecipe(const nlohmann::json& value, const std::string& where, std::string& problem);

} // namespace halflens
