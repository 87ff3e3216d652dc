// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/block_card.h"

#include "ui/canvas/block_painter.h"
#include "ui/state/text.h"

#include <QHelpEvent>
#include <QToolTip>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

/// 1: no other block has more.
int rankOf(BlockIndex block, const BlockMeans& values)
{
    const double own = values[static_cast<std::size_t>(block.value)];
    return 1 + static_cast<int>(std::count_if(values.begin(), values.end(), [&](double value) { return value > own; }));
}

} // namespace

BlockCard::BlockCard(Viewer& viewer, CanvasView& canvas)
    : QObject(&canvas)
    , m_viewer(viewer)
    , m_canvas(canvas)
    , m_table(viewer.workspace.image(), viewer.comparison)
{
    canvas.installEventFilter(this);
}

QString BlockCard::text(BlockIndex block) const
{
    QString rows;
    const auto row = [&](const QString& name, const QString& value) {
        rows += u"<tr><td>%1</td><td align='right'>&nbsp;&nbsp;%2</td></tr>"_s.arg(name.toHtmlEscaped(),
                                                                                   value.toHtmlEscaped());
    };
    const auto cell = [&](BlockTableModel::Column column) {
        return m_table.data(m_table.index(block.value, column), Qt::DisplayRole).toString();
    };
    const Analysis* analysis = m_viewer.workspace.image().analysis();
    const BlockReport* report = m_viewer.workspace.image().report();
    if (report) {
        const QString about = estimateMark(!analysis->table || !analysis->table->exact);
        row(tr("Rank"),
            tr("%1%2, %3 half")
                .arg(about, cell(BlockTableModel::Rank),
                     report->important.contains(block) ? tr("important") : tr("trivial")));
        row(tr("Importance"), about + cell(BlockTableModel::ImportanceValue));
        row(tr("Contribution"), about + cell(BlockTableModel::ShapleyValue));
        row(tr("Score without it"), about + cell(BlockTableModel::Without));
    } else {
        row(tr("Importance"), tr("not computed"));
    }
    for (int id = 0; id < LayerCount; ++id) {
        const auto layer = static_cast<OverlayId>(id);
        if (!isMapLayer(layer) || !m_viewer.maps.map(layer))
            continue;
        const std::optional<BlockMeans> means = m_viewer.layerView.ranking(layer);
        const std::optional<LayerPicture> picture = m_viewer.layerView.picture(layer);
        if (means && picture)
            row(tr("%1, mean").arg(layerName(layer)),
                tr("%1, rank %2")
                    .arg(picture->valueText((*means)[static_cast<std::size_t>(block.value)]))
                    .arg(rankOf(block, *means)));
    }
    if (m_viewer.comparison.agreement().models > 0)
        row(tr("Models that call it important"), cell(BlockTableModel::Agree));
    const QString hidden = m_viewer.workspace.image().mask().contains(block) ? tr(" (hidden)") : QString();
    return u"<b>%1</b>%2<table cellspacing='2'>%3</table>"_s.arg(blockName(block).toHtmlEscaped(),
                                                                 hidden.toHtmlEscaped(), rows);
}

bool BlockCard::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ToolTip || !m_canvas.document() || m_canvas.view().isEmpty())
        return QObject::eventFilter(watched, event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (int block = 0; block < BlockCount; ++block) {
        const QRect place = blockViewRect({block}, m_canvas.view()).toRect();
        if (!place.contains(help->pos()))
            continue;
        QToolTip::showText(help->globalPos(), text({block}), &m_canvas, place);
        return true;
    }
    QToolTip::hideText();
    return true;
}

} // namespace halflens
