// SPDX-License-Identifier: BSD-3-Clause
// What the worker does for the viewer: files to images, images to thumbnails and analyses.
#pragma once

#include "core/analysis/analysis.h"
#include "core/analysis/maps.h"
#include "core/engine/result_cache.h"
#include "ui/state/image_pyramid.h"

#include <QImage>
#include <QString>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace halflens {

inline constexpr int ThumbnailSidePx = 256; ///< longest side; sharp at twice the shown size

/// Stands for a file's content before it is read: path, size and times of change.
CacheKey fileKey(const QString& path);

/// 8-bit sRGB pixels of a QImage, alpha dropped and colours kept as the decoders do. Null: empty image.
std::shared_ptr<const Image> fromQImage(const QImage& image);

/// LoadedImage of a file, kept in the cache; `partial` as in DecodeOptions. Worker thread.
Outcome decodeJob(const std::filesystem::path& path, const CacheKey& key, bool partial, ResultCache& cache,
                  const JobContext& context);

/// LoadedImage of pixels from elsewhere, such as the clipboard. Worker thread.
Outcome convertJob(const QImage& image, const JobContext& context);

/// QImage of a file or of what is loaded already. Worker thread.
Outcome thumbnailJob(const std::filesystem::path& path, const CacheKey& key, std::shared_ptr<const LoadedImage> loaded,
                     ResultCache& cache, const JobContext& context);

/// Analysis of an image, kept in the cache. Worker thread.
Outcome analysisJob(const Image& image, const std::string& modelId, ModelSource& models, const AnalysisOptions& options,
                    ResultCache& cache, const JobContext& context);

/// Under which the map of a layer is kept, beside the map itself: mapKey().
CacheKey shownMapKey(const Image& image, const MapRequest& request, const std::string& modelId,
                     const ModelSource& models);

/// ShownMap of an image, kept in the cache; better and better ones are published where it is refined in place. Worker
/// thread.
Outcome mapJob(const Image& image, const MapRequest& request, const std::string& modelId, ModelSource& models,
               ResultCache& cache, const JobContext& context);

/// What a comparison keeps of a model: its analysis, and a half for those without a table.
struct ComparedResult {
    std::shared_ptr<const Analysis> analysis;
    std::optional<BlockMask> important; ///< by the twelve single blocks; none where there is a table
};
CacheKey comparisonKey(const Image& image, const std::string& modelId, const ModelSource& models);

/// ComparedResult of an image, its parts kept in the cache. Thirteen passes for a model without a
/// table. Worker thread.
Outcome comparisonJob(const Image& image, const ModelEntry& model, ModelSource& models, const AnalysisOptions& options,
                      ResultCache& cache, const JobContext& context);

/// The analysis with a table of `samples` masks, kept in the cache in its place. Worker thread.
Outcome sampledTableJob(const Image& image, const Analysis& analysis, int samples, ModelSource& models,
                        const AnalysisOptions& options, ResultCache& cache, const JobContext& context);

/// Prediction of a model without a table with blocks hidden. Worker thread.
Outcome maskedScoreJob(const Image& image, const std::string& modelId, BlockMask hidden, ModelSource& models,
                       const JobContext& context);

} // namespace halflens
