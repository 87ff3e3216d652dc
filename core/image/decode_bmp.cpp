// SPDX-License-Identifier: BSD-3-Clause
// BMP: OS/2 and Windows headers, 1 to 32 bits, bit fields, run lengths. Not through Qt, which takes half a file for a
// whole one.
#include "core/image/colour.h"
#include "core/image/decoder.h"

#include <algorithm>
#include <array>
#include <bit>

namespace halflens {

namespace {

constexpr std::size_t FileHeaderBytes = 14;
enum Compression : std::uint32_t {
    Plain = 0,
    Rle8 = 1,
    Rle4 = 2,
    BitFields = 3,
    EmbeddedJpeg = 4,
    EmbeddedPng = 5,
    AlphaBitFields = 6
};
/// A run of 255 pixels takes two bytes.
constexpr std::uint64_t MaxRunRatio = 128;

/// One colour's bits in a pixel of 16 or 32 bits.
struct BitField {
    std::uint32_t mask = 0;
    int shift = 0;
    std::uint64_t maximum = 0;

    explicit BitField(std::uint32_t bits = 0)
        : mask(bits)
        , shift(bits ? std::countr_zero(bits) : 0)
        , maximum(bits >> shift)
    { }
    /// The mask is one run of bits.
    bool isContiguous() const { return ((maximum + 1) & maximum) == 0; }
    std::uint8_t value(std::uint32_t pixel) const
    {
        const std::uint64_t part = (pixel & mask) >> shift;
        return maximum ? static_cast<std::uint8_t>((part * 255 + maximum / 2) / maximum) : 0;
    }
};

struct BmpHeader {
    std::int64_t width = 0;
    std::int64_t height = 0;
    bool topDown = false;
    unsigned bits = 0;
    std::uint32_t compression = Plain;
    std::size_t pixels = 0; ///< offset of the first row
    std::array<BitField, 3> fields;
    bool hasAlpha = false;
    std::size_t palette = 0; ///< offset of the first entry
    std::size_t paletteEntryBytes = 4;
    std::size_t paletteEntries = 0;

    bool isRunLength() const { return compression == Rle8 || compression == Rle4; }
    /// Filled up to four bytes.
    std::uint64_t rowBytes() const { return (static_cast<std::uint64_t>(width) * bits + 31) / 32 * 4; }
    /// Those with pixels in them.
    std::uint64_t usedRowBytes() const { return (static_cast<std::uint64_t>(width) * bits + 7) / 8; }
};

/// Masks of 16- and 32-bit pixels: given behind the first 40 bytes, or the usual ones.
Status readFields(ByteSpan bytes, std::size_t headerBytes, BmpHeader& header)
{
    if (header.bits != 16 && header.bits != 32)
        return {};
    constexpr std::size_t Masks = FileHeaderBytes + 40;
    if (header.compression == Plain) {
        header.fields = header.bits == 16 ? std::array{BitField(0x7c00), BitField(0x03e0), BitField(0x001f)}
                                          : std::array{BitField(0xff0000), BitField(0xff00), BitField(0xff)};
        return {};
    }
    const bool withAlpha = headerBytes >= 56 || header.compression == AlphaBitFields;
    if (bytes.size() < Masks + (withAlpha ? 16u : 12u))
        return damagedError("damaged BMP header: the colour masks are missing");
    for (std::size_t c = 0; c < 3; ++c) {
        header.fields[c] = BitField(littleEndian32(bytes, Masks + 4 * c));
        if (!header.fields[c].isContiguous())
            return damagedError("damaged BMP header: a colour mask has gaps");
    }
    header.hasAlpha = withAlpha && littleEndian32(bytes, Masks + 12) != 0;
    return {};
}

Status checkKind(const BmpHeader& header)
{
    const auto is = [&](std::initializer_list<unsigned> depths) {
        return std::find(depths.begin(), depths.end(), header.bits) != depths.end();
    };
    const bool known = (header.compression == Plain && is({1, 4, 8, 16, 24, 32}))
        || (header.compression == Rle8 && is({8})) || (header.compression == Rle4 && is({4}))
        || ((header.compression == BitFields || header.compression == AlphaBitFields) && is({16, 32}));
    if (known)
        return {};
    if (header.compression == EmbeddedJpeg || header.compression == EmbeddedPng)
        return unsupportedError("BMP files with an embedded JPEG or PNG are not read");
    return unsupportedError("BMP files of " + std::to_string(header.bits) + " bits and compression "
                            + std::to_string(header.compression) + " are not read");
}

Result<BmpHeader> readHeader(ByteSpan bytes)
{
    BmpHeader header;
    const std::size_t headerBytes = littleEndian32(bytes, FileHeaderBytes);
    const std::size_t infoEnd = FileHeaderBytes + headerBytes;
    if (bytes.size() < infoEnd)
        return damagedError("damaged BMP header: the file ends too early");
    header.pixels = littleEndian32(bytes, 10);
    std::size_t coloursUsed = 0;
    if (headerBytes == 12) {
        header.width = littleEndian16(bytes, 18);
        header.height = littleEndian16(bytes, 20);
        header.bits = littleEndian16(bytes, 24);
        header.paletteEntryBytes = 3;
    } else {
        header.width = static_cast<std::int32_t>(littleEndian32(bytes, 18));
        header.height = static_cast<std::int32_t>(littleEndian32(bytes, 22));
        header.bits = littleEndian16(bytes, 28);
        header.compression = littleEndian32(bytes, 30);
        coloursUsed = littleEndian32(bytes, 46);
    }
    if (header.height < 0) {
        header.topDown = true;
        header.height = -header.height;
    }
    if (Status known = checkKind(header); !known)
        return std::move(known).error();
    if (Status fields = readFields(bytes, headerBytes, header); !fields)
        return std::move(fields).error();
    if (header.bits <= 8) {
        const std::size_t most = std::size_t{1} << header.bits;
        header.paletteEntries = coloursUsed == 0 ? most : std::min(coloursUsed, most);
        header.palette = infoEnd;
        if (bytes.size() < infoEnd + header.paletteEntries * header.paletteEntryBytes)
            return damagedError("damaged BMP header: the palette is incomplete");
    }
    if (header.pixels == 0) { // not filled in: they follow the palette or the masks
        header.pixels = infoEnd + header.paletteEntries * header.paletteEntryBytes;
        if (headerBytes == 40 && header.compression == BitFields)
            header.pixels += 12;
        else if (headerBytes == 40 && header.compression == AlphaBitFields)
            header.pixels += 16;
    }
    if (header.pixels < infoEnd || header.pixels > bytes.size())
        return damagedError("damaged BMP header: the pixels start outside the file");
    return header;
}

/// Rows of a BMP file to RGB. The palette always has 256 entries, unused ones black.
class BmpPixels {
public:
    BmpPixels(ByteSpan bytes, const BmpHeader& header)
        : m_bytes(bytes)
        , m_header(header)
    {
        for (std::size_t i = 0; i < header.paletteEntries; ++i) {
            const std::size_t entry = header.palette + i * header.paletteEntryBytes;
            m_palette[i] = {bytes[entry + 2], bytes[entry + 1], bytes[entry]};
        }
    }

    /// `stored`: number of the row in the file.
    void readRow(std::uint64_t stored, std::uint8_t* rgb) const
    {
        const ByteSpan row = m_bytes.subspan(m_header.pixels + stored * m_header.rowBytes(), m_header.usedRowBytes());
        for (std::size_t x = 0; x < static_cast<std::size_t>(m_header.width); ++x, rgb += 3) {
            if (m_header.bits <= 8) {
                const std::size_t bit = x * m_header.bits;
                putIndex(row[bit / 8] >> (8 - m_header.bits - bit % 8) & ((1u << m_header.bits) - 1), rgb);
            } else if (m_header.bits == 24) {
                for (std::size_t c = 0; c < 3; ++c)
                    rgb[c] = row[3 * x + 2 - c];
            } else {
                const std::uint32_t pixel =
                    m_header.bits == 16 ? littleEndian16(row, 2 * x) : littleEndian32(row, 4 * x);
                for (std::size_t c = 0; c < 3; ++c)
                    rgb[c] = m_header.fields[c].value(pixel);
            }
        }
    }

    /// The palette indices of a run-length file, rows as stored. Pixels passed over stay 0. False
    /// when the data ends before its end mark or leaves the picture.
    bool readRuns(std::vector<std::uint8_t>& indices) const;

    void putIndex(std::size_t index, std::uint8_t* rgb) const
    {
        for (std::size_t c = 0; c < 3; ++c)
            rgb[c] = m_palette[index][c];
    }

private:
    ByteSpan m_bytes;
    const BmpHeader& m_header;
    std::array<std::array<std::uint8_t, 3>, 256> m_palette = {};
};

bool BmpPixels::readRuns(std::vector<std::uint8_t>& indices) const
{
    const bool fourBits = m_header.compression == Rle4;
    const auto width = static_cast<std::size_t>(m_header.width);
    const auto height = static_cast<std::size_t>(m_header.height);
    const ByteSpan data = m_bytes.subspan(m_header.pixels);
    indices.assign(width * height, 0);
    std::size_t x = 0;
    std::size_t y = 0;
    const auto put = [&](std::uint8_t index) {
        if (x >= width || y >= height)
            return false;
        indices[y * width + x++] = index;
        return true;
    };
    std::size_t at = 0;
    while (at + 2 <= data.size()) {
        const unsigned count = data[at];
        const unsigned value = data[at + 1];
        at += 2;
        if (count > 0) { // a run; with 4 bits of two colours in turn
            for (unsigned i = 0; i < count; ++i) {
                if (!put(static_cast<std::uint8_t>(!fourBits ? value : i % 2 == 0 ? value >> 4 : value & 15)))
                    return false;
            }
        } else if (value == 0) { // end of row
            x = 0;
            ++y;
        } else if (value == 1) { // end of picture
            return true;
        } else if (value == 2) { // move
            if (at + 2 > data.size())
                return false;
            x += data[at];
            y += data[at + 1];
            at += 2;
            if (x > width || y > height)
                return false;
        } else { // single pixels, padded to two bytes
            const std::size_t used = fourBits ? (value + 1) / 2 : value;
            if (at + used > data.size())
                return false;
            for (unsigned i = 0; i < value; ++i) {
                const unsigned byte = data[at + (fourBits ? i / 2 : i)];
                if (!put(static_cast<std::uint8_t>(!fourBits ? byte : i % 2 == 0 ? byte >> 4 : byte & 15)))
                    return false;
            }
            at += used + used % 2;
        }
    }
    return y >= height || (y + 1 == height && x == width);
}

bool canHandle(ByteSpan bytes)
{
    if (bytes.size() < FileHeaderBytes + 12 || !startsWith(bytes, "BM"))
        return false;
    const std::uint32_t headerBytes = littleEndian32(bytes, FileHeaderBytes);
    return headerBytes == 12 || (headerBytes >= 40 && headerBytes <= 124);
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    const Result<BmpHeader> bmp = readHeader(bytes);
    if (!bmp)
        return bmp.error();
    ImageHeader header;
    header.format = "BMP";
    header.width = bmp->width;
    header.height = bmp->height;
    header.bitsPerChannel = bmp->bits <= 8 ? static_cast<int>(bmp->bits) : bmp->bits == 16 ? 5 : 8;
    header.channels = bmp->bits <= 8 ? 1 : bmp->hasAlpha ? 4 : 3;
    return header;
}

/// Rows of the file that are there, without those of run lengths.
std::uint64_t rowsAtHand(const BmpHeader& header, std::uint64_t available)
{
    const auto height = static_cast<std::uint64_t>(header.height);
    std::uint64_t rows = available / header.rowBytes();
    if (available % header.rowBytes() >= header.usedRowBytes()) // the last needs no filler
        ++rows;
    return std::min(rows, height);
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& claimed, const DecodeOptions& options)
{
    const Result<BmpHeader> header = readHeader(bytes);
    if (!header)
        return header.error();
    const std::uint64_t available = bytes.size() - header->pixels;
    const auto width = static_cast<std::size_t>(header->width);
    const auto height = static_cast<std::size_t>(header->height);
    const std::uint64_t rows = header->isRunLength() ? height : rowsAtHand(*header, available);
    Decoded decoded;
    Image& image = decoded.image;
    image.width = static_cast<int>(header->width);
    image.height = static_cast<int>(header->height);
    if (header->isRunLength()) {
        if (Status plausible = checkClaim(claimed, available, std::uint64_t{width} * height, MaxRunRatio); !plausible)
            return std::move(plausible).error();
    } else if (rows < height) {
        const std::string reason = "the header claims " + std::to_string(width) + " x " + std::to_string(height)
            + " pixels, but only " + std::to_string(available) + " bytes follow";
        if (Status kept = missingPixels(image, static_cast<std::int64_t>(rows), reason, options); !kept)
            return std::move(kept).error();
    } else if (available < header->rowBytes() * height) {
        image.origin.notes.emplace_back("filler bytes are missing at the end, the pixels are complete");
    }
    if (header->hasAlpha)
        image.origin.notes.emplace_back(AlphaDroppedNote);
    const BmpPixels pixels(bytes, *header);
    std::vector<std::uint8_t> indices;
    if (header->isRunLength() && !pixels.readRuns(indices)) {
        const std::string reason = "damaged BMP pixels: the runs end too early or leave the picture";
        if (!options.partial)
            return missingPixels(image, 1, reason, options).error();
        markPartial(image, reason);
    }
    image.rgb.resize(3 * width * height);
    for (std::size_t y = 0; y < height; ++y) {
        const std::size_t stored = header->topDown ? y : height - 1 - y;
        std::uint8_t* row = image.rgb.data() + 3 * width * y;
        if (indices.empty()) {
            if (stored < rows)
                pixels.readRow(stored, row);
            else
                std::fill_n(row, 3 * width, MissingGrey);
            continue;
        }
        for (std::size_t x = 0; x < width; ++x)
            pixels.putIndex(indices[stored * width + x], row + 3 * x);
    }
    return decoded;
}

} // namespace

const Decoder BmpDecoder{"BMP", "bmp dib", canHandle, probe, decode};

} // namespace halflens
