// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/overview_map.h"

#include "ui/state/theme.h"

#include <QEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double LargestSide = 150; ///< logical pixels
constexpr double LargestShare = 0.3; ///< of the canvas
constexpr double LeastSide = 8; ///< of a long panorama: still to be hit
constexpr int Margin = 10;
constexpr QColor Shade(0, 0, 0, 120);

} // namespace

OverviewMap::OverviewMap(CurrentImage& image, SharedView& view, QWidget* canvas)
    : QWidget(canvas)
    , m_image(image)
    , m_view(view)
{
    setObjectName(QStringLiteral("overviewMap"));
    setAccessibleName(tr("Overview of the photo"));
    setToolTip(tr("The part of the photo in sight; a click or a drag goes elsewhere"));
    setCursor(Qt::PointingHandCursor);
    hide();
    canvas->installEventFilter(this);
    connect(&view, &SharedView::changed, this, &OverviewMap::place);
    connect(&image, &CurrentImage::loadedChanged, this, &OverviewMap::place);
    connect(&image, &CurrentImage::changed, this, &OverviewMap::place);
}

bool OverviewMap::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        place();
    return QWidget::eventFilter(watched, event);
}

/// Shown where a part of the photo is out of sight.
void OverviewMap::place()
{
    const ViewTransform& view = m_view.transform();
    const ViewRect whole = view.imageRect();
    const QWidget* canvas = parentWidget();
    constexpr double Half = 0.5; // of a pixel: rounding is no move
    const bool isPart = !view.isEmpty() && m_image.loaded()
        && (whole.left < -Half || whole.top < -Half || whole.left + whole.width > canvas->width() + Half
            || whole.top + whole.height > canvas->height() + Half);
    if (isPart) {
        const double room = std::min({LargestSide, LargestShare * canvas->width(), LargestShare * canvas->height()});
        const double scale = room / std::max(view.imageWidth(), view.imageHeight());
        const QSize size(std::lround(std::max(LeastSide, scale * view.imageWidth())),
                         std::lround(std::max(LeastSide, scale * view.imageHeight())));
        setGeometry(
            QRect(QPoint(canvas->width() - Margin - size.width(), canvas->height() - Margin - size.height()), size));
        raise();
        update();
    }
    setVisible(isPart);
}

QRectF OverviewMap::inSight() const
{
    const ViewTransform& view = m_view.transform();
    if (view.isEmpty())
        return {};
    const ImagePoint from = view.toImage({0, 0});
    const ImagePoint to = view.toImage({2 * view.viewCenter().x, 2 * view.viewCenter().y});
    const double across = static_cast<double>(width()) / view.imageWidth();
    const double down = static_cast<double>(height()) / view.imageHeight();
    return QRectF(QPointF(from.x * across, from.y * down), QPointF(to.x * across, to.y * down))
        .intersected(QRectF(rect()));
}

void OverviewMap::paintEvent(QPaintEvent*)
{
    const auto loaded = m_image.loaded();
    if (!loaded)
        return;
    const QSize pixels = size() * devicePixelRatioF();
    if (loaded != m_drawn || m_picture.size() != pixels) {
        const double zoom = static_cast<double>(pixels.width()) / loaded->pyramid.full().width();
        m_picture = QPixmap::fromImage(
            loaded->pyramid.levelFor(zoom).scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
        m_drawn = loaded;
    }
    QPainter painter(this);
    painter.drawPixmap(rect(), m_picture);
    const QRectF sight = inSight();
    QPainterPath outside;
    outside.addRect(rect());
    outside.addRect(sight);
    painter.fillPath(outside, Shade);
    painter.setPen(QPen(Qt::white, 1.5));
    painter.drawRect(sight.adjusted(0.75, 0.75, -0.75, -0.75));
    painter.setPen(themeColors(palette()).cardEdge);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void OverviewMap::goTo(QPointF position)
{
    const ViewTransform& view = m_view.transform();
    const ViewPoint target =
        view.toView({position.x() / width() * view.imageWidth(), position.y() / height() * view.imageHeight()});
    m_view.set(view.pannedBy(view.viewCenter().x - target.x, view.viewCenter().y - target.y));
}

void OverviewMap::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        goTo(event->position());
    event->accept(); // no block below is toggled
}

void OverviewMap::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons().testFlag(Qt::LeftButton))
        goTo(event->position());
    event->accept();
}

void OverviewMap::mouseReleaseEvent(QMouseEvent* event)
{
    event->accept();
}

} // namespace halflens
