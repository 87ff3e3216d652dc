// SPDX-License-Identifier: BSD-3-Clause
// halflens explain: importance, halves, Shapley values and how much is enough, for one image or several.
#include "app/explain_local.h"
#include "app/explain_maps.h"
#include "app/model_options.h"
#include "core/base/npy.h"
#include "core/image/decode.h"
#include "core/masking/block_set.h"

#include <cstdio>

namespace halflens {

namespace {

struct ExplainOptions {
    std::vector<std::string> files;
    ModelOptions models;
    ReportOptions report;
    std::string by; ///< empty: attention where the model has a mask for it, else zero
    std::string fill = "zero";
    std::string method = "importance";
    std::filesystem::path table;
    int samples = 0; ///< 0: all masks, or as many as LIME has by default
    ExplainMapsOptions maps;
    bool noCache = false;
    bool csv = false;
    bool sets = false; ///< all minimal guaranteed and breaking sets

    /// Whether "results" has one entry for each image and model, in place of one document.
    bool isList() const { return files.size() > 1 || csv; }
};

/// One image and one model.
struct Explanation {
    std::string file;
    std::vector<std::string> notes; ///< on the image, then on the model
    std::shared_ptr<const Analysis> analysis; ///< with table and report
};

TableRequest tableRequest(const CommonOptions& common, const ExplainOptions& options)
{
    TableRequest request;
    if (!options.by.empty())
        request.by = hiddenByFromString(options.by).value();
    request.zero.fill = fillFromString(options.fill).value();
    if (options.samples > 0)
        request.zero.samples = options.samples;
    request.zero.seed = common.seed;
    return request;
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

nlohmann::json listOf(const std::vector<BlockMask>& sets)
{
    nlohmann::json list = nlohmann::json::array();
    for (const BlockMask set : sets)
        list.push_back(toList(set));
    return list;
}

/// Null where rows are estimates.
nlohmann::json guaranteedToJson(const std::optional<DecidingSets>& sets, bool withSets)
{
    if (!sets)
        return nullptr;
    nlohmann::json object{{"epsilon", sets->epsilon},
                          {"visible", sets->keep.count()},
                          {"keep", toList(sets->keep)},
                          {"worst", sets->worst},
                          {"minimal_sets", sets->guaranteed.size()}};
    if (withSets)
        object["sets"] = listOf(sets->guaranteed);
    return object;
}

/// Null where nothing breaks, too.
nlohmann::json breakingToJson(const std::optional<DecidingSets>& sets, bool withSets)
{
    if (!sets || !sets->smallestBreaking)
        return nullptr;
    nlohmann::json object{{"hidden", sets->smallestBreaking->hidden.count()},
                          {"blocks", toList(sets->smallestBreaking->hidden)},
                          {"change", sets->smallestBreaking->change},
                          {"minimal_sets", sets->breaking.size()}};
    if (withSets)
        object["sets"] = listOf(sets->breaking);
    return object;
}

nlohmann::json curveToJson(const std::vector<CurvePoint>& points)
{
    nlohmann::json curve = nlohmann::json::array();
    for (const CurvePoint& point : points) {
        curve.push_back({{"visible", point.visible},
                         {"best", point.best},
                         {"mean", point.mean},
                         {"worst", point.worst},
                         {"guaranteed", nullptr},
                         {"keep", toList(point.keep)}});
        if (point.guaranteed)
            curve.back()["guaranteed"] = *point.guaranteed;
    }
    return curve;
}

nlohmann::json toJson(const Explanation& explanation, bool withSets)
{
    const Analysis& analysis = *explanation.analysis;
    const BlockReport& report = *analysis.report;
    const MaskTable& table = *analysis.table;
    nlohmann::json document{{"version", HALFLENS_VERSION},
                            {"file", explanation.file},
                            {"notes", explanation.notes},
                            {"model", analysis.model.id},
                            {"by", toString(analysis.by)},
                            {"grid", {GridRows, GridColumns}},
                            {"masks", MaskCount},
                            {"exact", table.exact},
                            {"score", analysis.prediction.score},
                            {"distribution", distributionToJson(analysis.prediction.output)},
                            {"importance", toJson(report.importance)},
                            {"important", toList(report.important)},
                            {"trivial", toList(report.trivial)},
                            {"margin",
                             {{"blocks", {report.margin.sixth, report.margin.seventh}},
                              {"share", report.margin.share},
                              {"close_call", report.margin.isClose()}}},
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
                            {"guaranteed", guaranteedToJson(report.sets, withSets)},
                            {"breaking", breakingToJson(report.sets, withSets)},
                            {"orders", report.orders.shares},
                            {"banzhaf", report.orders.banzhaf},
                            {"curve", curveToJson(report.curve)},
                            {"seconds", {{"trunk", analysis.trunkSeconds}, {"table", table.seconds}}}};
    if (analysis.by == HiddenBy::Zero)
        document["fill"] = toString(analysis.fill);
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

/// Which blocks decide, in words.
void printSets(const BlockReport& report, bool all)
{
    if (!report.sets) {
        std::puts("guarantees need all 4096 masks (without --samples)");
        return;
    }
    const DecidingSets& sets = *report.sets;
    std::printf("%d of %d blocks decide: with them visible the score stays within %.4f, whatever else is hidden: %s\n",
                sets.keep.count(), BlockCount, sets.worst, blocksToString(sets.keep).c_str());
    if (sets.smallestBreaking)
        std::printf("hiding these %d breaks it (change %+.4f, more than %.2f): %s\n",
                    sets.smallestBreaking->hidden.count(), sets.smallestBreaking->change, sets.epsilon,
                    blocksToString(sets.smallestBreaking->hidden).c_str());
    else
        std::printf("no 11 blocks hidden change it by more than %.2f\n", sets.epsilon);
    if (!all)
        return;
    for (const auto& [name, list] : {std::pair{"guaranteed", &sets.guaranteed}, {"breaking", &sets.breaking}}) {
        std::printf("%zu minimal %s sets\n", list->size(), name);
        for (const BlockMask set : *list)
            std::printf("  %s\n", blocksToString(set).c_str());
    }
}

void printAsText(const ExplainOptions& options, const Explanation& explanation)
{
    const Analysis& analysis = *explanation.analysis;
    const BlockReport& report = *analysis.report;
    const MaskTable& table = *analysis.table;
    std::printf("%s, %s: score %.4f\n\n", explanation.file.c_str(), analysis.model.id.c_str(),
                analysis.prediction.score);
    for (const std::string& note : analysis.model.notes)
        std::printf("%s\n\n", note.c_str());
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
    if (report.margin.isClose())
        std::printf("close call: blocks %d and %d at the border of the halves differ by %.1f %%\n", report.margin.sixth,
                    report.margin.seventh, 100 * report.margin.share);
    std::puts("");
    printSets(report, options.sets);
    std::printf("at best %d of %d blocks (change %+.4f, by luck): %s\n", report.enough.visible, BlockCount,
                report.enough.change, blocksToString(report.enough.keep).c_str());
    std::printf("blocks act on their own to %.0f %%, in pairs to %.0f %%%s\n", 100 * report.orders.shares[0],
                100 * report.orders.shares[1],
                report.orders.shares[0] > 0 && report.orders.shares[0] < 0.5
                    ? ": one number a block tells less than half"
                    : "");
    if (!table.exact)
        std::printf("estimated from %d of %d masks; standard error of a masked score %.4f\n", table.samples, MaskCount,
                    table.standardError);
    std::printf("trunk %.3f s, table of %d masks %.3f s\n", analysis.trunkSeconds, table.samples, table.seconds);
}

void printHeader()
{
    std::string header =
        "file,model,by,exact,samples,score,score5,important,trivial,oracle_trivial,"
        "masked_important,masked_trivial,masked_oracle_trivial,enough_visible,enough_keep,"
        "enough_change,guaranteed_visible,guaranteed_keep,guaranteed_worst,breaking_hidden,breaking_blocks,"
        "breaking_change,order_1,order_2";
    for (const char* name : {"dmos", "shapley"}) {
        for (int block = 0; block < BlockCount; ++block)
            header += "," + std::string(name) + "_" + std::to_string(block);
    }
    std::puts(header.c_str());
}

void printRow(const Explanation& explanation)
{
    const Analysis& analysis = *explanation.analysis;
    const BlockReport& report = *analysis.report;
    const MaskTable& table = *analysis.table;
    std::string line = csvField(explanation.file) + "," + csvField(analysis.model.id) + "," + toString(analysis.by)
        + "," + (table.exact ? "true" : "false") + "," + std::to_string(table.samples) + ","
        + exact(analysis.prediction.score) + "," + exact(analysis.prediction.score5);
    for (const BlockMask half : {report.important, report.trivial, report.oracleTrivial})
        line += "," + csvField(blocksToString(half));
    for (const BlockMask half : {report.important, report.trivial, report.oracleTrivial})
        line += "," + exact(table.score(half));
    line += "," + std::to_string(report.enough.visible) + "," + csvField(blocksToString(report.enough.keep)) + ","
        + exact(report.enough.change);
    const auto& sets = report.sets;
    const bool breaks = sets && sets->smallestBreaking;
    line += sets ? "," + std::to_string(sets->keep.count()) + "," + csvField(blocksToString(sets->keep)) + ","
            + exact(sets->worst)
                 : std::string(",,,");
    line += breaks ? "," + std::to_string(sets->smallestBreaking->hidden.count()) + ","
            + csvField(blocksToString(sets->smallestBreaking->hidden)) + "," + exact(sets->smallestBreaking->change)
                   : std::string(",,,");
    line += "," + exact(report.orders.shares[0]) + "," + exact(report.orders.shares[1]);
    for (const BlockValues& values : {report.importance.dmos, report.shapley.values}) {
        for (const double value : values)
            line += "," + exact(value);
    }
    std::puts(line.c_str());
}

void printAgreement(const Agreement& agreement)
{
    std::printf("\nmodels that call the block important, of %d\n", agreement.models);
    for (std::size_t block = 0; block < agreement.counts.size(); ++block)
        std::printf("%4d%s", agreement.counts[block], block % GridColumns == GridColumns - 1 ? "\n" : "");
}

class ExplainRun {
public:
    ExplainRun(const CommonOptions& common, const ExplainOptions& options)
        : m_common(common)
        , m_options(options)
        , m_report(common)
        , m_loader(common, !options.noCache)
    { }

    int run()
    {
        const auto predictors = m_loader.load(m_options.models, m_report);
        for (const std::string& file : m_options.files) {
            if (predictors.empty() || interruptToken().stop_requested())
                break;
            const Result<std::shared_ptr<const Image>> image = openImage(file, m_common);
            if (!image) {
                m_report.fail(image.error());
                continue;
            }
            for (const auto& predictor : predictors)
                explain(file, **image, predictor->info().id);
        }
        if (m_common.verbose && !m_loader.models().evaluator().tableProblem().empty())
            std::fprintf(stderr, "halflens: %s\n", m_loader.models().evaluator().tableProblem().c_str());
        if (!m_options.table.empty() && !m_done.empty()) {
            const MaskTable& table = *m_done.front().analysis->table;
            if (Status written = writeNpy(m_options.table, {MaskCount, table.outputs}, table.rows); !written)
                m_report.fail(std::move(written).error());
        }
        if (m_common.json)
            printAsJson();
        else if (!m_options.csv && m_options.files.size() == 1 && m_done.size() > 1)
            printAgreement(agreement());
        return m_report.status();
    }

private:
    void explain(const std::string& file, const Image& image, const std::string& model)
    {
        ProgressLine progress(m_common);
        const std::string prefix = (m_options.files.size() > 1 ? file + ", " : std::string()) + model + ": ";
        Result<std::shared_ptr<const Analysis>> analysis =
            analyzeBlocks(image, model, tableRequest(m_common, m_options), m_options.report.analysis(),
                          m_loader.models(), m_loader.cache(), contextOf(progress, prefix));
        if (analysis) {
            progress.show({});
            m_report.succeed();
            m_done.push_back({file, image.origin.notes, *std::move(analysis)});
            const std::vector<std::string>& onModel = m_done.back().analysis->model.notes;
            m_done.back().notes.insert(m_done.back().notes.end(), onModel.begin(), onModel.end());
            if (!m_common.json)
                print(m_done.back());
        } else {
            progress.show({});
            m_report.fail(std::move(analysis).error().withFile(file));
        }
    }

    Agreement agreement() const
    {
        Agreement agreement;
        for (const Explanation& explanation : m_done)
            agreement.add(explanation.analysis->report->important, !explanation.analysis->table->exact);
        return agreement;
    }

    void printAsJson() const
    {
        nlohmann::json document{{"version", HALFLENS_VERSION}};
        if (m_options.isList()) {
            document["results"] = nlohmann::json::array();
            for (const Explanation& explanation : m_done)
                document["results"].push_back(toJson(explanation, m_options.sets));
        } else if (m_options.models.isSeveral()) {
            document["file"] = m_options.files.front();
            document["models"] = nlohmann::json::array();
            for (const Explanation& explanation : m_done)
                document["models"].push_back(toJson(explanation, m_options.sets));
            document["agreement"] = agreement().counts;
        } else if (!m_done.empty()) {
            document = toJson(m_done.front(), m_options.sets);
        } else {
            document["file"] = m_options.files.front();
        }
        document["errors"] = m_report.errors();
        printJson(document);
    }

    /// As they come.
    void print(const Explanation& explanation) const
    {
        const bool isFirst = m_done.size() == 1;
        if (m_options.csv) {
            if (isFirst)
                printHeader();
            printRow(explanation);
        } else {
            if (!isFirst)
                std::puts("");
            printAsText(m_options, explanation);
        }
        flushOutput();
    }

    const CommonOptions& m_common;
    const ExplainOptions& m_options;
    Report m_report;
    ModelLoader m_loader;
    std::vector<Explanation> m_done;
};

} // namespace

void addExplainCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = addCommand(app, "explain", "Show which blocks of an image a model relies on", common);
    addImages(*command, options->files, common);
    options->models.addTo(*command, true);
    options->report.addTo(*command);
    command
        ->add_option("--by", options->by, "How blocks are hidden: attention (TRIQ) or zero (pixels, any model, slow)")
        ->check(CLI::IsMember({"attention", "zero"}))
        ->default_str("attention where the model has it");
    command->add_option("--fill", options->fill, "What --by zero fills with")
        ->check(CLI::IsMember({"zero", "black", "mean", "blur"}))
        ->capture_default_str();
    CLI::Option* samples = command->add_option(
        "--samples", options->samples,
        "Masks --by zero really computes, the rest is estimated; predictions LIME is fitted to; orders of fine");
    samples->check(CLI::Range(2, MostLimeSamples))
        ->default_str("4096: all, exact; up to 1000 for LIME; as many orders as the error needs");
    command->add_flag("--no-cache", options->noCache, "Neither read nor keep predictions of --by zero");
    command
        ->add_option(
            "--method", options->method,
            "importance, shapley: by masks of blocks; lime, gradcam, attention, product: a map; fine: contributions "
            "of small cells; tiles: local quality at native scale")
        ->check(CLI::IsMember({"importance", "shapley", "lime", "gradcam", "attention", "product", "fine", "tiles"}))
        ->capture_default_str();
    options->maps.addTo(*command);
    command->add_option("--table", options->table, "Write all 4096 predictions as a NumPy file, row = mask number");
    command->add_flag("--sets", options->sets, "List all minimal guaranteed and breaking sets");
    command->add_flag("--csv", options->csv, "Print comma-separated values, a row for each image and model");
    command->callback([&common, &run, options] {
        const bool isSeveral = options->models.isSeveral() || options->files.size() > 1;
        if (!options->table.empty() && isSeveral)
            throw CLI::ValidationError("--table", "takes one image and one model");
        if (!options->maps.map.empty() && isSeveral)
            throw CLI::ValidationError("--map", "takes one image and one model");
        std::vector<std::filesystem::path> inputs(options->files.begin(), options->files.end());
        inputs.push_back(options->models.checkpoint);
        refuseInputAsOutput("--table", options->table, inputs);
        refuseInputAsOutput("--map", options->maps.map, inputs);
        const bool isLocal = isLocalMethod(options->method);
        if (isLocal && (options->csv || options->maps.isMapOnly()))
            throw CLI::ValidationError("--method",
                                       options->method + " takes --map and --json, no --csv, curves or checks");
        if (options->method == "tiles" && options->samples != 0)
            throw CLI::ValidationError("--samples", "tiles have none");
        if (isLocal) {
            run = [&common, options] {
                return runExplainLocal(
                    common, options->maps.map,
                    {options->files, options->models, options->method, options->samples, options->csv});
            };
            return;
        }
        if (!isMapMethod(options->method) && options->maps.isUsed())
            throw CLI::ValidationError("--method",
                                       "maps, curves and checks belong to lime, gradcam, attention, product");
        if (isMapMethod(options->method)) {
            run = [&common, options] {
                return runExplainMaps(
                    common, options->maps,
                    {options->files, options->models, options->method, options->samples, options->csv});
            };
            return;
        }
        if (options->samples != 0 && (options->samples < LeastSamples || options->samples > MaskCount))
            throw CLI::ValidationError("--samples",
                                       "must be in " + std::to_string(LeastSamples) + " to " + std::to_string(MaskCount)
                                           + " for masks");
        run = [&common, options] { return ExplainRun(common, *options).run(); };
    });
}

} // namespace halflens
