// SPDX-License-Identifier: BSD-3-Clause
// LIME, Grad-CAM, attention and their product for a model and an image: one call for the viewer,
// the commands and the figures (spec models 13, 14).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/explain/lime.h"
#include "core/explain/map_request.h"
#include "core/predictor/model_types.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace halflens {

/// Whether a model can be asked for it: Grad-CAM and LIME always (but see Predictor::gradient), attention
/// and the product of models with the positional mask only; measures are no map of a model.
bool supports(const ModelInfo& model, MapKind kind);

/// A map and everything that is said about it. Immutable once shared.
struct MapExplanation {
    ScalarMap map; ///< H x W of the image; finite. LIME: coefficients, signed; the others 0..1
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

/// The map of `request.kind`, enlarged to the size of `image`. The network sees the image as info().input
/// says. One call at a time per predictor, any thread.
/// Unsupported: the model has no attention, or no derivative; InvalidInput: empty image, a measure, options out of
/// range; Model: the input size does not suit; Cancelled.
Result<MapExplanation> explainMap(const Predictor& predictor, const Image& image, const MapRequest& request,
                                  std::stop_token stop = {}, const ExplainProgress& progress = {});

} // namespace halflens
