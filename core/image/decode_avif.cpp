// SPDX-License-Identifier: BSD-3-Clause
// AVIF through libavif: 8, 10 and 12 bits, alpha, rotation and mirroring, the first picture of sequences.
#include "core/base/parallel.h"
#include "core/image/colour.h"
#include "core/image/decoder.h"

#include <avif/avif.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

namespace halflens {

namespace {

struct DecoderDeleter {
    void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
using DecoderPointer = std::unique_ptr<avifDecoder, DecoderDeleter>;

std::string message(const avifDecoder& decoder, avifResult result)
{
    return decoder.diag.error[0] ? decoder.diag.error : avifResultToString(result);
}

/// The container read, no pixels yet. `maxPixels` bounds what the codec may hand out.
Result<DecoderPointer> openFile(ByteSpan bytes, std::uint64_t maxPixels)
{
    DecoderPointer decoder(avifDecoderCreate());
    if (!decoder)
        throw std::bad_alloc();
    decoder->ignoreExif = AVIF_TRUE; // its orientation is said again by the container, which is what counts
    decoder->ignoreXMP = AVIF_TRUE;
    decoder->maxThreads = std::max(1, threadCount());
    decoder->imageDimensionLimit = 0; // judged by decode.cpp
    decoder->imageSizeLimit =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(maxPixels, 1, AVIF_DEFAULT_IMAGE_SIZE_LIMIT));
    decoder->strictFlags = AVIF_STRICT_DISABLED; // what other programs open
    avifResult result = avifDecoderSetIOMemory(decoder.get(), bytes.data(), bytes.size());
    if (result == AVIF_RESULT_OK)
        result = avifDecoderParse(decoder.get());
    if (result == AVIF_RESULT_NO_CODEC_AVAILABLE)
        return unsupportedError("no AV1 decoder is installed", "install libdav1d or libaom for libavif");
    if (result != AVIF_RESULT_OK)
        return damagedError("damaged AVIF header: " + message(*decoder, result));
    return decoder;
}

/// EXIF's number for the rotation, which comes first, and the mirroring.
int orientationOf(const avifImage& image)
{
    const bool mirrored = (image.transformFlags & AVIF_TRANSFORM_IMIR) != 0;
    const unsigned angle = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0 ? image.irot.angle & 3u : 0;
#if AVIF_VERSION >= 1000000
    const bool leftRight = image.imir.axis != 0;
#else
    const bool leftRight = image.imir.mode != 0;
#endif
    constexpr std::array Turned{1, 8, 3, 6};
    constexpr std::array TopDown{4, 5, 2, 7};
    constexpr std::array LeftRight{2, 7, 4, 5};
    return !mirrored ? Turned[angle] : leftRight ? LeftRight[angle] : TopDown[angle];
}

bool canHandle(ByteSpan bytes)
{
    return hasBrand(bytes, "avif") || hasBrand(bytes, "avis");
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    const Result<DecoderPointer> decoder = openFile(bytes, AVIF_DEFAULT_IMAGE_SIZE_LIMIT);
    if (!decoder)
        return decoder.error();
    const avifImage& image = *(*decoder)->image;
    ImageHeader header;
    header.format = "AVIF";
    header.width = image.width;
    header.height = image.height;
    header.bitsPerChannel = static_cast<int>(image.depth);
    header.channels = (image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400 ? 1 : 3) + ((*decoder)->alphaPresent ? 1 : 0);
    header.frames = std::max(1, (*decoder)->imageCount);
    return header;
}

void addNotes(const avifDecoder& decoder, std::vector<std::string>& notes)
{
    const avifImage& image = *decoder.image;
    if (image.depth > 8)
        notes.push_back(std::to_string(image.depth) + " bits rounded to 8");
    if (decoder.alphaPresent)
        notes.emplace_back(image.alphaPremultiplied ? AlphaDividedNote : AlphaDroppedNote);
    if (image.icc.size > 0 || isOtherThanSrgb(image.colorPrimaries, image.transferCharacteristics))
        notes.emplace_back(ProfileIgnoredNote);
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions&)
{
    const auto width = static_cast<std::uint64_t>(header.width);
    const auto height = static_cast<std::uint64_t>(header.height);
    if (Status plausible = checkCodedClaim(header, bytes); !plausible)
        return std::move(plausible).error();
    const Result<DecoderPointer> opened = openFile(bytes, width * height);
    if (!opened)
        return opened.error();
    avifDecoder& decoder = **opened;
    if (const avifResult result = avifDecoderNextImage(&decoder); result != AVIF_RESULT_OK)
        return damagedError("damaged AVIF pixels: " + message(decoder, result));
    const avifImage& image = *decoder.image;
    if (image.width != width || image.height != height)
        return damagedError("damaged AVIF file: the picture has another size than the file says");

    Decoded decoded;
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    decoded.orientation = orientationOf(image);
    addNotes(decoder, decoded.image.origin.notes);
    avifRGBImage rgb = {};
    avifRGBImageSetDefaults(&rgb, &image);
    // Without room for it, libavif would multiply alpha in.
    rgb.format = image.alphaPlane ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    const std::size_t channels = image.alphaPlane ? 4 : 3;
    const std::size_t samples = channels * width * height;
    std::vector<std::uint8_t> pixels(samples * (image.depth > 8 ? 2 : 1));
    rgb.pixels = pixels.data();
    rgb.rowBytes = static_cast<std::uint32_t>(pixels.size() / height);
    if (const avifResult result = avifImageYUVToRGB(&image, &rgb); result != AVIF_RESULT_OK)
        return damagedError(std::string("damaged AVIF pixels: ") + avifResultToString(result));
    takeRgb(pixels, static_cast<int>(image.depth), channels, decoded.image.rgb);
    return decoded;
}

} // namespace

const Decoder AvifDecoder{"AVIF", "avif avifs", canHandle, probe, decode};

} // namespace halflens
