// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/mark_badge.h"

#include "ui/state/photo_list_model.h"

#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace halflens {

namespace {

constexpr QColor Green(0x1a, 0x73, 0x40);
constexpr QColor Amber(0xf0, 0xb4, 0x29);
constexpr QColor Red(0xb3, 0x22, 0x1a);

/// In a square of side 16.
QPainterPath outlineOf(PhotoMark mark)
{
    QPainterPath path;
    switch (mark) {
    case PhotoMark::Keep:
        path.addEllipse(QRectF(1, 1, 14, 14));
        break;
    case PhotoMark::Again:
        path.addPolygon(QPolygonF({{8, 0}, {16, 8}, {8, 16}, {0, 8}}));
        path.closeSubpath();
        break;
    case PhotoMark::Reject:
        path.addRoundedRect(QRectF(1.5, 1.5, 13, 13), 2, 2);
        break;
    case PhotoMark::None:
        break;
    }
    return path;
}

QColor colorOf(PhotoMark mark)
{
    return mark == PhotoMark::Keep ? Green : mark == PhotoMark::Again ? Amber : Red;
}

void paintSymbol(QPainter& painter, PhotoMark mark)
{
    const QColor ink = mark == PhotoMark::Again ? QColor(0x26, 0x1c, 0x00) : QColor(Qt::white);
    painter.setPen(QPen(ink, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    if (mark == PhotoMark::Keep) {
        painter.drawPolyline(QPolygonF({{4.6, 8.4}, {7, 10.8}, {11.4, 5.6}}));
    } else if (mark == PhotoMark::Reject) {
        painter.drawLine(QPointF(5.2, 5.2), QPointF(10.8, 10.8));
        painter.drawLine(QPointF(10.8, 5.2), QPointF(5.2, 10.8));
    } else {
        painter.setPen(QPen(ink, 1.7, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        QPainterPath hook(QPointF(5.9, 6.0)); // a question mark without a font
        hook.cubicTo(5.9, 3.2, 10.1, 3.2, 10.1, 5.9);
        hook.cubicTo(10.1, 7.5, 8, 7.6, 8, 9.4);
        painter.drawPath(hook);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        painter.drawEllipse(QPointF(8, 12), 1.15, 1.15);
    }
}

class MarkIconEngine final : public QIconEngine {
public:
    explicit MarkIconEngine(PhotoMark mark)
        : m_mark(mark)
    { }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const double side = std::min(rect.width(), rect.height());
        QRectF place(0, 0, side, side);
        place.moveCenter(QRectF(rect).center());
        painter->save();
        painter->setOpacity(mode == QIcon::Disabled ? 0.35 : 1);
        paintMark(*painter, place.adjusted(1, 1, -1, -1), m_mark);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new MarkIconEngine(*this); }

private:
    PhotoMark m_mark;
};

} // namespace

void paintMark(QPainter& painter, const QRectF& place, PhotoMark mark)
{
    if (mark == PhotoMark::None)
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(place.topLeft());
    painter.scale(place.width() / 16, place.height() / 16);
    painter.setPen(QPen(QColor(255, 255, 255, 230), 1.5)); // a rim, for photos of the same colour
    painter.setBrush(colorOf(mark));
    painter.drawPath(outlineOf(mark));
    paintSymbol(painter, mark);
    painter.restore();
}

void paintNoteSign(QPainter& painter, const QRectF& place)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(place.topLeft());
    painter.scale(place.width() / 16, place.height() / 16);
    painter.setPen(QPen(QColor(0x26, 0x2b, 0x31), 1.2));
    painter.setBrush(QColor(255, 255, 255, 240));
    painter.drawRoundedRect(QRectF(2, 1, 12, 14), 1.5, 1.5);
    for (const double y : {5.0, 8.0, 11.0})
        painter.drawLine(QPointF(4.5, y), QPointF(y > 10 ? 8.5 : 11.5, y));
    painter.restore();
}

QIcon markIcon(PhotoMark mark)
{
    return QIcon(new MarkIconEngine(mark));
}

void MarkDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const auto mark = static_cast<PhotoMark>(index.data(PhotoListModel::MarkRole).toInt());
    if (mark == PhotoMark::None)
        return;
    option->icon = markIcon(mark);
    option->decorationSize = QSize(18, 18);
    option->features |= QStyleOptionViewItem::HasDecoration;
}

} // namespace halflens
