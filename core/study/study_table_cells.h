// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/study: what the makers of tables share.
#pragma once

#include "core/base/numbers_text.h"
#include "core/study/study_tables.h"

#include <cmath>
#include <string>
#include <vector>

namespace halflens {

/// A number that reads back exactly; empty where it is not defined.
inline std::string cell(double value)
{
    return std::isfinite(value) ? exact(value) : std::string();
}

/// Adds the columns of a number with an interval.
inline void withInterval(std::vector<std::string>& header, const std::string& name)
{
    header.insert(header.end(), {name, name + "_low", name + "_high"});
}

/// The columns people are shown, by index: the bounds of an interval stand with their number.
std::vector<std::size_t> shownColumns(const StudyTable& table);
/// A cell for reading.
struct ShownCell {
    std::string text;
    std::string interval; ///< "[0.901, 0.923]"; empty where there is none
    std::string inOneLine() const { return interval.empty() ? text : text + " " + interval; }
};
/// That cell of a row, a number with as many decimals as the others of its column.
ShownCell shownCell(const StudyTable& table, const std::vector<std::string>& row, std::size_t column);
/// The name of a column in words: "trivial_pred" is "trivial half hidden: score".
std::string columnWords(const std::string& column);

/// damage.csv and damage_scores.csv.
std::vector<StudyTable> damageTables(const std::vector<StudiedPhoto>& photos, const std::vector<std::string>& models,
                                     const StudyRecipe& recipe);

} // namespace halflens
