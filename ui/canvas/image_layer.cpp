// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/image_layer.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

namespace {

constexpr double CrispZoom = 6; ///< from here on an uneven pixel edge no longer shows

/// A fractional zoom above 1: the visible part is enlarged by the next whole factor without
/// smoothing and brought to size with it, so that only the seams between pixels are mixed.
void drawMagnified(QPainter& painter, const QImage& image, const QRectF& target, const QRect& visible)
{
    const double zoom = target.width() / image.width();
    const QRectF part(target.left() + visible.left() * zoom, target.top() + visible.top() * zoom,
                      visible.width() * zoom, visible.height() * zoom);
    const bool isWhole = std::abs(zoom - std::round(zoom)) < 1e-6;
    if (isWhole || zoom >= CrispZoom) {
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        painter.drawImage(part, image, visible);
        return;
    }
    const int factor = static_cast<int>(std::ceil(zoom));
    const QImage enlarged =
        image.copy(visible).scaled(visible.size() * factor, Qt::IgnoreAspectRatio, Qt::FastTransformation);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, true);
    painter.drawImage(part, enlarged);
}

} // namespace

QImage renderView(const ImagePyramid& pyramid, const ViewTransform& view, int widthPx, int heightPx,
                  const QColor& background)
{
    QImage result(std::max(1, widthPx), std::max(1, heightPx), QImage::Format_RGB32);
    result.fill(background);
    if (pyramid.isEmpty() || view.isEmpty())
        return result;
    const ViewRect rect = view.imageRect();
    const double ratio = view.devicePixelRatio();
    const QRectF target(rect.left * ratio, rect.top * ratio, rect.width * ratio, rect.height * ratio);
    QPainter painter(&result);
    if (view.zoom() <= 1) {
        const QImage& level = pyramid.levelFor(view.zoom());
        painter.setRenderHint(QPainter::SmoothPixmapTransform, view.zoom() < 1);
        painter.drawImage(target, level);
        return result;
    }
    const QImage& full = pyramid.full();
    const double zoom = view.zoom();
    const int left = std::max(0, static_cast<int>(std::floor(-target.left() / zoom)));
    const int top = std::max(0, static_cast<int>(std::floor(-target.top() / zoom)));
    const int right = std::min(full.width(), static_cast<int>(std::ceil((widthPx - target.left()) / zoom)));
    const int bottom = std::min(full.height(), static_cast<int>(std::ceil((heightPx - target.top()) / zoom)));
    if (right > left && bottom > top)
        drawMagnified(painter, full, target, QRect(left, top, right - left, bottom - top));
    return result;
}

void ImageLayer::setImage(std::shared_ptr<const LoadedImage> image)
{
    m_image = std::move(image);
    m_valid = false;
}

const QPixmap& ImageLayer::pixmap(const ViewTransform& view, QSize sizePx, const QColor& background)
{
    if (!m_valid || view != m_view || background != m_background || m_pixmap.size() != sizePx) {
        static const ImagePyramid none;
        m_pixmap = QPixmap::fromImage(
            renderView(m_image ? m_image->pyramid : none, view, sizePx.width(), sizePx.height(), background));
        m_pixmap.setDevicePixelRatio(view.devicePixelRatio());
        m_view = view;
        m_background = background;
        m_valid = true;
    }
    return m_pixmap;
}

} // namespace halflens
