// SPDX-License-Identifier: BSD-3-Clause
// What a table of the opened photos can show of each: values, texts, heads, and words for the filter.
#pragma once

#include "ui/state/column_filter.h"
#include "ui/state/help_topics.h"
#include "ui/state/photo_scores.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace halflens {

enum class PhotoColumn : std::uint8_t {
    Photo,
    Score, ///< by the chosen model, 1..5
    Mark,
    Note,
    Change, ///< by the mask of the shown photo, where the table of the photo is at hand
    Guaranteed, ///< blocks that guarantee the score, where the photo was looked at
    Pixels, ///< megapixels
    Size, ///< of the file, megabytes
    Date, ///< of its last change
    FirstModel ///< from here on: the score by each installed model
};
inline constexpr int PhotoColumnCount = static_cast<int>(PhotoColumn::FirstModel); ///< without those of models

/// GUI thread. Columns are numbers: those of PhotoColumn, then one for each model.
class PhotoColumns {
public:
    /// All outlive this.
    PhotoColumns(Workspace& workspace, const PhotoScores& scores);

    void readModels(); ///< there are others now
    int count() const { return PhotoColumnCount + static_cast<int>(m_models.size()); }
    const ModelEntry* model(int column) const; ///< null: a column of no model

    QString title(int column) const;
    QString help(int column) const;
    static HelpTopic helpTopic(int column);
    std::vector<FilterColumn> filterColumns() const;

    /// Sorted as texts and written from the left; the mark is sorted as a number, Keep first.
    static bool isText(int column)
    {
        return column == static_cast<int>(PhotoColumn::Photo) || column == static_cast<int>(PhotoColumn::Note);
    }
    static bool isLeft(int column) { return isText(column) || column == static_cast<int>(PhotoColumn::Mark); }
    QString text(const Document& document, int column) const; ///< as it is shown
    QString filterText(const Document& document, int column) const; ///< in which the filter looks for words
    double number(const Document& document, int column) const; ///< for sorting and filters; not a number: none
    QString exactText(const Document& document, int column) const; ///< for files: all digits, English; empty: none

private:
    std::optional<MaskedScore> masked(const Document& document) const;

    Workspace& m_workspace;
    const PhotoScores& m_scores;
    std::vector<ModelEntry> m_models;
};

} // namespace halflens
