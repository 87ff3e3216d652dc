// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/image_jobs.h"

#include "core/image/colour.h"
#include "core/image/content_hash.h"
#include "core/image/decode.h"
#include "core/masking/table_estimate.h"
#include "ui/state/map_pyramid.h"
#include "ui/state/text.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace halflens {

CacheKey fileKey(const QString& path)
{
    // By the system's own look: Qt's fails for names that are no UTF-8. The second time catches a file put in its place
    // with the old time, as copying programs do.
    const std::filesystem::path file = toPath(path);
    struct stat facts { };
    (void)stat(file.c_str(), &facts);
    const auto inWords = [](const timespec& time) {
        return "|" + std::to_string(time.tv_sec) + "." + std::to_string(time.tv_nsec);
    };
    return {file.string() + "|" + std::to_string(facts.st_size) + inWords(facts.st_mtim) + inWords(facts.st_ctim),
            Stage::Decode,
            {},
            {}};
}

std::shared_ptr<const Image> fromQImage(const QImage& source)
{
    if (source.isNull())
        return nullptr;
    // By hand: a conversion without alpha would darken the colours by it.
    const QImage pixels = source.convertToFormat(QImage::Format_RGBA8888);
    auto image = std::make_shared<Image>();
    image->width = pixels.width();
    image->height = pixels.height();
    image->origin.format = "clipboard";
    if (source.hasAlphaChannel())
        image->origin.notes.emplace_back(AlphaDroppedNote);
    image->rgb.reserve(3 * static_cast<std::size_t>(pixels.width()) * static_cast<std::size_t>(pixels.height()));
    for (int y = 0; y < pixels.height(); ++y) {
        const uchar* rgba = pixels.constScanLine(y);
        for (int x = 0; x < pixels.width(); ++x, rgba += 4)
            image->rgb.insert(image->rgb.end(), rgba, rgba + 3);
    }
    image->contentHash = contentHash(*image);
    return image;
}

Outcome decodeJob(const std::filesystem::path& path, const CacheKey& key, bool partial, ResultCache& cache,
                  const JobContext& context)
{
    if (const auto cached = cache.find<LoadedImage>(key))
        return Artifact(cached);
    context.report(-1, "Reading the image");
    DecodeOptions options;
    options.partial = partial;
    Result<std::shared_ptr<const Image>> image = readImage(path, options);
    if (!image)
        return std::move(image).error();
    if (context.isStopped())
        return cancelledError();
    auto loaded = std::make_shared<LoadedImage>();
    loaded->image = *std::move(image);
    loaded->pyramid = ImagePyramid::build(loaded->image);
    loaded->file = key.content;
    std::shared_ptr<const LoadedImage> result = std::move(loaded);
    cache.insert(key, result, result->byteSize());
    return Artifact(std::move(result));
}

Outcome convertJob(const QImage& image, const JobContext& context)
{
    context.report(-1, "Reading the image");
    auto loaded = std::make_shared<LoadedImage>();
    loaded->image = fromQImage(image);
    loaded->pyramid = ImagePyramid::build(loaded->image);
    return Artifact(std::shared_ptr<const LoadedImage>(std::move(loaded)));
}

Outcome thumbnailJob(const std::filesystem::path& path, const CacheKey& key, std::shared_ptr<const LoadedImage> loaded,
                     ResultCache& cache, const JobContext& context)
{
    if (!loaded)
        loaded = cache.find<LoadedImage>(key);
    if (!loaded) {
        // Not kept in the cache: a folder of thumbnails would push everything else out.
        Result<std::shared_ptr<const Image>> image = readImage(path);
        if (!image)
            return std::move(image).error();
        if (context.isStopped())
            return cancelledError();
        auto fresh = std::make_shared<LoadedImage>();
        fresh->image = *std::move(image);
        fresh->pyramid = ImagePyramid::build(fresh->image);
        loaded = std::move(fresh);
    }
    const QImage& full = loaded->pyramid.full();
    const double zoom = static_cast<double>(ThumbnailSidePx) / std::max(full.width(), full.height());
    QImage small = loaded->pyramid.levelFor(zoom);
    if (zoom < 1)
        small = small.scaled(ThumbnailSidePx, ThumbnailSidePx, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return Artifact(std::make_shared<const QImage>(small.copy()));
}

Outcome analysisJob(const Image& image, const std::string& modelId, ModelSource& models, const AnalysisOptions& options,
                    ResultCache& cache, const JobContext& context)
{
    Result<std::shared_ptr<const Analysis>> analysis = analyze(image, modelId, models, options, context);
    if (!analysis)
        return std::move(analysis).error();
    cache.insert(analysisKey(image, modelId, models), *analysis, byteSize(**analysis));
    return Artifact(*std::move(analysis));
}

CacheKey shownMapKey(const Image& image, const MapRequest& request, const std::string& modelId,
                     const ModelSource& models)
{
    CacheKey key = mapKey(image, request, modelId, models);
    key.parameters += "; shown";
    return key;
}

Outcome mapJob(const Image& image, const MapRequest& request, const std::string& modelId, ModelSource& models,
               ResultCache& cache, const JobContext& context)
{
    const JobContext showing(
        context.stop(), [&](const Progress& progress) { context.report(progress.fraction, progress.text); },
        [&](const Artifact& snapshot) {
            if (const auto soFar = snapshot.as<ImageMap>())
                context.publish(ShownMap::build(soFar));
        });
    Result<std::shared_ptr<const ImageMap>> map = makeMap(image, request, modelId, models, cache, showing);
    if (!map)
        return std::move(map).error();
    std::shared_ptr<const ShownMap> shown = ShownMap::build(*std::move(map));
    cache.insert(shownMapKey(image, request, modelId, models), shown, shown->byteSize());
    return Artifact(std::move(shown));
}

CacheKey comparisonKey(const Image& image, const std::string& modelId, const ModelSource& models)
{
    return {image.contentHash, Stage::Comparison, {}, models.modelKey(modelId)};
}

Outcome comparisonJob(const Image& image, const ModelEntry& model, ModelSource& models, const AnalysisOptions& options,
                      ResultCache& cache, const JobContext& context)
{
    const JobContext named(context.stop(), [&](const Progress& progress) {
        context.report(progress.fraction, model.name + ": " + progress.text);
    });
    auto result = std::make_shared<ComparedResult>();
    result->analysis = cache.find<Analysis>(analysisKey(image, model.id, models));
    if (!result->analysis) {
        Result<std::shared_ptr<const Analysis>> analysis = analyze(image, model.id, models, options, named);
        if (!analysis)
            return std::move(analysis).error();
        result->analysis = *std::move(analysis);
        cache.insert(analysisKey(image, model.id, models), result->analysis, byteSize(*result->analysis));
    }
    if (!result->analysis->report) {
        Result<std::shared_ptr<const Analysis>> sampled =
            withSampledTable(image, *result->analysis, models, LeastSamples, options, named);
        if (sampled) {
            result->analysis = *std::move(sampled);
            cache.insert(analysisKey(image, model.id, models), result->analysis, byteSize(*result->analysis));
        } else if (sampled.error().code != ErrorCode::Unsupported) {
            return std::move(sampled).error();
        }
    }
    if (!result->analysis->report) {
        Result<BlockMask> half = halfBySingles(image, *result->analysis, models, named);
        if (!half)
            return std::move(half).error();
        result->important = *half;
    }
    std::shared_ptr<const ComparedResult> shared = std::move(result);
    cache.insert(comparisonKey(image, model.id, models), shared, sizeof(ComparedResult));
    return Artifact(std::move(shared));
}

Outcome sampledTableJob(const Image& image, const Analysis& analysis, int samples, ModelSource& models,
                        const AnalysisOptions& options, ResultCache& cache, const JobContext& context)
{
    Result<std::shared_ptr<const Analysis>> sampled =
        withSampledTable(image, analysis, models, samples, options, context);
    if (!sampled)
        return std::move(sampled).error();
    cache.insert(analysisKey(image, analysis.model.id, models), *sampled, byteSize(**sampled));
    return Artifact(*std::move(sampled));
}

Outcome maskedScoreJob(const Image& image, const std::string& modelId, BlockMask hidden, ModelSource& models,
                       const JobContext& context)
{
    context.report(-1, "Looking at the visible blocks");
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
    if (!predictor)
        return predictor.error();
    Result<Prediction> prediction = models.evaluator().predictHidden(**predictor, image, hidden, context.stop());
    if (!prediction)
        return std::move(prediction).error();
    return Artifact(std::make_shared<const Prediction>(*std::move(prediction)));
}

} // namespace halflens
