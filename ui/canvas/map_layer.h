// SPDX-License-Identifier: BSD-3-Clause
// The coloured map over the photo at one zoom and position, kept until something of it changes.
#pragma once

#include "core/figure/color_map.h"
#include "ui/state/map_pyramid.h"
#include "ui/state/view_transform.h"

#include <QPixmap>

#include <memory>

namespace halflens {

/// The visible part of the map in device pixels of the viewport, transparent beside the image. The
/// colours are those of colorize(), grey where the map says nothing; each value covers its part of the image.
/// O(viewport).
QImage renderMap(const ShownMap& map, ColorMap colors, ValueRange range, const ViewTransform& view, int widthPx,
                 int heightPx);

/// Remembers the last rendering. The opacity is no part of it: it is applied when drawing.
class MapLayer {
public:
    const QPixmap& pixmap(const std::shared_ptr<const ShownMap>& map, ColorMap colors, ValueRange range,
                          const ViewTransform& view, QSize sizePx);
    int renderings() const { return m_renderings; } ///< how often colours were made, for tests

private:
    std::shared_ptr<const ShownMap> m_map;
    ColorMap m_colors = ColorMap::Viridis;
    ValueRange m_range;
    ViewTransform m_view;
    QPixmap m_pixmap;
    int m_renderings = 0;
};

} // namespace halflens
