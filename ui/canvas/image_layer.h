// SPDX-License-Identifier: BSD-3-Clause
// The photo as it fills the viewport at one zoom and position, kept until one of them changes.
#pragma once

#include "ui/state/image_pyramid.h"
#include "ui/state/view_transform.h"

#include <QColor>
#include <QPixmap>

namespace halflens {

/// The pixels of the viewport, in device pixels: the image on `background`. Smooth below 100 %,
/// pixel-sharp from there on: at a fractional zoom every image pixel keeps an even, crisp square.
QImage renderView(const ImagePyramid& pyramid, const ViewTransform& view, int widthPx, int heightPx,
                  const QColor& background);

/// Remembers the last rendering: hovering and toggling repaint the overlays only.
class ImageLayer {
public:
    void setImage(std::shared_ptr<const LoadedImage> image);
    const QPixmap& pixmap(const ViewTransform& view, QSize sizePx, const QColor& background);

private:
    std::shared_ptr<const LoadedImage> m_image;
    QPixmap m_pixmap;
    ViewTransform m_view;
    QColor m_background;
    bool m_valid = false;
};

} // namespace halflens
