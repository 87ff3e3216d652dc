// SPDX-License-Identifier: BSD-3-Clause
// The picture with the line above it and the colour bar beside it, which keeps its room whether it shows or not.
#pragma once

#include <QWidget>

class QBoxLayout;

namespace halflens {

class CanvasView;
class ColorBarView;
class LayerCaption;
struct Viewer;

/// The bar stands to the right of the picture or lies below it, wherever it costs a fitted photo less. Only window and
/// photo decide that, never what lies over the photo: the picture does not move when a colour bar comes or goes. While
/// somebody has zoomed in it stays where it is.
class PicturePage final : public QWidget {
    Q_OBJECT

public:
    /// `viewer` outlives the page, which takes the canvas.
    PicturePage(Viewer& viewer, CanvasView* canvas, QWidget* parent = nullptr);
    const ColorBarView& colorBar() const { return *m_bar; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();

    Viewer& m_viewer;
    LayerCaption* m_caption;
    ColorBarView* m_bar;
    QBoxLayout* m_beside;
};

} // namespace halflens
