// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/photo_rows.h"

#include "ui/panels/study_pictures.h"

#include <QHeaderView>
#include <QTableView>

#include <algorithm>

namespace halflens {

void prepareRows(QTableView& table)
{
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::SingleSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setAlternatingRowColors(true);
    table.setShowGrid(false);
    table.setFrameShape(QFrame::NoFrame);
    table.setTabKeyNavigation(false);
    table.setWordWrap(false);
    table.setTextElideMode(Qt::ElideMiddle);
    table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.verticalHeader()->hide();
    table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table.verticalHeader()->setDefaultSectionSize(StudyPictures::Height + 6);
    table.horizontalHeader()->setHighlightSections(false);
    table.horizontalHeader()->setStretchLastSection(true);
}

void fitColumn(QTableView& table, int column, const QString& cell)
{
    constexpr int SortArrow = 34;
    constexpr int Margins = 14;
    const QFontMetrics metrics(table.font());
    const QString title = table.model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const int text = cell.isEmpty() && column == 0 ? metrics.averageCharWidth() * 26 : metrics.horizontalAdvance(cell);
    const int least = text + Margins + (column == 0 ? StudyPictures::Width : 0);
    table.setColumnWidth(column, std::max(metrics.horizontalAdvance(title) + SortArrow, least));
}

} // namespace halflens
