// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/analysis.h"

#include "core/measures/blocks.h"

#include <cmath>
#include <utility>

namespace halflens {

namespace {

/// Model, input, features and prediction: the part that needs the network.
struct Fed {
    Analysis analysis;
    std::shared_ptr<const Features> features;
};

Result<Fed> feed(const Image& image, const Predictor& predictor, const std::stop_token& stop)
{
    Fed fed;
    Analysis& analysis = fed.analysis;
    analysis.imageHash = image.contentHash;
    analysis.model = predictor.info();
    const Result<ModelInput> input = toModelInput(image, analysis.model.input);
    if (!input)
        return input.error();
    analysis.fedWidth = input->width;
    analysis.fedHeight = input->height;
    analysis.policy = input->policy;
    analysis.orientation = input->orientation;
    if (stop.stop_requested())
        return cancelledError();
    Result<std::shared_ptr<const Features>> features = predictor.features(*input, stop);
    if (!features)
        return std::move(features).error();
    fed.features = *std::move(features);
    analysis.trunkSeconds = fed.features->seconds;
    if (stop.stop_requested())
        return cancelledError();
    Result<Prediction> prediction = predictor.predict(*fed.features, BlockMask());
    if (!prediction)
        return std::move(prediction).error();
    if (!std::isfinite(prediction->score))
        return Error{ErrorCode::Model,
                     "model",
                     "the network's score is not a number",
                     "check the weights file; import it again if it was copied",
                     {}};
    analysis.prediction = *std::move(prediction);
    return fed;
}

} // namespace

Result<Analysis> predictImage(const Image& image, const Predictor& predictor, const std::stop_token& stop)
{
    Result<Fed> fed = feed(image, predictor, stop);
    if (!fed)
        return std::move(fed).error();
    return std::move(fed->analysis);
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
    report.oracleTrivial = oracleTrivialHalf(table);
    report.shapley = computeShapley(table);
    report.curve = enoughCurve(table);
    report.enough = howMuchIsEnough(table, options.epsilon);
    return report;
}

Result<std::shared_ptr<const Analysis>> analyze(const Image& image, const std::string& modelId, ModelSource& models,
                                                const AnalysisOptions& options, const JobContext& context,
                                                StopAfter stopAfter)
{
    context.report(-1, "Loading the model");
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
    if (!predictor)
        return predictor.error();
    if (context.isStopped())
        return cancelledError();

    context.report(-1, "Looking at the image");
    Result<Fed> fed = feed(image, **predictor, context.stop());
    if (!fed)
        return std::move(fed).error();
    Analysis& analysis = fed->analysis;
    if (stopAfter == StopAfter::Prediction)
        return std::make_shared<const Analysis>(std::move(analysis));
    context.publish(std::make_shared<const Analysis>(analysis));

    context.report(-1, "Trying all 4096 masks");
    Result<std::shared_ptr<const MaskTable>> table = models.buildTable(**predictor, *fed->features, context.stop());
    if (!table) {
        if (table.error().code != ErrorCode::Unsupported)
            return std::move(table).error();
        analysis.tableNote = table.error().reason;
        return std::make_shared<const Analysis>(std::move(analysis));
    }
    if (context.isStopped())
        return cancelledError();
    Result<BlockReport> report = reportOn(**table, options);
    if (!report)
        return std::move(report).error();
    analysis.table = *std::move(table);
    analysis.report = *std::move(report);
    analysis.options = options;
    return std::make_shared<const Analysis>(std::move(analysis));
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
    const auto completed = [&](std::shared_ptr<const MaskTable> table) -> Result<std::shared_ptr<const Analysis>> {
        Result<BlockReport> report = reportOn(*table, options);
        if (!report)
            return std::move(report).error();
        auto result = std::make_shared<Analysis>(analysis);
        result->table = std::move(table);
        result->report = *std::move(report);
        result->options = options;
        return std::shared_ptr<const Analysis>(std::move(result));
    };
    const auto publish = [&](std::shared_ptr<const MaskTable> table) {
        if (Result<std::shared_ptr<const Analysis>> snapshot = completed(std::move(table)))
            context.publish(*snapshot);
    };
    Result<std::shared_ptr<const MaskTable>> table = models.sampleTable(**predictor, image, samples, context, publish);
    if (!table)
        return std::move(table).error();
    return completed(*std::move(table));
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
            models.predictHidden(**predictor, image, BlockMask().with({block}), context.stop());
        if (!prediction)
            return prediction.error();
        change[static_cast<std::size_t>(block)] = std::abs(prediction->score - analysis.prediction.score);
    }
    return upperHalf(change);
}

std::uint64_t byteSize(const Analysis& analysis)
{
    std::uint64_t bytes = sizeof(Analysis) + analysis.prediction.output.size() * sizeof(float);
    if (analysis.table)
        bytes += sizeof(MaskTable) + analysis.table->rows.size() * sizeof(float);
    if (analysis.report)
        bytes += analysis.report->curve.size() * sizeof(CurvePoint);
    return bytes;
}

} // namespace halflens
