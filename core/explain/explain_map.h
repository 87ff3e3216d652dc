// SPDX-License-Identifier: BSD-3-Clause
// LIME, Grad-CAM, attention and their product for a model and an image: one call for the viewer,
// the commands and the figures (spec models 13, 14).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/explain/grad_cam.h"
#include "core/explain/lime.h"
#include "core/predictor/model_types.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace halflens {

enum class MapMethod : std::uint8_t { Lime, GradCam, Attention, Product };
inline constexpr std::array AllMapMethods{MapMethod::Lime, MapMethod::GradCam, MapMethod::Attention,
                                          MapMethod::Product};

/// "lime", "gradcam", "attention", "product" and back. InvalidInput: another word.
std::string toString(MapMethod method);
Result<MapMethod> mapMethodFromString(const std::string& word);

/// Whether a model can be asked for it: Grad-CAM and LIME always (but see Predictor::gradient), attention
/// and the product of models with the positional mask only.
bool supports(const ModelInfo& model, MapMethod method);

enum class AttentionKind : std::uint8_t {
    Rollout, ///< through all layers
    LastLayer ///< the CLS row of the last one, mean over heads
};
/// "rollout", "cls_last" and back. InvalidInput: another word.
std::string toString(AttentionKind kind);
Result<AttentionKind> attentionKindFromString(const std::string& word);

struct ExplainMapOptions {
    MapMethod method = MapMethod::GradCam;
    LimeOptions lime;
    CamSign camSign = CamSign::Raises;
    AttentionKind attention = AttentionKind::Rollout;
    bool operator==(const ExplainMapOptions&) const = default;
};

/// Text that differs where results of the same image and model differ.
std::string cacheKey(const ExplainMapOptions& options);

/// A map and everything that is said about it. Immutable once shared.
struct MapExplanation {
    ScalarMap map; ///< H x W of the image; finite. LIME: coefficients, signed; the others 0..1
    std::string layer; ///< trunk map or tokens it starts from, e.g. "c5"; empty for LIME
    std::array<int, 3> layerShape{}; ///< C, H, W of that; C is 1 for attention
    std::string unit; ///< of the values, in words
    std::string done; ///< how it was made, in words
    Prediction prediction; ///< of the whole image
    std::shared_ptr<const LimeResult> lime; ///< null for other methods; its map is empty, it is `map`
    double seconds = 0;
    double networkSeconds = 0; ///< of these, spent in the network
};

/// Asked from the calling thread between network runs.
using ExplainProgress = std::function<void(int done, int total)>;

/// The map of `options.method`, enlarged to the size of `image`. The network sees the image as info().input
/// says. One call at a time per predictor, any thread.
/// Unsupported: the model has no attention, or no derivative; InvalidInput: empty image, options out of
/// range; Model: the input size does not suit; Cancelled.
Result<MapExplanation> explainMap(const Predictor& predictor, const Image& image, const ExplainMapOptions& options,
                                  std::stop_token stop = {}, const ExplainProgress& progress = {});

} // namespace halflens
