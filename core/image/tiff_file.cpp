// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/tiff_file.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>

namespace halflens {

namespace {

/// One allocation of libtiff: tag arrays, a row or a tile, state of a codec.
constexpr tmsize_t MaxAllocation = 256'000'000;

} // namespace

TiffFile::TiffFile(ByteSpan bytes)
    : m_bytes(bytes)
{ }

TiffFile::~TiffFile()
{
    if (m_tiff)
        TIFFClose(m_tiff);
}

int TiffFile::onError(TIFF*, void* self, const char*, const char* format, va_list arguments)
{
    auto* file = static_cast<TiffFile*>(self);
    if (!file->m_message[0]) // the first is the cause, the others follow from it
        std::vsnprintf(file->m_message, sizeof file->m_message, format, arguments);
    return 1;
}

/// libtiff passes libjpeg's "premature end" and "corrupt data" on as warnings of this module.
int TiffFile::onWarning(TIFF*, void* self, const char* module, const char* format, va_list arguments)
{
    auto* file = static_cast<TiffFile*>(self);
    if (module && std::strcmp(module, "JPEGLib") == 0) {
        file->m_jpegDamaged = true;
        onError(nullptr, self, module, format, arguments);
    }
    return 1;
}

tmsize_t TiffFile::onRead(thandle_t self, void* target, tmsize_t count)
{
    auto* file = static_cast<TiffFile*>(self);
    const toff_t size = file->m_bytes.size();
    if (count <= 0 || file->m_position >= size)
        return 0;
    const toff_t got = std::min(static_cast<toff_t>(count), size - file->m_position);
    std::memcpy(target, file->m_bytes.data() + file->m_position, got);
    file->m_position += got;
    return static_cast<tmsize_t>(got);
}

toff_t TiffFile::onSeek(thandle_t self, toff_t offset, int whence)
{
    auto* file = static_cast<TiffFile*>(self);
    if (whence == SEEK_CUR)
        offset += file->m_position;
    else if (whence == SEEK_END)
        offset += file->m_bytes.size();
    file->m_position = offset; // reading behind the end gives nothing
    return offset;
}

toff_t TiffFile::onSize(thandle_t self)
{
    return static_cast<TiffFile*>(self)->m_bytes.size();
}

/// libtiff only reads what is mapped.
int TiffFile::onMap(thandle_t self, void** base, toff_t* size)
{
    auto* file = static_cast<TiffFile*>(self);
    *base = const_cast<std::uint8_t*>(file->m_bytes.data());
    *size = file->m_bytes.size();
    return 1;
}

bool TiffFile::fail(const char* text)
{
    if (!m_message[0])
        std::snprintf(m_message, sizeof m_message, "%s", text);
    return false;
}

bool TiffFile::open(std::uint64_t offset)
{
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    if (!options)
        return fail("not enough memory");
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, MaxAllocation);
    TIFFOpenOptionsSetErrorHandlerExtR(options, onError, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options, onWarning, this);
    m_tiff = TIFFClientOpenExt("image", "rh", this, onRead, onWrite, onSeek, onClose, onSize, onMap, onUnmap, options);
    TIFFOpenOptionsFree(options);
    if (!m_tiff || TIFFSetSubDirectory(m_tiff, offset) != 1)
        return fail("its directory cannot be read");
    std::uint16_t planar = PLANARCONFIG_CONTIG;
    std::uint16_t extraCount = 0;
    std::uint16_t* extras = nullptr;
    TIFFGetField(m_tiff, TIFFTAG_IMAGEWIDTH, &m_width);
    TIFFGetField(m_tiff, TIFFTAG_IMAGELENGTH, &m_height);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_BITSPERSAMPLE, &m_bits);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_SAMPLESPERPIXEL, &m_samples);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_COMPRESSION, &m_compression);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_SAMPLEFORMAT, &m_sampleFormat);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_INKSET, &m_inkSet);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(m_tiff, TIFFTAG_ORIENTATION, &m_orientation);
    if (!TIFFGetField(m_tiff, TIFFTAG_PHOTOMETRIC, &m_photometric) && m_samples >= 3)
        m_photometric = PHOTOMETRIC_RGB;
    if (TIFFGetField(m_tiff, TIFFTAG_EXTRASAMPLES, &extraCount, &extras) && extraCount > 0 && extras)
        m_extraSample = extras[0];
    if (m_orientation < 1 || m_orientation > 8)
        m_orientation = ORIENTATION_TOPLEFT;
    m_planar = planar == PLANARCONFIG_SEPARATE;
    if (m_compression == COMPRESSION_JPEG && m_photometric == PHOTOMETRIC_YCBCR)
        TIFFSetField(m_tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    return true;
}

ByteSpan TiffFile::profile() const
{
    std::uint32_t count = 0;
    void* data = nullptr;
    if (!TIFFGetField(m_tiff, TIFFTAG_ICCPROFILE, &count, &data) || !data)
        return {};
    return {static_cast<const std::uint8_t*>(data), count};
}

std::vector<std::uint8_t> TiffFile::palette() const
{
    std::vector<std::uint8_t> colours(std::size_t{3} * 256, 0);
    std::uint16_t* planes[3] = {};
    if (m_bits > 8 || !TIFFGetField(m_tiff, TIFFTAG_COLORMAP, &planes[0], &planes[1], &planes[2]))
        return colours;
    const std::size_t count = std::size_t{1} << m_bits;
    // Writers make 16 bits of 8 by v * 257 or by v * 256; the upper byte is right for both. Some old
    // ones store 0..255 as it is.
    const bool small = std::all_of(std::begin(planes), std::end(planes), [&](const std::uint16_t* plane) {
        return plane && std::all_of(plane, plane + count, [](std::uint16_t value) { return value < 256; });
    });
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; planes[c] && i < count; ++i)
            colours[3 * i + c] = static_cast<std::uint8_t>(small ? planes[c][i] : planes[c][i] >> 8);
    }
    return colours;
}

std::uint64_t TiffFile::maxRatio() const
{
    switch (m_compression) {
    case COMPRESSION_NONE:
        return 1;
    case COMPRESSION_PACKBITS:
        return 64; // 128 bytes from two
    case COMPRESSION_LZW:
        return 4096; // the longest string of the table from 12 bits
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
        return 1040;
    case COMPRESSION_JPEG:
        return 2048; // a bit per block of 64 samples and colour, chroma at a quarter
    case COMPRESSION_CCITTRLE: // a bit per row of 65535
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_ZSTD: // a block of 128 kB from four bytes
        return 65'536;
    default:
        return 0; // old JPEG, LZMA, LERC and others: rare, and their decoders trust the file
    }
}

std::uint64_t TiffFile::unpackedBytes() const
{
    const std::uint64_t planes = isPlanar() ? m_samples : 1;
    if (TIFFIsTiled(m_tiff)) {
        // Edge tiles are stored whole.
        const std::uint64_t size = TIFFTileSize64(m_tiff);
        const bool sane = size > 0 && size <= static_cast<std::uint64_t>(MaxAllocation);
        return sane ? size * TIFFNumberOfTiles(m_tiff) : std::numeric_limits<std::uint64_t>::max();
    }
    const std::uint64_t row = TIFFScanlineSize64(m_tiff);
    return row == 0 ? std::numeric_limits<std::uint64_t>::max() : row * m_height * planes;
}

/// Bytes that `pixels` pixels of a row take; libtiff's own figures must not fall below.
std::uint64_t TiffFile::packedBytes(std::uint64_t pixels) const
{
    return (pixels * m_bits * (isPlanar() ? 1u : m_samples) + 7) / 8;
}

bool TiffFile::readPieces(int plane, const std::function<void(const Piece&)>& take)
{
    m_rowsRead = 0;
    const bool complete = TIFFIsTiled(m_tiff) ? readTiles(plane, take) : readRows(plane, take);
    return complete && !m_jpegDamaged;
}

bool TiffFile::readRgba(std::vector<std::uint8_t>& rgb)
{
    TIFFRGBAImage conversion = {};
    char reason[1024] = {};
    if (!TIFFRGBAImageBegin(&conversion, m_tiff, 1, reason))
        return fail(reason);
    conversion.req_orientation = conversion.orientation; // it is undone later, as for all
    std::vector<std::uint32_t> pixels(static_cast<std::size_t>(m_width) * m_height);
    const bool complete = TIFFRGBAImageGet(&conversion, pixels.data(), m_width, m_height) == 1;
    TIFFRGBAImageEnd(&conversion);
    if (!complete || m_message[0])
        return fail("the file ends too early");
    rgb.reserve(3 * pixels.size());
    for (const std::uint32_t pixel : pixels) {
        rgb.push_back(static_cast<std::uint8_t>(TIFFGetR(pixel)));
        rgb.push_back(static_cast<std::uint8_t>(TIFFGetG(pixel)));
        rgb.push_back(static_cast<std::uint8_t>(TIFFGetB(pixel)));
    }
    return true;
}

bool TiffFile::readRows(int plane, const std::function<void(const Piece&)>& take)
{
    const tmsize_t size = TIFFScanlineSize(m_tiff);
    if (size <= 0 || size > MaxAllocation || static_cast<std::uint64_t>(size) < packedBytes(m_width))
        return fail("a row has an impossible length");
    std::vector<std::uint8_t> row(static_cast<std::size_t>(size));
    for (std::uint32_t y = 0; y < m_height; ++y) {
        if (TIFFReadScanline(m_tiff, row.data(), y, static_cast<std::uint16_t>(plane)) < 0 || m_jpegDamaged)
            return fail("the file ends too early");
        take({static_cast<int>(y), 0, static_cast<int>(m_width), row.data()});
        m_rowsRead = y + std::int64_t{1};
    }
    return true;
}

bool TiffFile::readTiles(int plane, const std::function<void(const Piece&)>& take)
{
    std::uint32_t tileWidth = 0;
    std::uint32_t tileHeight = 0;
    TIFFGetField(m_tiff, TIFFTAG_TILEWIDTH, &tileWidth);
    TIFFGetField(m_tiff, TIFFTAG_TILELENGTH, &tileHeight);
    const tmsize_t size = TIFFTileSize(m_tiff);
    const tmsize_t stride = TIFFTileRowSize(m_tiff);
    if (tileWidth == 0 || tileHeight == 0 || size <= 0 || stride <= 0 || size > MaxAllocation
        || static_cast<std::uint64_t>(stride) < packedBytes(tileWidth)
        || static_cast<std::uint64_t>(size) / static_cast<std::uint64_t>(stride) < tileHeight)
        return fail("the tiles have an impossible size");
    std::vector<std::uint8_t> tile(static_cast<std::size_t>(size));
    // 64 bits: stepping past the last tile must not wrap.
    for (std::uint64_t top = 0; top < m_height; top += tileHeight) {
        for (std::uint64_t left = 0; left < m_width; left += tileWidth) {
            if (TIFFReadTile(m_tiff, tile.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top), 0,
                             static_cast<std::uint16_t>(plane))
                    < 0
                || m_jpegDamaged)
                return fail("the file ends too early");
            const auto pixels = static_cast<int>(std::min<std::uint64_t>(tileWidth, m_width - left));
            const std::uint64_t rows = std::min<std::uint64_t>(tileHeight, m_height - top);
            for (std::uint64_t y = 0; y < rows; ++y)
                take({static_cast<int>(top + y), static_cast<int>(left), pixels,
                      tile.data() + y * static_cast<std::uint64_t>(stride)});
        }
        m_rowsRead = static_cast<std::int64_t>(std::min<std::uint64_t>(top + tileHeight, m_height));
    }
    return true;
}

} // namespace halflens
