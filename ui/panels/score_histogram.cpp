// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/score_histogram.h"

#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr int Edge = 4;

} // namespace

ScoreHistogram::ScoreHistogram(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("scoreHistogram"));
    setAccessibleName(tr("Number of photos by score"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void ScoreHistogram::setScores(const std::vector<double>& scores)
{
    std::array<int, Bars> counts{};
    for (const double score : scores) {
        if (std::isfinite(score))
            ++counts[static_cast<std::size_t>(std::clamp(static_cast<int>((score - 1) / 4 * Bars), 0, Bars - 1))];
    }
    if (counts == m_counts)
        return;
    m_counts = counts;
    QStringList words;
    for (int bar = 0; bar < Bars; ++bar) {
        if (count(bar) > 0)
            words << tr("%1 to %2: %3").arg(scoreText(low(bar)), scoreText(low(bar + 1))).arg(count(bar));
    }
    setAccessibleDescription(words.join(QLatin1String(", ")));
    update();
}

QRect ScoreHistogram::plot() const
{
    return rect().adjusted(Edge, 2, -Edge, -fontMetrics().height());
}

int ScoreHistogram::barAt(int x) const
{
    const QRect room = plot();
    return std::clamp((x - room.left()) * Bars / std::max(1, room.width()), 0, Bars - 1);
}

void ScoreHistogram::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF room = plot();
    const int most = std::max(1, *std::max_element(m_counts.begin(), m_counts.end()));
    const double step = room.width() / Bars;
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.accent);
    for (int bar = 0; bar < Bars; ++bar) {
        if (count(bar) == 0)
            continue;
        const double height = std::max(1.5, room.height() * count(bar) / most);
        painter.drawRect(QRectF(room.left() + bar * step + 0.5, room.bottom() - height, step - 1, height));
    }
    painter.fillRect(QRectF(room.left(), room.bottom(), room.width(), 1), theme.gridLine);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    painter.setFont(small);
    painter.setPen(theme.mutedText);
    for (int grade = 1; grade <= 5; ++grade) {
        const double x = room.left() + room.width() * (grade - 1) / 4;
        const QRectF label(std::clamp(x - 10, 0.0, width() - 20.0), room.bottom() + 1, 20,
                           height() - room.bottom() - 1);
        painter.drawText(label, Qt::AlignHCenter | Qt::AlignTop, QString::number(grade));
    }
}

void ScoreHistogram::mousePressEvent(QMouseEvent* event)
{
    const int bar = barAt(static_cast<int>(event->position().x()));
    if (event->button() == Qt::LeftButton && count(bar) > 0)
        Q_EMIT rangeChosen(low(bar), low(bar + 1));
}

bool ScoreHistogram::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int bar = barAt(help->pos().x());
        const QString range = tr("%1 to %2").arg(scoreText(low(bar)), scoreText(low(bar + 1)));
        const QString photos = count(bar) == 1 ? tr("one photo") : tr("%1 photos").arg(count(bar));
        QToolTip::showText(help->globalPos(), tr("%1: %2. A click shows these alone.").arg(range, photos), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace halflens
