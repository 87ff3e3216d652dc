// SPDX-License-Identifier: BSD-3-Clause
// A row of the layer list: an eye to show it, its name, and how far it is.
#pragma once

#include <QStyledItemDelegate>

namespace halflens {

/// A click on the box or Space shows and hides the layer, a click beside it chooses it.
class LayerDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;

    /// Where the box of a row is.
    static QRect boxRect(const QRect& row);
};

} // namespace halflens
