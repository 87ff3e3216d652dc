// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/canvas_view.h"

#include "ui/canvas/region_painter.h"

#include <QAccessible>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double ZoomStep = 1.25;
constexpr double WheelNotch = 120;

ViewPoint toViewPoint(QPointF point)
{
    return {point.x(), point.y()};
}

} // namespace

CanvasView::CanvasView(CurrentImage& image, SharedView& view, Settings& settings, QWidget* parent)
    : QWidget(parent)
    , m_image(image)
    , m_view(view)
    , m_settings(settings)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setObjectName(QStringLiteral("canvas"));
    setAccessibleName(tr("Image with its grid of 3 by 4 blocks"));
    setAccessibleDescription(tr("Arrow keys choose a block, Space hides or shows it"));
    connect(&settings, &Settings::changed, this, [this] { update(); });
    connect(&image, &CurrentImage::changed, this, &CanvasView::followImage);
    connect(&image, &CurrentImage::loadedChanged, this, &CanvasView::followImage);
    connect(&image, &CurrentImage::maskChanged, this, qOverload<>(&QWidget::update));
    connect(&image, &CurrentImage::focusChanged, this, qOverload<>(&QWidget::update));
    connect(&view, &SharedView::changed, this, qOverload<>(&QWidget::update));
    connect(&view, &SharedView::changed, this, &CanvasView::viewChanged);
    followImage();
}

void CanvasView::followImage()
{
    m_drag = Drag::None;
    const auto loaded = m_image.loaded();
    m_layer.setImage(loaded);
    if (loaded) // without an image the view stays as it is, for the next one
        m_view.set(view().withImage(loaded->image->width, loaded->image->height));
    hover(std::nullopt);
    update();
}

void CanvasView::updateViewport()
{
    m_view.set(view().withViewport(width(), height(), devicePixelRatioF()));
}

void CanvasView::fit()
{
    m_view.set(view().fitted());
}

void CanvasView::actualSize()
{
    const QPointF pointer = mapFromGlobal(QCursor::pos());
    m_view.set(view().zoomedTo(1, rect().contains(pointer.toPoint()) ? toViewPoint(pointer) : view().viewCenter()));
}

void CanvasView::showAt100(const PixelRect& place)
{
    if (view().isEmpty())
        return;
    ViewState state;
    state.fit = false;
    state.zoom = 1;
    state.centreX = std::clamp((place.x + place.width / 2.0) / view().imageWidth(), 0.0, 1.0);
    state.centreY = std::clamp((place.y + place.height / 2.0) / view().imageHeight(), 0.0, 1.0);
    m_view.set(view().withState(state));
}

void CanvasView::selectVisible()
{
    if (!m_region || !m_image.loaded() || view().isEmpty())
        return;
    m_region->select(pixelsBetween({}, {static_cast<double>(width()), static_cast<double>(height())}, view()));
}

void CanvasView::zoomIn()
{
    m_view.set(view().zoomedBy(ZoomStep, view().viewCenter()));
}

void CanvasView::zoomOut()
{
    m_view.set(view().zoomedBy(1 / ZoomStep, view().viewCenter()));
}

void CanvasView::setShowOriginal(bool original)
{
    if (original == m_original)
        return;
    m_original = original;
    update();
}

BlockScene CanvasView::scene() const
{
    BlockScene scene;
    if (!document())
        return scene;
    scene.hidden = document()->mask();
    scene.style = hiddenStyleFromWord(m_settings.word(setting::HiddenStyle));
    if (m_layers) {
        scene.values = m_layers->blockTexts();
        for (const LayerPicture& picture : m_layers->pictures()) {
            if (!picture.outline)
                continue;
            scene.important = document()->analysis()->report->important;
            scene.dashed = picture.isCloseCall;
        }
    }
    scene.marked = m_marked;
    scene.grid = m_settings.flag(setting::Grid);
    scene.numbers = m_settings.flag(setting::Numbers);
    scene.hovered = m_drag == Drag::Pan ? std::nullopt : m_hovered;
    scene.focused = document()->focusedBlock();
    scene.focusVisible = hasFocus();
    return scene;
}

CanvasScene CanvasView::shown() const
{
    CanvasScene scene;
    scene.photo = m_image.loaded();
    scene.view = view();
    scene.size = size();
    if (m_original)
        scene.original = tr("Original");
    if (m_layers)
        scene.layers = m_layers->pictures();
    scene.blocks = this->scene();
    if (m_drag == Drag::Select) {
        scene.region = draggedRect();
    } else if (m_region && m_region->rect()) {
        scene.region = m_region->rect();
        scene.regionLabel = m_region->label();
    }
    return scene;
}

CanvasScene CanvasView::picture() const
{
    CanvasScene scene = shown();
    scene.blocks.marked = {};
    scene.blocks.hovered.reset();
    scene.blocks.focused.reset();
    return scene;
}

void CanvasView::paintEvent(QPaintEvent*)
{
    if (devicePixelRatioF() != view().devicePixelRatio())
        updateViewport(); // the window went to another screen
    QPainter painter(this);
    const ThemeColors& theme = themeColors(palette());
    const double ratio = devicePixelRatioF();
    const QSize sizePx(static_cast<int>(std::ceil(width() * ratio)), static_cast<int>(std::ceil(height() * ratio)));
    const CanvasScene scene = shown();
    std::map<OverlayId, MapLayer> used;
    paintCanvas(painter, scene,
                {[&](QPainter& to) { to.drawPixmap(0, 0, m_layer.pixmap(view(), sizePx, theme.canvas)); },
                 [&](QPainter& to, const LayerPicture& picture) {
                     MapLayer& layer = used[picture.id] = std::move(m_maps[picture.id]);
                     to.drawPixmap(0, 0, layer.pixmap(picture.map, picture.colors, picture.range, view(), sizePx));
                 }},
                theme);
    if (scene.photo && !m_original)
        m_maps = std::move(used); // what is not shown any more takes no memory
}

PixelRect CanvasView::draggedRect() const
{
    return pixelsBetween(toViewPoint(m_selectFrom), toViewPoint(m_last), view());
}

void CanvasView::setLayers(const LayerView* layers)
{
    if (m_layers)
        m_layers->disconnect(this);
    m_layers = layers;
    m_maps.clear();
    if (layers)
        connect(layers, &LayerView::changed, this, qOverload<>(&QWidget::update));
    update();
}

void CanvasView::setRegion(RegionService* region)
{
    m_region = region;
    connect(region, &RegionService::changed, this, qOverload<>(&QWidget::update));
}

void CanvasView::setMarked(BlockMask blocks)
{
    if (blocks == m_marked)
        return;
    m_marked = blocks;
    update();
}

const MapLayer* CanvasView::mapLayer(OverlayId id) const
{
    const auto it = m_maps.find(id);
    return it == m_maps.end() ? nullptr : &it->second;
}

void CanvasView::resizeEvent(QResizeEvent*)
{
    updateViewport();
}

bool CanvasView::event(QEvent* event)
{
    switch (event->type()) {
    case QEvent::ShortcutOverride: {
        // While the grid has the keyboard these belong to it, whatever actions use them.
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool isPlain = (key->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
        const auto own = {Qt::Key_Left,  Qt::Key_Right,  Qt::Key_Up,    Qt::Key_Down,
                          Qt::Key_Space, Qt::Key_Escape, Qt::Key_Return};
        if (isPlain && document() && std::find(own.begin(), own.end(), key->key()) != own.end())
            event->accept();
        return true;
    }
    case QEvent::NativeGesture: {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() != Qt::ZoomNativeGesture)
            break;
        m_view.set(view().zoomedBy(1 + gesture->value(), toViewPoint(gesture->position())));
        return true;
    }
    case QEvent::PaletteChange:
        update();
        break;
    default:
        break;
    }
    return QWidget::event(event);
}

std::optional<BlockIndex> CanvasView::blockAtView(QPointF position) const
{
    if (!m_image.loaded() || view().isEmpty())
        return std::nullopt;
    const ImagePoint point = view().toImage(toViewPoint(position));
    if (point.x < 0 || point.y < 0 || point.x >= view().imageWidth() || point.y >= view().imageHeight())
        return std::nullopt;
    return blockAt(static_cast<int>(point.y), static_cast<int>(point.x), view().imageHeight(), view().imageWidth());
}

void CanvasView::hover(std::optional<QPointF> position)
{
    const std::optional<BlockIndex> block = position ? blockAtView(*position) : std::nullopt;
    if (block != m_hovered) {
        m_hovered = block;
        update();
    }
    if (!block) {
        Q_EMIT pointerMoved(std::nullopt);
        return;
    }
    const ImagePoint point = view().toImage(toViewPoint(*position));
    Q_EMIT pointerMoved(QPoint(static_cast<int>(point.x), static_cast<int>(point.y)));
}

void CanvasView::mousePressEvent(QMouseEvent* event)
{
    m_last = event->position();
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && m_spaceHeld)) {
        m_drag = Drag::Pan;
        m_spaceUsed = m_spaceHeld;
        updateCursor();
    } else if (event->button() == Qt::LeftButton && event->modifiers() == Qt::ControlModifier && m_region) {
        if (m_image.loaded() && !m_original) {
            m_drag = Drag::Select;
            m_selectFrom = event->position();
            updateCursor();
            update();
        }
    } else if (event->button() == Qt::LeftButton && !m_original) {
        if (const auto block = blockAtView(event->position())) {
            m_drag = Drag::Paint;
            document()->setFocusedBlock(block);
            document()->beginStroke(*block);
        }
    } else {
        QWidget::mousePressEvent(event);
    }
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent* event)
{
    mousePressEvent(event); // two quick clicks are two toggles
}

void CanvasView::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF position = event->position();
    if (m_drag == Drag::Pan)
        m_view.set(view().pannedBy(position.x() - m_last.x(), position.y() - m_last.y()));
    else if (m_drag == Drag::Paint)
        paintStroke(m_last, position);
    else if (m_drag == Drag::Select)
        update();
    m_last = position;
    hover(position);
}

/// A quick pointer jumps over blocks: every block on the way is touched.
void CanvasView::paintStroke(QPointF from, QPointF to)
{
    if (!document() || !document()->isStroking())
        return;
    const QPointF way = to - from;
    const int steps = std::max(1, static_cast<int>(std::max(std::abs(way.x()), std::abs(way.y())) / 2));
    for (int step = 1; step <= steps; ++step) {
        if (const auto block = blockAtView(from + way * step / steps)) {
            document()->continueStroke(*block);
            document()->setFocusedBlock(block);
        }
    }
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event)
{
    const bool ends = ((m_drag == Drag::Paint || m_drag == Drag::Select) && event->button() == Qt::LeftButton)
        || (m_drag == Drag::Pan && (event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton));
    if (!ends)
        return;
    if (m_drag == Drag::Paint && document())
        document()->endStroke();
    const bool selects = m_drag == Drag::Select && m_image.loaded();
    m_drag = Drag::None;
    updateCursor();
    if (selects) {
        m_region->select(draggedRect());
        update();
    }
}

void CanvasView::leaveEvent(QEvent*)
{
    hover(std::nullopt);
}

void CanvasView::wheelEvent(QWheelEvent* event)
{
    const double notches = event->angleDelta().y() / WheelNotch;
    if (notches == 0 || view().isEmpty()) {
        event->ignore();
        return;
    }
    m_view.set(view().zoomedBy(std::pow(ZoomStep, notches), toViewPoint(event->position())));
    hover(event->position());
    event->accept();
}

void CanvasView::moveFocus(int rows, int columns)
{
    const std::optional<BlockIndex> old = document()->focusedBlock();
    const BlockIndex from = old.value_or(BlockIndex{0});
    const BlockIndex to = old ? BlockIndex::at(std::clamp(from.row() + rows, 0, GridRows - 1),
                                               std::clamp(from.column() + columns, 0, GridColumns - 1))
                              : from;
    document()->setFocusedBlock(to);
    const BlockRect rect = blockRect(to, view().imageHeight(), view().imageWidth());
    m_view.set(view().showing({(rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0}));
    QAccessibleEvent focus(this, QAccessible::Focus);
    focus.setChild(to.value);
    QAccessible::updateAccessibility(&focus);
}

void CanvasView::toggleFocused()
{
    const BlockIndex block = document()->focusedBlock().value_or(BlockIndex{0});
    document()->setFocusedBlock(block);
    document()->beginStroke(block);
    document()->endStroke();
    QAccessible::State changed;
    changed.checked = true;
    QAccessibleStateChangeEvent event(this, changed);
    event.setChild(block.value);
    QAccessible::updateAccessibility(&event);
}

void CanvasView::keyPressEvent(QKeyEvent* event)
{
    if (!m_image.loaded()) {
        QWidget::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left:
        moveFocus(0, -1);
        break;
    case Qt::Key_Right:
        moveFocus(0, 1);
        break;
    case Qt::Key_Up:
        moveFocus(-1, 0);
        break;
    case Qt::Key_Down:
        moveFocus(1, 0);
        break;
    case Qt::Key_Space:
        m_spaceUsed = event->isAutoRepeat();
        m_spaceHeld = true;
        updateCursor();
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        toggleFocused();
        break;
    case Qt::Key_Escape:
        if (m_drag == Drag::Paint) {
            document()->cancelStroke();
            m_drag = Drag::None;
        } else if (m_drag == Drag::Select) {
            m_drag = Drag::None;
            updateCursor();
            update();
        } else if (m_region && m_region->rect()) {
            m_region->clear();
        } else {
            document()->setFocusedBlock(std::nullopt);
            Q_EMIT leftByKeyboard();
        }
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void CanvasView::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space) {
        QWidget::keyReleaseEvent(event);
        return;
    }
    if (event->isAutoRepeat() || !m_spaceHeld)
        return;
    m_spaceHeld = false;
    updateCursor();
    if (!m_spaceUsed && m_image.loaded())
        toggleFocused();
}

void CanvasView::focusInEvent(QFocusEvent* event)
{
    const bool byTab = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    if (byTab && document() && !document()->focusedBlock())
        document()->setFocusedBlock(BlockIndex{0});
    update();
}

void CanvasView::focusOutEvent(QFocusEvent*)
{
    m_spaceHeld = false;
    updateCursor();
    update();
}

void CanvasView::updateCursor()
{
    if (m_drag == Drag::Pan)
        setCursor(Qt::ClosedHandCursor);
    else if (m_spaceHeld)
        setCursor(Qt::OpenHandCursor);
    else if (m_drag == Drag::Select)
        setCursor(Qt::CrossCursor);
    else
        unsetCursor();
}

} // namespace halflens
