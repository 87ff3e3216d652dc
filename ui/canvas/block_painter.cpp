// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/block_painter.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double NumberMinSidePx = 34; ///< smaller blocks show no number

void paintHidden(QPainter& painter, const QRectF& rect, HiddenStyle style)
{
    switch (style) {
    case HiddenStyle::Black:
        painter.fillRect(rect, Qt::black);
        break;
    case HiddenStyle::Hatched:
        painter.fillRect(rect, QColor(0, 0, 0, 190));
        painter.fillRect(rect, QBrush(QColor(255, 255, 255, 70), Qt::BDiagPattern));
        break;
    case HiddenStyle::Dimmed:
        painter.fillRect(rect, QColor(0, 0, 0, 165));
        break;
    }
}

/// Two tones, so that lines show on bright and dark photos alike.
void paintGrid(QPainter& painter, const ViewTransform& view)
{
    const double px = 1 / view.devicePixelRatio();
    const double line = std::max(1.0, px);
    const auto vertical = [&](double x, double top, double bottom) {
        painter.fillRect(QRectF(x - line, top, 2 * line, bottom - top), QColor(0, 0, 0, 70));
        painter.fillRect(QRectF(x - line / 2, top, line, bottom - top), QColor(255, 255, 255, 170));
    };
    const auto horizontal = [&](double y, double left, double right) {
        painter.fillRect(QRectF(left, y - line, right - left, 2 * line), QColor(0, 0, 0, 70));
        painter.fillRect(QRectF(left, y - line / 2, right - left, line), QColor(255, 255, 255, 170));
    };
    const QRectF first = blockViewRect({0}, view);
    const QRectF last = blockViewRect({BlockCount - 1}, view);
    for (int column = 1; column < GridColumns; ++column)
        vertical(blockViewRect(BlockIndex::at(0, column), view).left(), first.top(), last.bottom());
    for (int row = 1; row < GridRows; ++row)
        horizontal(blockViewRect(BlockIndex::at(row, 0), view).top(), first.left(), last.right());
}

void paintNumber(QPainter& painter, BlockIndex block, const QRectF& rect, bool hidden)
{
    if (std::min(rect.width(), rect.height()) < NumberMinSidePx)
        return;
    const QString text = QString::number(block.value);
    const QFontMetricsF metrics(painter.font());
    const double height = metrics.height() + 2;
    const double width = std::max(height, metrics.horizontalAdvance(text) + 10);
    const QRectF chip(rect.left() + 6, rect.top() + 6, width, height);
    painter.setPen(Qt::NoPen);
    painter.setBrush(hidden ? QColor(255, 255, 255, 40) : QColor(0, 0, 0, 130));
    painter.drawRoundedRect(chip, height / 2, height / 2);
    painter.setPen(QColor(255, 255, 255, hidden ? 200 : 240));
    painter.drawText(chip, Qt::AlignCenter, text);
}

/// What the block is worth, in its middle: larger than its number, on a chip that any colour can carry.
void paintValue(QPainter& painter, const QString& text, const QRectF& rect)
{
    painter.save();
    QFont font = painter.font();
    font.setPointSizeF(font.pointSizeF() * 1.2);
    font.setBold(true);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    const double height = metrics.height() + 4;
    const double width = metrics.horizontalAdvance(text) + height * 0.7;
    if (width + 8 <= rect.width() && height + 8 <= rect.height()) {
        const QRectF chip(rect.center().x() - width / 2, rect.center().y() - height / 2, width, height);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, 165));
        painter.drawRoundedRect(chip, 5, 5);
        painter.setPen(Qt::white);
        painter.drawText(chip, Qt::AlignCenter, text);
    }
    painter.restore();
}

void paintFrame(QPainter& painter, const QRectF& rect, const QColor& color, double width)
{
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 150), width + 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    const double inset = width / 2 + 1;
    const QRectF inner = rect.adjusted(inset, inset, -inset, -inset);
    painter.drawRect(inner);
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(inner);
}

/// A line along the inner side of the edge of a set of blocks, on a dark one that carries it on bright photos.
void paintOutline(QPainter& painter, BlockMask set, const ViewTransform& view, const QColor& color, bool dashed)
{
    constexpr double Width = 6; // half of it is outside, and clipped
    constexpr double DarkWidth = 10;
    QPainterPath inside;
    inside.setFillRule(Qt::WindingFill);
    std::vector<QLineF> edges; // of blocks whose neighbour is not in the set, longer at both ends by a line's width
    for (const int number : toList(set)) {
        const BlockIndex block{number};
        const QRectF rect = blockViewRect(block, view);
        inside.addRect(rect);
        const auto isEdge = [&](int rows, int columns) {
            const int row = block.row() + rows;
            const int column = block.column() + columns;
            return row < 0 || row >= GridRows || column < 0 || column >= GridColumns
                || !set.contains(BlockIndex::at(row, column));
        };
        const QPointF right(Width / 2, 0);
        const QPointF down(0, Width / 2);
        if (isEdge(-1, 0))
            edges.emplace_back(rect.topLeft() - right, rect.topRight() + right);
        if (isEdge(1, 0))
            edges.emplace_back(rect.bottomLeft() - right, rect.bottomRight() + right);
        if (isEdge(0, -1))
            edges.emplace_back(rect.topLeft() - down, rect.bottomLeft() + down);
        if (isEdge(0, 1))
            edges.emplace_back(rect.topRight() - down, rect.bottomRight() + down);
    }
    painter.save();
    painter.setClipPath(inside, Qt::IntersectClip);
    const auto draw = [&](const QPen& pen) {
        painter.setPen(pen);
        painter.drawLines(edges.data(), static_cast<int>(edges.size()));
    };
    draw(QPen(QColor(0, 0, 0, 150), DarkWidth, Qt::SolidLine, Qt::FlatCap));
    QPen pen(color, Width, Qt::SolidLine, Qt::FlatCap);
    if (dashed)
        pen.setDashPattern({2, 1.5});
    draw(pen);
    painter.restore();
}

} // namespace

HiddenStyle hiddenStyleFromWord(const QString& word)
{
    if (word == QLatin1String("hatched"))
        return HiddenStyle::Hatched;
    return word == QLatin1String("dimmed") ? HiddenStyle::Dimmed : HiddenStyle::Black;
}

BlockTints tintsOf(const LayerPicture& layer, const ThemeColors& theme)
{
    BlockTints tints;
    for (std::size_t block = 0; block < tints.size(); ++block) {
        const double value = (*layer.blocks)[block];
        tints[block] = layer.id == OverlayId::Halves ? (value > 0 ? theme.important : theme.trivial)
                                                     : QColor(colorOf(value, layer.colors, layer.range));
        tints[block].setAlphaF(static_cast<float>(layer.opacity));
    }
    return tints;
}

void paintTints(QPainter& painter, const BlockTints& tints, const ViewTransform& view)
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int block = 0; block < BlockCount; ++block)
        painter.fillRect(blockViewRect({block}, view), tints[static_cast<std::size_t>(block)]);
}

QRectF blockViewRect(BlockIndex block, const ViewTransform& view)
{
    const BlockRect rect = blockRect(block, view.imageHeight(), view.imageWidth());
    const double ratio = view.devicePixelRatio();
    const auto snapped = [ratio](double position) { return std::round(position * ratio) / ratio; };
    const ViewPoint topLeft = view.toView({static_cast<double>(rect.left), static_cast<double>(rect.top)});
    const ViewPoint bottomRight = view.toView({static_cast<double>(rect.right), static_cast<double>(rect.bottom)});
    return {QPointF(snapped(topLeft.x), snapped(topLeft.y)), QPointF(snapped(bottomRight.x), snapped(bottomRight.y))};
}

void paintBlocks(QPainter& painter, const BlockScene& scene, const ViewTransform& view, const ThemeColors& theme)
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int block = 0; block < BlockCount; ++block) {
        const QRectF rect = blockViewRect({block}, view);
        if (scene.hidden.contains({block}))
            paintHidden(painter, rect, scene.style);
    }
    if (scene.grid)
        paintGrid(painter, view);
    if (scene.important) {
        paintOutline(painter, scene.important->complement(), view, theme.trivial, scene.dashed);
        paintOutline(painter, *scene.important, view, theme.important, scene.dashed);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (scene.numbers) {
        for (int block = 0; block < BlockCount; ++block)
            paintNumber(painter, {block}, blockViewRect({block}, view), scene.hidden.contains({block}));
    }
    if (scene.values) {
        for (int block = 0; block < BlockCount; ++block)
            paintValue(painter, (*scene.values)[static_cast<std::size_t>(block)], blockViewRect({block}, view));
    }
    for (const int block : toList(scene.marked))
        paintFrame(painter, blockViewRect({block}, view), Qt::white, 4);
    if (scene.hovered)
        paintFrame(painter, blockViewRect(*scene.hovered, view), QColor(255, 255, 255, 200), 1.5);
    if (scene.focused)
        paintFrame(painter, blockViewRect(*scene.focused, view),
                   scene.focusVisible ? theme.accent : QColor(200, 200, 200), 3);
}

void paintLabel(QPainter& painter, const QString& text, double viewWidth)
{
    const QFontMetricsF metrics(painter.font());
    const double textWidth = metrics.horizontalAdvance(text);
    const QRectF chip((viewWidth - textWidth) / 2 - 14, 14, textWidth + 28, metrics.height() + 10);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 165));
    painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2);
    painter.setPen(Qt::white);
    painter.drawText(chip, Qt::AlignCenter, text);
}

} // namespace halflens
