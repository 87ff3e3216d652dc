// SPDX-License-Identifier: BSD-3-Clause
// Undoes the packing of HDF5 chunks: deflate, shuffle, checksum. Private to core/checkpoint.
#pragma once

#include "core/checkpoint/byte_reader.h"
#include "core/checkpoint/reader_support.h"

#include <optional>
#include <span>
#include <vector>

namespace halflens::detail {

/// Identifiers of the filters in the order they were applied when writing.
struct Hdf5Pipeline {
    std::vector<std::uint16_t> filters;
};

/// Nothing: damaged. Unknown filters are kept, unpackChunk() refuses them.
std::optional<Hdf5Pipeline> readPipeline(ByteReader message);

/// One chunk unpacked to exactly `bytes` bytes. Bit i of `skipped`: filter i was not applied.
/// `elementBytes`: what shuffle interleaves. InvalidInput: damaged; Unsupported: foreign filter.
Result<std::vector<std::uint8_t>> unpackChunk(std::span<const std::uint8_t> packed, const Hdf5Pipeline& pipeline,
                                              std::uint32_t skipped, std::size_t elementBytes, std::size_t bytes);

} // namespace halflens::detail
