// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/view_transform.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

/// Centre along one axis: the middle where the image fits, else no gap at either edge.
double clampedCenter(double center, double imageLength, double viewLength, double scale)
{
    const double halfView = viewLength / scale / 2;
    if (2 * halfView >= imageLength)
        return imageLength / 2;
    return std::clamp(center, halfView, imageLength - halfView);
}

} // namespace

double ViewTransform::fitZoom() const
{
    const double width = std::max(1.0, m_viewWidth - 2 * FitMarginPx);
    const double height = std::max(1.0, m_viewHeight - 2 * FitMarginPx);
    return std::min(width / m_imageWidth, height / m_imageHeight) * m_ratio;
}

void ViewTransform::settle()
{
    if (isEmpty())
        return;
    m_zoom = std::clamp(m_fitted ? fitZoom() : m_zoom, MinZoom, MaxZoom);
    m_center.x = clampedCenter(m_center.x, m_imageWidth, m_viewWidth, scale());
    m_center.y = clampedCenter(m_center.y, m_imageHeight, m_viewHeight, scale());
}

ViewTransform ViewTransform::withViewport(double width, double height, double devicePixelRatio) const
{
    ViewTransform changed = *this;
    changed.m_viewWidth = width;
    changed.m_viewHeight = height;
    changed.m_ratio = devicePixelRatio > 0 ? devicePixelRatio : 1;
    changed.settle();
    return changed;
}

ViewTransform ViewTransform::withImage(int width, int height) const
{
    ViewTransform changed = *this;
    const bool hadImage = m_imageWidth > 0 && m_imageHeight > 0;
    changed.m_center.x = (hadImage ? m_center.x / m_imageWidth : m_center.x) * width;
    changed.m_center.y = (hadImage ? m_center.y / m_imageHeight : m_center.y) * height;
    changed.m_imageWidth = width;
    changed.m_imageHeight = height;
    changed.settle();
    return changed;
}

ViewTransform ViewTransform::fitted() const
{
    ViewTransform changed = *this;
    changed.m_fitted = true;
    changed.settle();
    return changed;
}

ViewState ViewTransform::state() const
{
    const bool hasImage = m_imageWidth > 0 && m_imageHeight > 0;
    return {m_fitted, m_zoom, hasImage ? m_center.x / m_imageWidth : m_center.x,
            hasImage ? m_center.y / m_imageHeight : m_center.y};
}

ViewTransform ViewTransform::withState(const ViewState& state) const
{
    const bool hasImage = m_imageWidth > 0 && m_imageHeight > 0;
    ViewTransform changed = *this;
    changed.m_fitted = state.fit;
    changed.m_zoom = state.zoom;
    changed.m_center = {state.centreX * (hasImage ? m_imageWidth : 1), state.centreY * (hasImage ? m_imageHeight : 1)};
    changed.settle();
    return changed;
}

ViewTransform ViewTransform::atRatio(double devicePixelRatio) const
{
    ViewTransform changed = *this;
    changed.m_zoom *= devicePixelRatio / m_ratio;
    changed.m_ratio = devicePixelRatio;
    return changed;
}

ViewTransform ViewTransform::zoomedTo(double zoom, ViewPoint anchor) const
{
    if (isEmpty())
        return *this;
    ViewTransform changed = *this;
    const ImagePoint kept = toImage(anchor);
    changed.m_fitted = false;
    changed.m_zoom = std::clamp(zoom, MinZoom, MaxZoom);
    changed.m_center.x = kept.x - (anchor.x - m_viewWidth / 2) / changed.scale();
    changed.m_center.y = kept.y - (anchor.y - m_viewHeight / 2) / changed.scale();
    changed.settle();
    return changed;
}

ViewTransform ViewTransform::pannedBy(double dx, double dy) const
{
    if (isEmpty())
        return *this;
    ViewTransform changed = *this;
    changed.m_center.x -= dx / scale();
    changed.m_center.y -= dy / scale();
    changed.settle();
    return changed;
}

ViewTransform ViewTransform::showing(ImagePoint point) const
{
    const ViewPoint at = toView(point);
    const double dx = std::clamp(at.x, 0.0, m_viewWidth) - at.x;
    const double dy = std::clamp(at.y, 0.0, m_viewHeight) - at.y;
    return dx == 0 && dy == 0 ? *this : pannedBy(dx, dy);
}

ViewRect ViewTransform::imageRect() const
{
    // The corner lies on a device pixel, or 100 % would blur.
    const double left = std::round((m_viewWidth / 2 - m_center.x * scale()) * m_ratio) / m_ratio;
    const double top = std::round((m_viewHeight / 2 - m_center.y * scale()) * m_ratio) / m_ratio;
    return {left, top, m_imageWidth * scale(), m_imageHeight * scale()};
}

ViewPoint ViewTransform::toView(ImagePoint point) const
{
    const ViewRect rect = imageRect();
    return {rect.left + point.x * scale(), rect.top + point.y * scale()};
}

ImagePoint ViewTransform::toImage(ViewPoint point) const
{
    const ViewRect rect = imageRect();
    return {(point.x - rect.left) / scale(), (point.y - rect.top) / scale()};
}

} // namespace halflens
