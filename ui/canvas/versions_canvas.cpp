// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/versions_canvas.h"

#include "ui/state/text.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr double ZoomStep = 1.25;
constexpr double WheelNotch = 120;
constexpr double Gap = 6; ///< between the panes
constexpr double HandleReach = 9; ///< of the pointer, at each side of the split
constexpr double SplitStep = 0.02;
constexpr double ContributionOpacity = 0.5;

/// The letter of the version a block was taken from, in its upper right corner.
void paintTaken(QPainter& painter, const QRectF& rect, const ThemeColors& theme)
{
    const double side = QFontMetricsF(painter.font()).height() + 4;
    if (std::min(rect.width(), rect.height()) < 2 * side)
        return;
    const QRectF chip(rect.right() - side - 6, rect.top() + 6, side, side);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.accent);
    painter.drawRoundedRect(chip, 4, 4);
    painter.setPen(theme.accentText);
    painter.drawText(chip, Qt::AlignCenter, u"B"_s);
}

} // namespace

QString blockCountText(int count)
{
    return count == 1 ? VersionsCanvas::tr("1 block") : VersionsCanvas::tr("%1 blocks").arg(count);
}

VersionsCanvas::VersionsCanvas(VersionService& versions, CurrentImage& image, SharedView& shared, QWidget* parent)
    : QWidget(parent)
    , m_versions(versions)
    , m_image(image)
    , m_shared(shared)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setObjectName(u"versionsCanvas"_s);
    setAccessibleName(tr("Two versions of the image with their grid of 3 by 4 blocks"));
    setAccessibleDescription(
        tr("Arrow keys choose a block, Space takes it from B or gives it back, B held shows B, Escape ends"));
    m_blink.setInterval(BlinkMs);
    connect(&m_blink, &QTimer::timeout, this, [this] {
        m_blinksB = !m_blinksB;
        update();
    });
    connect(&versions, &VersionService::onChanged, this, &VersionsCanvas::followComparison);
    connect(&versions, &VersionService::viewChanged, this, &VersionsCanvas::followView);
    connect(&versions, &VersionService::verdictsChanged, this, qOverload<>(&QWidget::update));
    connect(&versions, &VersionService::fromBChanged, this, qOverload<>(&QWidget::update));
    connect(&image, &CurrentImage::focusChanged, this, qOverload<>(&QWidget::update));
}

void VersionsCanvas::followComparison()
{
    m_drag = Drag::None;
    m_hovered.reset();
    m_held = false;
    if (m_versions.isOn()) {
        const Image& first = *m_versions.first()->image;
        m_a.setImage(m_versions.first());
        m_b.setImage(m_versions.second()->shown);
        m_view = m_view.withImage(first.width, first.height).withState(m_shared.transform().state());
        updateViewport();
    } else {
        m_shared.set(m_shared.transform().withState(m_view.state()));
        m_a.setImage(nullptr); // their pixels may go
        m_b.setImage(nullptr);
    }
    followView();
}

void VersionsCanvas::followView()
{
    const bool blinks = m_versions.isOn() && m_versions.state().view == VersionsView::Blink;
    if (!blinks) {
        m_blink.stop();
        m_blinksB = false;
    } else if (!m_blink.isActive()) {
        m_blink.start();
    }
    updateViewport();
    update();
}

double VersionsCanvas::paneWidth() const
{
    return isSideBySide() ? std::max(1.0, std::floor((width() - Gap) / 2)) : width();
}

double VersionsCanvas::secondLeft() const
{
    return width() - paneWidth();
}

double VersionsCanvas::splitX() const
{
    return std::round(m_versions.state().split * width());
}

void VersionsCanvas::updateViewport()
{
    setView(m_view.withViewport(paneWidth(), height(), devicePixelRatioF()));
}

void VersionsCanvas::setView(const ViewTransform& view)
{
    if (view == m_view)
        return;
    m_view = view;
    update();
    Q_EMIT zoomChanged();
}

void VersionsCanvas::fit()
{
    setView(m_view.fitted());
}

void VersionsCanvas::actualSize()
{
    setView(m_view.zoomedTo(1, m_view.viewCenter()));
}

void VersionsCanvas::zoomIn()
{
    setView(m_view.zoomedBy(ZoomStep, m_view.viewCenter()));
}

void VersionsCanvas::zoomOut()
{
    setView(m_view.zoomedBy(1 / ZoomStep, m_view.viewCenter()));
}

std::optional<LayerPicture> VersionsCanvas::contributions() const
{
    const VersionComparison* comparison = m_versions.soFar();
    if (!comparison || !m_versions.state().contributions)
        return std::nullopt;
    LayerPicture picture;
    picture.id = OverlayId::Shapley;
    picture.colors = ColorMap::BlueRed;
    picture.opacity = ContributionOpacity;
    picture.blocks.emplace();
    double largest = 0;
    for (std::size_t block = 0; block < BlockCount; ++block) {
        const double value = changeOnFive(comparison->model.scale, comparison->difference.shapley.values[block]);
        (*picture.blocks)[block] = value;
        largest = std::max(largest, std::abs(value));
    }
    picture.range = {-largest, largest};
    return picture;
}

BlockScene VersionsCanvas::scene() const
{
    BlockScene scene;
    scene.marked = m_versions.marked();
    scene.hovered = m_hovered;
    scene.focused = m_image.document() ? m_image.document()->focusedBlock() : std::nullopt;
    scene.focusVisible = hasFocus();
    if (const auto picture = contributions()) {
        scene.values.emplace();
        for (std::size_t block = 0; block < BlockCount; ++block)
            (*scene.values)[block] = changeText((*picture->blocks)[block]);
    }
    return scene;
}

void VersionsCanvas::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), themeColors(palette()).canvas);
    if (!m_versions.isOn())
        return;
    const Side first = isShowingB() ? Side::B : Side::Composite;
    paintPane(painter, 0, first);
    if (isSideBySide()) {
        paintPane(painter, secondLeft(), Side::B);
    } else if (m_versions.state().view == VersionsView::Split && first == Side::Composite) {
        painter.save();
        painter.setClipRect(QRectF(splitX(), 0, width() - splitX(), height()));
        paintPane(painter, 0, Side::B);
        painter.restore();
        paintHandle(painter);
    }
    paintNames(painter);
}

void VersionsCanvas::paintPane(QPainter& painter, double left, Side side)
{
    const ThemeColors& theme = themeColors(palette());
    const double ratio = devicePixelRatioF();
    const QSize sizePx(static_cast<int>(std::ceil(paneWidth() * ratio)), static_cast<int>(std::ceil(height() * ratio)));
    const QPixmap& b = m_b.pixmap(m_view, sizePx, theme.canvas);
    const BlockMask taken = side == Side::Composite ? m_versions.fromB() : BlockMask();
    painter.save();
    painter.translate(left, 0);
    painter.setClipRect(QRectF(0, 0, paneWidth(), height()), Qt::IntersectClip);
    painter.drawPixmap(0, 0, side == Side::B ? b : m_a.pixmap(m_view, sizePx, theme.canvas));
    for (const int block : toList(taken)) {
        painter.save();
        painter.setClipRect(blockViewRect({block}, m_view), Qt::IntersectClip);
        painter.drawPixmap(0, 0, b);
        painter.restore();
    }
    if (const auto picture = contributions())
        paintTints(painter, tintsOf(*picture, theme), m_view);
    paintBlocks(painter, scene(), m_view, theme);
    for (const int block : toList(taken))
        paintTaken(painter, blockViewRect({block}, m_view), theme);
    painter.restore();
}

void VersionsCanvas::paintHandle(QPainter& painter)
{
    const double x = splitX();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(x - 2, 0, 4, height()), QColor(0, 0, 0, 120));
    painter.fillRect(QRectF(x - 1, 0, 2, height()), Qt::white);
    const QPointF middle(x, height() / 2.0);
    painter.setPen(QPen(QColor(0, 0, 0, 120), 1));
    painter.setBrush(Qt::white);
    painter.drawEllipse(middle, 13, 13);
    painter.setPen(QPen(QColor(60, 60, 60), 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    for (const double side : {-1.0, 1.0})
        painter.drawPolyline(QList<QPointF>{middle + QPointF(side * 4, -4), middle + QPointF(side * 8, 0),
                                            middle + QPointF(side * 4, 4)});
}

QString VersionsCanvas::nameOf(Side side) const
{
    if (side == Side::B)
        return tr("B · %1").arg(m_versions.secondName());
    const int taken = m_versions.fromB().count();
    return taken == 0 ? tr("A · %1").arg(m_versions.firstName()) : tr("A with %1 of B").arg(blockCountText(taken));
}

void VersionsCanvas::paintNames(QPainter& painter)
{
    const auto paint = [&](double left, double width, Side side) {
        const QString name = fontMetrics().elidedText(nameOf(side), Qt::ElideMiddle, static_cast<int>(width) - 40);
        if (width < 90)
            return;
        painter.save();
        painter.translate(left, 0);
        paintLabel(painter, name, width);
        painter.restore();
    };
    const Side first = isShowingB() ? Side::B : Side::Composite;
    if (isSideBySide()) {
        paint(0, paneWidth(), first);
        paint(secondLeft(), paneWidth(), Side::B);
    } else if (m_versions.state().view == VersionsView::Split && first == Side::Composite) {
        paint(0, splitX(), Side::Composite);
        paint(splitX(), width() - splitX(), Side::B);
    } else {
        paint(0, width(), first);
    }
}

void VersionsCanvas::resizeEvent(QResizeEvent*)
{
    updateViewport();
}

bool VersionsCanvas::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        // While the pictures have the keyboard these belong to them, whatever actions use them.
        const auto* key = static_cast<QKeyEvent*>(event);
        const auto own = {Qt::Key_Left,   Qt::Key_Right,  Qt::Key_Up,    Qt::Key_Down, Qt::Key_Space,
                          Qt::Key_Escape, Qt::Key_Return, Qt::Key_Enter, Qt::Key_B};
        const auto modifiers = key->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier);
        if (modifiers == Qt::NoModifier && std::find(own.begin(), own.end(), key->key()) != own.end())
            event->accept();
        return true;
    }
    if (event->type() == QEvent::PaletteChange)
        update();
    return QWidget::event(event);
}

QPointF VersionsCanvas::inPane(QPointF position) const
{
    return isSideBySide() && position.x() >= secondLeft() ? position - QPointF(secondLeft(), 0) : position;
}

bool VersionsCanvas::isOnHandle(QPointF position) const
{
    return m_versions.state().view == VersionsView::Split && !isShowingB()
        && std::abs(position.x() - splitX()) <= HandleReach;
}

std::optional<BlockIndex> VersionsCanvas::blockAtView(QPointF position) const
{
    const QPointF inside = inPane(position);
    if (!m_versions.isOn() || m_view.isEmpty() || inside.x() >= paneWidth())
        return std::nullopt;
    const ImagePoint point = m_view.toImage({inside.x(), inside.y()});
    if (point.x < 0 || point.y < 0 || point.x >= m_view.imageWidth() || point.y >= m_view.imageHeight())
        return std::nullopt;
    return blockAt(static_cast<int>(point.y), static_cast<int>(point.x), m_view.imageHeight(), m_view.imageWidth());
}

void VersionsCanvas::hover(std::optional<QPointF> position)
{
    const auto block = position && !isOnHandle(*position) ? blockAtView(*position) : std::nullopt;
    if (block == m_hovered)
        return;
    m_hovered = block;
    update();
}

void VersionsCanvas::updateCursor(QPointF position)
{
    if (m_drag == Drag::Pan)
        setCursor(Qt::ClosedHandCursor);
    else if (m_drag == Drag::Split || (m_drag == Drag::None && isOnHandle(position)))
        setCursor(Qt::SplitHCursor);
    else
        unsetCursor();
}

void VersionsCanvas::mousePressEvent(QMouseEvent* event)
{
    m_last = event->position();
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && event->modifiers() != 0)) {
        m_drag = Drag::Pan;
    } else if (event->button() == Qt::LeftButton && isOnHandle(event->position())) {
        m_drag = Drag::Split;
    } else if (event->button() == Qt::LeftButton) {
        if (const auto block = blockAtView(event->position())) {
            m_drag = Drag::Paint;
            m_image.document()->setFocusedBlock(block);
            m_versions.beginStroke(*block);
        }
    } else {
        QWidget::mousePressEvent(event);
    }
    updateCursor(event->position());
}

void VersionsCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    mousePressEvent(event); // two quick clicks are two exchanges
}

void VersionsCanvas::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF position = event->position();
    const QPointF way = position - m_last;
    if (m_drag == Drag::Pan) {
        setView(m_view.pannedBy(way.x(), way.y()));
    } else if (m_drag == Drag::Split) {
        m_versions.setSplit(std::clamp(position.x(), HandleReach, width() - HandleReach) / width());
    } else if (m_drag == Drag::Paint) {
        const int steps = std::max(1, static_cast<int>(std::max(std::abs(way.x()), std::abs(way.y())) / 4));
        for (int step = 1; step <= steps; ++step) { // a quick pointer jumps over blocks
            if (const auto block = blockAtView(m_last + way * step / steps))
                m_versions.continueStroke(*block);
        }
    }
    m_last = position;
    hover(position);
    updateCursor(position);
}

void VersionsCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_drag == Drag::Paint)
        m_versions.endStroke();
    m_drag = Drag::None;
    updateCursor(event->position());
}

void VersionsCanvas::leaveEvent(QEvent*)
{
    hover(std::nullopt);
}

void VersionsCanvas::wheelEvent(QWheelEvent* event)
{
    const double notches = event->angleDelta().y() / WheelNotch;
    if (notches == 0 || m_view.isEmpty()) {
        event->ignore();
        return;
    }
    const QPointF anchor = inPane(event->position());
    setView(m_view.zoomedBy(std::pow(ZoomStep, notches), {anchor.x(), anchor.y()}));
    event->accept();
}

void VersionsCanvas::moveFocus(int rows, int columns)
{
    const std::optional<BlockIndex> old = m_image.document()->focusedBlock();
    const BlockIndex from = old.value_or(BlockIndex{0});
    const BlockIndex to = old ? BlockIndex::at(std::clamp(from.row() + rows, 0, GridRows - 1),
                                               std::clamp(from.column() + columns, 0, GridColumns - 1))
                              : from;
    m_image.document()->setFocusedBlock(to);
    const BlockRect rect = blockRect(to, m_view.imageHeight(), m_view.imageWidth());
    setView(m_view.showing({(rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0}));
}

void VersionsCanvas::toggleFocused()
{
    const BlockIndex block = m_image.document()->focusedBlock().value_or(BlockIndex{0});
    m_image.document()->setFocusedBlock(block);
    m_versions.beginStroke(block);
    m_versions.endStroke();
}

void VersionsCanvas::setHeld(bool held)
{
    if (held == m_held)
        return;
    m_held = held;
    update();
}

void VersionsCanvas::keyPressEvent(QKeyEvent* event)
{
    if (!m_versions.isOn() || !m_image.document()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const bool movesSplit =
        event->modifiers().testFlag(Qt::ShiftModifier) && m_versions.state().view == VersionsView::Split;
    switch (event->key()) {
    case Qt::Key_Left:
        movesSplit ? m_versions.setSplit(m_versions.state().split - SplitStep) : moveFocus(0, -1);
        break;
    case Qt::Key_Right:
        movesSplit ? m_versions.setSplit(m_versions.state().split + SplitStep) : moveFocus(0, 1);
        break;
    case Qt::Key_Up:
        moveFocus(-1, 0);
        break;
    case Qt::Key_Down:
        moveFocus(1, 0);
        break;
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!event->isAutoRepeat())
            toggleFocused();
        break;
    case Qt::Key_B:
        setHeld(true);
        break;
    case Qt::Key_Escape:
        if (m_drag == Drag::Paint) {
            m_versions.cancelStroke();
            m_drag = Drag::None;
        } else if (!m_versions.marked().isEmpty()) {
            m_versions.setMarked({});
        } else {
            m_versions.stop();
        }
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void VersionsCanvas::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_B && !event->isAutoRepeat())
        setHeld(false);
    else
        QWidget::keyReleaseEvent(event);
}

void VersionsCanvas::focusOutEvent(QFocusEvent*)
{
    setHeld(false);
    update();
}

} // namespace halflens
