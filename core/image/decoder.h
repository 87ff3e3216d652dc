// SPDX-License-Identifier: BSD-3-Clause
// What a file format provides to decode.cpp, and what every decoder needs. Private to core/image.
#pragma once

#include "core/base/result.h"
#include "core/image/decode.h"
#include "core/image/image.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace halflens {

using ByteSpan = std::span<const std::uint8_t>;

/// What a decoder hands back: 8-bit sRGB as stored, before the orientation is undone. Of the
/// image only width, height, rgb and origin.notes are filled in; decode.cpp does the rest.
struct Decoded {
    Image image;
    int orientation = 1; ///< EXIF 1..8
};

/// One file format. `probe` reads the header and takes no memory that grows with what it claims.
/// `decode` is called with the header `probe` returned, after its size passed the limits; it must
/// compare that size with the bytes at hand (checkClaim) before it takes memory for the pixels.
struct Decoder {
    const char* name;
    bool (*canHandle)(ByteSpan bytes);
    Result<ImageHeader> (*probe)(ByteSpan bytes);
    Result<Decoded> (*decode)(ByteSpan bytes, const ImageHeader& header);
};

extern const Decoder PngDecoder;
extern const Decoder JpegDecoder;
extern const Decoder TiffDecoder;
extern const Decoder WebpDecoder;
extern const Decoder BmpDecoder;
extern const Decoder PnmDecoder;

/// Every decoder, in the order they are asked.
std::span<const Decoder* const> decoderList();

/// InvalidInput of stage "decode" with the remedy for damaged files.
Error damagedError(std::string reason);
/// Unsupported of stage "decode" with the remedy for kinds of file that are not read.
Error unsupportedError(std::string reason);

/// Refuses a header whose pixels cannot come from the file: `unpacked` bytes of image data need
/// at least unpacked / maxRatio bytes of file. A lying header then costs no memory.
Status checkClaim(const ImageHeader& header, std::uint64_t fileBytes, std::uint64_t unpacked, std::uint64_t maxRatio);

/// Big- and little-endian integers at `offset`, which the caller knows to lie inside.
inline std::uint32_t bigEndian32(ByteSpan bytes, std::size_t offset)
{
    return static_cast<std::uint32_t>(bytes[offset]) << 24 | static_cast<std::uint32_t>(bytes[offset + 1]) << 16
        | static_cast<std::uint32_t>(bytes[offset + 2]) << 8 | bytes[offset + 3];
}
inline std::uint32_t littleEndian16(ByteSpan bytes, std::size_t offset)
{
    return static_cast<std::uint32_t>(bytes[offset]) | static_cast<std::uint32_t>(bytes[offset + 1]) << 8;
}
inline std::uint32_t littleEndian32(ByteSpan bytes, std::size_t offset)
{
    return littleEndian16(bytes, offset) | littleEndian16(bytes, offset + 2) << 16;
}

/// Whether `bytes` start with the characters of `magic`.
bool startsWith(ByteSpan bytes, std::string_view magic);

} // namespace halflens
