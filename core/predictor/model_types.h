// SPDX-License-Identifier: BSD-3-Clause
// What models take and return, free of any tensor library.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/base/score.h"
#include "core/image/model_input.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

class Crew;
struct TriqEncoder;

/// Raw output of a network for one input.
struct Prediction {
    std::vector<float> output; ///< five grade probabilities or one score
    double score = 0; ///< native scale (spec models 11)
    double score5 = 0; ///< 1..5
    bool hasDistribution() const { return output.size() > 1; }
};

/// Facts about a loaded model, for cards, JSON and cache keys.
struct ModelInfo {
    std::string id; ///< "lite-triq", or the checkpoint's file name
    std::string name; ///< for people
    std::string family; ///< "triq", "aihiqnet", "koncept", "dbcnn", "swin-iqa"
    std::string trunk; ///< "resnet50", "vgg16", "efficientnet-lite0", ...
    std::string licence;
    std::string weightsHash; ///< SHA-256 of the weights file
    InputSpec input;
    ScoreScale scale;
    std::vector<std::string> notes; ///< for people, to be said with every result: what was assumed or chosen
    int outputs = 5;
    bool masksAttention = false; ///< has the positional mask of spec models 6
};

/// What to do about images of a size the model cannot take.
inline constexpr const char* HowToFit =
    "--fit with --checkpoint, or import the file again with --fit and an --id of its own";

/// Fills in the scores: the weighted grade sum over k p_k in float64, or the single output (spec models 11).
/// Model: an output is not a number.
Result<Prediction> toPrediction(std::vector<float> output, const ModelInfo& info);

/// Token grid a TRIQ encoder starts from: projected, pooled, before CLS and positions. Immutable once shared.
struct TokenGrid {
    int height = 0;
    int width = 0;
    int channels = 32;
    std::vector<float> values; ///< height * width * channels, token-major (token = row * width + column)
};

/// Everything a model computes once per input; explainers ask it for maps. Immutable once shared.
struct Features {
    TokenGrid tokens; ///< empty (height 0) for families without attention
    std::vector<float> pooled; ///< what the head starts from; empty for families that start from tokens
    std::map<std::string, std::vector<float>> maps; ///< named stage maps, C x H x W, only those asked for
    std::map<std::string, std::array<int, 3>> mapShapes; ///< C, H, W of each
    double seconds = 0; ///< time the trunk took
};

/// A map of the trunk with the derivative of the native score by it: what Grad-CAM starts from.
struct MapGradient {
    std::string map; ///< "c5"
    std::array<int, 3> shape{}; ///< C, H, W
    std::vector<float> activations; ///< C * H * W
    std::vector<float> gradient; ///< of the same shape
    Prediction prediction; ///< for the same input
};

/// Predictions for all composites of two inputs, from parts that were made once for all of them.
class Composites {
public:
    virtual ~Composites() = default;
    virtual double passes() const = 0; ///< what compute() costs at most, in passes over one input
    /// Makes the parts, side by side. Cancelled; errors of the model.
    virtual Status compute(Crew& crew, const std::stop_token& stop) = 0;
    /// With the blocks of `fromSource` from the second input; after compute(). Several workers may call it at once.
    virtual Result<Prediction> predict(BlockMask fromSource) const = 0;
};

/// One loaded network. Const calls are safe from one thread at a time per object; the engine has one. Those that run
/// side by side are safe from all workers of one crew at a time.
class Predictor {
public:
    Predictor() = default;
    Predictor(const Predictor&) = delete;
    Predictor& operator=(const Predictor&) = delete;
    virtual ~Predictor() = default;

    virtual const ModelInfo& info() const = 0;

    /// Trunk pass. `maps` names stage maps to keep ("c2".."c5"). Model: input size unusable (spec models 5.4).
    virtual Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                             std::span<const std::string> maps = {}) const = 0;

    /// Prediction from features. `mask` hides tokens from attention; non-empty masks need masksAttention.
    virtual Result<Prediction> predict(const Features& features, BlockMask mask) const = 0;

    /// Trunk pass and prediction without mask.
    Result<Prediction> predict(const ModelInput& input, std::stop_token stop) const;

    /// For the composites of two inputs of one size, which outlive the result: blocks of `players`, the only ones they
    /// differ in, from one or the other. The predictions are those for the composites themselves but for rounding (1e-5
    /// of the score). Null where the network cannot share work between them.
    virtual std::unique_ptr<Composites> composites(const ModelInput& input, const ModelInput& source,
                                                   BlockMask players) const;

    /// Derivative of the native score, for distributions the weighted grade after the softmax, by the last map
    /// of the trunk (spec models 14.1), or by the map named where the head starts from it. The head runs
    /// once more, in LibTorch, which is loaded on the first call. Unsupported: the network has no such
    /// derivative; errors of features().
    virtual Result<MapGradient> gradient(const ModelInput& input, std::stop_token stop,
                                         const std::string& map = {}) const;

    /// Whether features() and predict() may be called by several workers of a Crew at once.
    virtual bool runsSideBySide() const { return false; }

    /// Encoder and head behind the token grid, for the mask table; null for families without attention mask.
    virtual const TriqEncoder* attentionEncoder() const { return nullptr; }
};

} // namespace halflens
