// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/explain_map.h"

#include "core/explain/attention_rollout.h"
#include "core/explain/segment_inputs.h"
#include "core/measures/resample.h"
#include "core/predictor/triq_encoder.h"
#include "core/predictor/workers.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace halflens {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// One explanation under way.
struct Job {
    const Predictor& predictor;
    const Image& image;
    const MapRequest& request;
    std::stop_token stop;
    const ExplainProgress& progress;
    const ExplainPublish& publish;
    FieldSize size = mapSize(image.height, image.width); ///< of the map
    double networkSeconds = 0;

    ScalarMap delivered(ScalarMap map) const
    {
        const bool fits = size == FieldSize{map.height, map.width};
        return fits ? std::move(map) : toScalarMap(reducedMap(map, size));
    }

    template<class Run> auto inNetwork(Run&& run)
    {
        const auto begin = Clock::now();
        auto result = run();
        networkSeconds += secondsSince(begin);
        return result;
    }
};

Result<MapExplanation> gradCam(Job& job, const ModelInput& input)
{
    const Result<MapGradient> gradient = job.inNetwork([&] { return job.predictor.gradient(input, job.stop); });
    if (!gradient)
        return gradient.error();
    const ChannelShape shape{gradient->shape[0], gradient->shape[1], gradient->shape[2]};
    const Result<std::vector<float>> weights = gradCamWeights(gradient->gradient, shape);
    if (!weights)
        return weights.error();
    const Result<ScalarMap> sum = gradCamSum(gradient->activations, shape, *weights);
    if (!sum)
        return sum.error();
    Result<ScalarMap> map = gradCamMap(*sum, job.request.camSign, job.size.height, job.size.width);
    if (!map)
        return std::move(map).error();
    MapExplanation result;
    result.map = *std::move(map);
    result.layer = gradient->map;
    result.layerShape = gradient->shape;
    result.prediction = gradient->prediction;
    switch (job.request.camSign) {
    case CamSign::Raises:
        result.unit = "raises the score, 0–1";
        break;
    case CamSign::Lowers:
        result.unit = "lowers the score, 0–1";
        break;
    case CamSign::Both:
        result.unit = "moves the score either way, 0–1";
        break;
    }
    result.done = "Grad-CAM of the native score on " + gradient->map + ", enlarged bilinearly, divided by its maximum";
    return result;
}

/// Mean over heads of each layer, by the tokens of the whole image.
Result<std::vector<AttentionMatrix>> attentionLayers(const TriqEncoder& encoder, const TokenGrid& tokens, int length)
{
    EncoderTrace trace;
    if (const Result<std::vector<float>> output = evaluate(encoder, tokens, BlockMask(), &trace); !output)
        return output.error();
    std::vector<AttentionMatrix> layers;
    for (const std::vector<float>& heads : trace.attention) {
        Result<AttentionMatrix> mean = averageHeads(heads, encoder.heads, length);
        if (!mean)
            return std::move(mean).error();
        layers.push_back(*std::move(mean));
    }
    return layers;
}

Result<MapExplanation> attention(Job& job, const ModelInput& input)
{
    const TriqEncoder* encoder = job.predictor.attentionEncoder();
    const Result<std::shared_ptr<const Features>> features =
        job.inNetwork([&] { return job.predictor.features(input, job.stop); });
    if (!features)
        return features.error();
    Result<Prediction> prediction = job.predictor.predict(**features, BlockMask());
    if (!prediction)
        return std::move(prediction).error();
    const TokenGrid& tokens = (*features)->tokens;
    const int length = tokens.height * tokens.width + 1;
    const Result<std::vector<AttentionMatrix>> layers =
        job.inNetwork([&] { return attentionLayers(*encoder, tokens, length); });
    if (!layers)
        return layers.error();
    const bool rollout = job.request.attention == AttentionKind::Rollout;
    const Result<std::vector<float>> values =
        rollout ? rolloutTokens(*layers, length) : lastLayerTokens(*layers, length);
    if (!values)
        return values.error();
    Result<ScalarMap> map = attentionMap(*values, tokens.height, tokens.width, job.size.height, job.size.width);
    if (!map)
        return std::move(map).error();
    MapExplanation result;
    result.map = *std::move(map);
    result.layer = "tokens";
    result.layerShape = {1, tokens.height, tokens.width};
    result.prediction = *std::move(prediction);
    result.unit = "attention, 0–1";
    result.done = (rollout ? "attention rollout through " + std::to_string(layers->size()) + " layers"
                           : std::string("attention of the CLS token in the last layer, mean over heads"))
        + ", enlarged bilinearly, minimum to maximum";
    return result;
}

Result<MapExplanation> product(Job& job, const ModelInput& input)
{
    Result<MapExplanation> cam = gradCam(job, input);
    if (!cam)
        return cam;
    const Result<MapExplanation> looks = attention(job, input);
    if (!looks)
        return looks.error();
    Result<ScalarMap> map = productMap(cam->map, looks->map);
    if (!map)
        return std::move(map).error();
    cam->map = *std::move(map);
    cam->unit = "Grad-CAM × attention, 0–1";
    cam->done = cam->done + "; times " + looks->done + "; divided by its maximum";
    return cam;
}

/// What went wrong first, before "cancelled" of those that were not begun because of it.
Error firstProblem(const std::vector<Result<Prediction>>& predictions)
{
    const auto found = std::find_if(predictions.begin(), predictions.end(),
                                    [](const Result<Prediction>& p) { return !p && !isCancelled(p); });
    return found == predictions.end() ? cancelledError() : found->error();
}

/// Everything about a fit but its samples.
MapExplanation limeExplanation(const LimeResult& fitted, ScalarMap map, const LimeOptions& options, bool isLast)
{
    MapExplanation result;
    result.map = std::move(map);
    result.unit = "change of the score when a segment is visible";
    result.done = "LIME, " + std::to_string(fitted.samples.samples) + " samples of "
        + std::to_string(fitted.segments.count) + " segments (" + toString(options.segments) + ")";
    MapEstimate estimate;
    estimate.samples = fitted.samples.samples;
    estimate.most = options.samples;
    estimate.standardError = fitted.error;
    estimate.r2 = fitted.surrogate.score;
    estimate.segments = fitted.segments.count;
    estimate.settled = isLast;
    result.estimate = estimate;
    return result;
}

Result<MapExplanation> limeMap(Job& job)
{
    Prediction whole;
    std::optional<SegmentInputs> inputs;
    Crew crew(workersFor(job.predictor));
    std::vector<ModelInput> buffers(static_cast<std::size_t>(crew.workers()) + 1); // by workerNumber()
    const SampleScores score = [&](const SampleMatrix& samples, int begin, int end) -> Result<std::vector<double>> {
        std::vector<Result<Prediction>> predictions(static_cast<std::size_t>(end - begin), cancelledError());
        const auto predict = [&](int i) {
            Result<Prediction>& prediction = predictions[static_cast<std::size_t>(i)];
            ModelInput& input = buffers[static_cast<std::size_t>(workerNumber())];
            if (Status made = inputs->make(samples.row(begin + i), input); !made)
                prediction = std::move(made).error();
            else
                prediction = job.predictor.predict(input, job.stop);
            return prediction.has_value();
        };
        (void)job.inNetwork([&] { return crew.run(end - begin, predict, job.stop); });
        std::vector<double> scores;
        for (Result<Prediction>& prediction : predictions) {
            if (!prediction)
                return firstProblem(predictions);
            scores.push_back(prediction->score);
            if (whole.output.empty()) // the first sample is the unchanged image
                whole = *std::move(prediction);
        }
        return scores;
    };
    const SampleScorer scorer = [&](const Segmentation& segments) -> Result<SampleScores> {
        Result<SegmentInputs> made = SegmentInputs::create(
            job.image, segments, hiddenColours(job.image, segments, job.request.lime.hide), job.predictor.info().input);
        if (!made)
            return std::move(made).error();
        inputs.emplace(*std::move(made));
        return score;
    };
    LimePublish publish;
    if (job.publish)
        publish = [&](const ScalarMap& map, const LimeResult& soFar) {
            job.publish(limeExplanation(soFar, job.delivered(map), job.request.lime, false));
        };
    Result<LimeResult> fitted = lime(job.image, scorer, job.request.lime, job.stop, job.progress, publish);
    if (!fitted)
        return std::move(fitted).error();
    ScalarMap map = job.delivered(std::move(fitted->map));
    fitted->map = {};
    MapExplanation result = limeExplanation(*fitted, std::move(map), job.request.lime, true);
    result.prediction = std::move(whole);
    result.lime = std::make_shared<const LimeResult>(*std::move(fitted));
    return result;
}

MapExplanation fineExplanation(const FineContributions& fine, const ScoreScale& scale)
{
    // As coarse as cells and blocks allow together: both keep their edges.
    const int height = std::lcm(fine.cells.rows, GridRows);
    const int width = std::lcm(fine.cells.columns, GridColumns);
    std::vector<double> weak(fine.values.size());
    for (std::size_t cell = 0; cell < weak.size(); ++cell)
        weak[cell] = fine.isClear(cell) ? 0 : 1;
    const ScalarMap weakMap = paintCells(fine.cells, weak, height, width);
    MapExplanation result;
    result.map = fineMap(fine, height, width);
    if (fine.permutations > 0) // before, nothing is known of any error
        result.weak.assign(weakMap.values.begin(), weakMap.values.end());
    result.unit = "adds to the score, a cell";
    result.done = std::to_string(fine.permutations) + " random orders of " + std::to_string(fine.cells.count())
        + " cells; they sum to the score less that of nothing visible";
    MapEstimate estimate;
    estimate.samples = fine.permutations;
    estimate.most = MostPermutations;
    const double largest = *std::max_element(fine.standardErrors.begin(), fine.standardErrors.end());
    estimate.standardError = std::isfinite(largest) ? std::abs(changeOnFive(scale, largest)) : largest;
    estimate.settled = fine.settled;
    result.estimate = estimate;
    return result;
}

Result<MapExplanation> fineContributionMap(Job& job, const ModelInput& input)
{
    const ScoreScale scale = job.predictor.info().scale;
    const Result<std::shared_ptr<const Features>> features =
        job.inNetwork([&] { return job.predictor.features(input, job.stop); });
    if (!features)
        return features.error();
    Result<Prediction> prediction = job.predictor.predict(**features, BlockMask());
    if (!prediction)
        return std::move(prediction).error();
    FineSink sink;
    if (job.progress)
        sink.progress = [&](int permutations, double error) {
            // Errors fall with the root of the number; an estimate of how many it takes.
            const double ratio = error / job.request.fine.standardError;
            const double wanted = job.request.fine.permutations > 0 ? job.request.fine.permutations
                                                                    : permutations * std::max(1.0, ratio * ratio);
            job.progress(permutations, static_cast<int>(std::min<double>(wanted, MostAskedPermutations)));
        };
    if (job.publish)
        sink.publish = [&](const std::shared_ptr<const FineContributions>& soFar) {
            job.publish(fineExplanation(*soFar, scale));
        };
    const Result<FineContributions> fine =
        job.inNetwork([&] { return fineContributions(job.predictor, **features, job.request.fine, job.stop, sink); });
    if (!fine)
        return fine.error();
    MapExplanation result = fineExplanation(*fine, scale);
    result.layer = "tokens";
    result.layerShape = {1, (*features)->tokens.height, (*features)->tokens.width};
    result.prediction = *std::move(prediction);
    return result;
}

/// Windows without a score get the mean of the others, and are weak.
MapExplanation tilesExplanation(const TileGrid& grid, std::span<const double> scores, const Image& image)
{
    const int longest = std::max(image.width, image.height);
    const double shrink = std::min(1.0, static_cast<double>(LongestTileMap) / longest);
    const int height = std::max(1, static_cast<int>(std::lround(image.height * shrink)));
    const int width = std::max(1, static_cast<int>(std::lround(image.width * shrink)));
    MapExplanation result;
    result.map = tileMap(grid, scores, height, width);
    result.unit = "score of the windows";
    MapEstimate estimate;
    estimate.most = grid.count();
    std::vector<double> known(scores.size());
    double sum = 0;
    for (std::size_t tile = 0; tile < scores.size(); ++tile) {
        const bool isKnown = !std::isnan(scores[tile]);
        known[tile] = isKnown ? 1 : std::numeric_limits<double>::quiet_NaN();
        sum += isKnown ? scores[tile] : 0;
        estimate.samples += isKnown ? 1 : 0;
    }
    estimate.settled = estimate.samples == estimate.most;
    if (!estimate.settled && estimate.samples > 0) {
        const ScalarMap isKnown = tileMap(grid, known, height, width);
        result.weak.resize(isKnown.values.size());
        for (std::size_t i = 0; i < isKnown.values.size(); ++i) {
            result.weak[i] = isKnown.values[i] > 0 ? 0 : 1;
            if (result.weak[i] != 0)
                result.map.values[i] = static_cast<float>(sum / estimate.samples);
        }
    }
    result.estimate = estimate;
    result.done = std::to_string(estimate.samples) + " windows of " + std::to_string(grid.windowWidth) + " × "
        + std::to_string(grid.windowHeight) + " pixels at native scale; local quality, not the score";
    return result;
}

Result<MapExplanation> tiles(Job& job, const ModelInput& input)
{
    // Words about the photo's size come before the network runs.
    const InputSpec& spec = job.predictor.info().input;
    if (const Result<TileGrid> grid = tileGrid(job.image.width, job.image.height, spec); !grid)
        return grid.error();
    Result<Prediction> prediction = job.inNetwork([&] { return job.predictor.predict(input, job.stop); });
    if (!prediction)
        return std::move(prediction).error();
    TileSink sink;
    sink.progress = job.progress;
    if (job.publish)
        sink.publish = [&](const TileGrid& grid, std::span<const double> scores) {
            job.publish(tilesExplanation(grid, scores, job.image));
        };
    Result<Tiles> scored = job.inNetwork([&] { return scoreTiles(job.image, job.predictor, job.stop, sink); });
    if (!scored)
        return std::move(scored).error();
    MapExplanation result = tilesExplanation(scored->grid, scored->scores, job.image);
    result.prediction = *std::move(prediction);
    result.tiles = std::make_shared<const Tiles>(*std::move(scored));
    return result;
}

Result<MapExplanation> explained(Job& job)
{
    if (job.request.kind == MapKind::Lime)
        return limeMap(job);
    const Result<ModelInput> input = toModelInput(job.image, job.predictor.info().input);
    if (!input)
        return input.error();
    switch (job.request.kind) {
    case MapKind::Attention:
        return attention(job, *input);
    case MapKind::Product:
        return product(job, *input);
    case MapKind::Fine:
        return fineContributionMap(job, *input);
    case MapKind::Tiles:
        return tiles(job, *input);
    default:
        return gradCam(job, *input);
    }
}

} // namespace

bool supports(const ModelInfo& model, MapKind kind)
{
    if (kind == MapKind::Tiles)
        return model.input.policy == InputPolicy::Fit;
    return kind == MapKind::Lime || kind == MapKind::GradCam || (needsModel(kind) && model.masksAttention);
}

Result<MapExplanation> explainMap(const Predictor& predictor, const Image& image, const MapRequest& request,
                                  std::stop_token stop, const ExplainProgress& progress, const ExplainPublish& publish)
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "explain", "the image is empty", "open another image", {}};
    if (!needsModel(request.kind))
        return Error{ErrorCode::InvalidInput,
                     "explain",
                     toString(request.kind) + " is a measure, no map of a model",
                     "choose lime, gradcam, attention, product, fine or tiles",
                     {}};
    const ModelInfo& info = predictor.info();
    const bool wantsAttention = request.kind == MapKind::Attention || request.kind == MapKind::Product;
    if (wantsAttention && !predictor.attentionEncoder())
        return Error{ErrorCode::Unsupported,
                     "explain",
                     info.id + " is of the family " + info.family + ", which has no attention to show",
                     "use Grad-CAM or LIME, or a TRIQ model",
                     {}};
    return guarded("explain", [&]() -> Result<MapExplanation> {
        const auto begin = Clock::now();
        Job job{predictor, image, request, std::move(stop), progress, publish};
        Result<MapExplanation> result = explained(job);
        if (!result)
            return result;
        result->seconds = secondsSince(begin);
        result->networkSeconds = job.networkSeconds;
        return result;
    });
}

} // namespace halflens
