// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/paper_figures.h"

#include <algorithm>
#include <array>
#include <utility>

namespace halflens {

namespace {

std::vector<MapKind> mapsOf(PaperFigure figure, const ModelInfo& model)
{
    switch (figure) {
    case PaperFigure::Explanations:
        return {MapKind::Lime, model.masksAttention ? MapKind::Product : MapKind::GradCam};
    case PaperFigure::Measures:
        return {MapKind::Saliency, MapKind::Frequency, MapKind::Objectness, MapKind::Averaged};
    case PaperFigure::Halves:
        break;
    }
    return {};
}

/// The three scores of Fig. 2.
Status score(FigureContents& contents, const Predictor& predictor, ModelSource& models, ResultCache& cache,
             const JobContext& context)
{
    const BlockMask important = contents.halves->report->important;
    const std::array<std::pair<BlockMask, double*>, 3> wanted{{{BlockMask(), &contents.score},
                                                               {important, &contents.trivialScore},
                                                               {important.complement(), &contents.importantScore}}};
    if (contents.model.masksAttention) {
        TableRequest request;
        request.by = HiddenBy::Attention;
        const Result<std::shared_ptr<const Analysis>> own =
            analyzeBlocks(*contents.image, contents.model.id, request, {}, models, cache, context);
        if (!own)
            return own.error();
        for (const auto& [hidden, found] : wanted)
            *found = (*own)->table->score(hidden);
        return {};
    }
    context.report(-1, "Hiding each half");
    for (const auto& [hidden, found] : wanted) {
        const Result<Prediction> prediction =
            models.evaluator().predictHidden(predictor, *contents.image, hidden, context.stop());
        if (!prediction)
            return prediction.error();
        *found = prediction->score;
    }
    return {};
}

Provenance::Model named(const ModelInfo& model)
{
    return {model.id, model.weightsHash};
}

bool isSame(const ModelInfo& a, const ModelInfo& b)
{
    return a.id == b.id && a.weightsHash == b.weightsHash;
}

/// How the model's scores came about, and whose halves they are of where that is not the same.
std::string methodOf(const FigureContents& contents)
{
    const Analysis& halves = *contents.halves;
    const std::string how = contents.model.masksAttention ? "attention mask" : "pixels set to zero";
    if (isSame(halves.model, contents.model) && contents.model.masksAttention)
        return how;
    const std::string estimate = halves.table->exact
        ? std::string()
        : " estimated from " + std::to_string(halves.table->samples) + " of 4096 masks";
    return how + ", halves of " + halves.model.id + estimate;
}

Result<ComposedFigure> figureOfHalves(const FigureRequest& request,
                                      const std::vector<std::shared_ptr<const FigureContents>>& contents,
                                      const FigureStyle& style)
{
    const FigureContents& first = *contents.front();
    Figure2 figure;
    Provenance provenance;
    provenance.figure = "2";
    provenance.title = style.title;
    provenance.models = {named(first.model)};
    provenance.by = toString(first.model.masksAttention ? HiddenBy::Attention : HiddenBy::Zero);
    if (!first.model.masksAttention)
        provenance.fill = toString(Fill::Zero);
    if (!isSame(first.halves->model, first.model))
        provenance.models.push_back(named(first.halves->model));
    provenance.indicator = toString(request.indicator);
    provenance.settings["halves"] = toString(request.halves);
    for (const auto& one : contents) {
        const BlockReport& report = *one->halves->report;
        figure.columns.push_back(
            {one->image, one->name, report.important, one->score, one->trivialScore, one->importantScore});
        provenance.sources.push_back(
            {one->name, one->image->contentHash, {{"important", report.important}, {"trivial", report.trivial}}});
    }
    figure.model = first.model.id;
    figure.scaleLow = first.model.scale.low;
    figure.scaleHigh = first.model.scale.high;
    figure.method = methodOf(first);
    figure.original = style.original;
    figure.gridLines = style.gridLines;
    figure.title = style.title;
    figure.caption = style.caption;
    Result<PanelGrid> grid = figure2(figure);
    if (!grid)
        return std::move(grid).error();
    return ComposedFigure{*std::move(grid), std::move(provenance)};
}

Result<ComposedFigure> figureOfMaps(const FigureRequest& request,
                                    const std::vector<std::shared_ptr<const FigureContents>>& contents,
                                    const FigureStyle& style)
{
    const FigureContents& first = *contents.front();
    PaperMapFigure figure;
    figure.model = named(first.model);
    figure.hasAttention = first.model.masksAttention;
    figure.opacity = style.opacity;
    figure.colorBars = style.colorBars;
    figure.imagesAsColumns = style.imagesAsColumns;
    figure.title = style.title;
    figure.caption = style.caption;
    if (request.figure == PaperFigure::Explanations) {
        figure.kind = PaperMaps::Explanations;
        figure.lime = cacheKey(request.lime);
    } else {
        figure.kind = PaperMaps::Measures;
        figure.model = named(first.halves->model);
        figure.method = hidingMethod(*first.halves);
        figure.by = toString(first.halves->by);
        figure.indicator = toString(request.indicator);
        figure.halves = toString(request.halves);
    }
    for (const auto& one : contents) {
        MapRow row;
        row.image = one->image;
        row.name = one->name;
        for (const auto& map : one->maps) {
            row.maps.emplace_back(map, &map->map);
            row.ranges.push_back({map->range.low, map->range.high});
            if (map->request.kind == MapKind::Objectness)
                figure.objectness = map->source;
        }
        if (one->halves)
            row.important = one->halves->report->important;
        figure.rows.push_back(std::move(row));
    }
    return paperMapFigure(figure);
}

} // namespace

Result<std::shared_ptr<const FigureContents>> figureContents(const std::shared_ptr<const Image>& image,
                                                             const std::string& name, const FigureRequest& request,
                                                             ModelSource& models, ResultCache& cache,
                                                             const JobContext& context)
{
    context.report(-1, "Loading the model");
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(request.model);
    if (!predictor)
        return predictor.error();
    auto contents = std::make_shared<FigureContents>();
    contents->model = (*predictor)->info();
    contents->image = image;
    contents->name = name;
    for (const MapKind kind : mapsOf(request.figure, contents->model)) {
        MapRequest wanted;
        wanted.kind = kind;
        wanted.lime = request.lime;
        Result<std::shared_ptr<const ImageMap>> map = makeMap(*image, wanted, request.model, models, cache, context);
        if (!map)
            return std::move(map).error();
        contents->maps.push_back(*std::move(map));
    }
    if (request.figure != PaperFigure::Explanations) {
        Result<std::shared_ptr<const Analysis>> halves =
            halvesFrom(*image, request.halves, request.model, request.indicator, models, cache, context);
        if (!halves)
            return std::move(halves).error();
        contents->halves = *std::move(halves);
    }
    if (request.figure == PaperFigure::Halves) {
        if (Status scored = score(*contents, **predictor, models, cache, context); !scored)
            return std::move(scored).error();
    }
    return std::shared_ptr<const FigureContents>(std::move(contents));
}

Result<ComposedFigure> composeFigure(const FigureRequest& request,
                                     const std::vector<std::shared_ptr<const FigureContents>>& contents,
                                     const FigureStyle& style)
{
    if (contents.empty())
        return Error{ErrorCode::InvalidInput, "figure", "there is no image", "open one", {}};
    return request.figure == PaperFigure::Halves ? figureOfHalves(request, contents, style)
                                                 : figureOfMaps(request, contents, style);
}

} // namespace halflens
