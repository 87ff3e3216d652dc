// SPDX-License-Identifier: BSD-3-Clause
// The tables of a study, from its findings alone: the same findings give the same bytes, in whatever order and in how
// many parts they were computed.
#pragma once

#include "core/base/result.h"
#include "core/study/study_recipe.h"
#include "core/study/study_store.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace halflens {

/// A table as text. Columns X, X_low, X_high stand together where X has an interval (95 %).
struct StudyTable {
    std::string name; ///< of the file, without suffix
    std::string title; ///< a sentence for people
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows; ///< numbers that read back exactly; empty: not defined
};

/// All tables the recipe asks for, in the order of the help. PLCC in native units; intervals are percentile bootstraps
/// over photos, seeded. Errors of the store.
Result<std::vector<StudyTable>> studyTables(StudyStore& store, const StudyRecipe& recipe);

/// RFC 4180, one header line, LF.
std::string toCsv(const StudyTable& table);
/// Numbers to three decimals (one beyond 10), intervals in brackets behind their number.
std::string toMarkdown(const StudyTable& table);
std::string toLatex(const StudyTable& table);

/// Writes FOLDER/tables/NAME.csv, .md and .tex. Io.
Status writeStudyTables(const std::vector<StudyTable>& tables, const std::filesystem::path& folder);

} // namespace halflens
