// SPDX-License-Identifier: BSD-3-Clause
// PNG through libpng: every colour type and depth, interlaced or not.
#include "core/image/colour.h"
#include "core/image/decoder.h"
#include "core/image/orientation.h"

#include <png.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace halflens {

namespace {

/// Deflate cannot pack tighter than 1032 to 1.
constexpr std::uint64_t MaxDeflateRatio = 1040;
/// Largest piece of memory libpng gets: chunks are as long as they say, and rows take 8 bytes a
/// pixel at most. Its own limit on chunks is no more than a warning.
constexpr png_alloc_size_t MaxAllocation = 16'000'000;

/// Packed data is taken in pieces of this size.
constexpr std::size_t PieceBytes = 512;
constexpr const char* EndsTooEarly = "the file ends too early";

/// One libpng session. libpng leaves by longjmp: everything a jump could skip or leave undefined
/// is a member, and no function between setjmp and the jump owns anything.
class PngReader {
public:
    /// `wideWindow`: unpack with the largest window, whatever the file says.
    explicit PngReader(ByteSpan bytes, bool wideWindow = false)
        : m_bytes(bytes)
        , m_wideWindow(wideWindow)
    { }
    ~PngReader() { png_destroy_read_struct(&m_png, &m_info, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    bool readHeader();
    bool readPixels(std::vector<std::uint8_t>& rgb);
    bool readRest();
    ImageHeader header() const;
    int orientation() const { return m_orientation ? m_orientation : m_xmpOrientation; }
    /// Whether every pixel came before readPixels() failed, and only the end of the packed data did not.
    bool onlyEndIsMissing() const;
    bool windowIsTooSmall() const { return std::strstr(m_message, "too far back") != nullptr; }
    /// Whole rows that came; of an interlaced file those of its first pass.
    std::int64_t rows() const { return m_rows; }
    int passes() const { return m_passes; } ///< that were finished; 0 unless interlaced
    void addNotes(std::vector<std::string>& notes) const;
    std::uint64_t filteredBytes() const;
    std::string message() const { return m_message[0] ? m_message : "libpng cannot be started"; }

private:
    static void onRead(png_structp png, png_bytep target, std::size_t count);
    [[noreturn]] static void onError(png_structp png, png_const_charp text);
    static void onWarning(png_structp, png_const_charp) { }
    static png_voidp onAllocate(png_structp, png_alloc_size_t size)
    {
        return size <= MaxAllocation ? std::malloc(size) : nullptr;
    }
    static void onFree(png_structp, png_voidp memory) { std::free(memory); }
    static int onChunk(png_structp png, png_unknown_chunkp chunk);
    void chooseTransforms();

    ByteSpan m_bytes;
    std::size_t m_position = 0;
    png_structp m_png = nullptr;
    png_infop m_info = nullptr;
    char m_message[160] = {};
    png_uint_32 m_frames = 1;
    bool m_hasProfile = false;
    int m_orientation = 0;
    int m_xmpOrientation = 0;
    bool m_wideWindow;
    std::int64_t m_rows = 0;
    int m_passes = 0;
};

void PngReader::onRead(png_structp png, png_bytep target, std::size_t count)
{
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->m_bytes.size() - self->m_position)
        png_error(png, EndsTooEarly);
    std::memcpy(target, self->m_bytes.data() + self->m_position, count);
    self->m_position += count;
}

void PngReader::onError(png_structp png, png_const_charp text)
{
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->m_message, sizeof self->m_message, "%s", text);
    png_longjmp(png, 1);
}

/// Of all that libpng leaves to us, four chunks matter.
int PngReader::onChunk(png_structp png, png_unknown_chunkp chunk)
{
    auto* self = static_cast<PngReader*>(png_get_user_chunk_ptr(png));
    if (std::memcmp(chunk->name, "iCCP", 4) == 0)
        self->m_hasProfile = true;
    else if (std::memcmp(chunk->name, "acTL", 4) == 0 && chunk->size >= 8)
        self->m_frames = std::clamp<png_uint_32>(png_get_uint_32(chunk->data), 1, 0x7fffffff);
    else if (std::memcmp(chunk->name, "eXIf", 4) == 0)
        self->m_orientation = exifOrientation(ByteSpan(chunk->data, chunk->size));
    else if (std::memcmp(chunk->name, "iTXt", 4) == 0
             && startsWith(ByteSpan(chunk->data, chunk->size), "XML:com.adobe.xmp"))
        self->m_xmpOrientation = xmpOrientation(ByteSpan(chunk->data, chunk->size));
    return 1;
}

bool PngReader::readHeader()
{
    m_png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, this, onError, onWarning, nullptr, onAllocate, onFree);
    if (!m_png)
        return false;
    if (setjmp(png_jmpbuf(m_png)))
        return false;
    m_info = png_create_info_struct(m_png);
    if (!m_info)
        return false;
    png_set_read_fn(m_png, this, onRead);
    // A piece that the file ends in is lost whole.
    png_set_compression_buffer_size(m_png, PieceBytes);
    // The size is judged by decode.cpp, with a message of its own.
    png_set_user_limits(m_png, 0x7fffffff, 0x7fffffff);
    // Only the chunks pixels need are parsed by libpng. Profiles and texts are compressed: passed
    // over packed, they cannot be bombs.
    png_set_keep_unknown_chunks(m_png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_read_user_chunk_fn(m_png, this, onChunk);
    if (m_wideWindow)
        png_set_option(m_png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    png_read_info(m_png, m_info);
    return true;
}

void PngReader::chooseTransforms()
{
    const int depth = png_get_bit_depth(m_png, m_info);
    const int type = png_get_color_type(m_png, m_info);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(m_png);
    else if ((type & PNG_COLOR_MASK_COLOR) == 0) {
        if (depth < 8)
            png_set_expand_gray_1_2_4_to_8(m_png);
        png_set_gray_to_rgb(m_png);
    }
    if (depth == 16)
        png_set_scale_16(m_png); // rounds, where png_set_strip_16 would cut off
    png_set_strip_alpha(m_png);
}

bool PngReader::readPixels(std::vector<std::uint8_t>& rgb)
{
    const std::size_t stride = 3 * static_cast<std::size_t>(png_get_image_width(m_png, m_info));
    const png_uint_32 height = png_get_image_height(m_png, m_info);
    if (setjmp(png_jmpbuf(m_png)))
        return false;
    chooseTransforms();
    const int passes = png_set_interlace_handling(m_png);
    png_read_update_info(m_png, m_info);
    if (png_get_rowbytes(m_png, m_info) != stride)
        png_error(m_png, "the colour type is not understood");
    // Row by row, so that a truncated file touches no more memory than it has pixels.
    rgb.reserve(stride * height);
    for (int pass = 0; pass < passes; ++pass) {
        for (png_uint_32 y = 0; y < height; ++y) {
            if (pass == 0)
                rgb.resize(stride * (y + std::size_t{1}));
            png_read_row(m_png, rgb.data() + stride * y, nullptr);
            if (pass == 0)
                m_rows = y + std::int64_t{1};
        }
        if (passes > 1)
            m_passes = pass + 1;
    }
    return true;
}

bool PngReader::onlyEndIsMissing() const
{
    // libpng counts a row when its pixels are in place, and looks for the end of the data after the last.
    const bool complete = png_get_interlace_type(m_png, m_info) == PNG_INTERLACE_NONE
        ? png_get_current_row_number(m_png) >= png_get_image_height(m_png, m_info)
        : png_get_current_pass_number(m_png) >= PNG_INTERLACE_ADAM7_PASSES;
    return complete && (std::strstr(m_message, "Not enough image data") || std::strstr(m_message, EndsTooEarly));
}

/// The chunks after the pixels. Damage there costs an orientation at most.
bool PngReader::readRest()
{
    if (setjmp(png_jmpbuf(m_png)))
        return false;
    png_read_end(m_png, m_info);
    return true;
}

ImageHeader PngReader::header() const
{
    ImageHeader header;
    header.format = "PNG";
    header.width = png_get_image_width(m_png, m_info);
    header.height = png_get_image_height(m_png, m_info);
    header.bitsPerChannel = png_get_bit_depth(m_png, m_info);
    header.channels = png_get_channels(m_png, m_info);
    header.frames = static_cast<int>(m_frames);
    return header;
}

void PngReader::addNotes(std::vector<std::string>& notes) const
{
    const int type = png_get_color_type(m_png, m_info);
    if (png_get_bit_depth(m_png, m_info) == 16)
        notes.emplace_back(SixteenBitNote);
    if ((type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(m_png, m_info, PNG_INFO_tRNS) != 0)
        notes.emplace_back(AlphaDroppedNote);
    if (m_hasProfile)
        notes.emplace_back(ProfileIgnoredNote);
}

/// What the deflate stream unpacks to: one filter byte and the packed samples of each row. Adam7
/// stores the same samples in more and shorter rows, never fewer bytes.
std::uint64_t PngReader::filteredBytes() const
{
    return (static_cast<std::uint64_t>(png_get_rowbytes(m_png, m_info)) + 1) * png_get_image_height(m_png, m_info);
}

bool canHandle(ByteSpan bytes)
{
    return startsWith(bytes, "\x89PNG\r\n\x1a\n");
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    PngReader reader(bytes);
    if (!reader.readHeader())
        return damagedError("damaged PNG header: " + reader.message());
    return reader.header();
}

/// What is left of a file whose pixels end early.
Status keepPixels(const PngReader& reader, Image& image, const DecodeOptions& options)
{
    if (reader.onlyEndIsMissing()) {
        image.origin.notes.emplace_back("the end of the packed data is missing, the pixels are complete");
        return {};
    }
    const std::string reason = "damaged PNG pixels: " + reader.message();
    if (Status kept = missingPixels(image, reader.rows(), reason, options); !kept || reader.passes() == 0)
        return kept;
    image.origin.notes.front() = "part of the picture is missing: only " + std::to_string(reader.passes())
        + " of 7 passes are there, pixels of the others are black (" + reason + ")";
    return {};
}

Result<Decoded> decodeWith(PngReader& reader, ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    if (!reader.readHeader())
        return damagedError("damaged PNG header: " + reader.message());
    if (Status plausible = checkClaim(header, bytes.size(), reader.filteredBytes(), MaxDeflateRatio); !plausible)
        return std::move(plausible).error();
    Decoded decoded;
    reader.addNotes(decoded.image.origin.notes);
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    if (!reader.readPixels(decoded.image.rgb)) {
        if (Status kept = keepPixels(reader, decoded.image, options); !kept)
            return std::move(kept).error();
    } else if (!reader.readRest()) {
        decoded.image.origin.notes.push_back("damaged after the pixels: " + reader.message());
    }
    decoded.orientation = reader.orientation();
    return decoded;
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    PngReader strict(bytes);
    Result<Decoded> decoded = decodeWith(strict, bytes, header, options);
    if (!strict.windowIsTooSmall())
        return decoded;
    PngReader reader(bytes, true);
    decoded = decodeWith(reader, bytes, header, options);
    if (decoded)
        decoded.value().image.origin.notes.emplace_back("the packed data needs a larger window than the file says");
    return decoded;
}

} // namespace

const Decoder PngDecoder{"PNG", "png apng", canHandle, probe, decode};

} // namespace halflens
