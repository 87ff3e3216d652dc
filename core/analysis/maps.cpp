// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/maps.h"

#include <utility>

namespace halflens {

namespace {

struct Maker {
    const Image& image;
    const std::string& modelId;
    ModelSource& models;
    ResultCache& cache;
    const JobContext& context;
};

/// Raw values and what is said of them, before the block means.
struct RawMap {
    ScalarMap map;
    std::string unit = {};
    std::string source = {};
    bool isFallback = false;
    std::vector<std::uint8_t> weak = {};
    std::optional<MapEstimate> estimate = {};
    std::shared_ptr<const Tiles> tiles = {};
};

RawMap rawOf(MapExplanation explained)
{
    return {std::move(explained.map),  std::move(explained.unit), std::move(explained.done), false,
            std::move(explained.weak), explained.estimate,        std::move(explained.tiles)};
}

Result<std::shared_ptr<const ImageMap>> completed(const Maker& maker, const MapRequest& request, RawMap raw)
{
    auto result = std::make_shared<ImageMap>();
    result->request = request;
    result->imageHash = maker.image.contentHash;
    result->modelId = needsModel(request.kind) ? maker.modelId : std::string();
    result->map = std::move(raw.map);
    result->unit = std::move(raw.unit);
    result->source = std::move(raw.source);
    result->isFallback = raw.isFallback;
    result->weak = std::move(raw.weak);
    result->estimate = raw.estimate;
    result->tiles = std::move(raw.tiles);
    result->range = mapExtremes(result->map);
    if (result->map.height >= GridRows && result->map.width >= GridColumns) {
        Result<BlockMeans> means = blockMeans(result->map);
        if (!means)
            return std::move(means).error();
        result->blockMeans = *means;
        if (!isFlat(result->range))
            result->upper = upperHalf(*means);
    }
    return std::shared_ptr<const ImageMap>(std::move(result));
}

Result<std::shared_ptr<const ImageMap>> make(const Maker& maker, const MapRequest& request);

Result<RawMap> makeFrequency(const Maker& maker, const MapRequest& request)
{
    FrequencyOptions options = request.frequency;
    if (request.band < 0 || request.band > BandCount)
        return Error{ErrorCode::InvalidInput, "frequency", "there are bands 1 to 10", "choose one of them", {}};
    if (request.band > 0)
        options.mode = FrequencyMode::Bands;
    Result<FrequencyResult> result = spatialFrequency(maker.image, options, maker.context.stop());
    if (!result)
        return std::move(result).error();
    std::string note = windowsNote(maker.image, options.mode);
    if (request.band > 0) {
        const int high = request.band * static_cast<int>(BandWidthCpd);
        return RawMap{std::move(result->bands[static_cast<std::size_t>(request.band) - 1]),
                      "magnitude, " + std::to_string(high - static_cast<int>(BandWidthCpd)) + "–" + std::to_string(high)
                          + " cycles/°",
                      std::move(note)};
    }
    const bool isRelative = options.mode == FrequencyMode::Centroid;
    const bool isPlain = options.mode == FrequencyMode::Uniform;
    return RawMap{std::move(result->map),
                  isRelative    ? "relative sensitivity"
                      : isPlain ? "magnitude, all bands"
                                : "sensitivity-weighted magnitude",
                  std::move(note)};
}

Result<RawMap> makeAveraged(const Maker& maker, MapRequest request)
{
    request.band = 0;
    std::array<std::shared_ptr<const ImageMap>, 3> parts;
    constexpr std::array Kinds{MapKind::Saliency, MapKind::Frequency, MapKind::Objectness};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        request.kind = Kinds[i];
        Result<std::shared_ptr<const ImageMap>> part = make(maker, request);
        if (!part)
            return std::move(part).error();
        parts[i] = *std::move(part);
    }
    Result<ScalarMap> average = averagedMeasure(parts[0]->map, parts[1]->map, parts[2]->map, request.average);
    if (!average)
        return std::move(average).error();
    return RawMap{*std::move(average), "mean of the three, each 0–1", parts[2]->source, parts[2]->isFallback};
}

Result<RawMap> makeByModel(const Maker& maker, const MapRequest& request)
{
    maker.context.report(-1, "Loading the model");
    const Result<std::shared_ptr<const Predictor>> predictor = maker.models.load(maker.modelId);
    if (!predictor)
        return predictor.error();
    if (maker.context.isStopped())
        return cancelledError();
    maker.context.report(-1, "Asking the model for its " + spokenName(request.kind) + " map");
    const JobContext& outer = maker.context;
    const JobContext context(
        outer.stop(), [&](const Progress& progress) { outer.report(progress.fraction, progress.text); },
        [&](const Artifact& snapshot) {
            const auto soFar = snapshot.as<MapExplanation>();
            if (!soFar)
                return;
            if (Result<std::shared_ptr<const ImageMap>> map = completed(maker, request, rawOf(*soFar)))
                outer.publish(*std::move(map));
        });
    Result<MapExplanation> explained = maker.models.evaluator().explain(**predictor, maker.image, request, context);
    if (!explained)
        return std::move(explained).error();
    return rawOf(*std::move(explained));
}

Result<RawMap> makeRaw(const Maker& maker, const MapRequest& request)
{
    switch (request.kind) {
    case MapKind::Saliency: {
        Result<ScalarMap> map = saliency(maker.image, request.saliency);
        if (!map)
            return std::move(map).error();
        return RawMap{*std::move(map), "saliency, 0–1"};
    }
    case MapKind::Frequency:
        return makeFrequency(maker, request);
    case MapKind::Objectness: {
        const std::shared_ptr<const ObjectnessSource> source = maker.models.objectness();
        Result<ScalarMap> map = source->objectness(maker.image, maker.context.stop());
        if (!map)
            return std::move(map).error();
        return RawMap{*std::move(map), "objectness, 0–1", source->name(), source->isFallback()};
    }
    case MapKind::Averaged:
        return makeAveraged(maker, request);
    default:
        return makeByModel(maker, request);
    }
}

Result<std::shared_ptr<const ImageMap>> make(const Maker& maker, const MapRequest& request)
{
    const CacheKey key = mapKey(maker.image, request, maker.modelId, maker.models);
    if (auto cached = maker.cache.find<ImageMap>(key))
        return cached;
    if (maker.context.isStopped())
        return cancelledError();
    maker.context.report(-1, "Making the " + spokenName(request.kind) + " map");
    Result<RawMap> raw = makeRaw(maker, request);
    if (!raw)
        return std::move(raw).error();
    if (maker.context.isStopped())
        return cancelledError();
    Result<std::shared_ptr<const ImageMap>> result = completed(maker, request, *std::move(raw));
    if (result)
        maker.cache.insert(key, *result, byteSize(**result));
    return result;
}

} // namespace

CacheKey mapKey(const Image& image, const MapRequest& request, const std::string& modelId, const ModelSource& models)
{
    std::string parameters = cacheKey(request);
    if (request.kind == MapKind::Objectness || request.kind == MapKind::Averaged)
        parameters += "; " + models.objectnessKey();
    return {image.contentHash, Stage::Map, std::move(parameters),
            needsModel(request.kind) ? models.modelKey(modelId) : std::string()};
}

Result<std::shared_ptr<const ImageMap>> makeMap(const Image& image, const MapRequest& request,
                                                const std::string& modelId, ModelSource& models, ResultCache& cache,
                                                const JobContext& context)
{
    return make({image, modelId, models, cache, context}, request);
}

std::uint64_t byteSize(const ImageMap& map)
{
    const std::uint64_t tiles = map.tiles ? map.tiles->scores.size() * sizeof(double) : 0;
    return sizeof(ImageMap) + map.map.values.size() * sizeof(float) + map.weak.size() + tiles;
}

} // namespace halflens
