// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/paper_maps.h"

namespace halflens {

namespace {

MapFigure mapsOf(const PaperMapFigure& paper)
{
    const double opacity = paper.opacity < 0 ? paperOpacity(paper.kind) : paper.opacity;
    MapFigure figure;
    figure.rows = paper.rows;
    figure.title = paper.title;
    figure.caption = paper.caption;
    figure.colorBars = paper.colorBars;
    figure.imagesAsColumns = paper.imagesAsColumns;
    if (paper.kind == PaperMaps::Explanations) {
        figure.mapNames = {"LIME", paper.hasAttention ? "Grad-CAM × attention" : "Grad-CAM"};
        figure.styles = {{ColorMap::BlueRed, opacity, true}, {ColorMap::Inferno, opacity, false}};
        figure.footnote = "LIME: change of the score when a segment is visible. "
            + std::string(paper.hasAttention ? "Grad-CAM × attention rollout" : "Grad-CAM")
            + ": what raises the score, 0–1. Model " + paper.model.id + ".";
    } else {
        figure.mapNames = {"Saliency", "Frequency", "Objectness", "Averaged"};
        figure.opacity = opacity;
        figure.halves = true;
        figure.footnote = "Important and trivial regions by " + paper.model.id + ", " + paper.method
            + ". Objectness by " + paper.objectness + ".";
    }
    return figure;
}

Provenance provenanceOf(const PaperMapFigure& paper)
{
    Provenance provenance;
    provenance.figure = figureNumber(paper.kind);
    provenance.title = paper.title;
    provenance.models = {paper.model};
    for (const MapRow& row : paper.rows) {
        Provenance::Source source{row.name, row.image->contentHash, {}};
        if (row.important)
            source.masks = {{"important", *row.important}, {"trivial", row.important->complement()}};
        provenance.sources.push_back(std::move(source));
    }
    if (paper.kind == PaperMaps::Explanations) {
        provenance.settings["lime"] = paper.lime;
    } else {
        provenance.by = paper.by;
        if (paper.by == "zero")
            provenance.fill = "zero";
        provenance.indicator = paper.indicator;
        provenance.settings["halves"] = paper.halves;
        provenance.settings["objectness"] = paper.objectness;
    }
    return provenance;
}

} // namespace

std::string figureNumber(PaperMaps kind)
{
    return kind == PaperMaps::Explanations ? "1" : "3";
}

double paperOpacity(PaperMaps kind)
{
    return kind == PaperMaps::Explanations ? 0.65 : 1;
}

Result<ComposedFigure> paperMapFigure(const PaperMapFigure& figure)
{
    Result<PanelGrid> grid = mapFigure(mapsOf(figure));
    if (!grid)
        return std::move(grid).error();
    return ComposedFigure{*std::move(grid), provenanceOf(figure)};
}

} // namespace halflens
