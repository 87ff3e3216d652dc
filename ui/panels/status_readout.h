// SPDX-License-Identifier: BSD-3-Clause
// Value of the current layer, pixel, colour, block and zoom, at the right of the status bar.
#pragma once

#include "ui/canvas/canvas_view.h"
#include "ui/state/layer_view.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace halflens {

class StatusReadout final : public QWidget {
    Q_OBJECT

public:
    StatusReadout(CanvasView& canvas, const LayerView& layers, QWidget* parent = nullptr);

private:
    void showPixel(std::optional<QPoint> pixel);
    void showZoom();

    CanvasView& m_canvas;
    const LayerView& m_layers;
    std::optional<QPoint> m_pixel; ///< under the pointer
    QLabel* m_value;
    QLabel* m_position;
    QLabel* m_color;
    QLabel* m_block;
    QLabel* m_zoom;
};

} // namespace halflens
