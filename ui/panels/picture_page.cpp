// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/picture_page.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/overview_map.h"
#include "ui/panels/color_bar.h"
#include "ui/panels/layer_caption.h"
#include "ui/state/theme.h"
#include "ui/state/viewer.h"

#include <QBoxLayout>
#include <QPainter>

#include <algorithm>

namespace halflens {

PicturePage::PicturePage(Viewer& viewer, CanvasView* canvas, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_caption(new LayerCaption(viewer.layerView, this))
    , m_bar(new ColorBarView(viewer.layerView, this))
    , m_beside(new QBoxLayout(QBoxLayout::LeftToRight))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_beside->setSpacing(0);
    m_beside->addWidget(canvas, 1);
    m_beside->addWidget(m_bar);
    layout->addWidget(m_caption);
    layout->addLayout(m_beside, 1);
    new OverviewMap(viewer.workspace.image(), viewer.view, canvas); // shows and places itself
    connect(&viewer.workspace.image(), &CurrentImage::changed, this, &PicturePage::arrange);
    connect(&viewer.workspace.image(), &CurrentImage::loadedChanged, this, &PicturePage::arrange);
    connect(&viewer.view, &SharedView::changed, this, &PicturePage::arrange); // fitted again, perhaps
}

void PicturePage::arrange()
{
    const ViewTransform& view = m_viewer.view.transform();
    if (!view.isFitted() || view.imageWidth() <= 0 || view.imageHeight() <= 0)
        return;
    constexpr double Margins = 2 * ViewTransform::FitMarginPx;
    constexpr double Slack = 0.97; // below, the picture stays in the middle: worth a little
    const QFontMetricsF metrics(m_bar->font());
    const double roomX = width() - Margins;
    const double roomY = height() - m_caption->sizeHint().height() - Margins;
    const auto fitted = [&](double x, double y) { return std::min(x / view.imageWidth(), y / view.imageHeight()); };
    const double beside = fitted(roomX - colorBarDepth(Qt::Vertical, metrics), roomY);
    const double below = fitted(roomX, roomY - colorBarDepth(Qt::Horizontal, metrics));
    const Qt::Orientation wanted = below >= Slack * beside ? Qt::Horizontal : Qt::Vertical;
    if (wanted == m_bar->orientation())
        return;
    m_bar->setOrientation(wanted);
    m_beside->setDirection(wanted == Qt::Vertical ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

/// The desk of the canvas goes on where the bar has its room.
void PicturePage::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, m_caption->height(), width(), height() - m_caption->height()),
                     themeColors(palette()).canvas);
}

void PicturePage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

} // namespace halflens
