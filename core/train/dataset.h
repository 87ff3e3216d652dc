// SPDX-License-Identifier: BSD-3-Clause
// Photos with human opinion scores, or masks, and how they are split.
#pragma once

#include "core/base/result.h"
#include "core/train/recipe.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

enum class Split { None, Train, Validation, Test };

/// "train", "validation", "test" and their usual short and long forms, upper or lower case; None for anything else.
Split splitFromWord(const std::string& word);
std::string toString(Split split);

inline constexpr int Grades = 5;
using GradeDistribution = std::array<float, Grades>;

struct DataRow {
    std::string image; ///< as the table names it
    std::filesystem::path file;
    std::filesystem::path mask; ///< objectness
    double mos5 = 3; ///< on 1..5
    GradeDistribution grades{}; ///< sums to 1
    std::string subset;
    Split split = Split::None;
};

struct Dataset {
    std::vector<DataRow> rows; ///< in the order of the tables
    std::vector<std::size_t> of(Split split) const;
};

/// Parts of a normal distribution that fall nearest to each grade: densities at 1..5, scaled to sum to 1.
GradeDistribution discretisedNormal(double mean, double deviation);

/// Reads one data set of a recipe. Rows whose split is None are left out. Files are not opened.
/// InvalidInput, with file and row: columns missing, no number, a score outside 0.5..5.5 after scaling, an
/// image outside the folder, the same image twice, no training or no validation rows.
Result<Dataset> loadDataset(const DataRecipe& data, const DataFolders& folders,
                            const std::filesystem::path& recipeFolder);

/// All data sets of a recipe, one after the other; subsets get the set's name in front where there are several.
Result<Dataset> loadDatasets(const Recipe& recipe, const DataFolders& folders);

} // namespace halflens
