// SPDX-License-Identifier: BSD-3-Clause
// All that a canvas shows, as one value, and how it is painted: on the screen and into files.
#pragma once

#include "core/explain/tiles.h"
#include "ui/canvas/block_painter.h"
#include "ui/state/image_pyramid.h"
#include "ui/state/layer_view.h"

#include <QSizeF>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

struct CanvasScene {
    std::shared_ptr<const LoadedImage> photo; ///< null: the canvas is empty
    ViewTransform view;
    QSizeF size; ///< of the canvas, logical pixels
    QString original; ///< not empty: the photo alone, under this word
    std::vector<LayerPicture> layers; ///< bottom first
    BlockScene blocks;
    std::optional<PixelRect> region;
    QString regionLabel;
};

/// Where the pixels of photo and maps come from: a canvas keeps them, a file has them made.
struct CanvasPixels {
    std::function<void(QPainter&)> photo; ///< with what is around it
    std::function<void(QPainter&, const LayerPicture&)> map;
};

/// Logical pixels. Everything but `pixels` is drawn as lines, areas and text.
void paintCanvas(QPainter& painter, const CanvasScene& scene, const CanvasPixels& pixels, const ThemeColors& theme);

/// Made for this once, `ratio` device pixels for a logical one. `scene` outlives the result. Any thread.
CanvasPixels freshPixels(const CanvasScene& scene, double ratio, const QColor& background);

/// Device pixels for a logical one at which the photo keeps all its pixels, where it is shrunk: at least `ratio`, and
/// no more than `mostPixels` for the whole canvas.
double fullRatio(const CanvasScene& scene, double ratio, double mostPixels);

} // namespace halflens
