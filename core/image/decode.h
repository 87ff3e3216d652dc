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
#include <vector>

namespace halflens {

struct DecodeOptions {
    std::uint64_t maxPixels = 200'000'000; ///< 200 MP
    std::uint64_t maxFileBytes = 2'000'000'000;
    int maxSide = 65'535;
    int page = 1; ///< of a TIFF with several pages, from 1
    bool partial = false; ///< open what there is of a file that ends too early; the rest is grey, with a note
};

struct ImageHeader {
    std::string format;
    std::int64_t width = 0; ///< as stored, before orientation
    std::int64_t height = 0;
    int bitsPerChannel = 8;
    int channels = 3;
    int frames = 1;
};

/// Name and usual suffixes of a kind of image file that is read.
struct ImageFormat {
    std::string name;
    std::vector<std::string> suffixes; ///< lower case, without dot
};

/// Every kind, in the order they are looked for. Dialogs, folders and messages take theirs from here.
std::vector<ImageFormat> imageFormats();

/// "PNG, JPEG, ... or JPEG XL".
std::string imageFormatNames();

/// Whether the first bytes of a file are those of a kind that is read; 64 bytes suffice.
bool looksLikeImage(std::span<const std::uint8_t> head);

/// Reads only the header. Allocates nothing that grows with what the header claims.
/// InvalidInput: unknown or damaged header. Any thread.
Result<ImageHeader> probeImage(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {});

/// Decodes the kinds of imageFormats() by content, whatever the file is called.
/// Rules for 8-bit sRGB: see the help page on image reading. Any thread.
/// InvalidInput: damaged or truncated, no such page; Unsupported: unknown format, camera raw, over the limits.
Result<std::shared_ptr<const Image>> decodeImage(std::span<const std::uint8_t> bytes,
                                                 const DecodeOptions& options = {});

/// The same for a file, "-" being standard input; errors carry its path.
Result<std::shared_ptr<const Image>> readImage(const std::filesystem::path& path, const DecodeOptions& options = {});

/// Whether the file can be read with DecodeOptions::partial: there are pixels before what is missing.
bool offersPartial(const Error& error);

} // namespace halflens
