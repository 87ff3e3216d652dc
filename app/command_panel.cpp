// SPDX-License-Identifier: BSD-3-Clause
// halflens panel: the paper's figures from images, as PNG, SVG or PDF.
#include "app/panel_difference.h"
#include "app/panel_layout.h"
#include "core/figure/figure_writer.h"
#include "core/image/decode.h"

#include <cstdio>

namespace halflens {

namespace {

struct PanelOptions {
    std::vector<std::string> files;
    std::filesystem::path output;
    std::string figure = "2"; ///< "1", "2", "3" or a layout file
    PageSetup page;
    ModelOptions models;
    ReportOptions report;
    std::string halves = "judge";
    int samples = 0; ///< of LIME; 0: the package's
    std::string segments = "quickshift";
    FigureStyle style;
    bool noColorBars = false;

    bool isPaper() const { return figure == "1" || figure == "2" || figure == "3"; }
};

class PanelRun {
public:
    PanelRun(const CommonOptions& common, const PanelOptions& options)
        : m_common(common)
        , m_options(options)
        , m_report(common)
        , m_loader(common)
    { }

    int run()
    {
        if (Result<FigureFormat> format = figureFormatOf(m_options.output); !format) {
            m_report.fail(std::move(format).error().withFile(m_options.output.string()));
            return ExitUsage;
        }
        const bool isNamed = !m_options.isPaper() && m_options.models.checkpoint.empty();
        if (isNamed) { // a layout may need no model at all
            const std::vector<std::string>& ids = m_options.models.models;
            m_request = request(ids.empty() ? m_loader.models().defaultId() : ids.front());
        } else if (const auto predictors = m_loader.load(m_options.models, m_report); !predictors.empty()) {
            m_request = request(predictors.front()->info().id);
            if (m_options.isPaper())
                collect();
        }
        const bool hasContents = isNamed || !m_contents.empty() || (!m_options.isPaper() && !m_request.model.empty());
        bool isWritten = false;
        if (hasContents && !interruptToken().stop_requested()) {
            Status written = write();
            isWritten = written.has_value();
            if (!written)
                m_report.fail(std::move(written).error());
        }
        print();
        if (interruptToken().stop_requested())
            return ExitInterrupted;
        return isWritten ? m_report.status() : ExitNothingDone;
    }

private:
    FigureRequest request(const std::string& model) const
    {
        FigureRequest request;
        if (m_options.isPaper())
            request.figure = static_cast<PaperFigure>(m_options.figure.front() - '0');
        request.model = model;
        request.halves = halvesOfFromString(m_options.halves).value();
        request.indicator = m_options.report.analysis().indicator;
        request.lime.seed = m_common.seed;
        request.lime.segments = limeSegmentsFromString(m_options.segments).value();
        if (m_options.samples > 0)
            request.lime.samples = m_options.samples;
        return request;
    }

    /// The images that can be read and seen by the model; the others are reported.
    void collect()
    {
        ProgressLine progress(m_common);
        for (const std::string& file : m_options.files) {
            if (interruptToken().stop_requested())
                break;
            progress.show("running " + file);
            Result<std::shared_ptr<const FigureContents>> contents = contentsOf(file, progress);
            progress.show({});
            if (contents) {
                m_contents.push_back(*std::move(contents));
                m_report.succeed();
            } else {
                m_report.fail(std::move(contents).error().withFile(file));
            }
        }
    }

    Result<std::shared_ptr<const FigureContents>> contentsOf(const std::string& file, ProgressLine& progress)
    {
        const Result<std::shared_ptr<const Image>> image = openImage(file, m_common);
        if (!image)
            return image.error();
        return figureContents(*image, baseName(file), m_request, m_loader.models(), m_loader.cache(),
                              contextOf(progress, file + ": "));
    }

    Result<ComposedFigure> compose()
    {
        if (m_options.isPaper())
            return composeFigure(m_request, m_contents, m_options.style);
        ProgressLine progress(m_common);
        Result<ComposedFigure> figure = freeLayout({m_options.files, m_options.figure, m_request, m_options.style.title,
                                                    m_options.style.caption, m_common.decode},
                                                   m_loader, contextOf(progress));
        if (figure)
            m_report.succeed();
        return figure;
    }

    Status write()
    {
        const Result<ComposedFigure> figure = compose();
        if (!figure)
            return figure.error();
        const Result<FigurePage> page = layOut(figure->grid, m_options.page);
        if (!page)
            return page.error();
        Status written = writeFigure(*page, figure->provenance, m_options.output);
        if (!written)
            return std::move(written).error().withFile(m_options.output.string());
        return {};
    }

    void print() const
    {
        const bool hasScores = m_options.figure == "2";
        if (!m_common.json) {
            for (std::size_t i = 0; i < m_contents.size() && hasScores; ++i) {
                const FigureContents& entry = *m_contents[i];
                std::printf("%s: score %.4f, trivial half alone %.4f, important half alone %.4f\n", entry.name.c_str(),
                            entry.score, entry.trivialScore, entry.importantScore);
            }
            return;
        }
        nlohmann::json document{
            {"version", HALFLENS_VERSION}, {"figure", m_options.figure}, {"output", m_options.output.string()}};
        if (hasScores) {
            document["model"] = m_contents.empty() ? std::string() : m_contents.front()->model.id;
            document["panels"] = nlohmann::json::array();
            for (const auto& entry : m_contents) {
                const BlockReport& halves = *entry->halves->report;
                document["panels"].push_back(
                    {{"file", entry->name},
                     {"score", entry->score},
                     {"important", toList(halves.important)},
                     {"trivial", toList(halves.trivial)},
                     {"masked", {{"important", entry->trivialScore}, {"trivial", entry->importantScore}}}});
            }
        }
        if (!m_contents.empty() && m_contents.front()->halves)
            document["halves"] = halvesToJson(m_request.halves, *m_contents.front()->halves);
        document["errors"] = m_report.errors();
        printJson(document);
    }

    const CommonOptions& m_common;
    const PanelOptions& m_options;
    Report m_report;
    ModelLoader m_loader;
    FigureRequest m_request;
    std::vector<std::shared_ptr<const FigureContents>> m_contents;
};

} // namespace

void addPanelCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<PanelOptions>();
    CLI::App* command = addCommand(app, "panel", "Make a figure like the paper's", common);
    addImages(*command, options->files, common);
    command
        ->add_option("--figure", options->figure,
                     "1: LIME and Grad-CAM x attention; 2: trivial and important halves; 3: semantic measures and "
                     "halves; difference: two versions A and B; or a layout file (.json)")
        ->check([](const std::string& word) {
            const bool known =
                word == "1" || word == "2" || word == "3" || word == "difference" || word.ends_with(".json");
            return known ? std::string() : std::string("is not 1, 2, 3, difference or a .json file");
        })
        ->capture_default_str();
    command->add_option("--opacity", options->style.opacity, "Figs. 1 and 3: opacity of the maps over the photo")
        ->check(numberBetween(0.0, 1.0))
        ->default_str("0.65 in Fig. 1, 1 in Fig. 3");
    command->add_flag("--images-as-columns", options->style.imagesAsColumns, "Figs. 1 and 3: images beside each other");
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
        ->check(numberBetween(20.0, 1000.0))
        ->capture_default_str();
    command->add_option("--dpi", options->page.dpi, "Resolution")->check(CLI::Range(50, 1200))->capture_default_str();
    command->add_option("--caption", options->style.caption, "Text below the figure");
    command->add_option("--title", options->style.title, "Text above the figure");
    command->add_flag("--original", options->style.original, "Show the untouched images in a first row");
    command->add_flag("--grid-lines", options->style.gridLines, "Thin lines between the blocks");
    options->models.addTo(*command, false);
    options->report.addTo(*command);
    addHalvesOption(*command, options->halves);
    command->callback([&common, &run, options] {
        std::vector<std::filesystem::path> inputs(options->files.begin(), options->files.end());
        inputs.insert(inputs.end(), {options->models.checkpoint, options->figure}); // which may be a layout
        refuseInputAsOutput("--output", options->output, inputs);
        options->style.colorBars = !options->noColorBars;
        if (options->figure == "difference") {
            if (options->files.size() != 2)
                throw CLI::ValidationError("images", "this figure takes two, A and B");
            run = [&common, options] {
                return runDifferencePanel(common,
                                          {options->files, options->output, options->page, options->models,
                                           options->style.opacity, options->style.colorBars, options->style.title,
                                           options->style.caption});
            };
            return;
        }
        run = [&common, options] { return PanelRun(common, *options).run(); };
    });
}

} // namespace halflens
