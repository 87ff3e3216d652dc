// SPDX-License-Identifier: BSD-3-Clause
// Where image pixels are on the screen: zoom and position of the canvas as one value.
#pragma once

#include "core/session/view_state.h"

namespace halflens {

/// Position in image pixels; (0, 0) is the top left corner of the first pixel.
struct ImagePoint {
    double x = 0;
    double y = 0;
    bool operator==(const ImagePoint&) const = default;
};

/// Position in the widget, in Qt's logical pixels.
struct ViewPoint {
    double x = 0;
    double y = 0;
    bool operator==(const ViewPoint&) const = default;
};

/// Rectangle in the widget, logical pixels.
struct ViewRect {
    double left = 0;
    double top = 0;
    double width = 0;
    double height = 0;
};

/// A value: every change returns another one. Zoom counts device pixels per image pixel, so that
/// 100 % is sharp on any display. The image never leaves a gap at one edge while it reaches past
/// the opposite one, and is centred along an axis where it fits.
class ViewTransform {
public:
    static constexpr double MinZoom = ViewState::MinZoom;
    static constexpr double MaxZoom = ViewState::MaxZoom;
    static constexpr double FitMarginPx = 12; ///< logical pixels left free around a fitted image

    ViewTransform() = default;

    ViewTransform withViewport(double width, double height, double devicePixelRatio) const;
    /// Another image: a fitted view stays fitted; otherwise zoom and relative position stay.
    ViewTransform withImage(int width, int height) const;
    /// The whole image, as large as possible; follows later changes of viewport and image.
    ViewTransform fitted() const;
    /// What is kept of it, and the same view of this image in this viewport again.
    ViewState state() const;
    ViewTransform withState(const ViewState& state) const;
    /// The same picture in the same place on a screen of other pixels.
    ViewTransform atRatio(double devicePixelRatio) const;
    /// The image point under `anchor` stays there, as far as the edges allow.
    ViewTransform zoomedTo(double zoom, ViewPoint anchor) const;
    ViewTransform zoomedBy(double factor, ViewPoint anchor) const { return zoomedTo(m_zoom * factor, anchor); }
    /// The image follows the pointer: dx, dy in logical pixels.
    ViewTransform pannedBy(double dx, double dy) const;
    /// Moves as little as needed so that the image point is inside the viewport.
    ViewTransform showing(ImagePoint point) const;

    ViewPoint toView(ImagePoint point) const;
    ImagePoint toImage(ViewPoint point) const;
    ViewRect imageRect() const;
    ViewPoint viewCenter() const { return {m_viewWidth / 2, m_viewHeight / 2}; }

    bool isEmpty() const { return m_imageWidth <= 0 || m_imageHeight <= 0 || m_viewWidth <= 0 || m_viewHeight <= 0; }
    bool isFitted() const { return m_fitted; }
    double zoom() const { return m_zoom; } ///< device pixels per image pixel
    double scale() const { return m_zoom / m_ratio; } ///< logical pixels per image pixel
    double devicePixelRatio() const { return m_ratio; }
    int imageWidth() const { return m_imageWidth; }
    int imageHeight() const { return m_imageHeight; }

    bool operator==(const ViewTransform&) const = default;

private:
    double fitZoom() const;
    void settle(); ///< fits if it must, clamps zoom and position

    int m_imageWidth = 0;
    int m_imageHeight = 0;
    double m_viewWidth = 0;
    double m_viewHeight = 0;
    double m_ratio = 1;
    double m_zoom = 1;
    ImagePoint m_center{0.5, 0.5}; ///< in the middle of the viewport; without an image, shares of its size
    bool m_fitted = true;
};

} // namespace halflens
