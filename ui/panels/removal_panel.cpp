// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/removal_panel.h"

#include "ui/panels/card.h"
#include "ui/panels/color_bar.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

RemovalComparison compareRemoval(const BlockMeans& order, const MaskTable& table)
{
    RemovalComparison result;
    result.curves = removalCurves(order, [&](BlockMask mask) { return table.score5(mask); });
    std::array<int, BlockCount + 1> masks{};
    for (std::uint32_t bits = 0; bits < MaskCount; ++bits) {
        const BlockMask mask(bits);
        const auto hidden = static_cast<std::size_t>(mask.count());
        result.randomDeletion[hidden] += table.score5(mask);
        ++masks[hidden];
    }
    for (std::size_t k = 0; k <= BlockCount; ++k)
        result.randomDeletion[k] /= masks[k];
    for (std::size_t k = 0; k < BlockCount; ++k)
        result.randomArea += (result.randomDeletion[k] + result.randomDeletion[k + 1]) / 2 / BlockCount;
    return result;
}

RemovalPlot::RemovalPlot(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setObjectName(u"removalPlot"_s);
    setAccessibleName(tr("Score against the number of blocks shown or hidden, most important first"));
}

void RemovalPlot::setCurves(std::optional<RemovalComparison> curves)
{
    m_curves = std::move(curves);
    if (m_curves) {
        const auto [low, high] =
            std::minmax_element(m_curves->curves.deletion.begin(), m_curves->curves.deletion.end());
        const auto [low2, high2] =
            std::minmax_element(m_curves->curves.insertion.begin(), m_curves->curves.insertion.end());
        m_low = std::max(1.0, std::floor(std::min(*low, *low2) * 5) / 5);
        m_high = std::min(5.0, std::max(std::ceil(std::max(*high, *high2) * 5) / 5, m_low + 0.2));
    }
    update();
}

QRectF RemovalPlot::plotArea() const
{
    const QFontMetrics metrics = fontMetrics();
    const double left = metrics.horizontalAdvance(u"0.00"_s) + 6;
    return QRectF(left, metrics.height() + 8, width() - left - 8, height() - 3 * metrics.height() - 15);
}

QPointF RemovalPlot::at(std::size_t blocks, double score) const
{
    const QRectF area = plotArea();
    const double share = m_high > m_low ? std::clamp((score - m_low) / (m_high - m_low), 0.0, 1.0) : 0.5;
    return {area.left() + static_cast<double>(blocks) / BlockCount * area.width(),
            area.bottom() - share * area.height()};
}

void RemovalPlot::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_curves) {
        painter.setPen(theme.mutedText);
        painter.drawText(rect().adjusted(10, 0, -10, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Needs a model with a mask table and a layer with values"));
        return;
    }
    const QRectF area = plotArea();
    const int line = fontMetrics().height();
    for (const double tick : niceTicks(m_low, m_high, 4)) {
        const double y = at(0, tick).y();
        painter.setPen(QPen(theme.gridLine, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(0, y - line / 2.0, area.left() - 6, line), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(tick, 'f', 1));
    }
    painter.setPen(theme.mutedText);
    for (int blocks = 0; blocks <= BlockCount; blocks += 2)
        painter.drawText(QRectF(at(static_cast<std::size_t>(blocks), m_low).x() - 12, area.bottom() + 3, 24, line),
                         Qt::AlignCenter, QString::number(blocks));
    painter.drawText(QRectF(area.left(), area.bottom() + 3 + line, area.width(), line), Qt::AlignCenter,
                     tr("blocks, highest value first"));
    painter.drawText(QRectF(0, 0, area.right(), line), Qt::AlignLeft | Qt::AlignVCenter, tr("score"));

    const auto draw = [&](const auto& values, bool mirrored, const QPen& pen) {
        QPolygonF curve;
        for (std::size_t k = 0; k <= BlockCount; ++k)
            curve << at(k, values[mirrored ? BlockCount - k : k]);
        painter.setPen(pen);
        painter.drawPolyline(curve);
    };
    draw(m_curves->randomDeletion, false, QPen(theme.important, 1, Qt::DotLine));
    draw(m_curves->randomDeletion, true, QPen(theme.trivial, 1, Qt::DotLine));
    draw(m_curves->curves.deletion, false, QPen(theme.important, 2));
    draw(m_curves->curves.insertion, false, QPen(theme.trivial, 2));

    double right = area.right();
    const std::pair<QString, QPen> entries[] = {{tr("random order"), QPen(theme.mutedText, 1, Qt::DotLine)},
                                                {tr("hidden"), QPen(theme.important, 2)},
                                                {tr("shown"), QPen(theme.trivial, 2)}};
    for (const auto& [text, pen] : entries) {
        const int textWidth = fontMetrics().horizontalAdvance(text);
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(right - textWidth, 0, textWidth, line), Qt::AlignCenter, text);
        painter.setPen(pen);
        painter.drawLine(QPointF(right - textWidth - 16, line / 2.0), QPointF(right - textWidth - 4, line / 2.0));
        right -= textWidth + 24;
    }
}

void RemovalPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_curves)
        return;
    const QRectF area = plotArea();
    const double share = (event->position().x() - area.left()) / std::max(1.0, area.width());
    const auto blocks = static_cast<std::size_t>(std::clamp(std::lround(share * BlockCount), 0L, long{BlockCount}));
    QToolTip::showText(
        event->globalPosition().toPoint(),
        tr("%1 blocks hidden: %2\n%1 blocks shown: %3")
            .arg(blocks)
            .arg(scoreText(m_curves->curves.deletion[blocks]), scoreText(m_curves->curves.insertion[blocks])),
        this);
}

RemovalPanel::RemovalPanel(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_workspace(viewer.workspace)
    , m_layers(viewer.layers)
    , m_view(viewer.layerView)
    , m_title(new QLabel(this))
    , m_areas(mutedLabel(this))
    , m_plot(new RemovalPlot(this))
{
    m_title->setObjectName(u"removalTitle"_s);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setFont(scaledFont(*this, 1.0, true));
    m_areas->setObjectName(u"removalAreas"_s);
    m_areas->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(4);
    layout->addWidget(m_title);
    layout->addWidget(m_areas);
    layout->addWidget(m_plot, 1);
    connect(&m_view, &LayerView::changed, this, &RemovalPanel::refresh); // another current layer among it
    refresh();
}

void RemovalPanel::refresh()
{
    const OverlayId id = m_layers.current();
    m_title->setText(tr("By %1").arg(layerName(id)));
    const Document* document = m_workspace.current();
    const auto order = m_view.ranking(id);
    if (!document || !document->analysis() || !document->analysis()->table || !order) {
        m_areas->clear();
        m_plot->setCurves(std::nullopt);
        return;
    }
    RemovalComparison result = compareRemoval(*order, *document->analysis()->table);
    m_areas->setText(tr("Mean score: hidden %1 (low is good), shown %2 (high is good), random %3")
                         .arg(scoreText(result.curves.deletionArea), scoreText(result.curves.insertionArea),
                              scoreText(result.randomArea)));
    m_plot->setCurves(std::move(result));
}

} // namespace halflens
