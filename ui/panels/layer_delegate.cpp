// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layer_delegate.h"

#include "ui/panels/layer_list_model.h"
#include "ui/state/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace halflens {

namespace {

constexpr int Indent = 8;
constexpr int BoxSide = 13;
constexpr int Right = 8;

void paintBox(QPainter& painter, const QRectF& box, QColor ink, bool isChecked)
{
    if (isChecked) {
        painter.setPen(QPen(ink, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(QPolygonF(
            {box.topLeft() + QPointF(3, 7), box.topLeft() + QPointF(5.5, 9.5), box.topLeft() + QPointF(10.5, 3.5)}));
    }
    ink.setAlphaF(0.55F);
    painter.setPen(QPen(ink, 1));
    painter.drawRoundedRect(box, 2, 2);
}

} // namespace

QRect LayerDelegate::boxRect(const QRect& row)
{
    return {row.left() + Indent, row.center().y() - BoxSide / 2, BoxSide, BoxSide};
}

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const bool isHeading = index.data(LayerListModel::HeadingRole).toBool();
    return {120, option.fontMetrics.height() + (isHeading ? (index.row() == 0 ? 5 : 10) : 6)};
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const ThemeColors& theme = themeColors(option.palette);
    const QString text = index.data(Qt::DisplayRole).toString();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (index.data(LayerListModel::HeadingRole).toBool()) {
        QFont font = option.font;
        font.setPointSizeF(font.pointSizeF() * 0.9);
        painter->setFont(font);
        painter->setPen(theme.mutedText);
        painter->drawText(option.rect.adjusted(Indent, 0, -Right, -2), Qt::AlignLeft | Qt::AlignBottom, text);
        painter->restore();
        return;
    }
    const bool isSelected = option.state.testFlag(QStyle::State_Selected);
    const bool isHovered = option.state.testFlag(QStyle::State_MouseOver);
    if (isSelected || isHovered)
        painter->fillRect(option.rect, isSelected ? theme.accent : theme.track);
    const QColor ink = isSelected ? theme.accentText : theme.text;
    const bool isShown = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    paintBox(*painter, QRectF(boxRect(option.rect)).adjusted(0.5, 0.5, -0.5, -0.5), ink, isShown);

    const QString status = index.data(LayerListModel::StatusRole).toString();
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.88);
    const int statusWidth = status.isEmpty() ? 0 : QFontMetrics(small).horizontalAdvance(status) + 8;
    QRect place = option.rect.adjusted(Indent + BoxSide + 8, 0, -Right, 0);
    painter->setPen(ink);
    painter->setFont(option.font);
    painter->drawText(place.adjusted(0, 0, -statusWidth, 0), Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(text, Qt::ElideRight, place.width() - statusWidth));
    painter->setFont(small);
    painter->setPen(isSelected ? theme.accentText : theme.mutedText);
    painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, status);

    const QVariant progress = index.data(LayerListModel::ProgressRole);
    if (progress.isValid() && progress.toDouble() >= 0) {
        const double share = std::clamp(progress.toDouble(), 0.0, 1.0);
        painter->fillRect(QRectF(option.rect.left(), option.rect.bottom() - 1, option.rect.width() * share, 2),
                          isSelected ? theme.accentText : theme.accent);
    }
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(QPen(isSelected ? theme.accentText : theme.accent, 1, Qt::DotLine));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5));
    }
    painter->restore();
}

bool LayerDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                                const QModelIndex& index)
{
    if (!index.flags().testFlag(Qt::ItemIsUserCheckable))
        return false;
    bool toggles = false;
    if (event->type() == QEvent::MouseButtonRelease || event->type() == QEvent::MouseButtonPress
        || event->type() == QEvent::MouseButtonDblClick) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        // The whole left end, as far as the name: a box of 13 pixels is a small thing to hit.
        const int end = boxRect(option.rect).right() + 6;
        if (mouse->button() != Qt::LeftButton || mouse->position().x() > end)
            return false;
        toggles = event->type() == QEvent::MouseButtonRelease;
        if (!toggles)
            return true; // a press there chooses nothing
    } else if (event->type() == QEvent::KeyPress) {
        toggles = static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
    }
    if (!toggles)
        return false;
    const bool isShown = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(index, isShown ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

} // namespace halflens
