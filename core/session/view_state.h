// SPDX-License-Identifier: BSD-3-Clause
// Zoom and position of the picture, as they are kept.
#pragma once

namespace halflens {

struct ViewState {
    static constexpr double MinZoom = 0.01;
    static constexpr double MaxZoom = 64;

    bool fit = true; ///< the whole picture, as large as possible; the rest has no meaning then
    double zoom = 1; ///< device pixels for each image pixel, MinZoom..MaxZoom
    double centreX = 0.5; ///< what is in the middle of the view, 0..1 of the picture's width
    double centreY = 0.5; ///< the same of its height
    bool operator==(const ViewState&) const = default;
};

} // namespace halflens
