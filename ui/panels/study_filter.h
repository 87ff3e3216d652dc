// SPDX-License-Identifier: BSD-3-Clause
// The columns of a study's photos, and a line of text that says which photos to show.
#pragma once

#include "core/study/study_overview.h"
#include "ui/state/column_filter.h"

#include <QString>
#include <QStringList>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace halflens {

enum class StudyColumn : std::uint8_t {
    Photo,
    Split,
    Opinion,
    Score,
    Distance, ///< score minus opinion, 1..5
    WithoutImportant,
    WithoutTrivial,
    Fall,
    Decide, ///< visible blocks that decide
    Saliency,
    Frequency,
    Objectness,
    Averaged,
    LeftOut
};
inline constexpr int StudyColumnCount = 14;

bool isText(StudyColumn column);
/// "score": what the column is called in a filter.
QString filterWord(StudyColumn column);
/// The text of a photo in a column of text.
QString studyText(const OverviewPhoto& photo, StudyColumn column);
/// The number of a photo in a column of numbers, by the model of that index; not a number where there is none.
double studyNumber(const OverviewPhoto& photo, std::size_t model, StudyColumn column);

/// A line of conditions on these columns, see ColumnFilter.
class StudyFilter {
public:
    /// Nothing, with `problem` saying why in a sentence, where a part of the line cannot be read.
    static std::optional<StudyFilter> parse(const QString& line, QString& problem);

    bool isEmpty() const { return m_filter.isEmpty(); }
    bool accepts(const OverviewPhoto& photo, std::size_t model) const;

private:
    ColumnFilter m_filter;
};

} // namespace halflens
