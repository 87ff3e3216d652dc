// SPDX-License-Identifier: BSD-3-Clause
// HEIC and other HEIF through libheif, which also turns, mirrors and crops as the file says.
#include "core/image/colour.h"
#include "core/image/decoder.h"

#include <libheif/heif.h>

#include <algorithm>
#include <memory>
#include <new>

namespace halflens {

namespace {

struct HeifDeleter {
    void operator()(heif_context* context) const { heif_context_free(context); }
    void operator()(heif_image_handle* handle) const { heif_image_handle_release(handle); }
    void operator()(heif_image* image) const { heif_image_release(image); }
};

/// The main picture of a file, its header read.
struct HeifFile {
    std::unique_ptr<heif_context, HeifDeleter> context;
    std::unique_ptr<heif_image_handle, HeifDeleter> picture;
};

Error failure(const char* where, const heif_error& error)
{
    const std::string text = std::string(where) + ": " + (error.message ? error.message : "it cannot be read");
    if (error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype
        || error.code == heif_error_Plugin_loading_error)
        return unsupportedError(
            "this kind of HEIF is not read: " + text,
            "install the decoders of libheif (libheif-plugin-libde265), or convert the file to PNG");
    return damagedError("damaged HEIF " + text);
}

Result<HeifFile> openFile(ByteSpan bytes)
{
    HeifFile file;
    file.context.reset(heif_context_alloc());
    if (!file.context)
        throw std::bad_alloc();
    if (const heif_error error =
            heif_context_read_from_memory_without_copy(file.context.get(), bytes.data(), bytes.size(), nullptr);
        error.code != heif_error_Ok)
        return failure("header", error);
    heif_image_handle* handle = nullptr;
    const heif_error error = heif_context_get_primary_image_handle(file.context.get(), &handle);
    file.picture.reset(handle);
    if (error.code != heif_error_Ok)
        return failure("header", error);
    return file;
}

bool canHandle(ByteSpan bytes)
{
    return hasBrand(bytes, "heic") || hasBrand(bytes, "heix") || hasBrand(bytes, "heim") || hasBrand(bytes, "heis");
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    const Result<HeifFile> file = openFile(bytes);
    if (!file)
        return file.error();
    const heif_image_handle* picture = file->picture.get();
    ImageHeader header;
    header.format = "HEIC";
    header.width = heif_image_handle_get_width(picture);
    header.height = heif_image_handle_get_height(picture);
    header.bitsPerChannel = std::max(8, heif_image_handle_get_luma_bits_per_pixel(picture));
    header.channels = heif_image_handle_has_alpha_channel(picture) ? 4 : 3;
    header.frames = std::max(1, heif_context_get_number_of_top_level_images(file->context.get()));
    return header;
}

void addNotes(const heif_image_handle* picture, int bits, std::vector<std::string>& notes)
{
    if (bits > 8)
        notes.push_back(std::to_string(bits) + " bits rounded to 8");
    if (heif_image_handle_has_alpha_channel(picture))
        notes.emplace_back(heif_image_handle_is_premultiplied_alpha(picture) ? AlphaDividedNote : AlphaDroppedNote);
    bool profile = heif_image_handle_get_raw_color_profile_size(picture) > 0
        && heif_image_handle_get_color_profile_type(picture) != heif_color_profile_type_nclx;
    heif_color_profile_nclx* numbers = nullptr;
    if (heif_image_handle_get_nclx_color_profile(picture, &numbers).code == heif_error_Ok && numbers)
        profile = profile || isOtherThanSrgb(numbers->color_primaries, numbers->transfer_characteristics);
    if (numbers) // also where a number in it was refused
        heif_nclx_color_profile_free(numbers);
    if (profile)
        notes.emplace_back(ProfileIgnoredNote);
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions&)
{
    const auto width = static_cast<std::uint64_t>(header.width);
    const auto height = static_cast<std::uint64_t>(header.height);
    if (Status plausible = checkCodedClaim(header, bytes); !plausible)
        return std::move(plausible).error();
    const Result<HeifFile> file = openFile(bytes);
    if (!file)
        return file.error();
    const heif_image_handle* picture = file->picture.get();
    const bool withAlpha =
        heif_image_handle_has_alpha_channel(picture) && heif_image_handle_is_premultiplied_alpha(picture);
    const bool deep = header.bitsPerChannel > 8;
    const heif_chroma chroma = deep
        ? (withAlpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
        : (withAlpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
    heif_image* pixels = nullptr;
    const heif_error error = heif_decode_image(picture, &pixels, heif_colorspace_RGB, chroma, nullptr);
    const std::unique_ptr<heif_image, HeifDeleter> owner(pixels);
    if (error.code != heif_error_Ok)
        return failure("pixels", error);
    int stride = 0;
    const std::uint8_t* plane = heif_image_get_plane_readonly(pixels, heif_channel_interleaved, &stride);
    if (!plane || heif_image_get_width(pixels, heif_channel_interleaved) != header.width
        || heif_image_get_height(pixels, heif_channel_interleaved) != header.height)
        return damagedError("damaged HEIF file: the picture has another size than the file says");

    Decoded decoded;
    Image& image = decoded.image;
    image.width = static_cast<int>(header.width);
    image.height = static_cast<int>(header.height);
    image.origin.orientationApplied = heif_image_handle_get_ispe_width(picture) != header.width;
    const int bits = deep ? heif_image_get_bits_per_pixel_range(pixels, heif_channel_interleaved) : 8;
    addNotes(picture, bits, image.origin.notes);
    const std::size_t channels = withAlpha ? 4 : 3;
    const std::size_t rowBytes = channels * width * (deep ? 2 : 1);
    std::vector<std::uint8_t> packed;
    packed.reserve(rowBytes * height);
    for (std::uint64_t y = 0; y < height; ++y) {
        const std::uint8_t* row = plane + y * static_cast<std::uint64_t>(stride);
        packed.insert(packed.end(), row, row + rowBytes);
    }
    takeRgb(packed, bits, channels, image.rgb);
    if (withAlpha)
        divideByAlpha(packed, bits, image.rgb);
    return decoded;
}

} // namespace

const Decoder HeifDecoder{"HEIC", "heic heif hif", canHandle, probe, decode};

} // namespace halflens
