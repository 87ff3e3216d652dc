// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/curve_plot.h"

#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

/// The next round number: an axis that ends there and has a round middle too.
double roundUp(double value)
{
    const double power = std::pow(10, std::floor(std::log10(std::max(value, 1e-3))));
    for (const double step : {1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0}) {
        if (value <= step * power * (1 + 1e-9))
            return step * power;
    }
    return value;
}

} // namespace

CurvePlot::CurvePlot(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setObjectName(u"curve"_s);
    setAccessibleName(tr("Score change against the number of visible blocks"));
}

void CurvePlot::setCurve(std::vector<CurvePoint> curve, const Enough& enough)
{
    m_curve = std::move(curve);
    m_enough = enough;
    m_hovered.reset();
    fitTop();
    setCursor(m_curve.empty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
    update();
}

void CurvePlot::setOthers(std::vector<OtherCurve> others)
{
    m_others = std::move(others);
    fitTop();
    update();
}

void CurvePlot::fitTop()
{
    double largest = 2 * m_enough.epsilon;
    for (const CurvePoint& point : m_curve)
        largest = std::max(largest, point.worst);
    for (const OtherCurve& other : m_others) {
        for (const CurvePoint& point : other.curve)
            largest = std::max(largest, point.best);
    }
    m_top = roundUp(largest);
}

void CurvePlot::setCurrent(std::optional<QPointF> visibleAndChange)
{
    m_current = visibleAndChange;
    update();
}

QRectF CurvePlot::plotArea() const
{
    const QFontMetrics metrics = fontMetrics();
    const double left = metrics.horizontalAdvance(u"0.00"_s) + 6;
    const double bottom = 2 * metrics.height() + 6;
    return QRectF(left, metrics.height() + 9, width() - left - 8, height() - bottom - metrics.height() - 9);
}

QPointF CurvePlot::at(double visible, double change) const
{
    const QRectF area = plotArea();
    return {area.left() + visible / BlockCount * area.width(),
            area.bottom() - std::min(1.0, change / m_top) * area.height()};
}

void CurvePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_curve.empty()) {
        painter.setPen(themeColors(palette()).mutedText);
        painter.drawText(rect(), Qt::AlignCenter, tr("no result yet"));
        return;
    }
    paintAxes(painter);
    paintCurves(painter);
    paintMarks(painter);
}

void CurvePlot::paintAxes(QPainter& painter) const
{
    const ThemeColors& theme = themeColors(palette());
    const QRectF area = plotArea();
    const int lineHeight = fontMetrics().height();
    for (const double share : {0.0, 0.5, 1.0}) {
        const double y = area.bottom() - share * area.height();
        painter.setPen(QPen(theme.gridLine, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(0, y - lineHeight / 2.0, area.left() - 6, lineHeight),
                         Qt::AlignRight | Qt::AlignVCenter, QString::number(share * m_top, 'g', 3));
    }
    for (int visible = 0; visible <= BlockCount; visible += 2)
        painter.drawText(QRectF(at(visible, 0).x() - 12, area.bottom() + 3, 24, lineHeight), Qt::AlignCenter,
                         QString::number(visible));
    painter.drawText(QRectF(area.left(), area.bottom() + 3 + lineHeight, area.width(), lineHeight), Qt::AlignCenter,
                     tr("visible blocks"));
    painter.drawText(QRectF(0, 0, area.right(), lineHeight), Qt::AlignLeft | Qt::AlignVCenter, tr("score change"));
}

void CurvePlot::paintCurves(QPainter& painter) const
{
    const ThemeColors& theme = themeColors(palette());
    QPolygonF best;
    QPolygonF mean;
    QPolygonF worst;
    QPolygonF guaranteed;
    for (const CurvePoint& point : m_curve) {
        if (point.guaranteed)
            guaranteed << at(point.visible, *point.guaranteed);
        best << at(point.visible, point.best);
        mean << at(point.visible, point.mean);
        worst << at(point.visible, point.worst);
    }
    QPolygonF band = best;
    for (auto it = worst.crbegin(); it != worst.crend(); ++it)
        band << *it;
    QColor soft = theme.accent;
    soft.setAlpha(theme.dark ? 50 : 34);
    painter.setPen(Qt::NoPen);
    painter.setBrush(soft);
    painter.drawPolygon(band);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.worse, 1.5));
    painter.drawPolyline(worst);
    painter.setPen(QPen(theme.mutedText, 1.5, Qt::DashLine));
    painter.drawPolyline(mean);
    painter.setPen(QPen(theme.mutedText, 1));
    for (const OtherCurve& other : m_others) {
        QPolygonF line;
        for (const CurvePoint& point : other.curve)
            line << at(point.visible, point.best);
        painter.drawPolyline(line);
    }
    painter.setPen(QPen(theme.better, 2));
    painter.drawPolyline(guaranteed);
    painter.setPen(QPen(theme.accent, 2));
    painter.drawPolyline(best);

    // Legend in one line, right-aligned above the plot.
    double right = plotArea().right();
    const std::pair<QString, QColor> entries[] = {{tr("best"), theme.accent},
                                                  {tr("guaranteed"), theme.better},
                                                  {tr("mean"), theme.mutedText},
                                                  {tr("worst"), theme.worse}};
    for (const auto& [text, color] : entries) {
        const int textWidth = fontMetrics().horizontalAdvance(text);
        const double middle = fontMetrics().height() / 2.0;
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(right - textWidth, 0, textWidth, fontMetrics().height()), Qt::AlignCenter, text);
        painter.setPen(QPen(color, 2, color == theme.mutedText ? Qt::DotLine : Qt::SolidLine));
        painter.drawLine(QPointF(right - textWidth - 16, middle), QPointF(right - textWidth - 4, middle));
        right -= textWidth + 24;
    }
}

void CurvePlot::paintMarks(QPainter& painter) const
{
    const ThemeColors& theme = themeColors(palette());
    const QRectF area = plotArea();
    painter.setPen(QPen(theme.better, 1, Qt::DashLine));
    const double tolerance = at(0, m_enough.epsilon).y();
    painter.drawLine(QPointF(area.left(), tolerance), QPointF(area.right(), tolerance));
    if (m_hovered) {
        painter.setPen(QPen(theme.mutedText, 1));
        painter.drawLine(QPointF(at(*m_hovered, 0).x(), area.top()), QPointF(at(*m_hovered, 0).x(), area.bottom()));
    }
    painter.setPen(QPen(theme.card, 2));
    painter.setBrush(theme.better);
    painter.drawEllipse(at(m_enough.visible, std::abs(m_enough.change)), 5, 5);
    if (m_current) {
        painter.setPen(QPen(theme.text, 2));
        painter.setBrush(theme.card);
        painter.drawEllipse(at(m_current->x(), m_current->y()), 4, 4);
    }
}

const CurvePoint* CurvePlot::pointUnder(double x) const
{
    if (m_curve.empty())
        return nullptr;
    const QRectF area = plotArea();
    const int visible =
        std::clamp(static_cast<int>(std::lround((x - area.left()) / area.width() * BlockCount)), 0, BlockCount);
    const auto it =
        std::find_if(m_curve.begin(), m_curve.end(), [&](const CurvePoint& point) { return point.visible == visible; });
    return it == m_curve.end() ? nullptr : &*it;
}

void CurvePlot::mouseMoveEvent(QMouseEvent* event)
{
    const CurvePoint* point = pointUnder(event->position().x());
    if (!point)
        return;
    if (m_hovered != point->visible) {
        m_hovered = point->visible;
        update();
    }
    QStringList lines{tr("%1 visible: best %2, mean %3, worst %4")
                          .arg(point->visible)
                          .arg(scoreText(point->best), scoreText(point->mean), scoreText(point->worst))};
    if (point->guaranteed)
        lines << tr("guaranteed, whatever else is hidden: %1").arg(scoreText(*point->guaranteed));
    for (const OtherCurve& other : m_others) {
        for (const CurvePoint& theirs : other.curve) {
            if (theirs.visible == point->visible)
                lines << tr("%1: best %2").arg(other.name, scoreText(theirs.best));
        }
    }
    lines << tr("Click to see the best set");
    QToolTip::showText(event->globalPosition().toPoint(), lines.join(u'\n'), this);
}

void CurvePlot::mousePressEvent(QMouseEvent* event)
{
    const CurvePoint* point = event->button() == Qt::LeftButton ? pointUnder(event->position().x()) : nullptr;
    if (point)
        Q_EMIT chosen(point->keep);
}

void CurvePlot::leaveEvent(QEvent*)
{
    m_hovered.reset();
    update();
}

} // namespace halflens
