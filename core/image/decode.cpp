// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/decode.h"

#include "core/base/file.h"
#include "core/image/content_hash.h"
#include "core/image/decoder.h"
#include "core/image/orientation.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace halflens {

namespace {

constexpr std::array<const Decoder*, 6> Decoders{&PngDecoder,  &JpegDecoder, &TiffDecoder,
                                                 &WebpDecoder, &BmpDecoder,  &PnmDecoder};

/// Whatever the limits say: keeps products of sizes far below 2^64.
constexpr std::uint64_t MostPixels = 1ull << 32;

/// Kinds of file people try, recognised only to be refused by name.
struct KnownKind {
    const char* name;
    std::size_t offset;
    std::string_view magic;
};
constexpr std::array KnownKinds{
    KnownKind{"GIF", 0, "GIF8"},       KnownKind{"HEIF", 4, "ftyphei"},
    KnownKind{"HEIF", 4, "ftypmif1"},  KnownKind{"AVIF", 4, "ftypavif"},
    KnownKind{"JPEG XL", 4, "JXL "},   KnownKind{"JPEG XL", 0, "\xff\x0a"},
    KnownKind{"JPEG 2000", 4, "jP  "}, KnownKind{"Photoshop", 0, "8BPS"},
    KnownKind{"PDF", 0, "%PDF"},       KnownKind{"OpenEXR", 0, "\x76\x2f\x31\x01"},
    KnownKind{"SVG", 0, "<svg"},
};

std::string sizeText(const ImageHeader& header)
{
    return std::to_string(header.width) + " x " + std::to_string(header.height) + " pixels";
}

Result<const Decoder*> findDecoder(ByteSpan bytes)
{
    if (bytes.empty())
        return Error{ErrorCode::InvalidInput, "decode", "the file is empty", "obtain the file again", {}};
    for (const Decoder* decoder : Decoders) {
        if (decoder->canHandle(bytes))
            return decoder;
    }
    for (const KnownKind& kind : KnownKinds) {
        if (bytes.size() > kind.offset && startsWith(bytes.subspan(kind.offset), kind.magic))
            return unsupportedError(std::string(kind.name) + " files are not read");
    }
    return unsupportedError("this is not an image file of a known kind");
}

Status checkLimits(const ImageHeader& header, const DecodeLimits& limits)
{
    if (header.width <= 0 || header.height <= 0)
        return damagedError("the header gives a size of " + sizeText(header));
    const auto width = static_cast<std::uint64_t>(header.width);
    const auto height = static_cast<std::uint64_t>(header.height);
    const char* remedy = "scale the image down or cut it into parts with an image editor";
    if (header.width > limits.maxSide || header.height > limits.maxSide)
        return Error{ErrorCode::Unsupported,
                     "decode",
                     "the header claims " + sizeText(header) + ", and the longest side allowed is "
                         + std::to_string(limits.maxSide),
                     remedy,
                     {}};
    const std::uint64_t mostPixels = std::min(limits.maxPixels, MostPixels);
    if (width * height > mostPixels) // no overflow: both sides are below 2^31
        return Error{ErrorCode::Unsupported,
                     "decode",
                     "the header claims " + sizeText(header) + ", more than the limit of " + std::to_string(mostPixels)
                         + " pixels in all",
                     remedy,
                     {}};
    return {};
}

Result<std::shared_ptr<const Image>> decodeWith(const Decoder& decoder, ByteSpan bytes, const DecodeLimits& limits)
{
    const Result<ImageHeader> header = decoder.probe(bytes);
    if (!header)
        return header.error();
    if (Status fits = checkLimits(*header, limits); !fits)
        return std::move(fits).error();
    Result<Decoded> decoded = decoder.decode(bytes, *header);
    if (!decoded)
        return std::move(decoded).error();

    auto image = std::make_shared<Image>(std::move(decoded->image));
    image->origin.format = header->format;
    image->origin.bitsPerChannel = header->bitsPerChannel;
    image->origin.channels = header->channels;
    image->origin.frames = header->frames;
    if (header->frames > 1)
        image->origin.notes.emplace_back("only the first of " + std::to_string(header->frames) + " pictures is used");
    if (decoded->orientation != 1) {
        applyOrientation(*image, decoded->orientation);
        image->origin.orientationApplied = true;
    }
    image->contentHash = contentHash(*image);
    return std::shared_ptr<const Image>(std::move(image));
}

} // namespace

std::span<const Decoder* const> decoderList()
{
    return Decoders;
}

Error damagedError(std::string reason)
{
    return {
        ErrorCode::InvalidInput, "decode", std::move(reason), "the file is damaged or incomplete: obtain it again", {}};
}

Error unsupportedError(std::string reason)
{
    return {ErrorCode::Unsupported, "decode", std::move(reason), "convert it to PNG, JPEG, TIFF, WebP, BMP or PNM", {}};
}

Status checkClaim(const ImageHeader& header, std::uint64_t fileBytes, std::uint64_t unpacked, std::uint64_t maxRatio)
{
    // A little room for what the smallest files hold.
    if (unpacked / maxRatio <= fileBytes + 64)
        return {};
    return damagedError("the header claims " + sizeText(header) + ", which the " + std::to_string(fileBytes)
                        + " bytes of the file cannot hold");
}

bool startsWith(ByteSpan bytes, std::string_view magic)
{
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

Result<ImageHeader> probeImage(std::span<const std::uint8_t> bytes)
{
    return guarded("decode", [&]() -> Result<ImageHeader> {
        const Result<const Decoder*> decoder = findDecoder(bytes);
        if (!decoder)
            return decoder.error();
        return (*decoder)->probe(bytes);
    });
}

Result<std::shared_ptr<const Image>> decodeImage(std::span<const std::uint8_t> bytes, const DecodeLimits& limits)
{
    return guarded("decode", [&]() -> Result<std::shared_ptr<const Image>> {
        const Result<const Decoder*> decoder = findDecoder(bytes);
        if (!decoder)
            return decoder.error();
        return decodeWith(**decoder, bytes, limits);
    });
}

Result<std::shared_ptr<const Image>> readImage(const std::filesystem::path& path, const DecodeLimits& limits)
{
    return guarded("open", [&]() -> Result<std::shared_ptr<const Image>> {
        const Result<std::vector<std::uint8_t>> bytes = readFile(path, limits.maxFileBytes);
        if (!bytes)
            return Error(bytes.error()).withFile(path.string());
        Result<std::shared_ptr<const Image>> image = decodeImage(*bytes, limits);
        if (!image)
            return std::move(image).error().withFile(path.string());
        return image;
    });
}

} // namespace halflens
