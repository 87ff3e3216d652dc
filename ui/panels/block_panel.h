// SPDX-License-Identifier: BSD-3-Clause
// The sortable table of blocks, its selection shared with the canvas.
#pragma once

#include "ui/panels/block_table_model.h"
#include "ui/state/viewer.h"

#include <QWidget>

#include <string>

class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace halflens {

class BlockPanel final : public QWidget {
    Q_OBJECT

public:
    explicit BlockPanel(Viewer& viewer, QWidget* parent = nullptr); ///< `viewer` outlives the panel
    /// All columns with all digits, the blocks in their order; empty while there are no values.
    std::string toCsv() const;
    QTableView* table() const { return m_table; }

Q_SIGNALS:
    void pairsRequested(); ///< the interactions of pairs are wanted

private:
    void fitColumns();
    void followFocus();
    void followComparison();

    CurrentImage& m_image;
    const Comparison& m_comparison;
    BlockTableModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QToolButton* m_pairs;
    QToolButton* m_csv;
};

} // namespace halflens
