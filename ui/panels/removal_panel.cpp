// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/removal_panel.h"

#include "ui/panels/card.h"
#include "ui/panels/csv_button.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QHBoxLayout>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <string>

namespace halflens {

using namespace Qt::StringLiterals;

RemovalPlot::RemovalPlot(QWidget* parent)
    : ChartPlot(parent)
{
    setObjectName(u"removalPlot"_s);
    setAccessibleName(tr("Score against the number of blocks shown or hidden, most important first"));
}

void RemovalPlot::setCurves(const std::optional<RemovalComparison>& curves)
{
    m_curves = curves;
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

void RemovalPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (!m_curves)
        return paintNothing(painter, tr("Needs a model with a mask table and a layer with values"));
    const ThemeColors& theme = themeColors(palette());
    enum Ink { Random, Hidden, Shown, RandomHidden, RandomShown };
    Surface surface(painter, *this,
                    {QPen(theme.mutedText, 1, Qt::DotLine), QPen(theme.important, 2), QPen(theme.trivial, 2),
                     QPen(theme.important, 1, Qt::DotLine), QPen(theme.trivial, 1, Qt::DotLine)});
    const ChartFrame where = frame();
    std::vector<ChartTick> blocks;
    for (int count = 0; count <= BlockCount; count += 2)
        blocks.push_back({static_cast<double>(count), std::to_string(count)});
    const ChartNames names{tr("blocks, highest value first").toStdString(), tr("score").toStdString()};
    paintAxes(surface, where, blocks, numberedTicks(m_low, m_high, 4), names);

    const auto draw = [&](const auto& values, bool mirrored, Ink ink) {
        std::vector<ChartPoint> curve;
        for (std::size_t k = 0; k <= BlockCount; ++k)
            curve.push_back(where.at(static_cast<double>(k), values[mirrored ? BlockCount - k : k]));
        surface.polyline(curve, ink);
    };
    draw(m_curves->randomDeletion, false, RandomHidden);
    draw(m_curves->randomDeletion, true, RandomShown);
    draw(m_curves->curves.deletion, false, Hidden);
    draw(m_curves->curves.insertion, false, Shown);
    const std::vector<ChartEntry> entries{{tr("random order").toStdString(), Random},
                                          {tr("hidden").toStdString(), Hidden},
                                          {tr("shown").toStdString(), Shown}};
    paintLegend(surface, where, entries, names.y);
}

void RemovalPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_curves)
        return;
    const auto blocks = static_cast<std::size_t>(std::lround(frame().valueAt(event->position().x())));
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
    , m_csv(new CsvButton(
          viewer, u"curves"_s, [this] { return toCsv(); }, this))
{
    setHelpTopic(*this, HelpTopic::Removal);
    m_title->setObjectName(u"removalTitle"_s);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setFont(scaledFont(*this, 1.0, true));
    m_areas->setObjectName(u"removalAreas"_s);
    m_areas->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(4);
    m_csv->setObjectName(u"curvesCsv"_s);
    auto* top = new QHBoxLayout;
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long name makes no dock wide
    top->addWidget(m_title, 1);
    top->addWidget(m_csv);
    layout->addLayout(top);
    layout->addWidget(m_areas);
    layout->addWidget(m_plot, 1);
    connect(&m_view, &LayerView::changed, this, &RemovalPanel::refresh); // another current layer among it
    refresh();
}

std::string RemovalPanel::toCsv() const
{
    if (!m_plot->curves())
        return {};
    const Document& document = *m_workspace.current();
    return removalToCsv(*m_plot->curves(), *document.analysis(), document.path().toStdString(),
                        toString(m_layers.current()));
}

void RemovalPanel::refresh()
{
    const OverlayId id = m_layers.current();
    m_title->setText(tr("By %1").arg(layerName(id)));
    const Document* document = m_workspace.current();
    const auto order = m_view.ranking(id);
    const bool isKnown = document && document->analysis() && document->analysis()->table && order;
    m_csv->setEnabled(isKnown);
    if (!isKnown) {
        m_areas->clear();
        m_plot->setCurves(std::nullopt);
        return;
    }
    const RemovalComparison result = compareRemoval(*order, *document->analysis()->table);
    m_areas->setText(tr("Mean score: hidden %1 (low is good), shown %2 (high is good), random %3")
                         .arg(scoreText(result.curves.deletionArea), scoreText(result.curves.insertionArea),
                              scoreText(result.randomArea)));
    m_plot->setCurves(result);
}

} // namespace halflens
