// SPDX-License-Identifier: BSD-3-Clause
// A finished figure page: what lies where, in whole pixels. Layout makes it, preview, PNG, SVG and
// PDF paint the same one.
#pragma once

#include "core/base/result.h"

#include <QImage>
#include <QRect>
#include <QString>

#include <functional>
#include <vector>

class QPainter;

namespace halflens {

/// Size of a figure. Heights follow from the content.
struct PageSetup {
    double widthMm = 180; ///< 20..1000
    int dpi = 300; ///< 50..1200
    bool operator==(const PageSetup&) const = default;

    int px(double mm) const; ///< millimetres to pixels
    int pointsToPx(double points) const; ///< type size in points (1/72 inch) to pixels, at least 1
};
/// InvalidInput: width or resolution outside its range.
Status checkPageSetup(const PageSetup& setup);

/// Pixels that are made when they are painted, one image at a time: a figure of many large photos
/// needs the memory of one.
struct PanelImage {
    QSize size; ///< at full resolution
    std::function<Result<QImage>()> load; ///< the same pixels at every call, of this size; any thread

    PanelImage() = default;
    PanelImage(QSize fullSize, std::function<Result<QImage>()> loader)
        : size(fullSize)
        , load(std::move(loader))
    { }
    explicit PanelImage(const QImage& image);
    bool isNull() const { return !load || size.isEmpty(); }
};

/// An image fitted to `rect`.
struct PageImage {
    QRect rect;
    PanelImage image;
};

/// A colour bar, already at its size in pixels.
struct PageBar {
    QRect rect;
    QImage image;
};

/// A filled rectangle: lines, frames.
struct PageRect {
    QRect rect;
    QRgb color = 0xff000000;
};

/// One run of text. A vertical one reads upwards; its base line is the right side.
struct PageText {
    QPointF baseline; ///< where the text starts
    QRectF bounds; ///< line box, for tests and hit testing
    QString text;
    int pixelSize = 0;
    bool bold = false;
    QRgb color = 0xff000000;
    bool vertical = false;
};

struct FigurePage {
    int width = 0;
    int height = 0;
    int dpi = 300;
    std::vector<PageImage> panels; ///< row-major, empty panels left out
    std::vector<PageBar> bars;
    std::vector<PageRect> rects;
    std::vector<PageText> texts;
};

/// Paints the page at one painter unit per pixel, onto white. `atFullResolution`: images go to the
/// painter as they are (vector formats); else they are first brought to the size of their
/// rectangle with every pixel contributing. Errors are those of the images. Needs a QGuiApplication.
Status paintPage(QPainter& painter, const FigurePage& page, bool atFullResolution);

/// The page as pixels, Format_RGB32, device pixel ratio 1, dots per metre set. OutOfMemory: no room.
Result<QImage> renderPage(const FigurePage& page);

} // namespace halflens
