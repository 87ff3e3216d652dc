// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/score_bar.h"

#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QPainter>

#include <algorithm>

namespace halflens {

namespace {

constexpr int BarHeight = 10;
constexpr int LabelGap = 4;

} // namespace

ScoreBar::ScoreBar(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Score on the scale from 1 to 5"));
}

QSize ScoreBar::sizeHint() const
{
    return {200, 4 + BarHeight + LabelGap + fontMetrics().height()};
}

void ScoreBar::setScores(std::optional<double> current, std::optional<double> whole)
{
    m_current = current;
    m_whole = whole;
    setAccessibleDescription(current ? scoreText(*current) : QString());
    update();
}

void ScoreBar::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double margin = fontMetrics().horizontalAdvance(u'5') / 2.0;
    const QRectF track(margin, 4, width() - 2 * margin, BarHeight);
    const auto position = [&](double score) {
        return track.left() + (std::clamp(score, 1.0, 5.0) - 1) / 4 * track.width();
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.track);
    painter.drawRoundedRect(track, BarHeight / 2.0, BarHeight / 2.0);
    if (m_current) {
        painter.save();
        painter.setClipRect(QRectF(track.left(), track.top(), position(*m_current) - track.left(), track.height()));
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(track, BarHeight / 2.0, BarHeight / 2.0);
        painter.restore();
    }
    if (m_whole) {
        painter.setBrush(theme.text);
        painter.drawRoundedRect(QRectF(position(*m_whole) - 1.5, track.top() - 4, 3, BarHeight + 8), 1.5, 1.5);
    }
    painter.setPen(theme.mutedText);
    for (int grade = 1; grade <= 5; ++grade) {
        const QRectF box(position(grade) - 10, track.bottom() + LabelGap, 20, fontMetrics().height());
        painter.drawText(box, Qt::AlignCenter, QString::number(grade));
    }
}

} // namespace halflens
