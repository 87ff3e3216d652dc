// SPDX-License-Identifier: BSD-3-Clause
// What every checkpoint reader yields: named float32 tensors in file order.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace halflens {

struct NamedTensor {
    /// Name in the file. Keras: the weight name, e.g. "conv1_conv/kernel:0"; PyTorch:
    /// without the prefixes of wrappers such as "module." (spec models 2.3); Caffe: LAYER.weight, LAYER.bias (spec
    /// measures 3.5).
    std::string name;
    std::string group; ///< Keras: the layer name; empty otherwise
    Tensor tensor;
};

/// A whole checkpoint. `tensors` keeps the logical order of the file (Keras: layer_names order,
/// then weight_names order; PyTorch: order of the dictionary; safetensors: order of the header).
struct TensorArchive {
    std::string format; ///< "safetensors", "keras-h5", "torch-zip", "torch-legacy", "caffemodel"
    std::vector<NamedTensor> tensors;
    /// safetensors: `__metadata__`; Keras: backend, keras_version; PyTorch: wrapper, the keys
    /// down to the dictionary, "a/b"; Caffe: name.
    std::map<std::string, std::string> metadata;
    std::vector<std::string> notes = {}; ///< for people: what was chosen among several
    std::vector<std::string> passedOver = {}; ///< "name (why)" of what is beside the weights and cannot be one of them
};

/// Takes off what wrapping a network puts before the names of its tensors: module., _orig_mod., model., net. and the
/// like, in any combination, from all names that have it where at least half do. PyTorch files are read without them
/// already. InvalidInput: a tensor is there with and without.
Status dropWrapperPrefixes(TensorArchive& archive);

struct CheckpointLimits {
    std::uint64_t maxFileBytes = 4'000'000'000;
    std::uint64_t maxTensors = 100'000;
    std::uint64_t maxValues = 1'000'000'000; ///< over all tensors
};

/// Reads a checkpoint of any supported kind, recognised by its content, not its name. `key`: which dictionary of a
/// PyTorch file holds the weights, "a/b" for one inside another; empty: the fullest.
/// Untrusted bytes: sizes are checked against the file before memory is taken. Any thread.
/// InvalidInput: damaged; Unsupported: unknown kind; Io: unreadable. Errors carry the path.
Result<TensorArchive> readCheckpoint(const std::filesystem::path& path, const CheckpointLimits& limits = {},
                                     const std::string& key = {});

/// What did not fit when a state dictionary was matched against the tensors a network expects.
struct LoadReport {
    std::vector<std::string> missing; ///< expected, not in the file
    std::vector<std::string> surplus; ///< in the file, not expected
    std::vector<std::string> misShaped; ///< "name: file [a, b], network [c, d]"
    bool isClean() const { return missing.empty() && surplus.empty() && misShaped.empty(); }
    /// The three lists in words, each cut after ten entries with the number left out.
    std::string summary() const;
};

LoadReport compare(const std::map<std::string, Shape>& expected, const StateDict& found);

} // namespace halflens
