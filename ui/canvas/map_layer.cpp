// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/map_layer.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

/// Columns or rows of a level that show in `viewLength` device pixels, one more at each side.
struct Span {
    int first = 0;
    int count = 0;
};

Span visibleSpan(int levelLength, double start, double length, int viewLength)
{
    const double step = length / levelLength; // device pixels of a value
    const int first = std::max(0, static_cast<int>(std::floor(-start / step)) - 1);
    const int last = std::min(levelLength, static_cast<int>(std::ceil((viewLength - start) / step)) + 1);
    return {first, std::max(0, last - first)};
}

ScalarMap cropped(const ScalarMap& map, Span columns, Span rows)
{
    ScalarMap part(rows.count, columns.count);
    for (int y = 0; y < rows.count; ++y) {
        const auto from =
            map.row(rows.first + y)
                .subspan(static_cast<std::size_t>(columns.first), static_cast<std::size_t>(columns.count));
        std::copy(from.begin(), from.end(), part.row(y).begin());
    }
    return part;
}

/// Values that say nothing are no numbers: they get the colour of those.
void blankWeak(ScalarMap& part, const ImageMap& map, Span columns, Span rows)
{
    for (int y = 0; y < part.height; ++y) {
        const std::size_t row = static_cast<std::size_t>(rows.first + y) * static_cast<std::size_t>(map.map.width);
        for (int x = 0; x < part.width; ++x) {
            if (map.weak[row + static_cast<std::size_t>(columns.first + x)] != 0)
                part.row(y)[static_cast<std::size_t>(x)] = std::numeric_limits<float>::quiet_NaN();
        }
    }
}

} // namespace

QImage renderMap(const ShownMap& map, ColorMap colors, ValueRange range, const ViewTransform& view, int widthPx,
                 int heightPx)
{
    QImage result(std::max(1, widthPx), std::max(1, heightPx), QImage::Format_ARGB32_Premultiplied);
    result.fill(Qt::transparent);
    if (view.isEmpty() || map.source().map.isEmpty())
        return result;
    const ViewRect rect = view.imageRect();
    const double ratio = view.devicePixelRatio();
    const QRectF target(rect.left * ratio, rect.top * ratio, rect.width * ratio, rect.height * ratio);
    const ScalarMap& whole = map.source().map;
    const ScalarMap& level = map.levelFor(view.zoom() * view.imageWidth() / whole.width); // maps may be coarser
    const Span columns = visibleSpan(level.width, target.left(), target.width(), widthPx);
    const Span rows = visibleSpan(level.height, target.top(), target.height(), heightPx);
    if (columns.count == 0 || rows.count == 0)
        return result;
    ScalarMap part = cropped(level, columns, rows);
    if (!map.source().weak.empty() && &level == &whole)
        blankWeak(part, map.source(), columns, rows);
    const Result<QImage> colored = colorize(part, colors, range);
    if (!colored)
        return result;
    const double stepX = target.width() / level.width;
    const double stepY = target.height() / level.height;
    QPainter painter(&result);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, stepX < 1); // cells keep their edges
    painter.drawImage(QRectF(target.left() + columns.first * stepX, target.top() + rows.first * stepY,
                             columns.count * stepX, rows.count * stepY),
                      *colored);
    return result;
}

const QPixmap& MapLayer::pixmap(const std::shared_ptr<const ShownMap>& map, ColorMap colors, ValueRange range,
                                const ViewTransform& view, QSize sizePx)
{
    const bool isSame =
        map == m_map && colors == m_colors && range == m_range && view == m_view && m_pixmap.size() == sizePx;
    if (!isSame) {
        m_pixmap = QPixmap::fromImage(renderMap(*map, colors, range, view, sizePx.width(), sizePx.height()));
        m_pixmap.setDevicePixelRatio(view.devicePixelRatio());
        m_map = map;
        m_colors = colors;
        m_range = range;
        m_view = view;
        ++m_renderings;
    }
    return m_pixmap;
}

} // namespace halflens
