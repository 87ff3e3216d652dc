// SPDX-License-Identifier: BSD-3-Clause
// The canvas: photo, blocks, mouse and keyboard.
#pragma once

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/image_layer.h"
#include "ui/canvas/map_layer.h"
#include "ui/state/current_image.h"
#include "ui/state/region_service.h"
#include "ui/state/settings.h"
#include "ui/state/shared_view.h"

#include <QWidget>

#include <map>
#include <optional>

namespace halflens {

/// Shows the current image and edits its mask. Zoom and position survive a change of the image.
///
/// Mouse: click toggles, drag paints one undoable step, Ctrl with drag selects a rectangle, wheel zooms to the
/// pointer, middle button or Space with drag pans. Keyboard: arrows move the focused block, Space (tap) or Enter
/// toggles it, Escape removes the rectangle, then it and Tab leave the grid.
class CanvasView final : public QWidget {
    Q_OBJECT

public:
    /// All outlive the canvas.
    CanvasView(CurrentImage& image, SharedView& view, Settings& settings, QWidget* parent = nullptr);

    /// What lies over the photo; outlives the canvas. None is needed.
    void setLayers(const LayerView* layers);
    /// Who scores a selected rectangle; outlives the canvas. Without, none can be selected.
    void setRegion(RegionService* region);
    /// Blocks that are pointed at from elsewhere.
    void setMarked(BlockMask blocks);
    const MapLayer* mapLayer(OverlayId id) const; ///< null: never drawn

    Document* document() const { return m_image.document(); } ///< null: none is shown

    const ViewTransform& view() const { return m_view.transform(); }
    BlockScene scene() const; ///< what is drawn over the photo now
    CanvasScene picture() const; ///< all that is shown but what belongs to pointer and keyboard
    bool showsOriginal() const { return m_original; }
    void setShowOriginal(bool original);
    QString blockDescription(BlockIndex block) const; ///< for people who do not see the picture

    QSize sizeHint() const override { return {800, 600}; }
    QSize minimumSizeHint() const override { return {240, 180}; }

public Q_SLOTS:
    void fit();
    void actualSize();
    void showAt100(const halflens::PixelRect& place); ///< its middle comes to the middle
    void selectVisible(); ///< the part of the photo in sight becomes the rectangle
    void zoomIn();
    void zoomOut();

Q_SIGNALS:
    void viewChanged();
    void pointerMoved(std::optional<QPoint> pixel); ///< image pixel under the pointer
    void leftByKeyboard(); ///< Escape: the grid gives up the keyboard

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    enum class Drag { None, Paint, Pan, Select };

    void updateViewport();
    void followImage();
    void hover(std::optional<QPointF> position);
    void paintStroke(QPointF from, QPointF to);
    std::optional<BlockIndex> blockAtView(QPointF position) const;
    void moveFocus(int rows, int columns);
    void toggleFocused();
    void updateCursor();
    PixelRect draggedRect() const; ///< between where the drag began and the pointer
    CanvasScene shown() const;

    CurrentImage& m_image;
    SharedView& m_view;
    Settings& m_settings;
    ImageLayer m_layer;
    const LayerView* m_layers = nullptr;
    std::map<OverlayId, MapLayer> m_maps;
    RegionService* m_region = nullptr;
    BlockMask m_marked;
    QPointF m_selectFrom; ///< where a rectangle begins
    std::optional<BlockIndex> m_hovered;
    Drag m_drag = Drag::None;
    QPointF m_last;
    bool m_spaceHeld = false;
    bool m_spaceUsed = false; ///< the held Space has panned or repeated: its release toggles nothing
    bool m_original = false;
};

} // namespace halflens
