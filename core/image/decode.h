// SPDX-License-Identifier: BSD-3-Clause
// Files and bytes to Image, with limits checked on the header before memory is taken.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace halflens {

struct DecodeLimits {
    std::uint64_t maxPixels = 200'000'000; ///< 200 MP
    std::uint64_t maxFileBytes = 2'000'000'000;
    int maxSide = 65'535;
};

struct ImageHeader {
    std::string format;
    std::int64_t width = 0; ///< as stored, before orientation
    std::int64_t height = 0;
    int bitsPerChannel = 8;
    int channels = 3;
    int frames = 1;
};

/// Reads only the header. Allocates nothing that grows with what the header claims.
/// InvalidInput: unknown or damaged header. Any thread.
Result<ImageHeader> probeImage(std::span<const std::uint8_t> bytes);

/// Decodes PNG, JPEG, TIFF (8/16 bit), WebP, BMP, PNM by content, whatever the file is called.
/// Rules for 8-bit sRGB: see the help page on image reading. Any thread.
/// InvalidInput: damaged or truncated; Unsupported: unknown format, over the limits.
Result<std::shared_ptr<const Image>> decodeImage(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {});

/// The same for a file; errors carry its path.
Result<std::shared_ptr<const Image>> readImage(const std::filesystem::path& path, const DecodeLimits& limits = {});

} // namespace halflens
