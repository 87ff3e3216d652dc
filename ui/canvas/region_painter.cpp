// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/region_painter.h"

#include <algorithm>
#include <cmath>

namespace halflens {

PixelRect pixelsBetween(ViewPoint a, ViewPoint b, const ViewTransform& view)
{
    const auto inside = [](double position, int length) {
        return static_cast<int>(std::floor(std::clamp(position, 0.0, static_cast<double>(length))));
    };
    const ImagePoint from = view.toImage({std::min(a.x, b.x), std::min(a.y, b.y)});
    const ImagePoint to = view.toImage({std::max(a.x, b.x), std::max(a.y, b.y)});
    const int left = inside(from.x, view.imageWidth());
    const int top = inside(from.y, view.imageHeight());
    return {left, top, inside(to.x + 1, view.imageWidth()) - left, inside(to.y + 1, view.imageHeight()) - top};
}

void paintRegion(QPainter& painter, const PixelRect& rect, const QString& label, const ViewTransform& view,
                 QSizeF viewport)
{
    const ViewPoint from = view.toView({static_cast<double>(rect.x), static_cast<double>(rect.y)});
    const ViewPoint to =
        view.toView({static_cast<double>(rect.x + rect.width), static_cast<double>(rect.y + rect.height)});
    const QRectF frame(QPointF(from.x, from.y), QPointF(to.x, to.y));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 170), 4));
    painter.drawRect(frame);
    painter.setPen(QPen(QColor(255, 214, 10), 2)); // neither half has it, nor the focus
    painter.drawRect(frame);
    if (label.isEmpty())
        return;
    const QFontMetricsF metrics(painter.font());
    QRectF chip(frame.left(), 0, metrics.horizontalAdvance(label) + 16, metrics.height() + 6);
    chip.moveBottom(frame.top() - 4);
    if (chip.top() < 0)
        chip.moveTop(frame.bottom() + 4);
    if (chip.bottom() > viewport.height()) // taller than the view
        chip.moveTop(std::max(0.0, frame.top()) + 6);
    chip.moveLeft(std::clamp(chip.left(), 0.0, std::max(0.0, viewport.width() - chip.width())));
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 200));
    painter.drawRoundedRect(chip, 4, 4);
    painter.setPen(Qt::white);
    painter.drawText(chip, Qt::AlignCenter, label);
}

} // namespace halflens
