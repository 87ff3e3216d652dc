// SPDX-License-Identifier: BSD-3-Clause
// JPEG XL through libjxl: the first picture of the file.
#include "core/image/colour.h"
#include "core/image/decoder.h"

#include <jxl/decode.h>

#include <memory>
#include <new>

namespace halflens {

namespace {

struct DecoderDeleter {
    void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};

/// One libjxl session, stopping at each of `events`.
class JxlReader {
public:
    JxlReader(ByteSpan bytes, int events)
        : m_decoder(JxlDecoderCreate(nullptr))
    {
        if (!m_decoder)
            throw std::bad_alloc();
        JxlDecoderSubscribeEvents(m_decoder.get(), events);
        JxlDecoderSetKeepOrientation(m_decoder.get(), JXL_TRUE); // undone later, as for all
        JxlDecoderSetUnpremultiplyAlpha(m_decoder.get(), JXL_TRUE);
        JxlDecoderSetInput(m_decoder.get(), bytes.data(), bytes.size());
        JxlDecoderCloseInput(m_decoder.get());
    }

    JxlDecoder* get() const { return m_decoder.get(); }
    /// Goes on to the next event; true when it is `wanted`.
    bool advance(JxlDecoderStatus wanted)
    {
        m_status = JxlDecoderProcessInput(m_decoder.get());
        return m_status == wanted;
    }
    bool endsTooEarly() const { return m_status == JXL_DEC_NEED_MORE_INPUT; }
    Error failure(const char* where) const
    {
        return damagedError(std::string("damaged JPEG XL ") + where
                            + (endsTooEarly() ? ": the file ends too early" : ""));
    }

private:
    std::unique_ptr<JxlDecoder, DecoderDeleter> m_decoder;
    JxlDecoderStatus m_status = JXL_DEC_ERROR;
};

bool canHandle(ByteSpan bytes)
{
    const JxlSignature signature = JxlSignatureCheck(bytes.data(), bytes.size());
    return signature == JXL_SIG_CODESTREAM || signature == JXL_SIG_CONTAINER;
}

Result<JxlBasicInfo> readInfo(JxlReader& reader)
{
    JxlBasicInfo info = {};
    if (!reader.advance(JXL_DEC_BASIC_INFO) || JxlDecoderGetBasicInfo(reader.get(), &info) != JXL_DEC_SUCCESS)
        return reader.failure("header");
    return info;
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    JxlReader reader(bytes, JXL_DEC_BASIC_INFO);
    const Result<JxlBasicInfo> info = readInfo(reader);
    if (!info)
        return info.error();
    ImageHeader header;
    header.format = "JPEG XL";
    header.width = info->xsize;
    header.height = info->ysize;
    header.bitsPerChannel = static_cast<int>(info->bits_per_sample);
    header.channels = static_cast<int>(info->num_color_channels + (info->alpha_bits > 0 ? 1 : 0));
    header.frames = info->have_animation ? 2 : 1; // how many, only decoding would tell
    return header;
}

/// The note about colours, and pixels of lossy files as sRGB: they have none of their own.
bool chooseColours(JxlDecoder* decoder, const JxlBasicInfo& info)
{
    if (!info.uses_original_profile) {
        JxlColorEncoding srgb = {};
        srgb.color_space = info.num_color_channels == 1 ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB;
        srgb.white_point = JXL_WHITE_POINT_D65;
        srgb.primaries = JXL_PRIMARIES_SRGB;
        srgb.transfer_function = JXL_TRANSFER_FUNCTION_SRGB;
        srgb.rendering_intent = JXL_RENDERING_INTENT_PERCEPTUAL;
        JxlDecoderSetPreferredColorProfile(decoder, &srgb);
        return false;
    }
    JxlColorEncoding stored = {};
#if JPEGXL_NUMERIC_VERSION >= JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
    const JxlDecoderStatus known =
        JxlDecoderGetColorAsEncodedProfile(decoder, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &stored);
#else
    const JxlDecoderStatus known =
        JxlDecoderGetColorAsEncodedProfile(decoder, nullptr, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &stored);
#endif
    return known != JXL_DEC_SUCCESS || stored.transfer_function != JXL_TRANSFER_FUNCTION_SRGB
        || (stored.color_space == JXL_COLOR_SPACE_RGB && stored.primaries != JXL_PRIMARIES_SRGB);
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    JxlReader reader(bytes, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE);
    const Result<JxlBasicInfo> info = readInfo(reader);
    if (!info)
        return info.error();
    if (!reader.advance(JXL_DEC_COLOR_ENCODING))
        return reader.failure("header");
    Decoded decoded;
    Image& image = decoded.image;
    std::vector<std::string>& notes = image.origin.notes;
    image.width = static_cast<int>(header.width);
    image.height = static_cast<int>(header.height);
    decoded.orientation = static_cast<int>(info->orientation);
    if (chooseColours(reader.get(), *info))
        notes.emplace_back(ProfileIgnoredNote);
    if (!reader.advance(JXL_DEC_NEED_IMAGE_OUT_BUFFER))
        return reader.failure("pixels");

    const bool deep = info->bits_per_sample > 8;
    const JxlPixelFormat format{3, deep ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
    const std::size_t pixels = static_cast<std::size_t>(header.width) * static_cast<std::size_t>(header.height);
    std::vector<std::uint8_t> packed(3 * pixels * (deep ? 2 : 1));
    if (JxlDecoderSetImageOutBuffer(reader.get(), &format, packed.data(), packed.size()) != JXL_DEC_SUCCESS)
        return damagedError("damaged JPEG XL file: the picture has another size than the file says");
    if (!reader.advance(JXL_DEC_FULL_IMAGE)) {
        const bool some = reader.endsTooEarly() && JxlDecoderFlushImage(reader.get()) == JXL_DEC_SUCCESS;
        if (!some)
            return reader.failure("pixels");
        if (!options.partial)
            return missingPixels(image, 1, reader.failure("pixels").reason, options).error();
        markPartial(image, "the file ends too early, detail or parts are lost");
    }
    if (info->exponent_bits_per_sample > 0)
        notes.emplace_back("floating-point values of 0 to 1 rounded to 8 bits, others cut off");
    else if (deep)
        notes.push_back(std::to_string(info->bits_per_sample) + " bits rounded to 8");
    if (info->alpha_bits > 0)
        notes.emplace_back(info->alpha_premultiplied ? AlphaDividedNote : AlphaDroppedNote);
    if (info->num_extra_channels > (info->alpha_bits > 0 ? 1u : 0u))
        notes.emplace_back("further channels dropped");
    takeRgb(packed, deep ? 16 : 8, 3, image.rgb);
    return decoded;
}

} // namespace

const Decoder JpegXlDecoder{"JPEG XL", "jxl", canHandle, probe, decode};

} // namespace halflens
