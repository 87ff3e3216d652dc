// SPDX-License-Identifier: BSD-3-Clause
// The score of one photo of many, by the shortest way: from disk, from an analysis at hand, or by the network.
#pragma once

#include "core/analysis/model_source.h"
#include "core/analysis/score_store.h"
#include "core/base/result.h"
#include "core/engine/result_cache.h"
#include "core/image/image.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace halflens {

struct PhotoScore {
    KnownPhoto photo; ///< hash empty: it could not be read
    std::optional<StoredScore> score;
    std::optional<Error> whyNot; ///< set where there is no score: this photo has none, others may
};

/// Stands for a model in the store: its id, its weights and the version of the program. Empty: not to be kept.
std::string storedModel(const ModelSource& models, const std::string& modelId);

/// Whatever is known without reading the file.
PhotoScore storedPhotoScore(const std::string& file, const std::string& modelId, const ModelSource& models,
                            ScoreStore& store);

/// The prediction of feed(), which every command and the viewer show, or what is known of it already; kept in the
/// store. `file` stands for the content of `path` as it was looked at before this. `image`: its pixels where they are
/// at hand, else null. Worker thread. Errors of loading the model; Cancelled. What is wrong with the photo alone is
/// PhotoScore::whyNot.
Result<PhotoScore> scorePhoto(const std::filesystem::path& path, const std::string& file,
                              std::shared_ptr<const Image> image, const std::string& modelId, ModelSource& models,
                              ResultCache& cache, ScoreStore& store, const std::stop_token& stop);

} // namespace halflens
