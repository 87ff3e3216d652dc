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
    StateDict state;
    /// How the makers of the file feed it (spec models 0.6); width and height are what fitting goes to.
    InputSpec input;
    ScoreScale scale; ///< spec models 11
};

/// Recognises what the tensors are and renames them (spec models 1.3, 2.3, 5.6, 7.3, 8.5, 9.3, 10.3).
/// Unsupported: no network with a quality head; the message says what the file is, or which names were seen.
Result<NetworkWeights> recogniseWeights(TensorArchive archive);

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
