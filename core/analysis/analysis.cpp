// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/analysis.h"

#include "core/measures/blocks.h"

#include <cmath>
#include <utility>

namespace halflens {

namespace {

Error notANumber()
{
    return {ErrorCode::Model,
            "model",
            "the network's score is not a number",
            "check the weights file; import it again if it was copied",
            {}};
}

/// What an analysis says of the image and the network before any block is hidden.
Analysis analysisOf(const Image& image, const Predictor& predictor, const Fed& fed)
{
    Analysis analysis;
    analysis.imageHash = image.contentHash;
    analysis.model = predictor.info();
    analysis.fedWidth = fed.input.width;
    analysis.fedHeight = fed.input.height;
    analysis.policy = fed.input.policy;
    analysis.orientation = fed.input.orientation;
    analysis.prediction = fed.prediction;
    analysis.trunkSeconds = fed.features->seconds;
    return analysis;
}

Result<std::shared_ptr<const Analysis>> completed(Analysis analysis, std::shared_ptr<const MaskTable> table,
                                                  const AnalysisOptions& options)
{
    Result<BlockReport> report = reportOn(*table, options);
    if (!report)
        return std::move(report).error();
    analysis.table = std::move(table);
    analysis.report = *std::move(report);
    analysis.options = options;
    return std::make_shared<const Analysis>(std::move(analysis));
}

struct Begun {
    std::shared_ptr<const Predictor> predictor;
    Fed fed;
};

Result<Begun> begin(const Image& image, const std::string& modelId, ModelSource& models, const JobContext& context)
{
    context.report(-1, "Loading the model");
    Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
    if (!predictor)
        return std::move(predictor).error();
    if (context.isStopped())
        return cancelledError();
    context.report(-1, "Looking at the image");
    Result<Fed> fed = feed(image, **predictor, {}, context.stop());
    if (!fed)
        return std::move(fed).error();
    return Begun{*std::move(predictor), *std::move(fed)};
}

/// Nothing for the attention table: the one the viewer keeps under the same key.
std::string inWords(HiddenBy by, const ZeroTableOptions& zero)
{
    if (by == HiddenBy::Attention)
        return {};
    return toString(by) + "/1 fill=" + toString(zero.fill) + " samples=" + std::to_string(zero.samples)
        + " seed=" + std::to_string(zero.seed);
}

} // namespace

std::string toString(HiddenBy by)
{
    return by == HiddenBy::Attention ? "attention" : "zero";
}

Result<HiddenBy> hiddenByFromString(const std::string& word)
{
    for (const HiddenBy by : {HiddenBy::Attention, HiddenBy::Zero}) {
        if (word == toString(by))
            return by;
    }
    return Error{
        ErrorCode::InvalidInput, "options", "unknown way of hiding \"" + word + "\"", "use attention or zero", {}};
}

Result<Fed> feed(const Image& image, const Predictor& predictor, const Hiding& hiding, const std::stop_token& stop)
{
    Result<ModelInput> input = toModelInput(image, predictor.info().input);
    if (!input)
        return std::move(input).error();
    if (!hiding.filled.isEmpty())
        fillBlocks(*input, hiding.filled, hiding.fill, predictor.info().input);
    if (stop.stop_requested())
        return cancelledError();
    Result<std::shared_ptr<const Features>> features = predictor.features(*input, stop);
    if (!features)
        return std::move(features).error();
    if (stop.stop_requested())
        return cancelledError();
    Result<Prediction> prediction = predictor.predict(**features, hiding.mask);
    if (!prediction)
        return std::move(prediction).error();
    if (!std::isfinite(prediction->score))
        return notANumber();
    input->planes.clear();
    return Fed{*std::move(input), *std::move(features), *std::move(prediction)};
}

Result<BlockReport> reportOn(const MaskTable& table, const AnalysisOptions& options)
{
    BlockReport report;
    report.importance = computeImportance(table);
    const Result<BlockMask> important = importantHalf(report.importance, options.indicator);
    if (!important)
        return important.error();
    report.important = *important;
    report.trivial = important->complement();
    report.margin = halfMargin(report.importance, options.indicator).value();
    report.oracleTrivial = oracleTrivialHalf(table);
    report.shapley = computeShapley(table);
    report.curve = enoughCurve(table);
    report.enough = howMuchIsEnough(table, options.epsilon);
    report.sets = decidingSets(table, options.epsilon);
    report.orders = computeOrders(table);
    return report;
}

Result<std::shared_ptr<const Analysis>> analyze(const Image& image, const std::string& modelId, ModelSource& models,
                                                const AnalysisOptions& options, const JobContext& context)
{
    const Result<Begun> begun = begin(image, modelId, models, context);
    if (!begun)
        return begun.error();
    Analysis analysis = analysisOf(image, *begun->predictor, begun->fed);
    context.publish(std::make_shared<const Analysis>(analysis));

    context.report(-1, "Trying all 4096 masks");
    Result<std::shared_ptr<const MaskTable>> table =
        models.evaluator().buildTable(*begun->predictor, *begun->fed.features, context.stop());
    if (!table) {
        if (table.error().code != ErrorCode::Unsupported)
            return std::move(table).error();
        analysis.tableNote = table.error().reason;
        return std::make_shared<const Analysis>(std::move(analysis));
    }
    if (context.isStopped())
        return cancelledError();
    return completed(std::move(analysis), *std::move(table), options);
}

Result<std::shared_ptr<const Analysis>> analyzeBlocks(const Image& image, const std::string& modelId,
                                                      const TableRequest& request, const AnalysisOptions& options,
                                                      ModelSource& models, ResultCache& cache,
                                                      const JobContext& context)
{
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
    if (!predictor)
        return predictor.error();
    const HiddenBy by = request.by.value_or((*predictor)->info().masksAttention ? HiddenBy::Attention : HiddenBy::Zero);
    CacheKey key = analysisKey(image, modelId, models);
    key.parameters = inWords(by, request.zero);
    if (const auto known = cache.find<Analysis>(key); known && known->table)
        return known->options == options ? known : withOptions(*known, options);
    const Result<Begun> begun = begin(image, modelId, models, context);
    if (!begun)
        return begun.error();
    Analysis analysis = analysisOf(image, *begun->predictor, begun->fed);
    analysis.by = by;
    analysis.fill = request.zero.fill;
    if (by == HiddenBy::Attention)
        context.report(-1, "Trying all 4096 masks");
    Result<std::shared_ptr<const MaskTable>> table = by == HiddenBy::Attention
        ? models.evaluator().buildTable(*begun->predictor, *begun->fed.features, context.stop())
        : models.evaluator().sampleTable(*begun->predictor, image, request.zero, context, {});
    if (!table)
        return std::move(table).error();
    if (context.isStopped())
        return cancelledError();
    Result<std::shared_ptr<const Analysis>> result = completed(std::move(analysis), *std::move(table), options);
    if (result)
        cache.insert(key, *result, byteSize(**result));
    return result;
}

CacheKey analysisKey(const Image& image, const std::string& modelId, const ModelSource& models)
{
    return {image.contentHash, Stage::Analysis, {}, models.modelKey(modelId)};
}

Result<std::shared_ptr<const Analysis>> withOptions(const Analysis& analysis, const AnalysisOptions& options)
{
    auto changed = std::make_shared<Analysis>(analysis);
    changed->options = options;
    if (analysis.table) {
        Result<BlockReport> report = reportOn(*analysis.table, options);
        if (!report)
            return std::move(report).error();
        changed->report = *std::move(report);
    }
    return std::shared_ptr<const Analysis>(std::move(changed));
}

Result<std::shared_ptr<const Analysis>> withSampledTable(const Image& image, const Analysis& analysis,
                                                         ModelSource& models, int samples,
                                                         const AnalysisOptions& options, const JobContext& context)
{
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(analysis.model.id);
    if (!predictor)
        return predictor.error();
    Analysis sampled = analysis;
    sampled.by = HiddenBy::Zero;
    const auto publish = [&](std::shared_ptr<const MaskTable> table) {
        if (Result<std::shared_ptr<const Analysis>> snapshot = completed(sampled, std::move(table), options))
            context.publish(*snapshot);
    };
    ZeroTableOptions zero;
    zero.samples = samples;
    Result<std::shared_ptr<const MaskTable>> table =
        models.evaluator().sampleTable(**predictor, image, zero, context, publish);
    if (!table)
        return std::move(table).error();
    return completed(std::move(sampled), *std::move(table), options);
}

Result<BlockMask> halfBySingles(const Image& image, const Analysis& analysis, ModelSource& models,
                                const JobContext& context)
{
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(analysis.model.id);
    if (!predictor)
        return predictor.error();
    BlockValues change{};
    for (int block = 0; block < BlockCount; ++block) {
        if (context.isStopped())
            return cancelledError();
        context.report(static_cast<double>(block) / BlockCount, "Hiding one block after the other");
        const Result<Prediction> prediction =
            models.evaluator().predictHidden(**predictor, image, BlockMask().with({block}), context.stop());
        if (!prediction)
            return prediction.error();
        change[static_cast<std::size_t>(block)] = std::abs(prediction->score - analysis.prediction.score);
    }
    return upperHalf(change);
}

void Agreement::add(BlockMask important, bool estimate)
{
    ++models;
    isEstimate = isEstimate || estimate;
    for (const int block : toList(important))
        ++counts[static_cast<std::size_t>(block)];
}

std::uint64_t byteSize(const Analysis& analysis)
{
    std::uint64_t bytes = sizeof(Analysis) + analysis.prediction.output.size() * sizeof(float);
    if (analysis.table)
        bytes += sizeof(MaskTable) + analysis.table->rows.size() * sizeof(float);
    if (analysis.report)
        bytes += analysis.report->curve.size() * sizeof(CurvePoint);
    if (analysis.report && analysis.report->sets)
        bytes +=
            (analysis.report->sets->guaranteed.size() + analysis.report->sets->breaking.size()) * sizeof(BlockMask);
    return bytes;
}

} // namespace halflens
