// SPDX-License-Identifier: BSD-3-Clause
// The selected rectangle on the canvas: which pixels it is, and how it looks.
#pragma once

#include "core/explain/tiles.h"
#include "ui/state/view_transform.h"

#include <QPainter>
#include <QSizeF>
#include <QString>

namespace halflens {

/// The image pixels between two places of the view, both inclusive, as far as they are inside the image.
PixelRect pixelsBetween(ViewPoint a, ViewPoint b, const ViewTransform& view);

/// Frame and label: above the rectangle, below where there is no room above. Logical pixels; `viewport` is their size.
void paintRegion(QPainter& painter, const PixelRect& rect, const QString& label, const ViewTransform& view,
                 QSizeF viewport);

} // namespace halflens
