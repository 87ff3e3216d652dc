// SPDX-License-Identifier: BSD-3-Clause
// Maps of an image, measures and explainers alike, made and kept for layers, figures and commands.
#pragma once

#include "core/analysis/model_source.h"
#include "core/base/block.h"
#include "core/engine/request.h"
#include "core/engine/result_cache.h"
#include "core/explain/explain_map.h"
#include "core/image/image.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// A map with what is said about it. Immutable once shared.
struct ImageMap {
    MapRequest request;
    std::string imageHash;
    std::string modelId; ///< empty for measures
    /// Raw values, H x W of the image; or coarser, each value for an equal part of it (fine contributions, tiles, and
    /// maps of photos above 16 megapixels, see mapSize()).
    ScalarMap map;
    std::vector<std::uint8_t> weak; ///< one a value, see MapExplanation; drawn grey. Empty: none
    std::optional<MapEstimate> estimate; ///< how far it is, where that is a question
    std::shared_ptr<const Tiles> tiles; ///< of tiles that are complete
    MapExtremes range;
    std::optional<BlockMeans> blockMeans; ///< none where the image is smaller than the grid
    BlockMask upper; ///< the six blocks with the largest means; empty without them
    std::string unit; ///< of the values, in words
    std::string source; ///< what computed it, where that is a matter of choice; else empty
    bool isFallback = false; ///< a stand-in for something better, shown as such
};

/// Under which a map is kept. Reads no weights and waits for nobody. Any thread.
CacheKey mapKey(const Image& image, const MapRequest& request, const std::string& modelId, const ModelSource& models);

/// The map from the cache, or made and kept there. The parts of an averaged or product map are kept
/// too. `modelId` may be empty for measures. Worker thread; progress goes to `context`, and so does an ImageMap of
/// what is refined in place, whenever there is a better one.
/// InvalidInput: empty image, parameters out of range; Unsupported: the model has no such map;
/// errors of the model; Cancelled.
Result<std::shared_ptr<const ImageMap>> makeMap(const Image& image, const MapRequest& request,
                                                const std::string& modelId, ModelSource& models, ResultCache& cache,
                                                const JobContext& context);

/// Memory a map takes, for the cache.
std::uint64_t byteSize(const ImageMap& map);

} // namespace halflens
