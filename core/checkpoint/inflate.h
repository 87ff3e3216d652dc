// SPDX-License-Identifier: BSD-3-Clause
// Bounded decompression with zlib. Private to core/checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace halflens::detail {

enum class InflateForm { Zlib, Raw };

/// Decompresses a whole stream into at most `maxBytes` bytes; memory grows with what comes out, not
/// with what is claimed. Nothing: damaged, cut off, or longer than that.
std::optional<std::vector<std::uint8_t>> inflateAll(std::span<const std::uint8_t> packed, std::size_t maxBytes,
                                                    InflateForm form);

} // namespace halflens::detail
