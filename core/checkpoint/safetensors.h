// SPDX-License-Identifier: BSD-3-Clause
// The safetensors format: 8 bytes header length, JSON header, raw little-endian tensors.
#pragma once

#include "core/checkpoint/tensor_archive.h"

#include <cstdint>
#include <set>
#include <span>

namespace halflens {

/// Whether the bytes can be a safetensors file: a header length that fits, and a brace.
bool looksLikeSafetensors(std::span<const std::uint8_t> bytes);

/// Tensors in the order of the header; `__metadata__` becomes `metadata`. Types F8_E4M3, F8_E5M2, F16, BF16, F32,
/// F64, I8 to I64, U8 to U64, BOOL; tensors of other types are passed over, counters left
/// out. The data must be covered exactly once, without holes.
/// Any thread. InvalidInput: damaged; Unsupported: no tensor of a known type.
Result<TensorArchive> parseSafetensors(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits = {});

/// The file as bytes: header keys sorted, float32 data before float16, each in name order, so that
/// equal input gives equal bytes. `asFloat16`: tensors stored as float16, rounded to nearest even.
/// Any thread. InvalidInput: shape and values disagree, a finite value overflows float16, a reserved
/// or non-UTF-8 name, a name in `asFloat16` that is no tensor.
Result<std::vector<std::uint8_t>> safetensorsBytes(const StateDict& tensors,
                                                   const std::map<std::string, std::string>& metadata = {},
                                                   const std::set<std::string>& asFloat16 = {});

/// Writes safetensorsBytes() so that a reader sees the old file or the new one. Io: not writable.
Status writeSafetensors(const std::filesystem::path& path, const StateDict& tensors,
                        const std::map<std::string, std::string>& metadata = {},
                        const std::set<std::string>& asFloat16 = {});

} // namespace halflens
