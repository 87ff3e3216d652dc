// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/drop_zones.h"

#include "ui/panels/card.h"
#include "ui/state/theme.h"

#include <QFileInfo>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

namespace halflens {

namespace {

constexpr int Margin = 16;
constexpr qreal Radius = 10;
constexpr int RestingAlpha = 225; ///< the photo shines through a little

} // namespace

DropZones::DropZones(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("dropZones"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

QString DropZones::singleFile(const QMimeData& content)
{
    const QList<QUrl> urls = content.urls();
    if (urls.size() != 1 || !urls.first().isLocalFile())
        return {};
    const QFileInfo file(urls.first().toLocalFile());
    return file.isFile() ? file.filePath() : QString();
}

void DropZones::begin(const QString& shown)
{
    m_shown = shown;
    m_zone = Zone::Open;
    setGeometry(parentWidget()->rect());
    raise();
    show();
}

void DropZones::follow(QPoint position)
{
    const Zone zone = rectOf(Zone::Compare).contains(position) ? Zone::Compare : Zone::Open;
    if (zone == m_zone)
        return;
    m_zone = zone;
    update();
}

void DropZones::end()
{
    hide();
}

/// Side by side, in the order of reading.
QRect DropZones::rectOf(Zone zone) const
{
    const QRect inner = rect().adjusted(Margin, Margin, -Margin, -Margin);
    const int width = (inner.width() - Margin) / 2;
    return zone == Zone::Open ? QRect(inner.left(), inner.top(), width, inner.height())
                              : QRect(inner.right() - width + 1, inner.top(), width, inner.height());
}

void DropZones::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors& colors = themeColors(palette());
    for (const Zone zone : {Zone::Open, Zone::Compare}) {
        const bool isLit = zone == m_zone;
        const QRectF frame = QRectF(rectOf(zone)).adjusted(1, 1, -1, -1);
        QColor back = isLit ? colors.accent : colors.card;
        back.setAlpha(RestingAlpha);
        painter.setPen(QPen(colors.accent, 2, isLit ? Qt::SolidLine : Qt::DashLine));
        painter.setBrush(back);
        painter.drawRoundedRect(frame, Radius, Radius);
        const QRect text = rectOf(zone).adjusted(Margin, 0, -Margin, 0);
        painter.setPen(isLit ? colors.accentText : colors.text);
        painter.setFont(scaledFont(*this, 1.3, true));
        const QString title = zone == Zone::Open ? tr("Open") : tr("Compare");
        const int line = painter.fontMetrics().height();
        painter.drawText(text.adjusted(0, 0, 0, -line), Qt::AlignCenter, title);
        painter.setFont(scaledFont(*this, 1, false));
        const QString detail =
            zone == Zone::Open ? tr("as a photo of its own") : tr("as a second version of %1").arg(m_shown);
        painter.drawText(text.adjusted(0, line, 0, 0), Qt::AlignCenter,
                         painter.fontMetrics().elidedText(detail, Qt::ElideMiddle, text.width()));
    }
}

} // namespace halflens
