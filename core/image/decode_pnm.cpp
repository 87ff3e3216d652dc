// SPDX-License-Identifier: BSD-3-Clause
// PNM: bitmap, greymap and pixmap, plain (P1 to P3) and raw (P4 to P6), up to 16 bits. Not through Qt, which rounds
// down, takes values above the largest one and keeps no rows of a file that ends early.
#include "core/image/colour.h"
#include "core/image/decoder.h"

#include <algorithm>
#include <optional>

namespace halflens {

namespace {

bool isSpace(std::uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

bool isDigit(std::uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/// Reads the numbers of header and plain pixels, past blanks and comments.
class PnmScanner {
public:
    PnmScanner(ByteSpan bytes, std::size_t position)
        : m_bytes(bytes)
        , m_position(position)
    { }

    /// Nothing when no number follows or it has more than nine digits.
    std::optional<std::uint32_t> number()
    {
        skipBlanks();
        std::uint32_t value = 0;
        int digits = 0;
        while (m_position < m_bytes.size() && isDigit(m_bytes[m_position])) {
            if (++digits > 9)
                return {};
            value = 10 * value + static_cast<std::uint32_t>(m_bytes[m_position++] - '0');
        }
        if (digits == 0)
            return {};
        return value;
    }

    /// A single 0 or 1; plain bitmaps need no blanks between them.
    std::optional<std::uint32_t> bit()
    {
        skipBlanks();
        if (m_position == m_bytes.size() || (m_bytes[m_position] != '0' && m_bytes[m_position] != '1'))
            return {};
        return static_cast<std::uint32_t>(m_bytes[m_position++] - '0');
    }

    std::size_t position() const { return m_position; }

private:
    void skipBlanks()
    {
        while (m_position < m_bytes.size()) {
            if (m_bytes[m_position] == '#') {
                while (m_position < m_bytes.size() && m_bytes[m_position] != '\n' && m_bytes[m_position] != '\r')
                    ++m_position;
            } else if (isSpace(m_bytes[m_position])) {
                ++m_position;
            } else {
                return;
            }
        }
    }

    ByteSpan m_bytes;
    std::size_t m_position;
};

struct PnmHeader {
    int kind = 0; ///< the digit after P
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t maximum = 1;
    std::size_t pixels = 0; ///< offset of the first pixel

    bool isPlain() const { return kind <= 3; }
    bool isBitmap() const { return kind == 1 || kind == 4; }
    std::uint64_t channels() const { return kind == 3 || kind == 6 ? 3 : 1; }
    /// The fewest bytes the pixels can take. Sides below 1e9, so nothing overflows.
    std::uint64_t bytesNeeded() const
    {
        if (kind == 4)
            return (std::uint64_t{width} + 7) / 8 * height;
        const std::uint64_t samples = std::uint64_t{width} * height * channels();
        if (kind == 1)
            return samples;
        if (isPlain())
            return 2 * samples - 1; // a digit each, blanks between
        return samples * (maximum > 255 ? 2 : 1);
    }
};

Result<PnmHeader> readHeader(ByteSpan bytes)
{
    PnmHeader header;
    header.kind = bytes[1] - '0';
    PnmScanner scanner(bytes, 2);
    const std::optional<std::uint32_t> width = scanner.number();
    const std::optional<std::uint32_t> height = scanner.number();
    const std::optional<std::uint32_t> maximum = header.isBitmap() ? 1 : scanner.number();
    if (!width || !height || !maximum)
        return damagedError("damaged PNM header: width, height or largest value is missing");
    if (*maximum < 1 || *maximum > 65535)
        return damagedError("damaged PNM header: the largest value is " + std::to_string(*maximum));
    header.width = *width;
    header.height = *height;
    header.maximum = *maximum;
    header.pixels = scanner.position();
    if (!header.isPlain()) {
        if (header.pixels >= bytes.size() || !isSpace(bytes[header.pixels]))
            return damagedError("damaged PNM header: it does not end in a blank");
        ++header.pixels; // one blank only, the next byte may be a pixel
    }
    return header;
}

std::optional<std::uint32_t> plainSample(PnmScanner& scanner, const PnmHeader& header)
{
    const std::optional<std::uint32_t> value = header.isBitmap() ? scanner.bit() : scanner.number();
    return value && *value <= header.maximum ? value : std::nullopt;
}

std::optional<std::uint32_t> rawSample(ByteSpan bytes, const PnmHeader& header, std::uint64_t y,
                                       std::uint64_t sampleInRow)
{
    const std::uint64_t perRow = header.width * header.channels();
    if (header.isBitmap()) {
        const std::uint8_t byte = bytes[header.pixels + y * ((perRow + 7) / 8) + sampleInRow / 8];
        return byte >> (7 - sampleInRow % 8) & 1u;
    }
    const std::uint64_t index = y * perRow + sampleInRow;
    std::uint32_t value = 0;
    if (header.maximum > 255) {
        const std::size_t offset = header.pixels + 2 * index;
        value = static_cast<std::uint32_t>(bytes[offset]) << 8 | bytes[offset + 1];
    } else {
        value = bytes[header.pixels + index];
    }
    return value <= header.maximum ? std::optional(value) : std::nullopt;
}

/// Appends row `y` to `rgb`. False when a value is missing or too large.
bool readRow(ByteSpan bytes, const PnmHeader& header, std::uint64_t y, PnmScanner& scanner,
             std::vector<std::uint8_t>& rgb)
{
    const std::uint64_t channels = header.channels();
    rgb.resize(3 * std::size_t{header.width} * (y + 1));
    std::uint8_t* out = rgb.data() + 3 * std::size_t{header.width} * y;
    for (std::uint64_t i = 0; i < header.width * channels; ++i) {
        const std::optional<std::uint32_t> sample =
            header.isPlain() ? plainSample(scanner, header) : rawSample(bytes, header, y, i);
        if (!sample)
            return false;
        const std::uint8_t value =
            scaleTo8Bit(header.isBitmap() ? 1 - *sample : *sample, header.maximum); // in bitmaps 1 is black
        out = std::fill_n(out, 3 / channels, value);
    }
    return true;
}

bool canHandle(ByteSpan bytes)
{
    return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6'
        && (isSpace(bytes[2]) || bytes[2] == '#');
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    const Result<PnmHeader> pnm = readHeader(bytes);
    if (!pnm)
        return pnm.error();
    ImageHeader header;
    header.format = "PNM";
    header.width = pnm->width;
    header.height = pnm->height;
    header.bitsPerChannel = pnm->isBitmap() ? 1 : pnm->maximum > 255 ? 16 : 8;
    header.channels = static_cast<int>(pnm->channels());
    return header;
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    const Result<PnmHeader> pnm = readHeader(bytes);
    if (!pnm)
        return pnm.error();
    Decoded decoded;
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    const std::uint64_t available = bytes.size() - pnm->pixels;
    std::uint64_t rows = pnm->height;
    std::string missing;
    if (pnm->bytesNeeded() > available) {
        missing = "the header claims " + std::to_string(pnm->width) + " x " + std::to_string(pnm->height)
            + " pixels, but only " + std::to_string(available) + " bytes follow";
        if (!pnm->isPlain())
            rows = available / (pnm->bytesNeeded() / pnm->height);
        if (!options.partial || rows == 0)
            return missingPixels(decoded.image, static_cast<std::int64_t>(rows), missing, {}).error();
    }
    if (pnm->maximum > 255)
        decoded.image.origin.notes.emplace_back(SixteenBitNote);
    if (missing.empty())
        decoded.image.rgb.reserve(3 * std::size_t{pnm->width} * pnm->height);
    PnmScanner scanner(bytes, pnm->pixels);
    std::uint64_t y = 0;
    while (y < rows && readRow(bytes, *pnm, y, scanner, decoded.image.rgb))
        ++y;
    if (y < rows && missing.empty())
        return damagedError("damaged PNM pixels: a value is missing or too large in row " + std::to_string(y));
    if (!missing.empty()) {
        if (Status kept = missingPixels(decoded.image, static_cast<std::int64_t>(y), missing, options); !kept)
            return std::move(kept).error();
    }
    return decoded;
}

} // namespace

const Decoder PnmDecoder{"PNM", "ppm pgm pbm pnm", canHandle, probe, decode};

} // namespace halflens
