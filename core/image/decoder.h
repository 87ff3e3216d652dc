// SPDX-License-Identifier: BSD-3-Clause
// What a file format provides to decode.cpp, and what every decoder needs. Private to core/image.
#pragma once

#include "core/base/result.h"
#include "core/image/decode.h"
#include "core/image/image.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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
    const char* suffixes; ///< lower case, without dots, separated by blanks
    bool (*canHandle)(ByteSpan bytes);
    Result<ImageHeader> (*probe)(ByteSpan bytes, const DecodeOptions& options);
    Result<Decoded> (*decode)(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options);
};

extern const Decoder PngDecoder;
extern const Decoder JpegDecoder;
extern const Decoder TiffDecoder;
extern const Decoder WebpDecoder;
extern const Decoder HeifDecoder;
extern const Decoder AvifDecoder;
extern const Decoder JpegXlDecoder;
extern const Decoder GifDecoder;
extern const Decoder BmpDecoder;
extern const Decoder PnmDecoder;

/// Every decoder, in the order they are asked.
std::span<const Decoder* const> decoderList();

/// InvalidInput of stage "decode" with the remedy for damaged files.
Error damagedError(std::string reason);
/// Unsupported of stage "decode". Without a remedy of its own: to convert the file to a kind that is read.
Error unsupportedError(std::string reason, std::string remedy = {});
/// Why no decoder takes the file: camera raw, another kind known by name, or none.
Error unknownKindError(ByteSpan bytes);
/// "Nikon NEF" and the like when the file is camera raw, else empty. Some look like TIFF and would be read as
/// their thumbnail.
std::string cameraRawName(ByteSpan bytes);
/// Whether the file says so in the list of brands that HEIF and its relatives start with.
bool hasBrand(ByteSpan bytes, std::string_view brand);

/// Where pixels are missing.
inline constexpr std::uint8_t MissingGrey = 128;

/// What becomes of pixels that end too early or are damaged on the way, `image.rgb` holding `rows` good ones. With
/// options.partial the rest is grey and noted; else, or when no row is there, an error that says how to open it.
Status missingPixels(Image& image, std::int64_t rows, const std::string& reason, const DecodeOptions& options);
/// The note and the mark of a picture that is not whole.
void markPartial(Image& image, const std::string& what);

/// Refuses a header whose pixels cannot come from the file: `unpacked` bytes of image data need
/// at least unpacked / maxRatio bytes of file. A lying header then costs no memory.
Status checkClaim(const ImageHeader& header, std::uint64_t fileBytes, std::uint64_t unpacked, std::uint64_t maxRatio);
/// The same of a picture whose pixels are coded with arithmetic (AVIF, HEIC).
Status checkCodedClaim(const ImageHeader& header, ByteSpan bytes);

/// Little-endian integers at `offset`, which the caller knows to lie inside.
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
