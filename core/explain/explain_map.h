// SPDX-License-Identifier: BSD-3-Clause
// LIME, Grad-CAM, attention and their product for a model and an image: one call for the viewer,
// the commands and the figures (spec models 13, 14); fine contributions and tiles as the viewer shows them.
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/explain/lime.h"
#include "core/explain/map_request.h"
#include "core/explain/tiles.h"
#include "core/predictor/model_types.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

/// Whether a model can be asked for it: Grad-CAM and LIME always (but see Predictor::gradient), attention,
/// the product and fine contributions of models with the positional mask only, tiles of models that fit photos to
/// their input; measures are no map of a model.
bool supports(const ModelInfo& model, MapKind kind);

/// How far an estimate is.
struct MapEstimate {
    int samples = 0; ///< LIME: predictions; fine contributions: orders; tiles: windows
    int most = 0; ///< of them, however long it takes
    double standardError =
        0; ///< LIME: of the coefficients, root mean square, native; fine: the largest, grades of 1..5
    double r2 = 0; ///< LIME: weighted, of the fit over the samples
    int segments = 0; ///< LIME
    bool settled = false; ///< as good as was asked for
};

/// Longest side of the maps of tiles: enough for the grid of windows.
inline constexpr int LongestTileMap = 511;

/// A map and everything that is said about it. Immutable once shared.
struct MapExplanation {
    /// mapSize() of the image, finite. LIME: coefficients, signed; tiles: native scores; the others 0..1. Fine
    /// contributions, signed, and tiles are coarser: each value covers an equal part of the image.
    ScalarMap map;
    /// For each value 1 where it says nothing: a contribution within two standard errors of 0, a window not looked at
    /// yet. Empty: all say something.
    std::vector<std::uint8_t> weak;
    std::optional<MapEstimate> estimate; ///< of LIME, fine contributions and tiles
    std::shared_ptr<const Tiles> tiles; ///< all of them; null before the end, and of other methods
    std::string layer; ///< trunk map or tokens it starts from, e.g. "c5"; empty for LIME
    std::array<int, 3> layerShape{}; ///< C, H, W of that; C is 1 for attention
    std::string unit; ///< of the values, in words
    std::string done; ///< how it was made, in words; may be empty
    Prediction prediction; ///< of the whole image
    std::shared_ptr<const LimeResult> lime; ///< null for other methods; its map is empty, it is `map`
    double seconds = 0;
    double networkSeconds = 0; ///< of these, spent in the network
};

/// Asked from the calling thread between network runs.
using ExplainProgress = std::function<void(int done, int total)>;
/// Told of LIME, fine contributions and tiles now and then: map, weak, unit, done and estimate so far.
using ExplainPublish = std::function<void(MapExplanation soFar)>;

/// The map of `request.kind`, enlarged to the size of `image` but for fine contributions and tiles. The network sees
/// the image as info().input says. One call at a time per predictor, any thread. Unsupported: the model has no
/// attention, no derivative, or takes photos at their own size (tiles); InvalidInput: empty image, a measure, options
/// out of range, a photo smaller than a window; Model: the input size does not suit; Cancelled.
Result<MapExplanation> explainMap(const Predictor& predictor, const Image& image, const MapRequest& request,
                                  std::stop_token stop = {}, const ExplainProgress& progress = {},
                                  const ExplainPublish& publish = {});

} // namespace halflens
