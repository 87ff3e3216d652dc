// SPDX-License-Identifier: BSD-3-Clause
// Checkpoint files to the names HalfLens gives parameters, family and trunk recognised from the tensors.
#pragma once

#include "core/base/result.h"
#include "core/base/score.h"
#include "core/base/tensor.h"
#include "core/checkpoint/tensor_archive.h"
#include "core/image/model_input.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace halflens {

/// Weights under HalfLens names: "trunk.*" as the trunk's graph names them, and the head's:
/// "triq.*" ("triq.projection.weight" [32, C, 1, 1], "triq.layers.0.attention.query.weight" [out, in], ...,
/// "triq.position_embedding" [rows, width], "triq.quality_token" [width]), "aihiq.*" (aihiqnet.h),
/// "koncept.*" (koncept.h), "dbcnn.fc.*". Swin-IQA has "swin.*", "proj.*", "ca.*", "head.*" (swin_iqa.h).
struct NetworkWeights {
    std::string family; ///< "triq", "aihiqnet", "koncept", "dbcnn", "swin-iqa"
    std::string trunk; ///< a name trunkByName() knows, or "swin"
    StateDict state = {};
    /// How the makers of the file feed it (spec models 0.6); width and height are what fitting goes to.
    InputSpec input = {};
    ScoreScale scale = {}; ///< spec models 11
    bool isScaleAssumed = false; ///< nothing tells the scale of this one-output network: `scale` is the likeliest
    bool isFitOnly = false; ///< the network takes one size: images are fitted whatever is asked for
    bool isDescribed = false; ///< input and scale are those of the manifest the file carries
    std::vector<std::string> notes = {}; ///< for people: what was chosen among several or taken from elsewhere
    std::vector<std::string> passedOver = {}; ///< TensorArchive::passedOver
};

/// Recognises what the tensors are and renames them (spec models 1.3, 2.3, 5.6, 7.3, 8.5, 9.3, 10.3).
/// Input and scale are those of the manifest in the metadata (ManifestMetadata) where there is one.
/// Unsupported: no network with a quality head; the message says what the file is, or which names were seen;
/// InvalidInput: the manifest in the metadata is broken or of another network.
Result<NetworkWeights> recogniseWeights(TensorArchive archive);

/// Key of the safetensors metadata under which HalfLens puts the manifest of the weights.
inline constexpr const char* ManifestMetadata = "halflens.manifest";

/// Where the file itself does not tell how it is fed and what its scores mean: the manifest beside it that names
/// its SHA-256, else the published file of this hash. What was taken from beside stands in the notes.
void describeByNeighbours(NetworkWeights& weights, const std::filesystem::path& file, const std::string& sha256);

/// `error` with what was passed over in the file, which may be what is missing now.
Error mentioning(const std::vector<std::string>& passedOver, Error error);

/// Whether `state` holds exactly the tensors `expected`, all finite. InvalidInput, with the lists of
/// missing, surplus and mis-shaped tensors of `network`.
Status checkWeights(const std::map<std::string, Shape>& expected, const StateDict& state, const std::string& network);

/// The tensors whose names begin with one of the prefixes, without it.
StateDict withoutPrefixes(StateDict state, std::initializer_list<std::string_view> prefixes);

/// Parameter name and layout of one Keras weight: kernel -> weight (HWIO to OIHW, [in, out] to
/// [out, in]), gamma -> weight, beta -> bias, moving_* -> running_* (spec models 0.4).
struct NetworkTensor {
    std::string suffix; ///< "weight", "bias", "running_mean", "running_var"; empty when not a known kind
    Tensor tensor;
};
NetworkTensor fromKeras(const std::string& weightName, Tensor tensor);

} // namespace halflens
