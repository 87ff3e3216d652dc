// SPDX-License-Identifier: BSD-3-Clause
// The canvas: photo, blocks, mouse and keyboard.
#pragma once

#include "ui/canvas/block_painter.h"
#include "ui/canvas/image_layer.h"
#include "ui/canvas/map_layer.h"
#include "ui/canvas/view_transform.h"
#include "ui/state/document.h"
#include "ui/state/settings.h"

#include <QPointer>
#include <QWidget>

#include <map>
#include <optional>

namespace halflens {

/// Shows the document it is given and edits its mask; owns the view only. Zoom and position
/// survive a change of the document.
///
/// Mouse: click toggles, drag paints one undoable step, wheel zooms to the pointer, middle button
/// or Space with drag pans. Keyboard: arrows move the focused block, Space (tap) or Enter toggles
/// it, Escape and Tab leave the grid.
class CanvasView final : public QWidget {
    Q_OBJECT

public:
    explicit CanvasView(Settings& settings, QWidget* parent = nullptr);

    /// What lies over the photo; outlives the canvas. None is needed.
    void setLayers(const LayerView* layers);
    const MapLayer* mapLayer(OverlayId id) const; ///< null: never drawn

    Document* document() const { return m_document; }
    void setDocument(Document* document);

    const ViewTransform& view() const { return m_view; }
    BlockScene scene() const; ///< what is drawn over the photo now
    bool showsOriginal() const { return m_original; }
    void setShowOriginal(bool original);
    QString blockDescription(BlockIndex block) const; ///< for people who do not see the picture

    QSize sizeHint() const override { return {800, 600}; }
    QSize minimumSizeHint() const override { return {240, 180}; }

public Q_SLOTS:
    void fit();
    void actualSize();
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
    enum class Drag { None, Paint, Pan };

    void setView(const ViewTransform& view);
    void updateViewport();
    void loadedChanged();
    void hover(std::optional<QPointF> position);
    void paintStroke(QPointF from, QPointF to);
    std::optional<BlockIndex> blockAtView(QPointF position) const;
    void moveFocus(int rows, int columns);
    void toggleFocused();
    void updateCursor();
    void drawOriginalLabel(QPainter& painter) const;
    void drawLayers(QPainter& painter, QSize sizePx);

    Settings& m_settings;
    QPointer<Document> m_document;
    ViewTransform m_view;
    ImageLayer m_layer;
    const LayerView* m_layers = nullptr;
    std::map<OverlayId, MapLayer> m_maps;
    std::optional<BlockIndex> m_hovered;
    Drag m_drag = Drag::None;
    QPointF m_last;
    bool m_spaceHeld = false;
    bool m_spaceUsed = false; ///< the held Space has panned or repeated: its release toggles nothing
    bool m_original = false;
};

} // namespace halflens
