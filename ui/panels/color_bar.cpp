// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/color_bar.h"

#include "core/chart/chart.h"
#include "ui/panels/help_point.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double Thickness = 14; ///< of the bar
constexpr double TickLength = 4;
constexpr double Gap = 4;
constexpr double Before = 12; ///< between picture and upright bar
constexpr double Above = 16; ///< over an upright bar
constexpr double LyingBefore = 4;
constexpr double Longest = 420;
constexpr double TitleGap = 12;

QString titleOf(const LayerPicture& picture)
{
    if (picture.unit.isEmpty())
        return layerName(picture.id);
    return picture.blocks && picture.map ? ColorBarView::tr("%1, block means").arg(picture.unit) : picture.unit;
}

/// Beside a lying bar there is room for both: most units do not say of what.
QString longTitleOf(const LayerPicture& picture)
{
    const QString name = layerName(picture.id);
    const QString title = titleOf(picture);
    if (title.startsWith(name, Qt::CaseInsensitive))
        return name + title.mid(name.size());
    return ColorBarView::tr("%1, %2").arg(name, title);
}

struct Ticks {
    std::vector<double> values;
    LayerPicture labels; ///< with as many decimals as the steps need
};

Ticks ticksOf(const LayerPicture& picture, int most)
{
    const ValueRange range = picture.range;
    Ticks ticks{picture.id == OverlayId::Agreement ? niceTicks(0, range.high, std::max(2, static_cast<int>(range.high)))
                                                   : niceTicks(range.low, range.high, most),
                picture};
    if (ticks.values.size() > 1)
        ticks.labels.decimals =
            std::clamp(static_cast<int>(std::ceil(-std::log10(ticks.values[1] - ticks.values[0]) - 1e-9)), 0, 5);
    return ticks;
}

/// From low to high along the longer side of `bar`: upwards, or to the right.
void paintColors(QPainter& painter, const QRectF& bar, Qt::Orientation orientation, const LayerPicture& picture,
                 const ThemeColors& theme, double ratio)
{
    const ValueRange range = picture.range;
    const bool isUpright = orientation == Qt::Vertical;
    const double length = isUpright ? bar.height() : bar.width();
    const int steps = std::max(1, static_cast<int>(std::lround(length * ratio)));
    const double step = length / steps;
    for (int i = 0; i < steps; ++i) {
        double share = (i + 0.5) / steps;
        if (picture.id == OverlayId::Agreement) // whole models only
            share = std::round(share * range.high) / std::max(1.0, range.high);
        const QColor color(colorOf(range.low + share * (range.high - range.low), picture.colors, range));
        const double over = i + 1 < steps ? 0.5 * step : 0; // so that no seam shows
        if (isUpright)
            painter.fillRect(QRectF(bar.left(), bar.bottom() - (i + 1) * step - over, bar.width(), step + over), color);
        else
            painter.fillRect(QRectF(bar.left() + i * step, bar.top(), step + over, bar.height()), color);
    }
    painter.setPen(QPen(theme.mutedText, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5));
}

void paintUpright(QPainter& painter, const QRectF& room, const LayerPicture& picture, const ThemeColors& theme,
                  double ratio)
{
    const QFontMetricsF metrics(painter.font());
    const double length = std::min(Longest, room.height() - 2 * Above);
    const QRectF bar(room.left() + Before, room.center().y() - length / 2, Thickness, length);
    paintColors(painter, bar, Qt::Vertical, picture, theme, ratio);
    painter.setPen(theme.text);
    const double textLeft = bar.right() + TickLength + Gap;
    const Ticks ticks = ticksOf(picture, std::clamp(static_cast<int>(length / (metrics.height() * 2.2)), 2, 8));
    double widest = 0;
    for (const double tick : ticks.values) {
        const double y = bar.bottom() - picture.range.position(tick) * length;
        painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + TickLength, y));
        const QString text = ticks.labels.valueText(std::abs(tick) < 1e-12 ? 0 : tick);
        widest = std::max(widest, metrics.horizontalAdvance(text));
        painter.drawText(
            QRectF(textLeft, y - metrics.height() / 2, metrics.horizontalAdvance(text) + 2, metrics.height()),
            Qt::AlignLeft | Qt::AlignVCenter, text);
    }
    // What is measured, written upwards beside the numbers.
    painter.setPen(theme.mutedText);
    painter.save();
    painter.translate(textLeft + widest + 6, bar.bottom());
    painter.rotate(-90);
    painter.drawText(QRectF(0, 0, length, metrics.height() + 4), Qt::AlignCenter,
                     metrics.elidedText(titleOf(picture), Qt::ElideRight, length));
    painter.restore();
}

void paintLying(QPainter& painter, const QRectF& room, const LayerPicture& picture, const ThemeColors& theme,
                double ratio)
{
    const QFontMetricsF metrics(painter.font());
    const double most = room.width() - 2 * Before;
    const QString title = metrics.elidedText(longTitleOf(picture), Qt::ElideRight, most * 0.45);
    const double titleWidth = std::ceil(metrics.horizontalAdvance(title));
    const double length = std::max(40.0, std::min(Longest, most - titleWidth - TitleGap));
    const double left = room.left() + (room.width() - titleWidth - TitleGap - length) / 2;
    const QRectF bar(left + titleWidth + TitleGap, room.top() + LyingBefore, length, Thickness);
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(left, bar.center().y() - metrics.height() / 2, titleWidth + 2, metrics.height()),
                     Qt::AlignLeft | Qt::AlignVCenter, title);
    paintColors(painter, bar, Qt::Horizontal, picture, theme, ratio);
    painter.setPen(theme.text);
    const double widest = metrics.horizontalAdvance(QStringLiteral("−0.000"));
    const Ticks ticks = ticksOf(picture, std::clamp(static_cast<int>(length / (widest * 1.6)), 2, 8));
    for (const double tick : ticks.values) {
        const double x = bar.left() + picture.range.position(tick) * length;
        painter.drawLine(QPointF(x, bar.bottom() + 1), QPointF(x, bar.bottom() + TickLength));
        const QString text = ticks.labels.valueText(std::abs(tick) < 1e-12 ? 0 : tick);
        const double width = metrics.horizontalAdvance(text) + 2;
        painter.drawText(QRectF(x - width / 2, bar.bottom() + TickLength, width, metrics.height()), Qt::AlignCenter,
                         text);
    }
}

} // namespace

int colorBarDepth(Qt::Orientation orientation, const QFontMetricsF& metrics)
{
    const double depth = orientation == Qt::Vertical ? Before + Thickness + TickLength + Gap
            + metrics.horizontalAdvance(QStringLiteral("−0.0000")) + 6 + metrics.height() + 8
                                                     : LyingBefore + Thickness + TickLength + metrics.height() + 4;
    return static_cast<int>(std::ceil(depth));
}

void paintColorBar(QPainter& painter, const QRectF& room, Qt::Orientation orientation, const LayerPicture& picture,
                   const ThemeColors& theme, double ratio)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (orientation == Qt::Vertical)
        paintUpright(painter, room, picture, theme, ratio);
    else
        paintLying(painter, room, picture, theme, ratio);
    painter.restore();
}

ColorBarView::ColorBarView(const LayerView& layers, QWidget* parent)
    : QWidget(parent)
    , m_layers(layers)
{
    setObjectName(QStringLiteral("colorBar"));
    setAccessibleName(tr("Colour bar"));
    setOrientation(Qt::Vertical);
    connect(&layers, &LayerView::changed, this, &ColorBarView::refresh);
    refresh();
}

void ColorBarView::setOrientation(Qt::Orientation orientation)
{
    m_orientation = orientation;
    QSizePolicy policy(orientation == Qt::Vertical ? QSizePolicy::Fixed : QSizePolicy::Ignored,
                       orientation == Qt::Vertical ? QSizePolicy::Ignored : QSizePolicy::Fixed);
    policy.setRetainSizeWhenHidden(true);
    setSizePolicy(policy);
    updateGeometry();
    update();
}

QSize ColorBarView::sizeHint() const
{
    const int depth = colorBarDepth(m_orientation, QFontMetricsF(font()));
    return m_orientation == Qt::Vertical ? QSize(depth, 200) : QSize(200, depth);
}

void ColorBarView::refresh()
{
    m_picture = m_layers.legend();
    if (m_picture && m_picture->id == OverlayId::Halves)
        m_picture.reset();
    setVisible(m_picture.has_value());
    if (!m_picture)
        return update();
    setHelpTopic(*this, helpTopicOf(m_picture->id));
    setAccessibleDescription(tr("%1, from %2 to %3")
                                 .arg(layerName(m_picture->id), m_picture->valueText(m_picture->range.low),
                                      m_picture->valueText(m_picture->range.high)));
    update();
}

void ColorBarView::paintEvent(QPaintEvent*)
{
    if (!m_picture)
        return;
    QPainter painter(this);
    painter.setOpacity(m_layers.isOn() ? 1 : 0.35);
    paintColorBar(painter, rect(), m_orientation, *m_picture, themeColors(palette()), devicePixelRatioF());
}

} // namespace halflens
