// SPDX-License-Identifier: BSD-3-Clause
#include "app/explain_maps.h"

#include "core/explain/map_curves.h"
#include "core/explain/sanity.h"
#include "core/families/weight_randomisation.h"
#include "core/figure/map_file.h"
#include "core/image/decode.h"
#include "core/measures/blocks.h"
#include "core/measures/normalize.h"

#include <cstdio>

namespace halflens {

namespace {

/// One model's map of one image, and what was asked for beside it.
struct Explained {
    std::string file;
    std::vector<std::string> notes; ///< on the image, then on the model
    ModelInfo model;
    MapExplanation map;
    std::optional<MapCurves> curves;
    std::vector<std::pair<std::string, double>> sanity; ///< part that was shuffled, rank correlation
    std::vector<LimeSamplingError> samplingErrors;
};

constexpr const char* FlatMap =
    "the map is the same everywhere: by this method the score does not change with any part of "
    "the image, and there are no halves";
constexpr std::array SampleCounts{50, 100, 200, 500, 1000, 2000, 4000};

/// Rank correlation with the maps of the same network after shuffling a part of its weights.
Result<std::vector<std::pair<std::string, double>>> sanityOf(const ModelLoader& loader, const ModelOptions& models,
                                                             const Explained& explained, const Image& image,
                                                             const MapRequest& options, std::uint64_t seed,
                                                             ProgressLine& progress)
{
    std::vector<std::pair<std::string, double>> result;
    for (const RandomisedPart part : {RandomisedPart::Head, RandomisedPart::Trunk}) {
        progress.show("shuffling the " + toString(part) + " of " + explained.model.id);
        const WeightsEdit edit = [&](StateDict& state) { randomiseWeights(state, part, seed); };
        const std::shared_ptr<const ModelRegistry> registry = loader.registry();
        const Manifest* manifest = registry->find(explained.model.id);
        const Result<std::shared_ptr<const Predictor>> shuffled = models.checkpoint.empty() && manifest
            ? loadModel(*manifest, edit)
            : loadPublishedCheckpoint(models.checkpoint, models.checkpointOptions, edit);
        if (!shuffled)
            return shuffled.error();
        const Result<MapExplanation> map = explainMap(**shuffled, image, options, interruptToken());
        if (!map)
            return map.error();
        const Result<double> correlation = rankCorrelation(explained.map.map.values, map->map.values);
        if (!correlation)
            return correlation.error();
        result.emplace_back(toString(part), *correlation);
    }
    return result;
}

Result<std::vector<LimeSamplingError>> samplingErrorsOf(const std::string& model, const Image& image,
                                                        ModelLoader& loader, std::uint64_t seed,
                                                        const JobContext& context)
{
    TableRequest request;
    request.by = HiddenBy::Attention;
    const Result<std::shared_ptr<const Analysis>> analysis =
        analyzeBlocks(image, model, request, {}, loader.models(), loader.cache(), context);
    if (!analysis)
        return analysis.error();
    return limeSamplingErrors(*(*analysis)->table, SampleCounts, seed);
}

nlohmann::json toJson(const RemovalCurves& curves)
{
    return {{"order", curves.order},
            {"deletion", curves.deletion},
            {"deletion_auc", curves.deletionArea},
            {"insertion", curves.insertion},
            {"insertion_auc", curves.insertionArea}};
}

nlohmann::json toJson(const LimeResult& lime, double score, const LimeOptions& options)
{
    return {{"segmentation", toString(options.segments)},
            {"segments", lime.segments.count},
            {"samples", lime.samples.samples},
            {"coefficient_error", options.settle > 0 ? nlohmann::json(lime.error) : nlohmann::json()},
            {"seed", options.seed},
            {"coefficients", lime.surrogate.byFeature(lime.segments.count)},
            {"intercept", lime.surrogate.intercept},
            {"r2", lime.surrogate.score},
            {"local_prediction", lime.surrogate.localPrediction},
            {"model_score", score}};
}

nlohmann::json toJson(const std::string& method, const MapRequest& options, const Explained& one)
{
    const MapExplanation& map = one.map;
    const MapExtremes range = mapExtremes(map.map);
    nlohmann::json document{{"version", HALFLENS_VERSION},
                            {"file", one.file},
                            {"notes", one.notes},
                            {"model", one.model.id},
                            {"method", method},
                            {"score", map.prediction.score},
                            {"distribution", distributionToJson(map.prediction.output)},
                            {"size", {map.map.height, map.map.width}},
                            {"min", range.low},
                            {"max", range.high},
                            {"block_mean", nullptr},
                            {"unit", map.unit},
                            {"done", map.done},
                            {"seconds", {{"all", map.seconds}, {"network", map.networkSeconds}}}};
    if (const Result<BlockMeans> means = blockMeans(map.map)) {
        document["block_mean"] = *means;
        document["upper"] = isFlat(range) ? nlohmann::json(nullptr) : nlohmann::json(toList(upperHalf(*means)));
    }
    if (isFlat(range))
        document["notes"].push_back(FlatMap);
    if (!map.layer.empty())
        document["layer"] = {{"name", map.layer}, {"shape", map.layerShape}};
    if (map.lime)
        document["lime"] = toJson(*map.lime, map.prediction.score, options.lime);
    if (one.curves) {
        document["curves"] = toJson(one.curves->curves);
        document["curves"]["by"] = one.curves->hiddenBy;
    }
    if (!one.sanity.empty()) {
        document["sanity"] = nlohmann::json::object();
        for (const auto& [part, correlation] : one.sanity)
            document["sanity"][part] = {{"rank_correlation", correlation}};
    }
    if (!one.samplingErrors.empty()) {
        document["exact_errors"] = nlohmann::json::array();
        for (const LimeSamplingError& error : one.samplingErrors)
            document["exact_errors"].push_back(
                {{"samples", error.samples}, {"mean", error.meanError}, {"max", error.maxError}});
    }
    return document;
}

void printAsText(const Explained& one)
{
    const MapExplanation& map = one.map;
    const MapExtremes range = mapExtremes(map.map);
    std::printf("%s, %s: score %.4f\n%s\nvalues %.6g to %.6g (%s)\n", one.file.c_str(), one.model.id.c_str(),
                map.prediction.score, map.done.c_str(), range.low, range.high, map.unit.c_str());
    for (const std::string& note : one.model.notes)
        std::printf("%s\n", note.c_str());
    if (isFlat(range))
        std::printf("%s\n", FlatMap);
    if (map.lime)
        std::printf("R2 %.4f, intercept %.4f, local prediction %.4f beside the model's %.4f\n",
                    map.lime->surrogate.score, map.lime->surrogate.intercept, map.lime->surrogate.localPrediction,
                    map.prediction.score);
    if (const Result<BlockMeans> means = blockMeans(map.map)) {
        std::puts("\nmean of each block");
        for (int block = 0; block < BlockCount; ++block)
            std::printf("%12.6f%s", (*means)[static_cast<std::size_t>(block)],
                        block % GridColumns == GridColumns - 1 ? "\n" : "");
    }
    if (one.curves)
        std::printf("\ndeletion AUC %.4f, insertion AUC %.4f (score; blocks hidden by %s)\n",
                    one.curves->curves.deletionArea, one.curves->curves.insertionArea, one.curves->hiddenBy.c_str());
    for (const auto& [part, correlation] : one.sanity)
        std::printf("rank correlation with the map after shuffling the %s: %.3f\n", part.c_str(), correlation);
    if (!one.samplingErrors.empty())
        std::puts("\nLIME on blocks against all 4096 masks\n   samples  mean error   max error");
    for (const LimeSamplingError& error : one.samplingErrors)
        std::printf("%10d  %10.6f  %10.6f\n", error.samples, error.meanError, error.maxError);
    std::printf("%.3f s, %.3f s of it in the network\n", map.seconds, map.networkSeconds);
}

/// Everything that was asked for of one model.
Result<Explained> explainOne(const CommonOptions& common, const ExplainMapsOptions& options, const ModelOptions& models,
                             ModelLoader& loader, const Predictor& predictor, const std::string& file,
                             const Image& image, const MapRequest& method)
{
    ProgressLine progress(common);
    progress.show("running " + predictor.info().id);
    Explained result;
    result.file = file;
    result.model = predictor.info();
    Result<MapExplanation> map = explainMap(predictor, image, method, interruptToken(), [&](int done, int total) {
        progress.show("sample " + std::to_string(done) + " of " + std::to_string(total));
    });
    if (!map)
        return std::move(map).error();
    result.map = *std::move(map);
    if (options.curves) {
        progress.show("hiding blocks");
        Result<MapCurves> curves = mapCurves(predictor, image, result.map.map, interruptToken());
        if (!curves)
            return std::move(curves).error();
        result.curves = *std::move(curves);
    }
    if (options.sanity) {
        auto sanity = sanityOf(loader, models, result, image, method, common.seed, progress);
        if (!sanity)
            return std::move(sanity).error();
        result.sanity = *std::move(sanity);
    }
    if (options.compareExact) {
        progress.show("comparing with all masks");
        Result<std::vector<LimeSamplingError>> errors =
            samplingErrorsOf(result.model.id, image, loader, common.seed, contextOf(progress));
        if (!errors)
            return std::move(errors).error();
        result.samplingErrors = *std::move(errors);
    }
    return result;
}

Status writeMapFile(const Explained& one, const std::filesystem::path& file)
{
    const Result<MapFormat> format = mapFormatOf(file);
    if (!format)
        return format.error();
    if (*format != MapFormat::Png)
        return writeMap(one.map.map, file, *format);
    const bool isSigned = one.map.lime != nullptr;
    return writeMapWithBar(one.map.map, file, isSigned ? ColorMap::BlueRed : ColorMap::Viridis,
                           isSigned ? symmetricRangeOf(one.map.map) : rangeOf(one.map.map), one.map.unit);
}

} // namespace

void ExplainMapsOptions::addTo(CLI::App& command)
{
    command.add_option("--map", map, "Write the map of lime, gradcam, attention or product (.tiff, .npy or .png)");
    command.add_option("--segments", segments, "How LIME cuts the image")
        ->check(CLI::IsMember({"quickshift", "slic", "grid"}))
        ->capture_default_str();
    command.add_option("--gradcam", camSign, "What Grad-CAM shows: what raises the score, what lowers it, or both")
        ->check(CLI::IsMember({"positive", "negative", "absolute"}))
        ->capture_default_str();
    command.add_option("--attention", attention, "Attention through all layers, or of the last one alone")
        ->check(CLI::IsMember({"rollout", "cls_last"}))
        ->capture_default_str();
    command.add_flag("--curves", curves, "Insertion and deletion curves by the map's block means");
    command.add_flag("--sanity", sanity, "Compare the map with those of the network with shuffled weights");
    command.add_flag("--compare-exact", compareExact,
                     "Error of LIME on blocks against the fit on all 4096 masks, by number of samples");
}

MapRequest ExplainMapsOptions::request(const std::string& name, int samples, std::uint64_t seed) const
{
    MapRequest result;
    result.kind = mapKindFromString(name).value();
    result.camSign = camSignFromString(camSign).value();
    result.attention = attentionKindFromString(attention).value();
    result.lime.segments = limeSegmentsFromString(segments).value();
    result.lime.seed = seed;
    if (samples > 0)
        result.lime.samples = samples;
    else
        result.lime.settle = LimeSettleShare;
    return result;
}

bool isMapMethod(const std::string& method)
{
    const Result<MapKind> kind = mapKindFromString(method);
    return kind && needsModel(*kind);
}

namespace {

/// One JSON document of what was found.
void printExplanations(const ExplainedFiles& asked, nlohmann::json list, const Report& report)
{
    nlohmann::json document{{"version", HALFLENS_VERSION}};
    if (asked.isList()) {
        document["results"] = std::move(list);
    } else if (asked.models.isSeveral()) {
        document["file"] = asked.files.front();
        document["models"] = std::move(list);
    } else if (!list.empty()) {
        document = list.front();
    } else {
        document["file"] = asked.files.front();
    }
    document["errors"] = report.errors();
    printJson(document);
}

void printHeader()
{
    std::string header = "file,model,method,score,score5,min,max";
    for (int block = 0; block < BlockCount; ++block)
        header += ",mean_" + std::to_string(block);
    std::puts(header.c_str());
}

void printRow(const std::string& method, const Explained& one)
{
    const MapExtremes range = mapExtremes(one.map.map);
    std::string line = csvField(one.file) + "," + csvField(one.model.id) + "," + method + ","
        + exact(one.map.prediction.score) + "," + exact(one.map.prediction.score5) + "," + exact(range.low) + ","
        + exact(range.high);
    const Result<BlockMeans> means = blockMeans(one.map.map);
    for (std::size_t block = 0; block < BlockCount; ++block)
        line += "," + (means ? exact((*means)[block]) : std::string());
    std::puts(line.c_str());
}

} // namespace

int explainEach(const CommonOptions& common, const std::filesystem::path& map, const ExplainedFiles& asked,
                const ExplainOne& explain)
{
    Report report(common);
    if (!map.empty()) {
        if (Result<MapFormat> format = mapFormatOf(map); !format) {
            report.fail(std::move(format).error());
            return ExitUsage;
        }
    }
    ModelLoader loader(common);
    const auto predictors = loader.load(asked.models, report);
    nlohmann::json list = nlohmann::json::array();
    for (const std::string& file : asked.files) {
        if (predictors.empty() || interruptToken().stop_requested())
            break;
        const Result<std::shared_ptr<const Image>> image = openImage(file, common);
        if (!image) {
            report.fail(image.error());
            continue;
        }
        for (const auto& predictor : predictors) {
            if (interruptToken().stop_requested())
                break;
            Result<nlohmann::json> entry = explain({file, **image, *predictor}, loader, report);
            if (!entry) {
                report.fail(std::move(entry).error().withFile(file));
                continue;
            }
            report.succeed();
            if (common.json)
                list.push_back(*std::move(entry));
        }
    }
    if (common.json)
        printExplanations(asked, std::move(list), report);
    return report.status();
}

int runExplainMaps(const CommonOptions& common, const ExplainMapsOptions& options, const ExplainedFiles& asked)
{
    const MapRequest wanted = options.request(asked.method, asked.samples, common.seed);
    bool isFirst = true;
    // Told at once and let go: a folder of maps would fill the memory.
    return explainEach(common, options.map, asked,
                       [&](const Explainee& explainee, ModelLoader& loader, Report& report) -> Result<nlohmann::json> {
                           Result<Explained> one =
                               explainOne(common, options, asked.models, loader, explainee.predictor, explainee.file,
                                          explainee.image, wanted);
                           if (!one)
                               return one.error();
                           one->notes = explainee.image.origin.notes;
                           one->notes.insert(one->notes.end(), one->model.notes.begin(), one->model.notes.end());
                           if (!options.map.empty()) {
                               if (Status written = writeMapFile(*one, options.map); !written)
                                   report.fail(std::move(written).error());
                           }
                           if (common.json)
                               return toJson(asked.method, wanted, *one);
                           if (asked.csv) {
                               if (isFirst)
                                   printHeader();
                               printRow(asked.method, *one);
                           } else {
                               if (!isFirst)
                                   std::puts("");
                               printAsText(*one);
                           }
                           isFirst = false;
                           return nlohmann::json();
                       });
}

} // namespace halflens
