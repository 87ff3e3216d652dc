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

/// One libpng session. libpng leaves by longjmp: everything a jump could skip or leave undefined
/// is a member, and no function between setjmp and the jump owns anything.
class PngReader {
public:
    explicit PngReader(ByteSpan bytes)
        : m_bytes(bytes)
    { }
    ~PngReader() { png_destroy_read_struct(&m_png, &m_info, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    bool readHeader();
    bool readPixels(std::vector<std::uint8_t>& rgb);
    bool readRest();
    ImageHeader header() const;
    int orientation() const { return m_orientation; }
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
    int m_orientation = 1;
};

void PngReader::onRead(png_structp png, png_bytep target, std::size_t count)
{
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->m_bytes.size() - self->m_position)
        png_error(png, "the file ends too early");
    std::memcpy(target, self->m_bytes.data() + self->m_position, count);
    self->m_position += count;
}

void PngReader::onError(png_structp png, png_const_charp text)
{
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->m_message, sizeof self->m_message, "%s", text);
    png_longjmp(png, 1);
}

/// Of all that libpng leaves to us, three chunks matter.
int PngReader::onChunk(png_structp png, png_unknown_chunkp chunk)
{
    auto* self = static_cast<PngReader*>(png_get_user_chunk_ptr(png));
    if (std::memcmp(chunk->name, "iCCP", 4) == 0)
        self->m_hasProfile = true;
    else if (std::memcmp(chunk->name, "acTL", 4) == 0 && chunk->size >= 8)
        self->m_frames = std::clamp<png_uint_32>(png_get_uint_32(chunk->data), 1, 0x7fffffff);
    else if (std::memcmp(chunk->name, "eXIf", 4) == 0)
        self->m_orientation = exifOrientation(ByteSpan(chunk->data, chunk->size));
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
    // The size is judged by decode.cpp, with a message of its own.
    png_set_user_limits(m_png, 0x7fffffff, 0x7fffffff);
    // Only the chunks pixels need are parsed by libpng. Profiles and texts are compressed: passed
    // over packed, they cannot be bombs.
    png_set_keep_unknown_chunks(m_png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_read_user_chunk_fn(m_png, this, onChunk);
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
        }
    }
    return true;
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

Result<ImageHeader> probe(ByteSpan bytes)
{
    PngReader reader(bytes);
    if (!reader.readHeader())
        return damagedError("damaged PNG header: " + reader.message());
    return reader.header();
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header)
{
    PngReader reader(bytes);
    if (!reader.readHeader())
        return damagedError("damaged PNG header: " + reader.message());
    if (Status plausible = checkClaim(header, bytes.size(), reader.filteredBytes(), MaxDeflateRatio); !plausible)
        return std::move(plausible).error();
    Decoded decoded;
    reader.addNotes(decoded.image.origin.notes);
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    if (!reader.readPixels(decoded.image.rgb))
        return damagedError("damaged PNG pixels: " + reader.message());
    if (!reader.readRest())
        decoded.image.origin.notes.push_back("damaged after the pixels: " + reader.message());
    decoded.orientation = reader.orientation();
    return decoded;
}

} // namespace

const Decoder PngDecoder{"PNG", canHandle, probe, decode};

} // namespace halflens
