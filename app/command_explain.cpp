// SPDX-License-Identifier: BSD-3-Clause
// halflens explain: importance, halves, Shapley values and how much is enough for one image.
#include "app/explain_maps.h"
#include "app/model_options.h"
#include "core/base/npy.h"
#include "core/image/decode.h"
#include "core/masking/block_set.h"
#include "core/masking/table_builder.h"
#include "core/masking/zero_table.h"

#include <array>
#include <cstdio>

namespace halflens {

namespace {

struct ExplainOptions {
    std::string file;
    ModelOptions models;
    ReportOptions report;
    std::string by; ///< empty: attention where the model has a mask for it, else zero
    std::string fill = "zero";
    std::string method = "importance";
    std::filesystem::path table;
    int samples = 0; ///< 0: all masks, or as many as LIME has by default
    ExplainMapsOptions maps;
    bool noCache = false;
};

struct Explanation {
    ModelInfo model;
    std::string by;
    Prediction prediction;
    std::shared_ptr<const MaskTable> table;
    BlockReport report;
    double trunkSeconds = 0;
};

/// Table of filled pixels, through the cache on disk.
Result<std::shared_ptr<const MaskTable>> filledTable(const CommonOptions& common, const ExplainOptions& options,
                                                     const Image& image, const Predictor& predictor,
                                                     const ModelInput& input, ProgressLine& progress)
{
    ZeroTableOptions filling;
    filling.fill = *fillFromString(options.fill);
    if (options.samples > 0)
        filling.samples = options.samples;
    filling.seed = common.seed;
    ZeroTableSink sink;
    sink.progress = [&](int done, int wanted) {
        progress.show("mask " + std::to_string(done) + " of " + std::to_string(wanted));
    };
    if (options.noCache)
        return fillZeroTable(predictor, input, filling, nullptr, interruptToken(), sink);
    TableCache cache;
    const std::unique_ptr<CachedRows> rows =
        cache.open(tableKey(image.contentHash, predictor.info(), input, filling.fill));
    if (common.verbose && !cache.problem().empty())
        std::fprintf(stderr, "halflens: %s\n", cache.problem().c_str());
    return fillZeroTable(predictor, input, filling, rows.get(), interruptToken(), sink);
}

Result<Explanation> explain(const CommonOptions& common, const ExplainOptions& options, const Predictor& predictor,
                            ProgressLine& progress)
{
    const Result<std::shared_ptr<const Image>> image = readImage(options.file);
    if (!image)
        return image.error();
    Explanation result;
    result.model = predictor.info();
    result.by = !options.by.empty() ? options.by : result.model.masksAttention ? "attention" : "zero";
    const Result<ModelInput> input = toModelInput(**image, result.model.input);
    if (!input)
        return input.error();
    progress.show("running " + result.model.id);
    const Result<std::shared_ptr<const Features>> features = predictor.features(*input, interruptToken());
    if (!features)
        return features.error();
    result.trunkSeconds = (*features)->seconds;
    Result<Prediction> prediction = predictor.predict(**features, BlockMask());
    if (!prediction)
        return std::move(prediction).error();
    result.prediction = *std::move(prediction);

    Result<std::shared_ptr<const MaskTable>> table = result.by == "attention"
        ? buildMaskTable(predictor, **features, interruptToken())
        : filledTable(common, options, **image, predictor, *input, progress);
    if (!table)
        return std::move(table).error();
    result.table = *std::move(table);
    Result<BlockReport> report = reportOn(*result.table, options.report.analysis());
    if (!report)
        return std::move(report).error();
    result.report = *std::move(report);
    return result;
}

nlohmann::json toJson(const Importance& importance)
{
    nlohmann::json object{{"dmos", importance.dmos}, {"plcc5", nullptr}, {"dmos2", importance.dmos2}, {"emd", nullptr}};
    if (importance.plcc5)
        object["plcc5"] = *importance.plcc5;
    if (importance.emd)
        object["emd"] = *importance.emd;
    return object;
}

nlohmann::json toJson(const ExplainOptions& options, const Explanation& explanation)
{
    const BlockReport& report = explanation.report;
    const MaskTable& table = *explanation.table;
    nlohmann::json curve = nlohmann::json::array();
    for (const CurvePoint& point : report.curve)
        curve.push_back({{"visible", point.visible},
                         {"best", point.best},
                         {"mean", point.mean},
                         {"worst", point.worst},
                         {"keep", toList(point.keep)}});
    nlohmann::json document{{"version", HALFLENS_VERSION},
                            {"file", options.file},
                            {"model", explanation.model.id},
                            {"by", explanation.by},
                            {"grid", {GridRows, GridColumns}},
                            {"masks", MaskCount},
                            {"exact", table.exact},
                            {"score", explanation.prediction.score},
                            {"distribution", distributionToJson(explanation.prediction.output)},
                            {"importance", toJson(report.importance)},
                            {"important", toList(report.important)},
                            {"trivial", toList(report.trivial)},
                            {"oracle_trivial", toList(report.oracleTrivial)},
                            {"masked",
                             {{"important", table.score(report.important)},
                              {"trivial", table.score(report.trivial)},
                              {"oracle_trivial", table.score(report.oracleTrivial)}}},
                            {"shapley", report.shapley.values},
                            {"shapley_sum", report.shapley.sum},
                            {"interactions", report.shapley.interactions},
                            {"enough",
                             {{"epsilon", report.enough.epsilon},
                              {"visible", report.enough.visible},
                              {"keep", toList(report.enough.keep)},
                              {"change", report.enough.change}}},
                            {"curve", curve},
                            {"seconds", {{"trunk", explanation.trunkSeconds}, {"table", table.seconds}}}};
    if (explanation.by == "zero")
        document["fill"] = options.fill;
    if (!table.exact) {
        document["samples"] = table.samples;
        document["standard_error"] = table.standardError;
    }
    return document;
}

std::string grid(const BlockValues& values)
{
    std::string text;
    char cell[32];
    for (int block = 0; block < BlockCount; ++block) {
        std::snprintf(cell, sizeof cell, "%10.4f", values[static_cast<std::size_t>(block)]);
        text += cell;
        if (block % GridColumns == GridColumns - 1)
            text += "\n";
    }
    return text;
}

void printAsText(const ExplainOptions& options, const Explanation& explanation)
{
    const BlockReport& report = explanation.report;
    const MaskTable& table = *explanation.table;
    std::printf("%s, %s: score %.4f\n\n", options.file.c_str(), explanation.model.id.c_str(),
                explanation.prediction.score);
    if (options.method == "shapley") {
        std::printf("Shapley value of each block (sum %.4f = score with all visible - score with all hidden)\n%s\n",
                    report.shapley.sum, grid(report.shapley.values).c_str());
    } else {
        std::printf("mean change of the score when the block is hidden (%s)\n%s\n", options.report.indicator.c_str(),
                    grid(report.importance.dmos).c_str());
    }
    const auto half = [&](const char* name, BlockMask mask) {
        std::printf("%-15s %-18s hidden: %.4f\n", name, blocksToString(mask).c_str(), table.score(mask));
    };
    half("important", report.important);
    half("trivial", report.trivial);
    half("oracle trivial", report.oracleTrivial);
    std::printf("\n%d of %d blocks are enough (change %+.4f, at most %.2f): %s\n", report.enough.visible, BlockCount,
                report.enough.change, report.enough.epsilon, blocksToString(report.enough.keep).c_str());
    if (!table.exact)
        std::printf("estimated from %d of %d masks; standard error of a masked score %.4f\n", table.samples, MaskCount,
                    table.standardError);
    std::printf("trunk %.3f s, table of %d masks %.3f s\n", explanation.trunkSeconds, table.samples, table.seconds);
}

/// How many of the models count each block among its six important ones.
std::array<int, BlockCount> agreement(const std::vector<Explanation>& explanations)
{
    std::array<int, BlockCount> models{};
    for (const Explanation& explanation : explanations) {
        for (const int block : toList(explanation.report.important))
            ++models[static_cast<std::size_t>(block)];
    }
    return models;
}

void printAgreement(const std::vector<Explanation>& explanations)
{
    std::printf("\nmodels that call the block important, of %zu\n", explanations.size());
    const std::array<int, BlockCount> models = agreement(explanations);
    for (std::size_t block = 0; block < models.size(); ++block)
        std::printf("%4d%s", models[block], block % GridColumns == GridColumns - 1 ? "\n" : "");
}

void printDocument(const ExplainOptions& options, const std::vector<Explanation>& explanations, bool several,
                   const Report& report)
{
    nlohmann::json document{{"version", HALFLENS_VERSION}, {"file", options.file}};
    if (!several && !explanations.empty()) {
        document = toJson(options, explanations.front());
    } else if (several) {
        document["models"] = nlohmann::json::array();
        for (const Explanation& explanation : explanations)
            document["models"].push_back(toJson(options, explanation));
        document["agreement"] = agreement(explanations);
    }
    document["errors"] = report.errors();
    printJson(document);
}

int runExplain(const CommonOptions& common, const ExplainOptions& options)
{
    Report report(common);
    ModelLoader loader(common);
    const bool several = options.models.isSeveral();
    const auto predictors = loader.load(options.models, report);
    std::vector<Explanation> explanations;
    for (const auto& predictor : predictors) {
        Result<Explanation> explanation = [&] {
            ProgressLine progress(common);
            return explain(common, options, *predictor, progress);
        }();
        if (explanation) {
            report.succeed();
            explanations.push_back(*std::move(explanation));
        } else {
            report.fail(std::move(explanation).error().withFile(options.file));
        }
    }
    if (!options.table.empty() && !explanations.empty()) {
        const MaskTable& table = *explanations.front().table;
        if (Status written = writeNpy(options.table, {MaskCount, table.outputs}, table.rows); !written)
            report.fail(std::move(written).error());
    }
    if (common.json) {
        printDocument(options, explanations, several, report);
        return report.status();
    }
    for (std::size_t i = 0; i < explanations.size(); ++i) {
        if (i > 0)
            std::puts("");
        printAsText(options, explanations[i]);
    }
    if (several && explanations.size() > 1)
        printAgreement(explanations);
    return report.status();
}

} // namespace

void addExplainCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = addCommand(app, "explain", "Show which blocks of an image a model relies on", common);
    command->add_option("image", options->file, "Image file")->required();
    options->models.addTo(*command, true);
    options->report.addTo(*command);
    command
        ->add_option("--by", options->by, "How blocks are hidden: attention (TRIQ) or zero (pixels, any model, slow)")
        ->check(CLI::IsMember({"attention", "zero"}))
        ->default_str("attention where the model has it");
    command->add_option("--fill", options->fill, "What --by zero fills with")
        ->check(CLI::IsMember({"zero", "black", "mean", "blur"}))
        ->capture_default_str();
    CLI::Option* samples =
        command->add_option("--samples", options->samples,
                            "Masks --by zero really computes, the rest is estimated; predictions LIME is fitted to");
    samples->check(CLI::Range(2, MostLimeSamples))->default_str("4096: all, exact; 1000 for LIME");
    command->add_flag("--no-cache", options->noCache, "Neither read nor keep predictions of --by zero");
    command
        ->add_option("--method", options->method,
                     "importance, shapley: by masks of blocks; lime, gradcam, attention, product: a map")
        ->check(CLI::IsMember({"importance", "shapley", "lime", "gradcam", "attention", "product"}))
        ->capture_default_str();
    options->maps.addTo(*command);
    command->add_option("--table", options->table, "Write all 4096 predictions as a NumPy file, row = mask number");
    command->callback([&common, &run, options] {
        if (!options->table.empty() && options->models.isSeveral())
            throw CLI::ValidationError("--table", "takes one model");
        if (!options->maps.map.empty() && options->models.isSeveral())
            throw CLI::ValidationError("--map", "takes one model");
        if (!isMapMethod(options->method) && options->maps.isUsed())
            throw CLI::ValidationError("--method",
                                       "maps, curves and checks belong to lime, gradcam, attention, product");
        if (isMapMethod(options->method)) {
            run = [&common, options] {
                return runExplainMaps(common, options->maps, options->models, options->file, options->method,
                                      options->samples);
            };
            return;
        }
        if (options->samples != 0 && (options->samples < LeastSamples || options->samples > MaskCount))
            throw CLI::ValidationError("--samples",
                                       "must be in " + std::to_string(LeastSamples) + " to " + std::to_string(MaskCount)
                                           + " for masks");
        run = [&common, options] { return runExplain(common, *options); };
    });
}

} // namespace halflens
