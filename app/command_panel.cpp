// SPDX-License-Identifier: BSD-3-Clause
// halflens panel: the paper's figures from images, as PNG, SVG or PDF.
#include "app/model_options.h"
#include "app/panel_maps.h"
#include "core/figure/figure_writer.h"
#include "core/figure/figures.h"
#include "core/image/decode.h"

#include <cstdio>

namespace halflens {

namespace {

struct PanelOptions {
    std::vector<std::string> files;
    std::filesystem::path output;
    std::string figure = "2";
    std::string caption;
    std::string title;
    PageSetup page;
    ModelOptions models;
    ReportOptions report;
    bool original = false;
    bool gridLines = false;
    double opacity = -1;
    bool imagesAsColumns = false;
    int samples = 0;
    std::string segments = "quickshift";
    bool noColorBars = false;
};

MapPanelOptions mapPanelOptions(const PanelOptions& options)
{
    return {options.files,   options.output,   options.figure,      options.title,   options.caption,
            options.page,    options.models,   options.report,      options.opacity, options.imagesAsColumns,
            options.samples, options.segments, !options.noColorBars};
}

std::string baseName(const std::string& file)
{
    return std::filesystem::path(file).filename().string();
}

Result<Figure2Column> column(const std::string& file, const Predictor& predictor, ModelLoader& loader,
                             const AnalysisOptions& options)
{
    const Result<std::shared_ptr<const Image>> image = readImage(file);
    if (!image)
        return image.error();
    const Result<const Predictor*> judge = judgeOf(predictor, loader);
    if (!judge)
        return judge.error();
    const Result<JudgedHalf> half = importantBlocks(**image, **judge, options.indicator);
    if (!half)
        return half.error();
    Figure2Column result;
    result.image = *image;
    result.name = baseName(file);
    result.important = half->important;
    for (const auto& [hidden, score] : {std::pair{BlockMask(), &result.score},
                                        {half->important, &result.trivialScore},
                                        {half->important.complement(), &result.importantScore}}) {
        const Result<double> found = predictor.info().masksAttention ? Result<double>(half->table->score(hidden))
                                                                     : scoreOf(**image, predictor, hidden);
        if (!found)
            return found.error();
        *score = *found;
    }
    return result;
}

Provenance provenanceOf(const PanelOptions& options, const ModelInfo& model, const ModelInfo& judge,
                        const Figure2& figure)
{
    Provenance provenance;
    provenance.figure = options.figure;
    provenance.models = {{model.id, model.weightsHash}};
    provenance.by = "attention";
    if (!model.masksAttention) {
        provenance.models.push_back({judge.id, judge.weightsHash});
        provenance.by = "zero";
        provenance.fill = "zero";
    }
    provenance.indicator = options.report.indicator;
    for (const Figure2Column& entry : figure.columns)
        provenance.sources.push_back({entry.name,
                                      entry.image->contentHash,
                                      {{"important", entry.important}, {"trivial", entry.important.complement()}}});
    return provenance;
}

void printScores(const CommonOptions& common, const PanelOptions& options, const Figure2& figure, const Report& report)
{
    if (common.json) {
        nlohmann::json panels = nlohmann::json::array();
        for (const Figure2Column& entry : figure.columns)
            panels.push_back({{"file", entry.name},
                              {"score", entry.score},
                              {"important", toList(entry.important)},
                              {"trivial", toList(entry.important.complement())},
                              {"masked", {{"important", entry.trivialScore}, {"trivial", entry.importantScore}}}});
        printJson({{"version", HALFLENS_VERSION},
                   {"figure", options.figure},
                   {"output", options.output.string()},
                   {"model", figure.model},
                   {"panels", panels},
                   {"errors", report.errors()}});
        return;
    }
    for (const Figure2Column& entry : figure.columns)
        std::printf("%s: score %.4f, trivial half alone %.4f, important half alone %.4f\n", entry.name.c_str(),
                    entry.score, entry.trivialScore, entry.importantScore);
}

int runPanel(const CommonOptions& common, const PanelOptions& options)
{
    Report report(common);
    ModelLoader loader(common);
    Figure2 figure;
    if (Result<FigureFormat> format = figureFormatOf(options.output); !format) {
        report.fail(std::move(format).error().withFile(options.output.string()));
        return ExitUsage;
    }
    const auto predictors = loader.load(options.models, report);
    ProgressLine progress(common);
    for (const std::string& file : options.files) {
        if (predictors.empty() || interruptToken().stop_requested())
            break;
        progress.show("running " + file);
        Result<Figure2Column> entry = column(file, *predictors.front(), loader, options.report.analysis());
        if (entry) {
            figure.columns.push_back(*std::move(entry));
            report.succeed();
        } else {
            report.fail(std::move(entry).error().withFile(file));
        }
    }
    progress.show({});
    if (!figure.columns.empty() && !interruptToken().stop_requested()) {
        const ModelInfo& model = predictors.front()->info();
        const ModelInfo& judge = (*judgeOf(*predictors.front(), loader))->info(); // it made the columns
        figure.model = model.id;
        figure.scaleLow = model.scale.low;
        figure.scaleHigh = model.scale.high;
        figure.method =
            model.masksAttention ? std::string("attention mask") : "pixels set to zero, halves of " + judge.id;
        figure.original = options.original;
        figure.gridLines = options.gridLines;
        figure.title = options.title;
        figure.caption = options.caption;
        Status written = [&]() -> Status {
            const Result<PanelGrid> grid = figure2(figure);
            if (!grid)
                return grid.error();
            const Result<FigurePage> page = layOut(*grid, options.page);
            if (!page)
                return page.error();
            return writeFigure(*page, provenanceOf(options, model, judge, figure), options.output);
        }();
        if (!written) {
            report.fail(std::move(written).error().withFile(options.output.string()));
            if (common.json)
                printScores(common, options, figure, report);
            return ExitNothingDone;
        }
    }
    if (common.json || !figure.columns.empty())
        printScores(common, options, figure, report);
    return report.status();
}

} // namespace

void addPanelCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<PanelOptions>();
    CLI::App* command = addCommand(app, "panel", "Make a figure like the paper's", common);
    command->add_option("images", options->files, "Image files")->required();
    command
        ->add_option("--figure", options->figure,
                     "1: LIME and Grad-CAM x attention; 2: trivial and important halves; 3: semantic measures and "
                     "halves; or a layout file (.json)")
        ->check([](const std::string& word) {
            const bool known = word == "1" || word == "2" || word == "3" || word.ends_with(".json");
            return known ? std::string() : std::string("is not 1, 2, 3 or a .json file");
        })
        ->capture_default_str();
    command->add_option("--opacity", options->opacity, "Figs. 1 and 3: opacity of the maps over the photo")
        ->check(CLI::Range(0.0, 1.0))
        ->default_str("0.65 in Fig. 1, 1 in Fig. 3");
    command->add_flag("--images-as-columns", options->imagesAsColumns, "Figs. 1 and 3: images beside each other");
    command->add_flag("--no-color-bars", options->noColorBars, "Figs. 1 and 3: maps without their colour bars");
    command->add_option("--samples", options->samples, "Predictions LIME is fitted to")
        ->check(CLI::Range(2, 1'000'000))
        ->default_str("1000");
    command->add_option("--segments", options->segments, "How LIME cuts the image")
        ->check(CLI::IsMember({"quickshift", "slic", "grid"}))
        ->capture_default_str();
    command->add_option("-o,--output", options->output, "File to write; its suffix (png, svg, pdf) says what")
        ->required();
    command->add_option("--width-mm", options->page.widthMm, "Width of the figure")
        ->check(CLI::Range(20.0, 1000.0))
        ->capture_default_str();
    command->add_option("--dpi", options->page.dpi, "Resolution")->check(CLI::Range(50, 1200))->capture_default_str();
    command->add_option("--caption", options->caption, "Text below the figure");
    command->add_option("--title", options->title, "Text above the figure");
    command->add_flag("--original", options->original, "Show the untouched images in a first row");
    command->add_flag("--grid-lines", options->gridLines, "Thin lines between the blocks");
    options->models.addTo(*command, false);
    options->report.addTo(*command);
    command->callback([&common, &run, options] {
        run = [&common, options] {
            return options->figure == "2" ? runPanel(common, *options) : runMapPanel(common, mapPanelOptions(*options));
        };
    });
}

} // namespace halflens
