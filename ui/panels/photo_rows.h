// SPDX-License-Identifier: BSD-3-Clause
// How tables of photos look and behave, in the study's panel and in that of the opened photos.
#pragma once

#include <QString>

class QTableView;

namespace halflens {

/// Rows of one height with room for a small picture (StudyPictures), chosen as a whole; no row is measured, so that
/// ten thousand cost nothing.
void prepareRows(QTableView& table);

/// Wide enough for the head with its arrow and for `cell`, and in the first column for a picture and a name.
void fitColumn(QTableView& table, int column, const QString& cell = {});

} // namespace halflens
