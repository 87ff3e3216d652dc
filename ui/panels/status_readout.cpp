// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/status_readout.h"

#include "ui/panels/card.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"

#include <QHBoxLayout>

namespace halflens {

StatusReadout::StatusReadout(CanvasView& canvas, const LayerView& layers, QWidget* parent)
    : QWidget(parent)
    , m_canvas(canvas)
    , m_layers(layers)
    , m_value(new QLabel(this))
    , m_position(mutedLabel(this))
    , m_color(mutedLabel(this))
    , m_block(mutedLabel(this))
    , m_zoom(mutedLabel(this))
{
    setHelpTopic(*this, HelpTopic::Values);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 8, 0);
    layout->setSpacing(14);
    // Widths for the longest text each: nothing jumps while the pointer moves.
    const auto add = [&](QLabel* label, const QString& name, const QString& widest, Qt::Alignment alignment) {
        label->setObjectName(name);
        label->setMinimumWidth(label->fontMetrics().horizontalAdvance(widest));
        label->setAlignment(alignment | Qt::AlignVCenter);
        layout->addWidget(label);
    };
    m_value->setTextFormat(Qt::PlainText);
    add(m_value, QStringLiteral("readValue"), QString(), Qt::AlignRight);
    add(m_position, QStringLiteral("readPosition"), QStringLiteral("88888, 88888"), Qt::AlignRight);
    add(m_color, QStringLiteral("readColor"), QStringLiteral("RGB 288 288 288"), Qt::AlignLeft);
    add(m_block, QStringLiteral("readBlock"), tr("Block %1").arg(88), Qt::AlignLeft);
    add(m_zoom, QStringLiteral("readZoom"), QStringLiteral("8888 %"), Qt::AlignRight);
    connect(&canvas, &CanvasView::pointerMoved, this, &StatusReadout::showPixel);
    connect(&layers, &LayerView::changed, this, [this] { showPixel(m_pixel); });
    connect(&canvas, &CanvasView::viewChanged, this, &StatusReadout::showZoom);
    showZoom();
}

void StatusReadout::showPixel(std::optional<QPoint> pixel)
{
    m_pixel = pixel;
    const auto loaded = m_canvas.document() ? m_canvas.document()->loaded() : nullptr;
    if (!pixel || !loaded) {
        for (QLabel* label : {m_value, m_position, m_color, m_block})
            label->clear();
        return;
    }
    const Image& image = *loaded->image;
    if (pixel->x() >= image.width || pixel->y() >= image.height)
        return; // of the image before
    m_value->setText(m_layers.readout(*pixel));
    const std::uint8_t* rgb = image.row(pixel->y()) + 3 * pixel->x();
    m_position->setText(QStringLiteral("%1, %2").arg(pixel->x()).arg(pixel->y()));
    m_color->setText(QStringLiteral("RGB %1 %2 %3").arg(rgb[0]).arg(rgb[1]).arg(rgb[2]));
    m_block->setText(blockName(blockAt(pixel->y(), pixel->x(), image.height, image.width)));
}

void StatusReadout::showZoom()
{
    const ViewTransform& view = m_canvas.view();
    const double percent = view.zoom() * 100;
    m_zoom->setText(view.isEmpty() ? QString() : tr("%1 %").arg(percent, 0, 'f', percent < 10 ? 1 : 0));
}

} // namespace halflens
