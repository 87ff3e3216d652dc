// SPDX-License-Identifier: BSD-3-Clause
// The view as it is seen - photo, layers, blocks, the line above and the colour bar - as a picture of its own.
#pragma once

#include "core/figure/figure_writer.h"
#include "ui/canvas/canvas_scene.h"

#include <QFont>
#include <QImage>

#include <optional>

namespace halflens {

class CanvasView;
class ColorBarView;
struct Viewer;

/// A value: it can be painted on any thread, and stays what it was when the viewer goes on.
struct ViewPicture {
    CanvasScene canvas;
    QRectF part; ///< of the canvas: what shows of the photo, with a little around it
    QString question; ///< the line above the picture
    QString remark;
    bool isWarning = false;
    std::optional<LayerPicture> bar;
    bool isBarFaint = false; ///< all layers are switched off
    Qt::Orientation barOrientation = Qt::Vertical;
    QFont font;
    double dpi = 96; ///< logical pixels to the inch, for sizes in points
    bool dark = false;
    double ratio = 1; ///< device pixels for a logical one on the screen
};

/// `canvas` shows a photo; it and `bar` are those of the window.
ViewPicture viewPicture(const Viewer& viewer, const CanvasView& canvas, const ColorBarView& bar);

/// For files: logical pixels, as many to the inch as on the screen. A PNG has twice the pixels of the screen; PDF and
/// SVG have the photo's own where it is shrunk, up to 60 million. A PDF holds everything else as lines and text; an
/// SVG, which cannot clip, what lies over the photo as pixels.
Painting paintingOf(const ViewPicture& picture);

/// The pixels of the screen, for the clipboard.
QImage imageOf(const ViewPicture& picture);

/// What the file says of where it comes from.
Provenance provenanceOf(const Viewer& viewer);

} // namespace halflens
