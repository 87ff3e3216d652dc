// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/grade_chart.h"

#include "ui/state/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <utility>

namespace halflens {

namespace {

constexpr int Grades = 5;
constexpr float SmallestMarkedShare = 0.005F; ///< a mark for less would look like a thick base line

QString percent(float share)
{
    const double value = 100.0 * static_cast<double>(share);
    if (value > 0 && value < 1)
        return GradeChart::tr("<1");
    return QString::number(value, 'f', 0);
}

} // namespace

GradeChart::GradeChart(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Likelihood of the grades from bad to excellent, in percent"));
}

void GradeChart::setGrades(std::vector<float> current, std::vector<float> whole)
{
    m_current = std::move(current);
    m_whole = std::move(whole);
    QStringList shares;
    for (const float share : m_current)
        shares << percent(share);
    setAccessibleDescription(shares.join(QLatin1String(", ")));
    update();
}

QRectF GradeChart::column(int grade) const
{
    const double slot = width() / static_cast<double>(Grades);
    const double gap = std::min(10.0, slot * 0.18);
    const double labels = fontMetrics().height() + 3.0;
    return {grade * slot + gap / 2, labels, slot - gap, height() - 2 * labels};
}

void GradeChart::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    const std::array<QString, Grades> names{tr("Bad"), tr("Poor"), tr("Fair"), tr("Good"), tr("Excellent")};
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    // One font size for all names: the longest decides whether they fit or numbers stand in.
    const bool namesFit = fontMetrics().horizontalAdvance(names.back()) <= width() / Grades;
    for (int grade = 0; grade < Grades; ++grade) {
        const QRectF box = column(grade);
        const auto barOf = [&](float share) {
            const double height = std::clamp(static_cast<double>(share), 0.0, 1.0) * box.height();
            return QRectF(box.left(), box.bottom() - height, box.width(), height);
        };
        painter.fillRect(QRectF(box.left(), box.bottom(), box.width(), 1), theme.gridLine);
        const auto at = static_cast<std::size_t>(grade);
        if (at < m_current.size()) {
            const QRectF bar = barOf(m_current[at]);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.accent);
            painter.drawRoundedRect(bar, 2, 2);
            const double wholeTop = at < m_whole.size() ? barOf(m_whole[at]).top() : bar.top();
            painter.setPen(theme.text);
            painter.drawText(QRectF(box.left() - 6, std::min(bar.top(), wholeTop) - fontMetrics().height() - 2,
                                    box.width() + 12, fontMetrics().height()),
                             Qt::AlignCenter, percent(m_current[at]));
        }
        if (at < m_whole.size() && m_whole[at] >= SmallestMarkedShare) {
            const QRectF bar = barOf(m_whole[at]);
            painter.setPen(QPen(theme.text, 1.5));
            painter.drawLine(QPointF(bar.left() - 2, bar.top()), QPointF(bar.right() + 2, bar.top()));
        }
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(box.left() - 8, box.bottom() + 3, box.width() + 16, fontMetrics().height()),
                         Qt::AlignCenter, namesFit ? names[at] : QString::number(grade + 1));
    }
}

bool GradeChart::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && !m_current.empty()) {
        QString text = tr("Likelihood of each grade in percent. Bars: with the visible blocks.");
        if (!m_whole.empty())
            text += QLatin1Char(' ') + tr("Lines: the whole image.");
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace halflens
