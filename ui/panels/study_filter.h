// SPDX-License-Identifier: BSD-3-Clause
// The columns of a study's photos, and a line of text that says which photos to show.
#pragma once

#include "core/study/study_overview.h"

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

/// Conditions that all have to hold: words of the photo's name, and "score<2", "fall>=0.3", "saliency=6",
/// "split=test". A photo without the number meets no condition on it.
class StudyFilter {
public:
    /// Nothing, with `problem` saying why in a sentence, where a part of the line cannot be read.
    static std::optional<StudyFilter> parse(const QString& line, QString& problem);

    bool isEmpty() const { return m_conditions.empty(); }
    bool accepts(const OverviewPhoto& photo, std::size_t model) const;

private:
    enum class Relation : std::uint8_t { Less, LessOrEqual, Equal, GreaterOrEqual, Greater };
    struct Condition {
        StudyColumn column = StudyColumn::Photo;
        Relation relation = Relation::Equal;
        QString text; ///< of columns of text: contained, upper or lower case
        double number = 0;
    };

    static std::optional<Condition> readCondition(const QString& term, QString& problem);

    std::vector<Condition> m_conditions;
};

} // namespace halflens
