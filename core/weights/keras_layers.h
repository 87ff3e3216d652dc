// SPDX-License-Identifier: BSD-3-Clause
// The tensors of a Keras file by layer, and one weight of it as HalfLens lays it out (spec models 0.4, 1.3).
#pragma once

#include "core/base/tensor.h"
#include "core/checkpoint/tensor_archive.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace halflens {

/// The tensors of one layer, in the order of the file.
using KerasGroup = std::vector<NamedTensor*>;

/// A file by layer. Points into the archive it was made from.
struct KerasLayers {
    explicit KerasLayers(TensorArchive& archive);

    std::set<std::string> names;
    std::vector<std::string> order; ///< of the file
    std::map<std::string, KerasGroup> groups;

    /// Rank among the layers that Keras named itself, "dense", "dense_7", by number: the order they were made in
    /// (spec models 1.3).
    std::map<std::string, int> ranked(const std::string& prefix) const;
};

/// Parameter name and layout of one Keras weight: kernel -> weight (HWIO to OIHW, [in, out] to
/// [out, in]), gamma -> weight, beta -> bias, moving_* -> running_* (spec models 0.4).
struct NetworkTensor {
    std::string suffix; ///< "weight", "bias", "running_mean", "running_var"; empty when not a known kind
    Tensor tensor;
};
NetworkTensor fromKeras(const std::string& weightName, Tensor tensor);

/// Moves the tensors of a layer to `state` under `name`. What is no known kind keeps its own name, so that it is
/// reported as surplus.
void moveLayer(const KerasGroup& group, const std::string& name, StateDict& state);

/// The tensor, seen as of another shape with as many values.
Tensor reshaped(Tensor tensor, Shape shape);

} // namespace halflens
