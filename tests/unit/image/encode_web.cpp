// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/image/encode_web.h"

#include <avif/avif.h>
#include <gif_lib.h>
#include <jxl/encode.h>
#include <libheif/heif.h>

#include <cstring>
#include <stdexcept>

namespace halflens::test {

namespace {

void require(bool fine, const char* what)
{
    if (!fine)
        throw std::runtime_error(what);
}

int appendToGif(GifFileType* gif, const GifByteType* bytes, int count)
{
    auto* file = static_cast<Bytes*>(gif->UserData);
    file->insert(file->end(), bytes, bytes + count);
    return count;
}

/// The samples as the libraries take them: bytes, or 16-bit numbers of this machine.
Bytes interleaved(const Raster& raster)
{
    Bytes bytes(raster.samples.size() * (raster.bits > 8 ? 2 : 1));
    for (std::size_t i = 0; i < raster.samples.size(); ++i) {
        if (raster.bits > 8)
            std::memcpy(bytes.data() + 2 * i, &raster.samples[i], 2);
        else
            bytes[i] = static_cast<std::uint8_t>(raster.samples[i]);
    }
    return bytes;
}

} // namespace

Bytes encodeGif(const Raster& raster, const GifOptions& options)
{
    Bytes file;
    int error = 0;
    GifFileType* gif = EGifOpen(&file, appendToGif, &error);
    require(gif, "EGifOpen");
    EGifSetGifVersion(gif, true);
    std::vector<GifColorType> colours(256);
    for (std::size_t i = 0; i < 256; ++i)
        colours[i] = {static_cast<GifByteType>(i), static_cast<GifByteType>(255 - i), 7};
    ColorMapObject* global = GifMakeMapObject(256, colours.data());
    for (std::size_t i = 0; i < options.paletteRgb.size() / 3; ++i)
        colours[i] = {options.paletteRgb[3 * i], options.paletteRgb[3 * i + 1], options.paletteRgb[3 * i + 2]};
    ColorMapObject* local = options.paletteRgb.empty() ? nullptr : GifMakeMapObject(256, colours.data());
    EGifPutScreenDesc(gif, raster.width + options.left, raster.height + options.top, 8, 0, global);
    for (int frame = 0; frame < options.frames; ++frame) {
        GraphicsControlBlock control = {0, false, 10, options.transparency ? 0 : NO_TRANSPARENT_COLOR};
        GifByteType block[4];
        EGifGCBToExtension(&control, block);
        EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, block);
        EGifPutImageDesc(gif, options.left, options.top, raster.width, raster.height, options.interlaced, local);
        const auto putRow = [&](int y) {
            Bytes row;
            for (int x = 0; x < raster.width; ++x)
                row.push_back(frame == 0 ? static_cast<std::uint8_t>(raster.at(y, x, 0)) : 0);
            require(EGifPutLine(gif, row.data(), raster.width) == GIF_OK, "EGifPutLine");
        };
        if (!options.interlaced) {
            for (int y = 0; y < raster.height; ++y)
                putRow(y);
            continue;
        }
        for (const auto& [first, step] : {std::pair{0, 8}, {4, 8}, {2, 4}, {1, 2}})
            for (int y = first; y < raster.height; y += step)
                putRow(y);
    }
    require(EGifCloseFile(gif, nullptr) == GIF_OK, "EGifCloseFile");
    GifFreeMapObject(global);
    if (local)
        GifFreeMapObject(local);
    return file;
}

Bytes encodeAvif(const Raster& raster, const AvifOptions& options)
{
    avifImage* image = avifImageCreate(raster.width, raster.height, options.depth, AVIF_PIXEL_FORMAT_YUV444);
    image->yuvRange = AVIF_RANGE_FULL;
    image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;
    image->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
    image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
    if (options.rotation > 0) {
        image->transformFlags |= AVIF_TRANSFORM_IROT;
        image->irot.angle = static_cast<std::uint8_t>(options.rotation);
    }
    if (options.mirror >= 0) {
        image->transformFlags |= AVIF_TRANSFORM_IMIR;
#if AVIF_VERSION >= 1000000
        image->imir.axis = static_cast<std::uint8_t>(options.mirror);
#else
        image->imir.mode = static_cast<std::uint8_t>(options.mirror);
#endif
    }
    if (!options.profile.empty())
        // libavif tells since 1.0 whether it worked; the decoded file tells it anyway.
        static_cast<void>(avifImageSetProfileICC(image, options.profile.data(), options.profile.size()));
    Bytes pixels = interleaved(raster);
    avifRGBImage rgb = {};
    avifRGBImageSetDefaults(&rgb, image);
    rgb.format = raster.channels == 4 ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.pixels = pixels.data();
    rgb.rowBytes = static_cast<std::uint32_t>(pixels.size() / static_cast<std::size_t>(raster.height));
    require(avifImageRGBToYUV(image, &rgb) == AVIF_RESULT_OK, "avifImageRGBToYUV");
    avifEncoder* encoder = avifEncoderCreate();
    encoder->speed = 8;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    avifRWData output = AVIF_DATA_EMPTY;
    for (int frame = 0; frame < options.frames; ++frame) {
        const avifAddImageFlags flags = options.frames == 1 ? AVIF_ADD_IMAGE_FLAG_SINGLE : AVIF_ADD_IMAGE_FLAG_NONE;
        require(avifEncoderAddImage(encoder, image, 1, flags) == AVIF_RESULT_OK, "avifEncoderAddImage");
    }
    require(avifEncoderFinish(encoder, &output) == AVIF_RESULT_OK, "avifEncoderFinish");
    Bytes file(output.data, output.data + output.size);
    avifRWDataFree(&output);
    avifEncoderDestroy(encoder);
    avifImageDestroy(image);
    return file;
}

Bytes encodeHeic(const Raster& raster, int orientation)
{
    heif_context* context = heif_context_alloc();
    heif_encoder* encoder = nullptr;
    if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code != heif_error_Ok) {
        heif_context_free(context);
        return {};
    }
    heif_encoder_set_lossy_quality(encoder, 100);
    heif_encoder_set_logging_level(encoder, 0);
    heif_encoder_set_parameter_string(encoder, "chroma", "444");
    heif_image* image = nullptr;
    heif_image_create(raster.width, raster.height, heif_colorspace_RGB,
                      raster.bits > 8 ? heif_chroma_interleaved_RRGGBB_LE : heif_chroma_interleaved_RGB, &image);
    heif_image_add_plane(image, heif_channel_interleaved, raster.width, raster.height, raster.bits);
    int stride = 0;
    std::uint8_t* plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    const Bytes pixels = interleaved(raster);
    const std::size_t rowBytes = pixels.size() / static_cast<std::size_t>(raster.height);
    for (std::size_t y = 0; y < static_cast<std::size_t>(raster.height); ++y)
        std::memcpy(plane + y * static_cast<std::size_t>(stride), pixels.data() + y * rowBytes, rowBytes);
    heif_encoding_options* options = heif_encoding_options_alloc();
    options->image_orientation = static_cast<heif_orientation>(orientation);
    require(heif_context_encode_image(context, image, encoder, options, nullptr).code == heif_error_Ok,
            "heif_context_encode_image");
    Bytes file;
    heif_writer writer = {1, [](heif_context*, const void* data, std::size_t size, void* target) {
                              const auto* bytes = static_cast<const std::uint8_t*>(data);
                              static_cast<Bytes*>(target)->assign(bytes, bytes + size);
                              return heif_error{heif_error_Ok, heif_suberror_Unspecified, "fine"};
                          }};
    heif_context_write(context, &writer, &file);
    heif_encoding_options_free(options);
    heif_image_release(image);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return file;
}

Bytes encodeJxl(const Raster& raster, const JxlOptions& options)
{
    JxlEncoder* encoder = JxlEncoderCreate(nullptr);
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = static_cast<std::uint32_t>(raster.width);
    info.ysize = static_cast<std::uint32_t>(raster.height);
    info.bits_per_sample = static_cast<std::uint32_t>(raster.bits);
    info.num_color_channels = raster.channels >= 3 ? 3 : 1;
    info.num_extra_channels = raster.channels == 4 ? 1 : 0;
    info.alpha_bits = raster.channels == 4 ? static_cast<std::uint32_t>(raster.bits) : 0;
    info.orientation = static_cast<JxlOrientation>(options.orientation);
    info.uses_original_profile = options.lossless ? JXL_TRUE : JXL_FALSE;
    require(JxlEncoderSetBasicInfo(encoder, &info) == JXL_ENC_SUCCESS, "JxlEncoderSetBasicInfo");
    JxlColorEncoding colours = {};
    JxlColorEncodingSetToSRGB(&colours, raster.channels < 3 ? JXL_TRUE : JXL_FALSE);
    require(JxlEncoderSetColorEncoding(encoder, &colours) == JXL_ENC_SUCCESS, "JxlEncoderSetColorEncoding");
    JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder, nullptr);
    JxlEncoderSetFrameLossless(settings, options.lossless ? JXL_TRUE : JXL_FALSE);
    if (!options.lossless)
        JxlEncoderSetFrameDistance(settings, 0.5F);
    const JxlPixelFormat format{static_cast<std::uint32_t>(raster.channels),
                                raster.bits > 8 ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
    const Bytes pixels = interleaved(raster);
    require(JxlEncoderAddImageFrame(settings, &format, pixels.data(), pixels.size()) == JXL_ENC_SUCCESS,
            "JxlEncoderAddImageFrame");
    JxlEncoderCloseInput(encoder);
    Bytes file(std::size_t{1} << 20);
    std::uint8_t* next = file.data();
    std::size_t room = file.size();
    require(JxlEncoderProcessOutput(encoder, &next, &room) == JXL_ENC_SUCCESS, "JxlEncoderProcessOutput");
    file.resize(file.size() - room);
    JxlEncoderDestroy(encoder);
    return file;
}

} // namespace halflens::test
