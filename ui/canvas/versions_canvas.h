// SPDX-License-Identifier: BSD-3-Clause
// Two versions of a picture with one zoom and position: side by side, with a split to drag, or one after the other.
#pragma once

#include "ui/canvas/block_painter.h"
#include "ui/canvas/image_layer.h"
#include "ui/state/shared_view.h"
#include "ui/state/version_service.h"

#include <QTimer>
#include <QWidget>

#include <optional>

namespace halflens {

/// "1 block", "4 blocks".
QString blockCountText(int count);

/// One picture is A with the exchanged blocks from B, the other is B. A click or a drag exchanges blocks, the
/// contributions lie over both.
class VersionsCanvas final : public QWidget {
    Q_OBJECT

public:
    static constexpr int BlinkMs = 700; ///< well below three flashes a second

    /// All outlive the canvas. Zoom and position are taken from `shared` and given back.
    VersionsCanvas(VersionService& versions, CurrentImage& image, SharedView& shared, QWidget* parent = nullptr);

    void fit();
    void actualSize();
    void zoomIn();
    void zoomOut();

    const ViewTransform& view() const { return m_view; } ///< of either picture, from the left of its pane
    bool isShowingB() const { return m_held || m_blinksB; } ///< B is where A would be
    double splitX() const; ///< logical pixels
    double secondLeft() const; ///< where the right pane begins, side by side
    std::optional<LayerPicture> contributions() const; ///< as they are drawn; nothing while there are none

    QSize minimumSizeHint() const override { return {240, 160}; }

Q_SIGNALS:
    void zoomChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    enum class Drag { None, Paint, Pan, Split };
    enum class Side { Composite, B };

    void followComparison();
    void followView();
    void updateViewport();
    void setView(const ViewTransform& view);
    bool isSideBySide() const { return m_versions.state().view == VersionsView::SideBySide; }
    double paneWidth() const;
    QPointF inPane(QPointF position) const; ///< relative to the pane it lies in
    bool isOnHandle(QPointF position) const;
    std::optional<BlockIndex> blockAtView(QPointF position) const;
    BlockScene scene() const;
    void paintPane(QPainter& painter, double left, Side side);
    void paintHandle(QPainter& painter);
    void paintNames(QPainter& painter);
    QString nameOf(Side side) const;
    void hover(std::optional<QPointF> position);
    void updateCursor(QPointF position);
    void moveFocus(int rows, int columns);
    void toggleFocused();
    void setHeld(bool held);

    VersionService& m_versions;
    CurrentImage& m_image;
    SharedView& m_shared;
    ImageLayer m_a;
    ImageLayer m_b;
    ViewTransform m_view;
    Drag m_drag = Drag::None;
    QPointF m_last;
    std::optional<BlockIndex> m_hovered;
    bool m_held = false; ///< the key that shows B
    bool m_blinksB = false;
    QTimer m_blink;
};

} // namespace halflens
