// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/decode.h"

#include "core/base/file.h"
#include "core/image/content_hash.h"
#include "core/image/decoder.h"
#include "core/image/orientation.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <sstream>

namespace halflens {

namespace {

constexpr const char* PartialRemedy =
    "the file is damaged or incomplete: obtain it again, or open what there is (--partial)";

constexpr std::array<const Decoder*, 10> Decoders{&PngDecoder,  &JpegDecoder, &TiffDecoder,   &WebpDecoder,
                                                  &HeifDecoder, &AvifDecoder, &JpegXlDecoder, &GifDecoder,
                                                  &BmpDecoder,  &PnmDecoder};

/// Whatever the limits say: keeps products of sizes far below 2^64.
constexpr std::uint64_t MostPixels = 1ull << 32;

std::string sizeText(const ImageHeader& header)
{
    return std::to_string(header.width) + " x " + std::to_string(header.height) + " pixels";
}

Result<const Decoder*> findDecoder(ByteSpan bytes)
{
    if (bytes.empty())
        return Error{ErrorCode::InvalidInput, "decode", "the file is empty", "obtain the file again", {}};
    if (cameraRawName(bytes).empty()) {
        for (const Decoder* decoder : Decoders) {
            if (decoder->canHandle(bytes))
                return decoder;
        }
    }
    return unknownKindError(bytes);
}

Status checkLimits(const ImageHeader& header, const DecodeOptions& options)
{
    if (header.width <= 0 || header.height <= 0)
        return damagedError("the header gives a size of " + sizeText(header));
    const auto width = static_cast<std::uint64_t>(header.width);
    const auto height = static_cast<std::uint64_t>(header.height);
    const char* remedy = "scale the image down or cut it into parts with an image editor";
    if (header.width > options.maxSide || header.height > options.maxSide)
        return Error{ErrorCode::Unsupported,
                     "decode",
                     "the header claims " + sizeText(header) + ", and the longest side allowed is "
                         + std::to_string(options.maxSide),
                     remedy,
                     {}};
    const std::uint64_t mostPixels = std::min(options.maxPixels, MostPixels);
    if (width * height > mostPixels) // no overflow: both sides are below 2^31
        return Error{ErrorCode::Unsupported,
                     "decode",
                     "the header claims " + sizeText(header) + ", more than the limit of " + std::to_string(mostPixels)
                         + " pixels in all",
                     remedy,
                     {}};
    return {};
}

/// Only TIFF has pages; animations are their first picture.
Status checkPage(const Decoder& decoder, const ImageHeader& header, int page)
{
    if (page == 1 || (&decoder == &TiffDecoder && page >= 1 && page <= header.frames))
        return {};
    const std::string reason = &decoder != &TiffDecoder
        ? std::string("pages are chosen in TIFF files, this is ") + decoder.name
        : header.frames == 1 ? std::string("the file has one page")
                             : "the file has " + std::to_string(header.frames) + " pages";
    return Error{ErrorCode::InvalidInput,
                 "decode",
                 "there is no page " + std::to_string(page) + ": " + reason,
                 "choose another page, or none for the first picture",
                 {}};
}

std::string pageNote(const Decoder& decoder, int page, int pages)
{
    if (&decoder == &JpegXlDecoder) // does not count them
        return "only the first picture of the animation is used";
    if (&decoder == &HeifDecoder)
        return "only the main one of " + std::to_string(pages) + " pictures is used";
    return page == 1 ? "only the first of " + std::to_string(pages) + " pictures is used"
                     : "picture " + std::to_string(page) + " of " + std::to_string(pages) + " is used";
}

Result<std::shared_ptr<const Image>> decodeWith(const Decoder& decoder, ByteSpan bytes, const DecodeOptions& options)
{
    const Result<ImageHeader> header = decoder.probe(bytes, options);
    if (!header)
        return header.error();
    if (Status there = checkPage(decoder, *header, options.page); !there)
        return std::move(there).error();
    if (Status fits = checkLimits(*header, options); !fits)
        return std::move(fits).error();
    Result<Decoded> decoded = decoder.decode(bytes, *header, options);
    if (!decoded)
        return std::move(decoded).error();

    auto image = std::make_shared<Image>(std::move(decoded->image));
    image->origin.format = header->format;
    image->origin.bitsPerChannel = header->bitsPerChannel;
    image->origin.channels = header->channels;
    image->origin.frames = header->frames;
    if (header->frames > 1)
        image->origin.notes.push_back(pageNote(decoder, options.page, header->frames));
    if (decoded->orientation > 1) {
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

Error unsupportedError(std::string reason, std::string remedy)
{
    if (remedy.empty())
        remedy = "convert it to one of the kinds that are read: " + imageFormatNames();
    return {ErrorCode::Unsupported, "decode", std::move(reason), std::move(remedy), {}};
}

bool offersPartial(const Error& error)
{
    return error.stage == "decode" && error.remedy == PartialRemedy;
}

Status missingPixels(Image& image, std::int64_t rows, const std::string& reason, const DecodeOptions& options)
{
    if (rows <= 0)
        return damagedError(reason);
    if (!options.partial)
        return Error{ErrorCode::InvalidInput, "decode", reason, PartialRemedy, {}};
    const std::size_t stride = 3 * static_cast<std::size_t>(image.width);
    image.rgb.resize(stride * static_cast<std::size_t>(std::min<std::int64_t>(rows, image.height)));
    image.rgb.resize(stride * static_cast<std::size_t>(image.height), MissingGrey);
    markPartial(image,
                "only the first " + std::to_string(rows) + " of " + std::to_string(image.height)
                    + " rows as stored are there, the rest is grey (" + reason + ")");
    return {};
}

void markPartial(Image& image, const std::string& what)
{
    image.origin.isPartial = true;
    image.origin.notes.insert(image.origin.notes.begin(), "part of the picture is missing: " + what);
}

Status checkClaim(const ImageHeader& header, std::uint64_t fileBytes, std::uint64_t unpacked, std::uint64_t maxRatio)
{
    // A little room for what the smallest files hold.
    if (unpacked / maxRatio <= fileBytes + 64)
        return {};
    return damagedError("the header claims " + sizeText(header) + ", which the " + std::to_string(fileBytes)
                        + " bytes of the file cannot hold");
}

Status checkCodedClaim(const ImageHeader& header, ByteSpan bytes)
{
    constexpr std::uint64_t MaxRatio = 65'536; // a flat block of 128 x 128 pixels takes a few bits
    const std::uint64_t pixels = static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.height);
    return checkClaim(header, bytes.size(), pixels, MaxRatio);
}

bool startsWith(ByteSpan bytes, std::string_view magic)
{
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

std::vector<ImageFormat> imageFormats()
{
    std::vector<ImageFormat> formats;
    for (const Decoder* decoder : Decoders) {
        std::istringstream words(decoder->suffixes);
        formats.push_back({decoder->name, {std::istream_iterator<std::string>(words), {}}});
    }
    return formats;
}

std::string imageFormatNames()
{
    std::string names;
    for (const Decoder* decoder : Decoders) {
        if (!names.empty())
            names += decoder == Decoders.back() ? " or " : ", ";
        names += decoder->name;
    }
    return names;
}

bool looksLikeImage(std::span<const std::uint8_t> head)
{
    return std::any_of(Decoders.begin(), Decoders.end(),
                       [&](const Decoder* decoder) { return decoder->canHandle(head); });
}

Result<ImageHeader> probeImage(std::span<const std::uint8_t> bytes, const DecodeOptions& options)
{
    return guarded("decode", [&]() -> Result<ImageHeader> {
        const Result<const Decoder*> decoder = findDecoder(bytes);
        if (!decoder)
            return decoder.error();
        return (*decoder)->probe(bytes, options);
    });
}

Result<std::shared_ptr<const Image>> decodeImage(std::span<const std::uint8_t> bytes, const DecodeOptions& options)
{
    return guarded("decode", [&]() -> Result<std::shared_ptr<const Image>> {
        const Result<const Decoder*> decoder = findDecoder(bytes);
        if (!decoder)
            return decoder.error();
        return decodeWith(**decoder, bytes, options);
    });
}

Result<std::shared_ptr<const Image>> readImage(const std::filesystem::path& path, const DecodeOptions& options)
{
    return guarded("open", [&]() -> Result<std::shared_ptr<const Image>> {
        const bool fromStandardInput = path == "-";
        const Result<std::vector<std::uint8_t>> bytes =
            fromStandardInput ? readStandardInput(options.maxFileBytes) : readFile(path, options.maxFileBytes);
        if (!bytes)
            return Error(bytes.error()).withFile(path.string());
        Result<std::shared_ptr<const Image>> image = decodeImage(*bytes, options);
        if (!image)
            return std::move(image).error().withFile(path.string());
        return image;
    });
}

} // namespace halflens
