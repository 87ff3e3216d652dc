// SPDX-License-Identifier: BSD-3-Clause
// Pixel, colour, block and zoom, at the right of the status bar.
#pragma once

#include "ui/canvas/canvas_view.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace halflens {

class StatusReadout final : public QWidget {
    Q_OBJECT

public:
    explicit StatusReadout(CanvasView& canvas, QWidget* parent = nullptr);

private:
    void showPixel(std::optional<QPoint> pixel);
    void showZoom();

    CanvasView& m_canvas;
    QLabel* m_position;
    QLabel* m_color;
    QLabel* m_block;
    QLabel* m_zoom;
};

} // namespace halflens
