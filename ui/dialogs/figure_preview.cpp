// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/figure_preview.h"

#include "ui/state/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace halflens {

FigurePreview::FigurePreview(QWidget* parent)
    : QWidget(parent)
{
    setMinimumSize(320, 240);
    setObjectName(QStringLiteral("figurePreview"));
    setAccessibleName(tr("Preview of the figure"));
    setMouseTracking(true);
}

void FigurePreview::setImage(const QImage& image)
{
    m_image = image;
    m_message.clear();
    setToolTip(tr("Drag the figure into another program or folder: it gets the files chosen under “Write as”"));
    update();
}

void FigurePreview::setMessage(const QString& message)
{
    m_image = {};
    m_message = message;
    setToolTip({});
    unsetCursor();
    update();
}

void FigurePreview::resizeEvent(QResizeEvent*)
{
    Q_EMIT resized();
}

QRectF FigurePreview::figureRect() const
{
    if (m_image.isNull())
        return {};
    constexpr double Margin = 18;
    const double scale = std::min((width() - 2 * Margin) / m_image.width(), (height() - 2 * Margin) / m_image.height());
    QRectF place(0, 0, m_image.width() * scale, m_image.height() * scale);
    place.moveCenter(QRectF(rect()).center());
    return place;
}

bool FigurePreview::isOnFigure(QPointF position) const
{
    return figureRect().contains(position);
}

void FigurePreview::showGrip(bool isHeld)
{
    m_isHeld = isHeld;
    setCursor(isHeld ? Qt::ClosedHandCursor : Qt::OpenHandCursor);
}

void FigurePreview::mouseMoveEvent(QMouseEvent* event)
{
    if (m_isHeld)
        return;
    if (isOnFigure(event->position()))
        setCursor(Qt::OpenHandCursor);
    else
        unsetCursor();
}

void FigurePreview::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.canvas);
    if (m_image.isNull()) {
        painter.setPen(theme.mutedText);
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_message);
        return;
    }
    const QRectF target = figureRect();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.fillRect(target.translated(2, 3), QColor(0, 0, 0, 50));
    painter.drawImage(target, m_image);
}

} // namespace halflens
