// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/figure_preview.h"

#include "ui/state/theme.h"

#include <QPainter>

#include <algorithm>

namespace halflens {

FigurePreview::FigurePreview(QWidget* parent)
    : QWidget(parent)
{
    setMinimumSize(320, 240);
    setObjectName(QStringLiteral("figurePreview"));
    setAccessibleName(tr("Preview of the figure"));
}

void FigurePreview::setImage(const QImage& image)
{
    m_image = image;
    m_message.clear();
    update();
}

void FigurePreview::setMessage(const QString& message)
{
    m_image = {};
    m_message = message;
    update();
}

void FigurePreview::resizeEvent(QResizeEvent*)
{
    Q_EMIT resized();
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
    constexpr double Margin = 18;
    const double scale = std::min((width() - 2 * Margin) / m_image.width(), (height() - 2 * Margin) / m_image.height());
    QRectF target(0, 0, m_image.width() * scale, m_image.height() * scale);
    target.moveCenter(QRectF(rect()).center());
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.fillRect(target.translated(2, 3), QColor(0, 0, 0, 50));
    painter.drawImage(target, m_image);
}

} // namespace halflens
