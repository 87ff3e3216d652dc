// SPDX-License-Identifier: BSD-3-Clause
#include "app/panel_difference.h"

#include "core/analysis/difference_panel.h"
#include "core/figure/figure_writer.h"

#include <cstdio>

namespace halflens {

namespace {

std::string nameOf(const std::string& file)
{
    return std::filesystem::path(file).filename().string();
}

Result<VersionComparison> compared(const CommonOptions& common,
                                   const std::array<std::shared_ptr<const Image>, 2>& images,
                                   const Predictor& predictor)
{
    ProgressLine progress(common);
    progress.show("running " + predictor.info().id);
    VersionComparisonOptions options;
    options.by = predictor.info().masksAttention ? ExchangeBy::Tokens : ExchangeBy::Pixels;
    options.seed = common.seed;
    TableSink sink;
    sink.progress = [&](int done, int wanted) {
        progress.show("row " + std::to_string(done) + " of " + std::to_string(wanted));
    };
    TableCache cache;
    return compareVersions(*images[0], *images[1], predictor, options, &cache, interruptToken(), sink);
}

} // namespace

int runDifferencePanel(const CommonOptions& common, const DifferencePanelOptions& options)
{
    Report report(common);
    const auto failed = [&](Error error, int status) {
        report.fail(std::move(error));
        if (common.json)
            printJson({{"version", HALFLENS_VERSION},
                       {"figure", "difference"},
                       {"output", options.output.string()},
                       {"errors", report.errors()}});
        return interruptToken().stop_requested() ? static_cast<int>(ExitInterrupted) : status;
    };
    if (Result<FigureFormat> format = figureFormatOf(options.output); !format)
        return failed(std::move(format).error().withFile(options.output.string()), ExitUsage);
    std::array<std::shared_ptr<const Image>, 2> images;
    for (std::size_t i = 0; i < images.size(); ++i) {
        Result<std::shared_ptr<const Image>> image = openImage(options.files[i], common);
        if (!image)
            return failed(std::move(image).error(), ExitNothingDone);
        images[i] = *std::move(image);
    }
    ModelLoader loader(common);
    const auto predictors = loader.load(options.models, report);
    if (predictors.empty())
        return report.status();
    Result<VersionComparison> comparison = compared(common, images, *predictors.front());
    if (!comparison)
        return failed(std::move(comparison).error().withFile(options.files[1]), ExitNothingDone);
    const Status written = [&]() -> Status {
        FigureStyle style;
        style.opacity = options.opacity;
        style.colorBars = options.colorBar;
        style.title = options.title;
        style.caption = options.caption;
        const Result<ComposedFigure> figure = composeDifference(
            {ComparedPhoto{images[0], nameOf(options.files[0])}, {images[1], nameOf(options.files[1])}}, *comparison,
            style);
        if (!figure)
            return figure.error();
        const Result<FigurePage> page = layOut(figure->grid, options.page);
        if (!page)
            return page.error();
        return writeFigure(*page, figure->provenance, options.output);
    }();
    if (!written)
        return failed(Error(written.error()).withFile(options.output.string()), ExitNothingDone);
    report.succeed();
    const Difference& difference = comparison->difference;
    if (common.json)
        printJson({{"version", HALFLENS_VERSION},
                   {"figure", "difference"},
                   {"output", options.output.string()},
                   {"model", comparison->model.id},
                   {"by", toString(comparison->by)},
                   {"score_a", difference.scoreA},
                   {"score_b", difference.scoreB},
                   {"shapley", difference.shapley.values},
                   {"errors", report.errors()}});
    else
        std::printf("%s: %.4f, %s: %.4f, change %+.4f\n", options.files[0].c_str(), difference.scoreA,
                    options.files[1].c_str(), difference.scoreB, difference.change);
    return report.status();
}

} // namespace halflens
