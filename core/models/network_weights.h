// SPDX-License-Identifier: BSD-3-Clause
// Checkpoint files to the names HalfLens gives parameters, family and trunk recognised from the tensors.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"
#include "core/checkpoint/tensor_archive.h"

#include <string>

namespace halflens {

/// Weights under HalfLens names: "trunk.*" as the trunk's graph names them, "triq.*" for the head
/// ("triq.projection.weight" [32, C, 1, 1], "triq.layers.0.attention.query.weight" [out, in], ...,
/// "triq.position_embedding" [rows, width], "triq.quality_token" [width]).
struct NetworkWeights {
    std::string family; ///< "triq"
    std::string trunk; ///< a name trunkByName() knows
    StateDict state;
};

/// Recognises what the tensors are and renames them (spec models 1.3, 5.6).
/// Unsupported: no known network; the message says which names were seen.
Result<NetworkWeights> recogniseWeights(const TensorArchive& archive);

/// Parameter name and layout of one Keras weight: kernel -> weight (HWIO to OIHW, [in, out] to
/// [out, in]), gamma -> weight, beta -> bias, moving_* -> running_* (spec models 0.4).
struct NetworkTensor {
    std::string suffix; ///< "weight", "bias", "running_mean", "running_var"; empty when not a known kind
    Tensor tensor;
};
NetworkTensor fromKeras(const std::string& weightName, const Tensor& tensor);

} // namespace halflens
