// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/canvas_scene.h"

#include "ui/canvas/image_layer.h"
#include "ui/canvas/map_layer.h"
#include "ui/canvas/region_painter.h"

#include <algorithm>
#include <cmath>

namespace halflens {

void paintCanvas(QPainter& painter, const CanvasScene& scene, const CanvasPixels& pixels, const ThemeColors& theme)
{
    pixels.photo(painter);
    if (!scene.photo)
        return;
    if (!scene.original.isEmpty()) {
        paintLabel(painter, scene.original, scene.size.width());
        return;
    }
    for (const LayerPicture& picture : scene.layers) {
        if (picture.outline)
            continue; // drawn with the blocks, over those that are hidden
        if (picture.blocks) {
            paintTints(painter, tintsOf(picture, theme), scene.view);
            continue;
        }
        painter.setOpacity(picture.opacity);
        pixels.map(painter, picture);
        painter.setOpacity(1);
    }
    paintBlocks(painter, scene.blocks, scene.view, theme);
    if (scene.region)
        paintRegion(painter, *scene.region, scene.regionLabel, scene.view, scene.size);
}

CanvasPixels freshPixels(const CanvasScene& scene, double ratio, const QColor& background)
{
    const ViewTransform view = scene.view.atRatio(ratio);
    const int width = static_cast<int>(std::ceil(scene.size.width() * ratio));
    const int height = static_cast<int>(std::ceil(scene.size.height() * ratio));
    const QRectF target(0, 0, width / ratio, height / ratio);
    return {[&scene, view, width, height, target, background](QPainter& painter) {
                static const ImagePyramid none;
                painter.drawImage(
                    target, renderView(scene.photo ? scene.photo->pyramid : none, view, width, height, background));
            },
            [view, width, height, target](QPainter& painter, const LayerPicture& picture) {
                painter.drawImage(target, renderMap(*picture.map, picture.colors, picture.range, view, width, height));
            }};
}

double fullRatio(const CanvasScene& scene, double ratio, double mostPixels)
{
    const double whole =
        scene.view.isEmpty() ? ratio : scene.view.devicePixelRatio() / std::min(1.0, scene.view.zoom());
    const double most = std::sqrt(mostPixels / std::max(1.0, scene.size.width() * scene.size.height()));
    return std::min(std::max(ratio, whole), std::max(1.0, most));
}

} // namespace halflens
