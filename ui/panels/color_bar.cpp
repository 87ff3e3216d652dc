// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/color_bar.h"

#include "core/chart/chart.h"
#include "ui/state/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr int Left = 12;
constexpr int BarWidth = 14;
constexpr int TickLength = 4;
constexpr int Gap = 4;
constexpr int Above = 16;

} // namespace

ColorBarView::ColorBarView(const LayerView& layers, QWidget* parent)
    : QWidget(parent)
    , m_layers(layers)
{
    setObjectName(QStringLiteral("colorBar"));
    setAccessibleName(tr("Colour bar"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    connect(&layers, &LayerView::changed, this, &ColorBarView::refresh);
    refresh();
}

QSize ColorBarView::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {Left + BarWidth + TickLength + Gap + metrics.horizontalAdvance(QStringLiteral("−0.0000")) + 6
                + metrics.height() + 8,
            200};
}

void ColorBarView::refresh()
{
    m_picture = m_layers.legend();
    if (m_picture && m_picture->id == OverlayId::Halves)
        m_picture.reset();
    setVisible(m_picture.has_value());
    if (m_picture)
        setAccessibleDescription(tr("%1, from %2 to %3")
                                     .arg(layerName(m_picture->id), m_picture->valueText(m_picture->range.low),
                                          m_picture->valueText(m_picture->range.high)));
    update();
}

void ColorBarView::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.canvas);
    if (!m_picture)
        return;
    painter.setOpacity(m_layers.isOn() ? 1 : 0.35);
    const QFontMetricsF metrics(font());
    const double barHeight = std::min(420.0, height() - 2.0 * Above);
    const QRectF bar(Left, (height() - barHeight) / 2, BarWidth, barHeight);
    const ValueRange range = m_picture->range;
    const double ratio = devicePixelRatioF();
    const int steps = std::max(1, static_cast<int>(std::lround(barHeight * ratio)));
    const bool isCount = m_picture->id == OverlayId::Agreement;
    for (int i = 0; i < steps; ++i) {
        double share = 1 - (i + 0.5) / steps;
        if (isCount) // whole models only
            share = std::round(share * range.high) / std::max(1.0, range.high);
        const double value = range.low + share * (range.high - range.low);
        painter.fillRect(QRectF(bar.left(), bar.top() + i / ratio, bar.width(), 1.5 / ratio),
                         QColor(colorOf(value, m_picture->colors, range)));
    }
    painter.setPen(QPen(theme.mutedText, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5));

    const auto at = [&](double value) { return bar.bottom() - range.position(value) * bar.height(); };
    painter.setPen(theme.text);
    const double textLeft = bar.right() + TickLength + Gap;
    const int most = std::clamp(static_cast<int>(barHeight / (metrics.height() * 2.2)), 2, 8);
    const std::vector<double> ticks = isCount ? niceTicks(0, range.high, std::max(2, static_cast<int>(range.high)))
                                              : niceTicks(range.low, range.high, most);
    LayerPicture labels = *m_picture; // with as many decimals as the steps need
    if (ticks.size() > 1)
        labels.decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(ticks[1] - ticks[0]) - 1e-9)), 0, 5);
    double widest = 0;
    for (const double tick : ticks) {
        const double y = at(tick);
        painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + TickLength, y));
        const QString text = labels.valueText(std::abs(tick) < 1e-12 ? 0 : tick);
        widest = std::max(widest, metrics.horizontalAdvance(text));
        painter.drawText(
            QRectF(textLeft, y - metrics.height() / 2, metrics.horizontalAdvance(text) + 2, metrics.height()),
            Qt::AlignLeft | Qt::AlignVCenter, text);
    }
    // What is measured, written upwards beside the numbers.
    painter.setPen(theme.mutedText);
    painter.translate(textLeft + widest + 6, bar.bottom());
    painter.rotate(-90);
    const QString title = m_picture->unit.isEmpty() ? layerName(m_picture->id)
        : m_picture->blocks && m_picture->map       ? tr("%1, block means").arg(m_picture->unit)
                                                    : m_picture->unit;
    painter.drawText(QRectF(0, 0, bar.height(), metrics.height() + 4), Qt::AlignCenter,
                     metrics.elidedText(title, Qt::ElideRight, bar.height()));
}

} // namespace halflens
