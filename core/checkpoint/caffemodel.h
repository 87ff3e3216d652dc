// SPDX-License-Identifier: BSD-3-Clause
// Weight files of Caffe (spec measures 3.5), old (V1) and new layer generation.
#pragma once

#include "core/checkpoint/tensor_archive.h"

#include <cstdint>
#include <span>

namespace halflens {

/// Whether the bytes are a protobuf message from end to end, with Caffe's layer fields.
bool looksLikeCaffemodel(std::span<const std::uint8_t> bytes);

/// Blobs in file order, named LAYER.weight, LAYER.bias, then LAYER.2, ... Layers go by name, their
/// type is not looked at. A bias of the old shape (1, 1, 1, n) becomes [n]. `metadata`: name.
/// Any thread. InvalidInput: damaged, shape and data disagree; Unsupported: no weights in it.
Result<TensorArchive> parseCaffemodel(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits = {});

} // namespace halflens
