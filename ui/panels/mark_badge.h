// SPDX-License-Identifier: BSD-3-Clause
// The signs of marks: told apart by shape and symbol, not by colour alone.
#pragma once

#include "core/session/photo_mark.h"

#include <QIcon>
#include <QStyledItemDelegate>

class QPainter;
class QRectF;

namespace halflens {

/// A sign that shows on any photo: a tick in a green disc, a question mark in an amber diamond, a cross in a
/// red square. Nothing for PhotoMark::None. `place` is square, logical pixels.
void paintMark(QPainter& painter, const QRectF& place, PhotoMark mark);

/// A small sheet with lines: there is a note.
void paintNoteSign(QPainter& painter, const QRectF& place);

/// Sharp at any scale; empty for PhotoMark::None.
QIcon markIcon(PhotoMark mark);

/// A cell whose PhotoListModel::MarkRole says which sign stands before its text.
class MarkDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace halflens
