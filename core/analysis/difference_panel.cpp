// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/difference_panel.h"

#include "core/figure/difference_figure.h"

#include <utility>

namespace halflens {

Result<ComposedFigure> composeDifference(const std::array<ComparedPhoto, 2>& photos,
                                         const VersionComparison& comparison, const FigureStyle& style)
{
    DifferenceFigure figure;
    figure.a = {photos[0].image, photos[0].name, comparison.difference.scoreA};
    figure.b = {photos[1].image, photos[1].name, comparison.difference.scoreB};
    figure.contributions = comparison.difference.shapley.values;
    figure.model = comparison.model.id;
    figure.scaleLow = comparison.model.scale.low;
    figure.scaleHigh = comparison.model.scale.high;
    figure.by = toString(comparison.by);
    if (style.opacity >= 0)
        figure.opacity = style.opacity;
    figure.colorBar = style.colorBars;
    figure.title = style.title;
    figure.caption = style.caption;
    Result<PanelGrid> grid = differenceFigure(figure);
    if (!grid)
        return std::move(grid).error();
    ComposedFigure composed;
    composed.grid = *std::move(grid);
    composed.provenance.figure = "difference";
    composed.provenance.models = {{comparison.model.id, comparison.model.weightsHash}};
    composed.provenance.settings["exchanged"] = toString(comparison.by);
    for (const ComparedPhoto& photo : photos)
        composed.provenance.sources.push_back({photo.name, photo.image->contentHash, {}});
    return composed;
}

} // namespace halflens
