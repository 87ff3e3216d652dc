// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/photo_score.h"

#include "core/analysis/analysis.h"
#include "core/image/decode.h"

#include <utility>

namespace halflens {

std::string storedModel(const ModelSource& models, const std::string& modelId)
{
    return models.weightsHash(modelId).empty() ? std::string() : HALFLENS_VERSION "/" + models.modelKey(modelId);
}

PhotoScore storedPhotoScore(const std::string& file, const std::string& modelId, const ModelSource& models,
                            ScoreStore& store)
{
    PhotoScore known;
    if (std::optional<KnownPhoto> photo = store.photo(file)) {
        known.photo = *std::move(photo);
        known.score = store.score(known.photo.hash, storedModel(models, modelId));
    }
    return known;
}

Result<PhotoScore> scorePhoto(const std::filesystem::path& path, const std::string& file,
                              std::shared_ptr<const Image> image, const std::string& modelId, ModelSource& models,
                              ResultCache& cache, ScoreStore& store, const std::stop_token& stop)
{
    PhotoScore result;
    if (!image) {
        result = storedPhotoScore(file, modelId, models, store);
        if (result.score)
            return result;
        Result<std::shared_ptr<const Image>> read = readImage(path);
        if (!read) {
            result.photo = {};
            result.whyNot = read.error();
            return result;
        }
        image = *std::move(read);
    }
    if (stop.stop_requested())
        return cancelledError();
    result.photo = {image->contentHash, image->width, image->height};
    store.notePhoto(file, result.photo);
    const std::string model = storedModel(models, modelId);
    result.score = store.score(result.photo.hash, model);
    if (result.score)
        return result;
    if (const auto analysis = cache.find<Analysis>(analysisKey(*image, modelId, models))) {
        result.score = StoredScore{analysis->prediction.score, analysis->prediction.score5};
    } else {
        const Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
        if (!predictor)
            return predictor.error();
        const Result<Fed> fed = feed(*image, **predictor, {}, stop);
        if (!fed && fed.error().code == ErrorCode::Cancelled)
            return fed.error();
        if (!fed) {
            result.whyNot = fed.error();
            return result;
        }
        result.score = StoredScore{fed->prediction.score, fed->prediction.score5};
    }
    store.noteScore(result.photo.hash, model, *result.score);
    return result;
}

} // namespace halflens
