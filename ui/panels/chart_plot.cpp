// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/chart_plot.h"

#include "ui/state/theme.h"

#include <QPainter>

#include <utility>

namespace halflens {

ChartPlot::ChartPlot(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

ChartFrame ChartPlot::frame(double lowX, double highX, double lowY, double highY) const
{
    const QFontMetrics metrics = fontMetrics();
    return {{0, 0, static_cast<double>(width()), static_cast<double>(height()), static_cast<double>(metrics.height()),
             static_cast<double>(metrics.horizontalAdvance(QStringLiteral("0.00"))), 1},
            lowX,
            highX,
            lowY,
            highY};
}

void ChartPlot::paintNothing(QPainter& painter, const QString& why) const
{
    painter.setPen(themeColors(palette()).mutedText);
    painter.drawText(rect().adjusted(10, 0, -10, 0), Qt::AlignCenter | Qt::TextWordWrap, why);
}

ChartPlot::Surface::Surface(QPainter& painter, const QWidget& widget, std::vector<QPen> pens)
    : m_painter(painter)
    , m_widget(widget)
    , m_pens(std::move(pens))
{
    m_painter.setRenderHint(QPainter::Antialiasing);
}

double ChartPlot::Surface::lineHeight() const
{
    return m_widget.fontMetrics().height();
}

double ChartPlot::Surface::textWidth(const std::string& words) const
{
    return m_widget.fontMetrics().horizontalAdvance(QString::fromStdString(words));
}

void ChartPlot::Surface::gridLine(ChartPoint from, ChartPoint to)
{
    m_painter.setPen(QPen(themeColors(m_widget.palette()).gridLine, 1));
    m_painter.drawLine(toQt(from), toQt(to));
}

void ChartPlot::Surface::text(ChartPoint at, Anchor anchor, const std::string& words)
{
    const double width = textWidth(words);
    const double left = anchor == Anchor::Start ? at.x : anchor == Anchor::Middle ? at.x - width / 2 : at.x - width;
    m_painter.setPen(themeColors(m_widget.palette()).mutedText);
    m_painter.drawText(QRectF(left - 2, at.y - lineHeight() / 2, width + 4, lineHeight()), Qt::AlignCenter,
                       QString::fromStdString(words));
}

void ChartPlot::Surface::polyline(std::span<const ChartPoint> points, std::size_t ink)
{
    QPolygonF line;
    for (const ChartPoint& point : points)
        line << toQt(point);
    m_painter.setPen(m_pens[ink]);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawPolyline(line);
}

} // namespace halflens
