// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/curve_plot.h"

#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <string>
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
    : ChartPlot(parent)
{
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

ChartFrame CurvePlot::frame() const
{
    return ChartPlot::frame(0, BlockCount, 0, m_top);
}

void CurvePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (m_curve.empty())
        return paintNothing(painter, tr("no result yet"));
    const ChartFrame where = frame();
    paintCurves(painter, where);
    paintMarks(painter, where);
}

void CurvePlot::paintCurves(QPainter& painter, const ChartFrame& frame) const
{
    const ThemeColors& theme = themeColors(palette());
    enum Ink { Best, Guaranteed, Mean, Worst, Other };
    Surface surface(painter, *this,
                    {QPen(theme.accent, 2), QPen(theme.better, 2), QPen(theme.mutedText, 1.5, Qt::DashLine),
                     QPen(theme.worse, 1.5), QPen(theme.mutedText, 1)});
    std::vector<ChartTick> visible;
    for (int count = 0; count <= BlockCount; count += 2)
        visible.push_back({static_cast<double>(count), std::to_string(count)});
    std::vector<ChartTick> changes;
    for (const double share : {0.0, 0.5, 1.0})
        changes.push_back({share * m_top, QString::number(share * m_top, 'g', 3).toStdString()});
    const ChartNames names{tr("visible blocks").toStdString(), tr("score change").toStdString()};
    paintAxes(surface, frame, visible, changes, names);

    std::vector<ChartPoint> best;
    std::vector<ChartPoint> mean;
    std::vector<ChartPoint> worst;
    std::vector<ChartPoint> guaranteed;
    QPolygonF band;
    for (const CurvePoint& point : m_curve) {
        if (point.guaranteed)
            guaranteed.push_back(frame.at(point.visible, *point.guaranteed));
        best.push_back(frame.at(point.visible, point.best));
        mean.push_back(frame.at(point.visible, point.mean));
        worst.push_back(frame.at(point.visible, point.worst));
        band << toQt(best.back());
    }
    for (auto it = worst.crbegin(); it != worst.crend(); ++it)
        band << toQt(*it);
    QColor soft = theme.accent;
    soft.setAlpha(theme.dark ? 50 : 34);
    painter.setPen(Qt::NoPen);
    painter.setBrush(soft);
    painter.drawPolygon(band);
    surface.polyline(worst, Worst);
    surface.polyline(mean, Mean);
    for (const OtherCurve& other : m_others) {
        std::vector<ChartPoint> line;
        for (const CurvePoint& point : other.curve)
            line.push_back(frame.at(point.visible, point.best));
        surface.polyline(line, Other);
    }
    surface.polyline(guaranteed, Guaranteed);
    surface.polyline(best, Best);
    const std::vector<ChartEntry> entries{{tr("best").toStdString(), Best},
                                          {tr("guaranteed").toStdString(), Guaranteed},
                                          {tr("mean").toStdString(), Mean},
                                          {tr("worst").toStdString(), Worst}};
    paintLegend(surface, frame, entries, names.y);
}

void CurvePlot::paintMarks(QPainter& painter, const ChartFrame& frame) const
{
    const ThemeColors& theme = themeColors(palette());
    painter.setPen(QPen(theme.better, 1, Qt::DashLine));
    const double tolerance = frame.at(0, m_enough.epsilon).y;
    painter.drawLine(QPointF(frame.left(), tolerance), QPointF(frame.right(), tolerance));
    if (m_hovered) {
        const double x = frame.at(*m_hovered, 0).x;
        painter.setPen(QPen(theme.mutedText, 1));
        painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()));
    }
    painter.setPen(QPen(theme.card, 2));
    painter.setBrush(theme.better);
    painter.drawEllipse(toQt(frame.at(m_enough.visible, std::abs(m_enough.change))), 5, 5);
    if (m_current) {
        painter.setPen(QPen(theme.text, 2));
        painter.setBrush(theme.card);
        painter.drawEllipse(toQt(frame.at(m_current->x(), m_current->y())), 4, 4);
    }
}

const CurvePoint* CurvePlot::pointUnder(double x) const
{
    if (m_curve.empty())
        return nullptr;
    const auto visible = static_cast<int>(std::lround(frame().valueAt(x)));
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
