// SPDX-License-Identifier: BSD-3-Clause
#include "app/explain_local.h"

#include "core/analysis/analysis.h"
#include "core/explain/fine.h"
#include "core/explain/tiles.h"
#include "core/figure/map_file.h"

#include <cstdio>

namespace halflens {

namespace {

/// What a method says about one image and model.
struct Told {
    nlohmann::json json;
    std::string text;
    ScalarMap map; ///< empty where none is written
    ColorMap colors = ColorMap::Viridis;
    ValueRange range;
    std::string unit;
};

std::string formatted(const char* format, auto... values)
{
    char text[1024];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

nlohmann::json byCell(CellGrid cells, const std::vector<double>& values)
{
    nlohmann::json rows = nlohmann::json::array();
    for (int row = 0; row < cells.rows; ++row) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(row) * cells.columns;
        rows.push_back(std::vector<double>(first, first + cells.columns)); // what is infinite becomes null
    }
    return rows;
}

Result<Told> fineOf(const CommonOptions& common, const ExplainedFiles& asked, const Image& image,
                    const Predictor& predictor, bool wantsMap, ProgressLine& progress)
{
    const Result<Fed> fed = feed(image, predictor, {}, interruptToken());
    if (!fed)
        return fed.error();
    FineOptions options;
    options.permutations = asked.samples;
    options.seed = common.seed;
    FineSink sink;
    sink.progress = [&](int permutations, double error) {
        progress.show(formatted("%d orders, standard error %.4f", permutations, error));
    };
    const Result<FineContributions> fine =
        fineContributions(predictor, *fed->features, options, interruptToken(), sink);
    if (!fine)
        return fine.error();
    Told told;
    told.json = {{"score", fed->prediction.score},
                 {"distribution", distributionToJson(fed->prediction.output)},
                 {"grid", {fine->cells.rows, fine->cells.columns}},
                 {"values", byCell(fine->cells, fine->values)},
                 {"standard_error", byCell(fine->cells, fine->standardErrors)},
                 {"permutations", fine->permutations},
                 {"sum", fine->sum},
                 {"exact", false},
                 {"settled", fine->settled},
                 {"seed", common.seed},
                 {"seconds", {{"trunk", fed->features->seconds}, {"all", fine->seconds}}}};
    told.text =
        formatted("score %.4f\nwhat each cell adds to the score, from %d orders (sum %.4f; in brackets: within two "
                  "standard errors of 0)\n",
                  fed->prediction.score, fine->permutations, fine->sum);
    for (std::size_t cell = 0; cell < fine->values.size(); ++cell) {
        told.text += formatted(fine->isClear(cell) ? " %+8.4f " : "(%+8.4f)", fine->values[cell]);
        told.text += (static_cast<int>(cell) + 1) % fine->cells.columns == 0 ? "\n" : "";
    }
    if (wantsMap) {
        told.map = fineMap(*fine, image.height, image.width);
        told.colors = ColorMap::BlueRed;
        told.range = symmetricRangeOf(told.map);
        told.unit = "adds to the score";
    }
    return told;
}

Result<Told> tilesOf(const Image& image, const Predictor& predictor, bool wantsMap, ProgressLine& progress)
{
    // Words about the photo's size come before the network runs on it.
    if (const Result<TileGrid> grid = tileGrid(image.width, image.height, predictor.info().input); !grid)
        return grid.error();
    const Result<Fed> fed = feed(image, predictor, {}, interruptToken());
    if (!fed)
        return fed.error();
    TileSink sink;
    sink.progress = [&](int done, int total) {
        progress.show("window " + std::to_string(done) + " of " + std::to_string(total));
    };
    const Result<Tiles> tiles = scoreTiles(image, predictor, interruptToken(), sink);
    if (!tiles)
        return tiles.error();
    const TileGrid& grid = tiles->grid;
    const PixelRect& at = tiles->lowestAt;
    Told told;
    told.json = {{"score", fed->prediction.score},
                 {"distribution", distributionToJson(fed->prediction.output)},
                 {"window", {grid.windowHeight, grid.windowWidth}},
                 {"stride", {grid.strideY, grid.strideX}},
                 {"tiles", grid.count()},
                 {"lowest", tiles->lowest},
                 {"p5", tiles->p5},
                 {"median", tiles->median},
                 {"highest", tiles->highest},
                 {"lowest_at", {at.y, at.x, at.height, at.width}},
                 {"scores", nlohmann::json::array()},
                 {"seconds", {{"all", tiles->seconds}}}};
    for (int tile = 0; tile < grid.count(); ++tile) {
        const PixelRect rect = grid.rect(tile);
        told.json["scores"].push_back({rect.y, rect.x, tiles->scores[static_cast<std::size_t>(tile)]});
    }
    told.text =
        formatted("whole %.4f\n%d windows of %d x %d at native scale: lowest %.4f, 5th percentile %.4f, median %.4f, "
                  "highest %.4f\nlowest at x %d, y %d. Local quality, not the score: the model was trained on whole "
                  "photos\n",
                  fed->prediction.score, grid.count(), grid.windowWidth, grid.windowHeight, tiles->lowest, tiles->p5,
                  tiles->median, tiles->highest, at.x, at.y);
    if (wantsMap) {
        told.map = tileMap(grid, tiles->scores, image.height, image.width);
        told.range = rangeOf(told.map);
        told.unit = "score of the windows";
    }
    return told;
}

Status writeMapFile(const Told& told, const std::filesystem::path& file)
{
    const Result<MapFormat> format = mapFormatOf(file);
    if (!format)
        return format.error();
    if (*format != MapFormat::Png)
        return writeMap(told.map, file, *format);
    return writeMapWithBar(told.map, file, told.colors, told.range, told.unit);
}

} // namespace

bool isLocalMethod(const std::string& method)
{
    return method == "fine" || method == "tiles";
}

int runExplainLocal(const CommonOptions& common, const std::filesystem::path& map, const ExplainedFiles& asked)
{
    return explainEach(common, map, asked,
                       [&](const Explainee& explainee, ModelLoader&, Report& report) -> Result<nlohmann::json> {
                           const std::string& model = explainee.predictor.info().id;
                           ProgressLine progress(common);
                           progress.show("running " + model);
                           const Result<Told> told = asked.method == "fine"
                               ? fineOf(common, asked, explainee.image, explainee.predictor, !map.empty(), progress)
                               : tilesOf(explainee.image, explainee.predictor, !map.empty(), progress);
                           progress.show({});
                           if (!told)
                               return told.error();
                           if (!map.empty()) {
                               if (Status written = writeMapFile(*told, map); !written)
                                   report.fail(std::move(written).error());
                           }
                           if (!common.json)
                               std::printf("%s, %s: %s\n", explainee.file.c_str(), model.c_str(), told->text.c_str());
                           nlohmann::json entry{{"version", HALFLENS_VERSION},
                                                {"file", explainee.file},
                                                {"notes", explainee.image.origin.notes},
                                                {"model", model},
                                                {"method", asked.method}};
                           entry.update(told->json);
                           return entry;
                       });
}

} // namespace halflens
