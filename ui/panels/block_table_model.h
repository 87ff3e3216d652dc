// SPDX-License-Identifier: BSD-3-Clause
// The twelve blocks as a table: what each of them is worth.
#pragma once

#include "ui/state/comparison.h"

#include <QAbstractTableModel>

namespace halflens {

/// Twelve rows, row = block number. The first column's check box shows and hides the block.
/// SortRole gives numbers to sort by, ImportantRole whether the block is in the important half (nothing: not known).
class BlockTableModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Block, Rank, ImportanceValue, ShapleyValue, BanzhafValue, Without, Agree, ColumnCount };
    static constexpr int SortRole = Qt::UserRole;
    static constexpr int ImportantRole = Qt::UserRole + 1;

    /// Both outlive the model.
    BlockTableModel(CurrentImage& image, const Comparison& comparison, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : BlockCount; }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    QVariant text(BlockIndex block, Column column) const;
    QVariant sortValue(BlockIndex block, Column column) const;
    int rank(BlockIndex block) const; ///< 1 = most important
    void refresh();

    CurrentImage& m_image;
    const Comparison& m_comparison;
};

} // namespace halflens
