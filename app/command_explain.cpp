// SPDX-License-Identifier: BSD-3-Clause
// halflens explain: importance, halves, Shapley values and how much is enough for one image.
#include "app/model_options.h"
#include "core/base/npy.h"
#include "core/image/decode.h"
#include "core/masking/block_set.h"
#include "core/masking/table_builder.h"
#include "core/masking/zero_table.h"

#include <cstdio>

namespace halflens {

namespace {

struct ExplainOptions {
    std::string file;
    ModelOptions models;
    ReportOptions report;
    std::string by = "attention";
    std::string fill = "zero";
    std::string method = "importance";
    std::filesystem::path table;
};

struct Explanation {
    ModelInfo model;
    Prediction prediction;
    std::shared_ptr<const MaskTable> table;
    BlockReport report;
    double trunkSeconds = 0;
};

Result<Explanation> explain(const ExplainOptions& options, const Predictor& predictor, ProgressLine& progress)
{
    const Result<std::shared_ptr<const Image>> image = readImage(options.file);
    if (!image)
        return image.error();
    Explanation result;
    result.model = predictor.info();
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

    const auto showMasks = [&](int done) {
        progress.show("mask " + std::to_string(done) + " of " + std::to_string(MaskCount));
    };
    Result<std::shared_ptr<const MaskTable>> table = options.by == "attention"
        ? buildMaskTable(predictor, **features, interruptToken())
        : buildZeroTable(predictor, *input, *fillFromString(options.fill), interruptToken(), showMasks);
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
                            {"by", options.by},
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
    if (options.by == "zero")
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
    std::printf("trunk %.3f s, table of %d masks %.3f s\n", explanation.trunkSeconds, MaskCount, table.seconds);
}

int runExplain(const CommonOptions& common, const ExplainOptions& options)
{
    Report report(common);
    ModelLoader loader(common);
    const auto predictors = loader.load(options.models, report);
    if (predictors.empty()) {
        if (common.json)
            printJson({{"version", HALFLENS_VERSION}, {"file", options.file}, {"errors", report.errors()}});
        return ExitNothingDone;
    }
    Result<Explanation> explanation = [&] {
        ProgressLine progress(common);
        return explain(options, *predictors.front(), progress);
    }();
    if (!explanation) {
        report.fail(std::move(explanation).error().withFile(options.file));
        if (common.json)
            printJson({{"version", HALFLENS_VERSION}, {"file", options.file}, {"errors", report.errors()}});
        return report.status();
    }
    report.succeed();
    if (!options.table.empty()) {
        const MaskTable& table = *explanation->table;
        if (Status written = writeNpy(options.table, {MaskCount, table.outputs}, table.rows); !written)
            report.fail(std::move(written).error());
    }
    if (common.json) {
        nlohmann::json document = toJson(options, *explanation);
        document["errors"] = report.errors();
        printJson(document);
    } else {
        printAsText(options, *explanation);
    }
    return report.status();
}

} // namespace

void addExplainCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = addCommand(app, "explain", "Show which blocks of an image a model relies on", common);
    command->add_option("image", options->file, "Image file")->required();
    options->models.addTo(*command, false);
    options->report.addTo(*command);
    command
        ->add_option("--by", options->by, "How blocks are hidden: attention (TRIQ) or zero (pixels, any model, slow)")
        ->check(CLI::IsMember({"attention", "zero"}))
        ->capture_default_str();
    command->add_option("--fill", options->fill, "What --by zero fills with")
        ->check(CLI::IsMember({"zero", "black", "mean", "blur"}))
        ->capture_default_str();
    command->add_option("--method", options->method, "What is printed as text")
        ->check(CLI::IsMember({"importance", "shapley"}))
        ->capture_default_str();
    command->add_option("--table", options->table, "Write all 4096 predictions as a NumPy file, row = mask number");
    command->callback([&common, &run, options] { run = [&common, options] { return runExplain(common, *options); }; });
}

} // namespace halflens
