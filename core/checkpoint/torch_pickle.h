// SPDX-License-Identifier: BSD-3-Clause
// Weight files of PyTorch (spec models 2): the legacy form of torch.save before 1.6 and the zip form.
//
// Pickles are read by an interpreter that builds tensors and runs nothing: what else a file asks for stays a name.
// The weights may lie under any key at any depth; the rules of spec models 2.3 are applied to their names: prefixes of
// wrappers are dropped, num_batches_tracked and everything that is no tensor is left out; offsets and strides are
// followed, the device is not.
#pragma once

#include "core/checkpoint/tensor_archive.h"

#include <cstdint>
#include <span>

namespace halflens {

/// Whether the bytes begin like a binary pickle.
bool looksLikePickle(std::span<const std::uint8_t> bytes);
/// Whether the bytes begin like a zip archive.
bool looksLikeZip(std::span<const std::uint8_t> bytes);

/// Whether a zip archive holds a TorchScript program: weights together with code.
bool holdsTorchScript(std::span<const std::uint8_t> bytes);

/// The legacy form. `key`: which dictionary (readCheckpoint()). Any thread. InvalidInput: damaged; Unsupported:
/// refused, or no weight file.
Result<TensorArchive> parseTorchLegacy(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits = {},
                                       const std::string& key = {});

/// The zip form; checksums are verified, members may be deflated. Errors as above.
Result<TensorArchive> parseTorchZip(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits = {},
                                    const std::string& key = {});

} // namespace halflens
