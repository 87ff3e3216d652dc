// SPDX-License-Identifier: BSD-3-Clause
// halflens score: predictions of one or more models for one or more images.
#include "app/model_options.h"
#include "core/analysis/region.h"
#include "core/image/decode.h"
#include "core/masking/block_set.h"

#include <charconv>
#include <cstdio>
#include <set>

namespace halflens {

namespace {

struct ScoreOptions {
    std::vector<std::string> files;
    ModelOptions models;
    std::string mask = "none";
    std::string zero = "none";
    std::string fill = "zero";
    std::string indicator = "dmos";
    std::string halves = "judge";
    std::string region;
    bool csv = false;
};

/// The words of the options, understood.
struct Hidden {
    BlockSet mask;
    BlockSet zero;
    Fill fill = Fill::Zero;
    Indicator indicator = Indicator::Dmos;
    HalvesOf halves = HalvesOf::Judge;
    std::optional<PixelRect> region; ///< scored as a photo of its own
};

/// "X,Y,WIDTH,HEIGHT"; nothing for anything else.
std::optional<PixelRect> parseRegion(const std::string& text)
{
    std::array<int, 4> numbers{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0 && (at == end || *at++ != ','))
            return std::nullopt;
        const auto [next, problem] = std::from_chars(at, end, numbers[i]);
        if (problem != std::errc())
            return std::nullopt;
        at = next;
    }
    if (at != end)
        return std::nullopt;
    return PixelRect{numbers[0], numbers[1], numbers[2], numbers[3]};
}

/// One printed row.
struct Row {
    std::string file;
    ModelInfo model;
    Hiding hiding;
    std::shared_ptr<const Analysis> halves; ///< where the hidden blocks come from; null when they were named
    Fed fed;
    std::vector<std::string> notes; ///< on the image, then on the model
    std::optional<Tiles> tiles; ///< of a region that holds a window
};

class ScoreRun {
public:
    ScoreRun(const CommonOptions& common, const ScoreOptions& options, const Hidden& hidden)
        : m_common(common)
        , m_options(options)
        , m_hidden(hidden)
        , m_report(common)
        , m_loader(common)
    { }

    int run()
    {
        const auto predictors = m_loader.load(m_options.models, m_report);
        for (const std::string& file : m_options.files)
            m_fileWidth = std::max(m_fileWidth, file.size());
        for (const auto& predictor : predictors)
            m_modelWidth = std::max(m_modelWidth, predictor->info().id.size());
        ProgressLine progress(m_common);
        for (std::size_t i = 0; i < m_options.files.size() && !predictors.empty(); ++i) {
            if (interruptToken().stop_requested())
                break;
            const std::string& file = m_options.files[i];
            progress.show("scoring " + std::to_string(i + 1) + " of " + std::to_string(m_options.files.size()) + ": "
                          + file);
            Result<std::shared_ptr<const Image>> image = openImage(file, m_common);
            if (!image) {
                m_report.fail(std::move(image).error());
                continue;
            }
            if (m_hidden.region) {
                Result<Image> part = cropped(**image, *m_hidden.region);
                if (!part) {
                    m_report.fail(std::move(part).error().withFile(file));
                    continue;
                }
                image = std::shared_ptr<const Image>(std::make_shared<Image>(*std::move(part)));
            }
            for (const auto& predictor : predictors) {
                Result<Row> row = score(file, **image, *predictor, progress);
                if (row) {
                    take(*std::move(row), progress);
                    m_report.succeed();
                } else {
                    m_report.fail(std::move(row).error().withFile(file));
                }
            }
        }
        progress.show({});
        if (m_common.json)
            printAsJson();
        else if (!m_options.csv)
            printModelNotes();
        return m_report.status();
    }

private:
    Result<Row> score(const std::string& file, const Image& image, const Predictor& predictor, ProgressLine& progress)
    {
        const ModelInfo& model = predictor.info();
        Hiding hiding{m_hidden.mask.mask, m_hidden.zero.mask, m_hidden.fill};
        std::shared_ptr<const Analysis> halves;
        if (m_hidden.mask.needsHalves() || m_hidden.zero.needsHalves()) {
            Result<std::shared_ptr<const Analysis>> found =
                halvesFrom(image, m_hidden.halves, model.id, m_hidden.indicator, m_loader.models(), m_loader.cache(),
                           contextOf(progress, file + ": "));
            if (!found)
                return std::move(found).error();
            halves = *std::move(found);
            hiding.mask = m_hidden.mask.resolve(halves->report->important);
            hiding.filled = m_hidden.zero.resolve(halves->report->important);
        }
        Result<RegionScore> scored =
            m_hidden.region ? scoreRegion(image, predictor, hiding, interruptToken()) : whole(image, predictor, hiding);
        if (!scored)
            return std::move(scored).error();
        std::vector<std::string> notes = image.origin.notes;
        notes.insert(notes.end(), model.notes.begin(), model.notes.end());
        return Row{
            file, model, hiding, std::move(halves), std::move(scored->fed), std::move(notes), std::move(scored->tiles)};
    }

    static Result<RegionScore> whole(const Image& image, const Predictor& predictor, const Hiding& hiding)
    {
        Result<Fed> fed = feed(image, predictor, hiding, interruptToken());
        if (!fed)
            return std::move(fed).error();
        fed->features = nullptr; // only what is printed is kept
        return RegionScore{*std::move(fed), {}};
    }

    /// Rows are printed as they come: a long run that ends early has not been for nothing. A JSON document is whole.
    void take(Row row, ProgressLine& progress)
    {
        progress.show({});
        if (m_options.csv && !m_common.json)
            printCsvRow(row);
        else if (!m_common.json)
            printTextRow(row);
        flushOutput();
        m_rows.push_back(std::move(row));
    }

    void printAsJson() const
    {
        nlohmann::json results = nlohmann::json::array();
        for (const Row& row : m_rows) {
            results.push_back({{"file", row.file},
                               {"model", row.model.id},
                               {"family", row.model.family},
                               {"input", inputToJson(row.fed.input)},
                               {"mask", toList(row.hiding.mask)},
                               {"zero", toList(row.hiding.filled)},
                               {"fill", m_options.fill},
                               {"score", row.fed.prediction.score},
                               {"scale", {row.model.scale.low, row.model.scale.high}},
                               {"score5", row.fed.prediction.score5},
                               {"notes", row.notes},
                               {"distribution", distributionToJson(row.fed.prediction.output)}});
            if (const auto& region = m_hidden.region) {
                results.back()["region"] = {region->x, region->y, region->width, region->height};
                results.back()["tiles"] = nullptr;
                if (row.tiles)
                    results.back()["tiles"] = {{"tiles", row.tiles->grid.count()},
                                               {"lowest", row.tiles->lowest},
                                               {"p5", row.tiles->p5},
                                               {"median", row.tiles->median},
                                               {"highest", row.tiles->highest}};
            }
            if (row.halves)
                results.back()["halves"] = halvesToJson(m_hidden.halves, *row.halves);
        }
        printJson({{"version", HALFLENS_VERSION}, {"results", results}, {"errors", m_report.errors()}});
    }

    void printCsvRow(const Row& row) const
    {
        if (m_rows.empty())
            std::puts("file,model,family,mask,zero,fill,score,score5,p1,p2,p3,p4,p5,notes");
        std::string line = csvField(row.file) + "," + csvField(row.model.id) + "," + row.model.family + ","
            + csvField(blocksToString(row.hiding.mask)) + "," + csvField(blocksToString(row.hiding.filled)) + ","
            + m_options.fill + "," + exact(row.fed.prediction.score) + "," + exact(row.fed.prediction.score5);
        for (std::size_t i = 0; i < 5; ++i)
            line += "," + (row.fed.prediction.hasDistribution() ? exact(row.fed.prediction.output[i]) : std::string());
        std::string notes;
        for (const std::string& note : row.notes)
            notes += (notes.empty() ? "" : "; ") + note;
        line += "," + csvField(notes);
        std::puts(line.c_str());
    }

    void printTextRow(const Row& row) const
    {
        const int fileWidth = static_cast<int>(m_fileWidth);
        const int modelWidth = static_cast<int>(m_modelWidth);
        if (m_rows.empty())
            std::printf("%-*s  %-*s  %9s  %6s\n", fileWidth, "file", modelWidth, "model", "score", "of 1-5");
        std::printf("%-*s  %-*s  %9.4f  %6.3f\n", fileWidth, row.file.c_str(), modelWidth, row.model.id.c_str(),
                    row.fed.prediction.score, row.fed.prediction.score5);
    }

    /// Each once; what there is to say on images has been said on reading them.
    void printModelNotes() const
    {
        std::set<std::string> told;
        for (const Row& row : m_rows) {
            for (const std::string& note : row.model.notes) {
                if (told.insert(row.model.id + ": " + note).second)
                    std::printf("%s: %s\n", row.model.id.c_str(), note.c_str());
            }
        }
    }

    const CommonOptions& m_common;
    const ScoreOptions& m_options;
    const Hidden& m_hidden;
    Report m_report;
    ModelLoader m_loader;
    std::vector<Row> m_rows;
    std::size_t m_fileWidth = 4; ///< of columns, for text
    std::size_t m_modelWidth = 5;
};

} // namespace

void addScoreCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<ScoreOptions>();
    CLI::App* command = addCommand(app, "score", "Predict the quality of images", common);
    addImages(*command, options->files, common);
    options->models.addTo(*command, true);
    command->add_option("--mask", options->mask, "BLOCKS hidden from attention (TRIQ family)")->capture_default_str();
    command->add_option("--zero", options->zero, "BLOCKS whose pixels are filled after normalisation")
        ->capture_default_str();
    command->add_option("--fill", options->fill, "What --zero fills with")
        ->check(CLI::IsMember({"zero", "black", "mean", "blur"}))
        ->capture_default_str();
    command->add_option("--indicator", options->indicator, "Indicator behind the words important and trivial")
        ->check(CLI::IsMember({"dmos", "plcc5", "dmos2", "emd"}))
        ->capture_default_str();
    addHalvesOption(*command, options->halves);
    command->add_option("--region", options->region,
                        "X,Y,WIDTH,HEIGHT in pixels of the upright image: scores this rectangle as a photo of its own");
    command->add_flag("--csv", options->csv, "Print comma-separated values");
    command->footer("BLOCKS: block numbers 0..11 separated by commas, or important, trivial, none, or a hexadecimal "
                    "set such as 0x3f (bit b = block b).");
    command->callback([&common, &run, options] {
        Hidden hidden;
        const auto parse = [](const char* option, const std::string& words, BlockSet& set) {
            const Result<BlockSet> parsed = parseBlockSet(words);
            if (!parsed)
                throw CLI::ValidationError(option, parsed.error().reason);
            set = *parsed;
        };
        parse("--mask", options->mask, hidden.mask);
        parse("--zero", options->zero, hidden.zero);
        hidden.fill = *fillFromString(options->fill);
        hidden.indicator = *indicatorFromString(options->indicator);
        hidden.halves = *halvesOfFromString(options->halves);
        if (!options->region.empty()) {
            hidden.region = parseRegion(options->region);
            if (!hidden.region)
                throw CLI::ValidationError("--region", "must be X,Y,WIDTH,HEIGHT");
        }
        run = [&common, options, hidden] { return ScoreRun(common, *options, hidden).run(); };
    });
}

} // namespace halflens
