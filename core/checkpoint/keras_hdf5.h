// SPDX-License-Identifier: BSD-3-Clause
// Weight files of Keras in HDF5 (spec models 1): what every .h5 file of the published networks is.
#pragma once

#include "core/checkpoint/tensor_archive.h"

#include <cstdint>
#include <span>

namespace halflens {

/// Whether the bytes begin with the HDF5 signature, or have it behind a user block.
bool looksLikeHdf5(std::span<const std::uint8_t> bytes);

/// Reads a weights-only file or the `model_weights` group of a whole saved model. `group` is the
/// layer name, `name` the weight name; order of `layer_names`, then of `weight_names`. A
/// `top_level_model_weights` group comes last when it holds weights. `metadata`: backend, keras_version.
/// Any thread. Understood is the classic HDF5 format, which h5py writes by default, with values in
/// one piece or in chunks, packed or not; links by name and values in other files are refused.
/// InvalidInput: damaged; Unsupported: HDF5, but not written by Keras, or an unusual layout.
Result<TensorArchive> parseKerasHdf5(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits = {});

} // namespace halflens
