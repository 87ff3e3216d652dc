// SPDX-License-Identifier: BSD-3-Clause
// The sortable table of blocks, its selection shared with the canvas.
#pragma once

#include "ui/panels/block_table_model.h"

#include <QPointer>
#include <QWidget>

class QSortFilterProxyModel;
class QTableView;

namespace halflens {

class BlockPanel final : public QWidget {
    Q_OBJECT

public:
    explicit BlockPanel(const Comparison& comparison, QWidget* parent = nullptr);
    void setDocument(Document* document);
    QTableView* table() const { return m_table; }

private:
    void fitColumns();
    void followDocument();
    void followComparison();

    const Comparison& m_comparison;
    QPointer<Document> m_document;
    BlockTableModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
};

} // namespace halflens
