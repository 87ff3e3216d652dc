// SPDX-License-Identifier: BSD-3-Clause
// What a study found, for people: one HTML file without outside links, light and dark, printable.
#pragma once

#include "core/study/study_tables.h"

#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

/// Writes FOLDER/report.html: what was run, the tables beside the paper's figures, charts as inline SVG, and the photos
/// that tell most. Errors of the store; Io.
Status writeStudyReport(StudyStore& store, const StudyRecipe& recipe, const std::vector<StudyTable>& tables,
                        const std::filesystem::path& folder);

} // namespace halflens
