// SPDX-License-Identifier: BSD-3-Clause
// Photos with human opinion scores, or masks, and how they are split: for training and for studies.
#pragma once

#include "core/base/result.h"
#include "core/data/data_recipe.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

enum class Split { None, Train, Validation, Test };

/// "train", "validation", "test" and their usual short and long forms, upper or lower case, with or without blanks
/// around them; None for anything else.
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
    std::vector<std::string> notes; ///< whole sentences: which rows were left out and why, how tables were read
    std::vector<std::filesystem::path> sources; ///< tables that were read
    std::vector<std::size_t> of(Split split) const;
};

/// Parts of a normal distribution that fall nearest to each grade: densities at 1..5, scaled to sum to 1.
GradeDistribution discretisedNormal(double mean, double deviation);

/// Which rows of a table are wanted.
enum class RowsWanted {
    WithSplit, ///< rows of no known split are left out, with a note
    All ///< a split column need not be there, opinions may lie on any scale, and no training rows are passed over
};

/// Reads one data set. Photos are looked for and not opened: where there is none of the very name, the one file of the
/// folder that differs in its suffix, or in folders before the name, is taken, with a note; else the row keeps the name
/// as it stands. Split files match names the same way.
/// InvalidInput, with file and row: columns missing, no number, a score outside 0.5..5.5 after scaling or a -1 that
/// may mean "no opinion", an image outside the folder, the same image twice.
Result<Dataset> loadDataset(const DataRecipe& data, const DataFolders& folders,
                            const std::filesystem::path& recipeFolder, RowsWanted wanted = RowsWanted::WithSplit);

/// All data sets, one after the other; subsets get the set's name in front where there are several.
/// InvalidInput besides: no training or no validation rows in one of them.
Result<Dataset> loadDatasets(const std::vector<DataRecipe>& sets, const DataFolders& folders,
                             const std::filesystem::path& recipeFolder);

/// Counts the photos that are not there and adds a note. InvalidInput: none of a split's photos is there; names the
/// first path looked for.
Status lookForPhotos(Dataset& dataset);

/// SHA-256 over what training takes from the rows: names, splits, opinions, grades.
std::string rowsHash(const Dataset& dataset);

} // namespace halflens
