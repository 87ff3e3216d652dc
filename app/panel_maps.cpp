// SPDX-License-Identifier: BSD-3-Clause
#include "app/panel_maps.h"

#include "core/base/file.h"
#include "core/families/objectness/network_objectness.h"
#include "core/figure/figure_layout.h"
#include "core/figure/figure_writer.h"
#include "core/figure/figures.h"
#include "core/figure/paper_maps.h"
#include "core/image/decode.h"
#include "core/measures/measures.h"

#include <cstdio>

namespace halflens {

namespace {

using MapPointer = std::shared_ptr<const ScalarMap>;

std::string baseName(const std::string& file)
{
    return std::filesystem::path(file).filename().string();
}

/// Images, halves and maps by need, each made once.
class MapMaker {
public:
    MapMaker(const CommonOptions& common, const MapPanelOptions& options, ModelLoader& loader)
        : m_common(common)
        , m_options(options)
        , m_loader(loader)
    { }

    Result<std::shared_ptr<const Image>> image(std::size_t index)
    {
        if (index >= m_options.files.size())
            return Error{ErrorCode::InvalidInput,
                         "layout",
                         "there is no image " + std::to_string(index) + ", the command names "
                             + std::to_string(m_options.files.size()),
                         "number the images from 0",
                         {}};
        if (const auto known = m_images.find(index); known != m_images.end())
            return known->second;
        Result<std::shared_ptr<const Image>> read = readImage(m_options.files[index]);
        if (read)
            m_images[index] = *read;
        return read;
    }

    /// The model named, or the command's.
    Result<std::shared_ptr<const Predictor>> predictor(const std::string& id)
    {
        if (!id.empty())
            return m_loader.byId(id);
        if (!m_predictor) {
            Report report(m_common);
            auto loaded = m_loader.load(m_options.models, report);
            if (loaded.empty())
                return Error{ErrorCode::Model, "model", "there is no model to explain", "name one with --model", {}};
            m_predictor = loaded.front();
        }
        return m_predictor;
    }

    Result<MapPointer> measure(std::size_t index, const std::string& name)
    {
        const Result<std::shared_ptr<const Image>> photo = image(index);
        if (!photo)
            return photo.error();
        auto& measures = m_measures[index];
        if (!measures) {
            if (!m_objectness)
                m_objectness = bestObjectness(m_loader.registry().objectnessManifests());
            Result<ImageMeasures> made = measureImage(**photo, {}, *m_objectness, interruptToken());
            if (!made)
                return std::move(made).error();
            measures = std::make_shared<const ImageMeasures>(*std::move(made));
        }
        const Measure& chosen = name == "saliency" ? measures->saliency
            : name == "frequency"                  ? measures->frequency
            : name == "objectness"                 ? measures->objectness
                                                   : measures->averaged;
        return MapPointer(measures, &chosen.map);
    }

    Result<MapPointer> explained(std::size_t index, const std::string& name, const std::string& model)
    {
        const Result<Subject> asked = subject(index, model);
        if (!asked)
            return asked.error();
        MapPointer& known = m_explained[{index, name, model}];
        if (known)
            return known;
        ExplainMapOptions options;
        options.method = mapMethodFromString(name).value();
        options.lime = limeOptions();
        ProgressLine progress(m_common);
        Result<MapExplanation> map =
            explainMap(*asked->network, *asked->photo, options, interruptToken(), [&](int done, int total) {
                progress.show(name + ", " + baseName(m_options.files[index]) + ": sample " + std::to_string(done)
                              + " of " + std::to_string(total));
            });
        if (!map)
            return std::move(map).error();
        known = std::make_shared<const ScalarMap>(std::move(map->map));
        return known;
    }

    /// The model's score of the whole photo, native scale.
    Result<double> score(std::size_t index, const std::string& model)
    {
        const Result<Subject> asked = subject(index, model);
        if (!asked)
            return asked.error();
        return scoreOf(*asked->photo, *asked->network);
    }

    /// The network whose attention decides the halves.
    Result<const Predictor*> judge(const std::string& model)
    {
        const Result<std::shared_ptr<const Predictor>> network = predictor(model);
        if (!network)
            return network.error();
        return judgeOf(**network, m_loader);
    }

    Result<BlockMask> importantBlocks(std::size_t index, const std::string& model)
    {
        const Result<Subject> asked = subject(index, model);
        if (!asked)
            return asked.error();
        std::optional<BlockMask>& known = m_halves[{index, model}];
        if (known)
            return *known;
        const Result<const Predictor*> network = judge(model);
        if (!network)
            return network.error();
        const Result<JudgedHalf> half =
            halflens::importantBlocks(*asked->photo, **network, m_options.report.analysis().indicator);
        if (!half)
            return half.error();
        known = half->important;
        return *known;
    }

    LimeOptions limeOptions() const
    {
        LimeOptions lime;
        lime.seed = m_common.seed;
        lime.segments = limeSegmentsFromString(m_options.segments).value();
        if (m_options.samples > 0)
            lime.samples = m_options.samples;
        return lime;
    }

    std::string objectnessName() const { return m_objectness ? m_objectness->name() : std::string(); }
    const std::map<std::size_t, std::shared_ptr<const Image>>& images() const { return m_images; }

private:
    struct Subject {
        std::shared_ptr<const Image> photo;
        std::shared_ptr<const Predictor> network;
    };

    Result<Subject> subject(std::size_t index, const std::string& model)
    {
        const Result<std::shared_ptr<const Image>> photo = image(index);
        if (!photo)
            return photo.error();
        const Result<std::shared_ptr<const Predictor>> network = predictor(model);
        if (!network)
            return network.error();
        return Subject{*photo, *network};
    }

    const CommonOptions& m_common;
    const MapPanelOptions& m_options;
    ModelLoader& m_loader;
    std::shared_ptr<const Predictor> m_predictor;
    std::shared_ptr<const ObjectnessSource> m_objectness;
    std::map<std::size_t, std::shared_ptr<const Image>> m_images;
    std::map<std::size_t, std::shared_ptr<const ImageMeasures>> m_measures;
    std::map<std::tuple<std::size_t, std::string, std::string>, MapPointer> m_explained;
    std::map<std::pair<std::size_t, std::string>, std::optional<BlockMask>> m_halves;
};

/// Files that a free layout used.
Provenance describe(const MapPanelOptions& options, const MapMaker& maker)
{
    Provenance provenance;
    provenance.figure = baseName(options.figure);
    provenance.title = options.title;
    for (const auto& [index, image] : maker.images())
        provenance.sources.push_back({baseName(options.files[index]), image->contentHash, {}});
    if (!maker.objectnessName().empty())
        provenance.settings["objectness"] = maker.objectnessName();
    return provenance;
}

/// Fig. 1: LIME, and Grad-CAM times attention (plain Grad-CAM for networks without attention).
Result<MapRow> rowOfFigure1(MapMaker& maker, std::size_t index, bool hasAttention)
{
    const Result<std::shared_ptr<const Image>> image = maker.image(index);
    if (!image)
        return image.error();
    MapRow row;
    row.image = *image;
    for (const char* method : {"lime", hasAttention ? "product" : "gradcam"}) {
        Result<MapPointer> map = maker.explained(index, method, {});
        if (!map)
            return std::move(map).error();
        row.maps.push_back(*std::move(map));
    }
    return row;
}

/// Fig. 3: the four measures and the two halves.
Result<MapRow> rowOfFigure3(MapMaker& maker, std::size_t index)
{
    const Result<std::shared_ptr<const Image>> image = maker.image(index);
    if (!image)
        return image.error();
    MapRow row;
    row.image = *image;
    for (const char* measure : {"saliency", "frequency", "objectness", "averaged"}) {
        Result<MapPointer> map = maker.measure(index, measure);
        if (!map)
            return std::move(map).error();
        row.maps.push_back(*std::move(map));
    }
    const Result<BlockMask> important = maker.importantBlocks(index, {});
    if (!important)
        return important.error();
    row.important = *important;
    return row;
}

Result<ComposedFigure> mapsOfPaper(const MapPanelOptions& options, MapMaker& maker, Report& report)
{
    const Result<std::shared_ptr<const Predictor>> network = maker.predictor({});
    if (!network)
        return network.error();
    PaperMapFigure figure;
    figure.kind = options.figure == "1" ? PaperMaps::Explanations : PaperMaps::Measures;
    const Result<const Predictor*> named =
        figure.kind == PaperMaps::Measures ? maker.judge({}) : Result<const Predictor*>(network->get());
    if (!named)
        return named.error();
    figure.model = {(*named)->info().id, (*named)->info().weightsHash};
    figure.hasAttention = (*network)->attentionEncoder() != nullptr;
    figure.lime = cacheKey(maker.limeOptions());
    figure.indicator = options.report.indicator;
    figure.opacity = options.opacity;
    figure.colorBars = options.colorBars;
    figure.imagesAsColumns = options.imagesAsColumns;
    figure.title = options.title;
    figure.caption = options.caption;
    for (std::size_t i = 0; i < options.files.size() && !interruptToken().stop_requested(); ++i) {
        Result<MapRow> row = figure.kind == PaperMaps::Explanations ? rowOfFigure1(maker, i, figure.hasAttention)
                                                                    : rowOfFigure3(maker, i);
        if (!row) {
            report.fail(std::move(row).error().withFile(options.files[i]));
            continue;
        }
        row->name = baseName(options.files[i]);
        figure.rows.push_back(*std::move(row));
        report.succeed();
    }
    figure.objectness = maker.objectnessName();
    return paperMapFigure(figure);
}

Result<CellContent> contentOf(MapMaker& maker, const MapPanelOptions& options, const LayoutCell& cell)
{
    const auto index = static_cast<std::size_t>(cell.image);
    const Result<std::shared_ptr<const Image>> image = maker.image(index);
    if (!image)
        return image.error();
    CellContent content{*image, {}, cell.hidden, baseName(options.files[index]), {}};
    using Content = LayoutCell::Content;
    if (cell.content == Content::Important || cell.content == Content::Trivial) {
        const Result<BlockMask> important = maker.importantBlocks(index, cell.model);
        if (!important)
            return important.error();
        content.hidden = cell.content == Content::Important ? important->complement() : *important;
    }
    if (cell.caption.find("{score}") != std::string::npos) {
        const Result<double> score = maker.score(index, cell.model);
        if (!score)
            return score.error();
        content.score = formatNumber(*score, 2).toStdString();
    }
    if (cell.content == Content::Map) {
        Result<MapPointer> map = mapMethodFromString(cell.map) ? maker.explained(index, cell.map, cell.model)
                                                               : maker.measure(index, cell.map);
        if (!map)
            return std::move(map).error();
        content.map = *std::move(map);
    }
    return content;
}

Result<ComposedFigure> freeLayout(const MapPanelOptions& options, MapMaker& maker, Report& report)
{
    constexpr std::size_t MaxLayoutBytes = 1 << 20;
    const Result<std::vector<std::uint8_t>> bytes = readFile(options.figure, MaxLayoutBytes);
    if (!bytes)
        return bytes.error();
    Result<FigureLayout> layout = parseFigureLayout(std::string(bytes->begin(), bytes->end()));
    if (!layout)
        return std::move(layout).error().withFile(options.figure);
    if (!options.title.empty())
        layout->title = options.title;
    if (!options.caption.empty())
        layout->caption = options.caption;
    Result<PanelGrid> grid =
        layoutGrid(*layout, [&](const LayoutCell& cell) { return contentOf(maker, options, cell); });
    if (!grid)
        return std::move(grid).error();
    report.succeed();
    return ComposedFigure{*std::move(grid), describe(options, maker)};
}

} // namespace

int runMapPanel(const CommonOptions& common, const MapPanelOptions& options)
{
    Report report(common);
    if (Result<FigureFormat> format = figureFormatOf(options.output); !format) {
        report.fail(std::move(format).error().withFile(options.output.string()));
        return ExitUsage;
    }
    ModelLoader loader(common);
    MapMaker maker(common, options, loader);
    const Status written = [&]() -> Status {
        const bool isPaper = options.figure == "1" || options.figure == "3";
        const Result<ComposedFigure> made =
            isPaper ? mapsOfPaper(options, maker, report) : freeLayout(options, maker, report);
        if (!made)
            return made.error();
        if (interruptToken().stop_requested())
            return cancelledError();
        const Result<FigurePage> page = layOut(made->grid, options.page);
        if (!page)
            return page.error();
        return writeFigure(*page, made->provenance, options.output);
    }();
    if (!written)
        report.fail(written.error());
    if (common.json)
        printJson({{"version", HALFLENS_VERSION},
                   {"figure", options.figure},
                   {"output", options.output.string()},
                   {"errors", report.errors()}});
    return written ? report.status() : interruptToken().stop_requested() ? ExitInterrupted : ExitNothingDone;
}

} // namespace halflens
