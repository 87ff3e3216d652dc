// SPDX-License-Identifier: BSD-3-Clause
// WebP through libwebp: lossy, lossless, and the first frame of animations.
#include "core/image/colour.h"
#include "core/image/decoder.h"
#include "core/image/orientation.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>
#include <new>

namespace halflens {

namespace {

/// A lossy macroblock of 256 pixels spends more than 3 bits on its prediction modes, whose
/// probabilities are fixed. Lossless files have no bound: one colour takes no bits at all.
constexpr std::uint64_t MaxLossyRatio = 1024;

constexpr const char* IncompleteFile = "damaged WebP file: it ends too early";

struct DemuxerDeleter {
    void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using DemuxerPointer = std::unique_ptr<WebPDemuxer, DemuxerDeleter>;

/// First frame of a file. Its data lies in the file's bytes.
class FrameIterator {
public:
    explicit FrameIterator(const WebPDemuxer* demuxer)
        : m_valid(WebPDemuxGetFrame(demuxer, 1, &m_iterator) != 0)
    { }
    ~FrameIterator() { WebPDemuxReleaseIterator(&m_iterator); }
    FrameIterator(const FrameIterator&) = delete;
    FrameIterator& operator=(const FrameIterator&) = delete;
    explicit operator bool() const { return m_valid; }
    const WebPIterator* operator->() const { return &m_iterator; }

private:
    WebPIterator m_iterator = {};
    bool m_valid;
};

/// EXIF first, XMP where it gives none.
int orientationOf(const WebPDemuxer* demuxer)
{
    int orientation = 0;
    WebPChunkIterator chunk = {};
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0)
        orientation = exifOrientation(ByteSpan(chunk.chunk.bytes, chunk.chunk.size));
    WebPDemuxReleaseChunkIterator(&chunk);
    if (orientation == 0 && WebPDemuxGetChunk(demuxer, "XMP ", 1, &chunk) != 0) {
        orientation = xmpOrientation(ByteSpan(chunk.chunk.bytes, chunk.chunk.size));
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    return orientation;
}

/// The rows that come out of an incomplete file.
int decodeRows(const WebPIterator& frame, WebPDecoderConfig& config)
{
    const std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)> decoder(WebPIDecode(nullptr, 0, &config), WebPIDelete);
    if (!decoder)
        throw std::bad_alloc();
    int rows = 0;
    if (WebPIAppend(decoder.get(), frame.fragment.bytes, frame.fragment.size) == VP8_STATUS_SUSPENDED)
        WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr);
    return rows;
}

/// Decodes the frame to its place on the black canvas.
Status decodeFrame(const WebPIterator& frame, WebPDecoderConfig& config, Image& image, const DecodeOptions& options)
{
    const auto width = static_cast<std::size_t>(image.width);
    const std::size_t stride = 3 * width;
    const auto left = static_cast<std::size_t>(frame.x_offset);
    const auto top = static_cast<std::size_t>(frame.y_offset);
    const auto frameWidth = static_cast<std::size_t>(frame.width);
    const auto frameHeight = static_cast<std::size_t>(frame.height);
    if (left + frameWidth > width || top + frameHeight > static_cast<std::size_t>(image.height))
        return damagedError("damaged WebP header: the first frame lies outside the picture");
    image.rgb.assign(stride * static_cast<std::size_t>(image.height), 0);
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = image.rgb.data() + top * stride + 3 * left;
    config.output.u.RGBA.stride = static_cast<int>(stride);
    config.output.u.RGBA.size = stride * (frameHeight - 1) + 3 * frameWidth;
    switch (WebPDecode(frame.fragment.bytes, frame.fragment.size, &config)) {
    case VP8_STATUS_OK:
        return {};
    case VP8_STATUS_OUT_OF_MEMORY:
        throw std::bad_alloc();
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: {
        const int rows = decodeRows(frame, config);
        return missingPixels(image, rows > 0 ? rows + frame.y_offset : 0, IncompleteFile, options);
    }
    default:
        return damagedError("damaged WebP pixels");
    }
}

bool canHandle(ByteSpan bytes)
{
    return startsWith(bytes, "RIFF") && bytes.size() >= 12 && startsWith(bytes.subspan(8), "WEBP");
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    const WebPData data{bytes.data(), bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    const DemuxerPointer demuxer(WebPDemuxPartial(&data, &state));
    if (!demuxer || state == WEBP_DEMUX_PARSE_ERROR || state == WEBP_DEMUX_PARSING_HEADER)
        return damagedError("damaged WebP header");
    ImageHeader header;
    header.format = "WebP";
    header.width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
    header.height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
    header.channels = (WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) != 0 ? 4 : 3;
    header.frames = std::max(1, static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT)));
    return header;
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    const WebPData data{bytes.data(), bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    const DemuxerPointer demuxer(WebPDemuxPartial(&data, &state));
    if (!demuxer || state == WEBP_DEMUX_PARSE_ERROR)
        return damagedError("damaged WebP file: its parts do not fit together");
    const FrameIterator frame(demuxer.get());
    WebPDecoderConfig config;
    if (!frame || WebPInitDecoderConfig(&config) == 0
        || WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &config.input) != VP8_STATUS_OK
        || config.input.width != frame->width || config.input.height != frame->height)
        return damagedError("damaged WebP file: its first frame cannot be read");
    Image none;
    if (state != WEBP_DEMUX_DONE && !options.partial)
        return missingPixels(none, 1, IncompleteFile, options).error();
    constexpr int Lossless = 2;
    const std::uint64_t framePixels =
        static_cast<std::uint64_t>(frame->width) * static_cast<std::uint64_t>(frame->height);
    if (config.input.format != Lossless) {
        if (Status plausible = checkClaim(header, bytes.size(), framePixels, MaxLossyRatio); !plausible)
            return std::move(plausible).error();
    }

    Decoded decoded;
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    std::vector<std::string>& notes = decoded.image.origin.notes;
    if (Status done = decodeFrame(*frame.operator->(), config, decoded.image, options); !done)
        return std::move(done).error();
    const auto flags = WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS);
    if (header.channels == 4)
        notes.emplace_back(AlphaDroppedNote);
    if (frame->width != header.width || frame->height != header.height)
        notes.emplace_back("the first frame does not cover the picture, the rest is black");
    if ((flags & ICCP_FLAG) != 0)
        notes.emplace_back(ProfileIgnoredNote);
    if ((flags & (EXIF_FLAG | XMP_FLAG)) != 0)
        decoded.orientation = orientationOf(demuxer.get());
    return decoded;
}

} // namespace

const Decoder WebpDecoder{"WebP", "webp", canHandle, probe, decode};

} // namespace halflens
