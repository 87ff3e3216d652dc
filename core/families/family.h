// SPDX-License-Identifier: BSD-3-Clause
// A family of networks: everything the program knows of it, in one record at the end of the family's own file.
#pragma once

#include "core/families/head_sizes.h"
#include "core/nn/graph.h"
#include "core/predictor/model_types.h"
#include "core/weights/keras_layers.h"
#include "core/weights/network_weights.h"
#include "core/weights/published_file.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace halflens {

using Shapes = std::map<std::string, Shape>;

/// Whose names the tensors of a file have.
enum class NamesOf { Authors, HalfLens };

/// One family. Functions may be called from any thread; those that may be null say what null means.
struct Family {
    std::string_view name; ///< in manifests, recipes and results: "triq"
    std::string_view title; ///< for people: "TRIQ"

    /// A tensor that every file under HalfLens names has, and no other family's.
    std::string_view ownTensor;

    /// Whether a Keras file is of this family; then its tensors are moved to `state` under HalfLens names. Null: its
    /// authors publish none. Unsupported: of this family, but of a form that has no use here.
    Result<bool> (*takeKeras)(const KerasLayers& layers, StateDict& state) = nullptr;

    /// The same for files of PyTorch with the authors' names; sets trunk and state.
    bool (*takeTorch)(TensorArchive& archive, NetworkWeights& weights) = nullptr;

    /// Trunk of a file under HalfLens names. Null: its "trunk." layers tell.
    std::string_view (*ownTrunk)(const TensorArchive& archive) = nullptr;

    /// How its authors feed it on a trunk that is none of EfficientNet-Lite0, which has one way of its own (spec
    /// models 0.6). InvalidInput: the tensors do not tell.
    Result<InputSpec> (*input)(const std::string& trunk, const StateDict& state) = nullptr;

    /// The likeliest scale of a network of one output whose file does not tell it (spec models 11). Null: 1..5.
    ScoreScale (*likelyScale)(const StateDict& state, NamesOf names) = nullptr;

    bool fixedInput = false; ///< takes images of the size it was made for only
    bool masksAttention = false; ///< has the positional mask of spec models 6

    /// Outputs of graph() that the head, or a transformer before it, starts from.
    std::span<const std::string_view> headMaps{};

    /// Whether a tensor of this name is the bias of what the network puts out.
    bool (*isOutputBias)(std::string_view name) = nullptr;

    /// The convolutional part on `trunk`. InvalidInput: unknown trunk, or one the family cannot stand on.
    Result<nn::Graph> (*graph)(const std::string& trunk) = nullptr;

    /// Names and shapes of all tensors of a network of these sizes. Errors of graph().
    Result<Shapes> (*shapes)(const std::string& trunk, const HeadSizes& sizes) = nullptr;

    /// The network. `info` says id, name, input, scale and hashes; the rest is filled in.
    /// InvalidInput: tensors missing, surplus or mis-shaped, not finite; the message lists them.
    Result<std::shared_ptr<const Predictor>> (*make)(NetworkWeights weights, ModelInfo info) = nullptr;

    std::span<const PublishedFile> published{}; ///< files its authors give away
};

/// A state dictionary of tensors without values: networks read their sizes off shapes alone.
class SizesOnly {
public:
    /// Adds a tensor; returns itself.
    SizesOnly& add(const std::string& name, Shape shape)
    {
        m_state[name].shape = std::move(shape);
        return *this;
    }
    const StateDict& state() const { return m_state; }

private:
    StateDict m_state;
};

} // namespace halflens
