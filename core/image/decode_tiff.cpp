// SPDX-License-Identifier: BSD-3-Clause
// TIFF through libtiff, from memory: the rows and tiles come from the library, their samples are
// turned into RGB here, because libtiff's own RGBA form multiplies alpha in and cuts 16 bits off.
#include "core/image/colour.h"
#include "core/image/decoder.h"
#include "core/image/tiff_file.h"
#include "core/image/tiff_structure.h"
#include "core/image/tiff_values.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace halflens {

namespace {

enum class Kind { Grey, InvertedGrey, Palette, Rgb, Cmyk, Lab };

constexpr const char* Remedy = "save it with 8 or 16 bits a sample, uncompressed or with LZW or deflate compression";

/// How the samples of a pixel become a colour.
struct Layout {
    Kind kind = Kind::Grey;
    int colours = 1; ///< leading samples that hold the colour
    int alpha = -1; ///< sample the colours are premultiplied with
    std::string note; ///< about samples that are left out
    int used() const { return alpha < 0 ? colours : colours + 1; }
};

/// Known only for samples that SampleRange has to judge.
SampleType typeOf(const TiffFile& file)
{
    switch (file.sampleFormat()) {
    case SAMPLEFORMAT_IEEEFP:
        return {SampleType::Format::Float, file.bits()};
    case SAMPLEFORMAT_INT:
        return {SampleType::Format::Signed, file.bits()};
    default:
        return {SampleType::Format::Unsigned, file.bits()};
    }
}

Result<Layout> layoutOf(const TiffFile& file)
{
    Layout layout;
    switch (file.photometric()) {
    case PHOTOMETRIC_MINISWHITE:
        layout.kind = Kind::InvertedGrey;
        break;
    case PHOTOMETRIC_MINISBLACK:
        break;
    case PHOTOMETRIC_PALETTE:
        layout.kind = Kind::Palette;
        break;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR: // libtiff hands out RGB, see TiffFile::open() and readRgba()
        layout = {Kind::Rgb, 3, -1, {}};
        break;
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
        layout = {Kind::Lab, 3, -1, {}};
        break;
    case PHOTOMETRIC_SEPARATED:
        if (file.samples() < 4 || file.inkSet() != INKSET_CMYK)
            return unsupportedError("TIFF files with other inks than CMYK are not read", Remedy);
        layout = {Kind::Cmyk, 4, -1, {}};
        break;
    default:
        return unsupportedError("TIFF files of colour kind " + std::to_string(file.photometric()) + " are not read",
                                Remedy);
    }
    if (file.samples() < layout.colours)
        return damagedError("damaged TIFF header: fewer samples than colours");
    if (file.samples() > layout.colours) {
        const bool byAlpha = layout.kind != Kind::Palette && layout.kind != Kind::Cmyk && layout.kind != Kind::Lab
            && !typeOf(file).isKnown();
        if (file.extraSample() == EXTRASAMPLE_ASSOCALPHA && byAlpha) {
            layout.alpha = layout.colours;
            layout.note = AlphaDividedNote;
        } else if (file.extraSample() == EXTRASAMPLE_UNASSALPHA) {
            layout.note = AlphaDroppedNote;
        } else {
            layout.note = "further channels dropped";
        }
    }
    return layout;
}

/// Its samples are packed in units of several pixels: left to libtiff.
bool isYcbcrWithoutJpeg(const TiffFile& file)
{
    return file.photometric() == PHOTOMETRIC_YCBCR && file.compression() != COMPRESSION_JPEG;
}

Status checkKind(const TiffFile& file, const Layout& layout)
{
    const int bits = file.bits();
    const bool isUnsigned = file.sampleFormat() == SAMPLEFORMAT_UINT || file.sampleFormat() == SAMPLEFORMAT_VOID;
    const bool wide = typeOf(file).isKnown() && layout.kind != Kind::Palette && layout.kind != Kind::Lab;
    const int deepest = layout.kind == Kind::Palette ? 8 : 16;
    const bool narrow = isUnsigned && bits >= 1 && bits <= deepest;
    const bool lab = layout.kind == Kind::Lab && (bits == 8 || bits == 16); // whatever the sign is said to be
    if (!(layout.kind == Kind::Lab ? lab : wide || narrow))
        return unsupportedError("TIFF files of " + std::to_string(bits) + " bits per sample"
                                    + (isUnsigned ? "" : ", signed or floating-point,") + " are not read here",
                                Remedy);
    if (isYcbcrWithoutJpeg(file) && bits != 8)
        return unsupportedError("TIFF files in YCbCr of " + std::to_string(bits) + " bits are not read", Remedy);
    // 32 samples a pixel at 64 bits: keeps the unpacked size of 2^32 pixels far below 2^64.
    if (file.samples() > 32)
        return unsupportedError("TIFF files of " + std::to_string(file.samples()) + " channels are not read", Remedy);
    if (file.maxRatio() == 0)
        return unsupportedError("TIFF files of compression " + std::to_string(file.compression()) + " are not read",
                                Remedy);
    return {};
}

/// Turns packed samples into rows of RGB.
class SampleConverter {
public:
    SampleConverter(const TiffFile& file, const Layout& layout)
        : m_layout(layout)
        , m_bits(static_cast<unsigned>(file.bits()))
        , m_type(typeOf(file))
        , m_range(m_type)
        , m_signedChroma(file.photometric() == PHOTOMETRIC_CIELAB)
    {
        if (layout.kind == Kind::Cmyk)
            m_cmyk.emplace(file.profile(), false);
        if (layout.kind == Kind::Lab)
            m_lab.emplace();
        if (layout.kind == Kind::Palette)
            m_palette = file.palette();
        for (unsigned v = 0; m_bits <= 8 && v < 1u << m_bits; ++v)
            m_scaled[v] =
                layout.kind == Kind::Palette ? static_cast<std::uint8_t>(v) : scaleTo8Bit(v, (1u << m_bits) - 1);
    }

    /// Whether all samples must be shown to look() before the first is converted.
    bool needsRange() const { return m_type.isKnown(); }
    void look(const std::uint8_t* packed, int pixels, int stride, int channel)
    {
        for (std::size_t i = 0; i < static_cast<std::size_t>(pixels); ++i)
            m_range.add(
                m_type.valueAt(packed, i * static_cast<std::size_t>(stride) + static_cast<std::size_t>(channel)));
    }
    void finishRange() { m_range.finish(); }

    /// Sample `channel` of `pixels` pixels that have `stride` samples each, to every `step`th byte.
    void extract(const std::uint8_t* packed, int pixels, int stride, int channel, std::uint8_t* out, int step)
    {
        std::size_t index = static_cast<std::size_t>(channel);
        if (m_lab || needsRange()) {
            for (int i = 0; i < pixels; ++i, index += static_cast<std::size_t>(stride), out += step)
                *out = m_lab ? labByte(packed, index, channel) : m_range.toByte(m_type.valueAt(packed, index));
            return;
        }
        for (int i = 0; i < pixels; ++i, index += static_cast<std::size_t>(stride), out += step) {
            if (m_bits == 8) {
                *out = m_scaled[packed[index]];
            } else if (m_bits == 16) {
                std::uint16_t value = 0; // libtiff has put it into the byte order of this machine
                std::memcpy(&value, packed + 2 * index, 2);
                m_largest = std::max<unsigned>(m_largest, value);
                *out = scaleTo8Bit(value, 65535);
            } else {
                const unsigned value = bitsAt(packed, index * m_bits);
                *out = m_bits < 8 ? m_scaled[value] : scaleTo8Bit(value, (1u << m_bits) - 1);
            }
        }
    }

    /// `samples`: layout.used() bytes a pixel.
    void toRgb(const std::uint8_t* samples, int pixels, std::uint8_t* rgb) const
    {
        if (m_cmyk || m_lab) {
            m_cmyk ? m_cmyk->convertRow(samples, rgb, pixels) : m_lab->convertRow(samples, rgb, pixels);
            return;
        }
        const int used = m_layout.used();
        for (int i = 0; i < pixels; ++i, samples += used, rgb += 3) {
            if (m_layout.kind == Kind::Palette) {
                std::copy_n(m_palette.data() + 3 * std::size_t{samples[0]}, 3, rgb);
                continue;
            }
            for (int c = 0; c < 3; ++c) {
                unsigned value = samples[m_layout.colours == 1 ? 0 : c];
                if (m_layout.alpha >= 0) {
                    const unsigned alpha = samples[m_layout.alpha];
                    value = alpha == 0 ? 0 : std::min(255u, (value * 255 + alpha / 2) / alpha);
                }
                rgb[c] = static_cast<std::uint8_t>(m_layout.kind == Kind::InvertedGrey ? 255 - value : value);
            }
        }
    }

    void addNotes(std::vector<std::string>& notes) const
    {
        if (needsRange())
            notes.push_back(m_range.note());
        else if (m_bits > 8)
            notes.push_back(std::to_string(m_bits) + " bits rounded to 8");
        if (m_bits == 16 && m_largest > 0 && m_largest <= MostOf12Bits)
            notes.push_back("no value is above " + std::to_string(m_largest)
                            + " of 65535, so the picture is nearly black: it may hold fewer bits than it says");
        if (m_cmyk)
            notes.push_back(m_cmyk->note());
        if (m_lab)
            notes.emplace_back("Lab converted to sRGB by way of 8 bits");
    }

private:
    static constexpr unsigned MostOf12Bits = 4095;

    /// `m_bits` bits from bit `at` on, the highest first. `packed` holds whole bytes.
    unsigned bitsAt(const std::uint8_t* packed, std::size_t at) const
    {
        unsigned value = 0;
        for (unsigned taken = 0; taken < m_bits;) {
            const unsigned inByte = static_cast<unsigned>(at % 8);
            const unsigned count = std::min(m_bits - taken, 8 - inByte);
            value = value << count | (packed[at / 8] >> (8 - inByte - count) & ((1u << count) - 1));
            taken += count;
            at += count;
        }
        return value;
    }

    /// As lcms wants it: 0 is -128 of a and b. CIELAB stores them with a sign, ICCLAB as lcms has them.
    std::uint8_t labByte(const std::uint8_t* packed, std::size_t index, int channel) const
    {
        unsigned value = packed[index];
        if (m_bits == 16) {
            std::uint16_t wide = 0;
            std::memcpy(&wide, packed + 2 * index, 2);
            if (channel == 0 && m_signedChroma)
                return scaleTo8Bit(wide, 65535);
            const unsigned shifted = channel > 0 && m_signedChroma ? wide ^ 0x8000u : wide;
            return static_cast<std::uint8_t>(std::min(255u, (shifted + 128) >> 8));
        }
        if (channel > 0 && m_signedChroma)
            value ^= 0x80;
        return static_cast<std::uint8_t>(value);
    }

    const Layout& m_layout;
    unsigned m_bits;
    SampleType m_type;
    SampleRange m_range;
    std::optional<LabConverter> m_lab;
    bool m_signedChroma;
    unsigned m_largest = 0; ///< of 16-bit samples
    std::optional<CmykConverter> m_cmyk;
    std::vector<std::uint8_t> m_palette; ///< 256 RGB entries
    std::array<std::uint8_t, 256> m_scaled = {};
};

/// A pass over all colours for black and white. False where the file ends too early.
bool findRange(TiffFile& file, const Layout& layout, SampleConverter& converter)
{
    bool complete = true;
    for (int plane = 0; complete && plane < (file.isPlanar() ? layout.colours : 1); ++plane) {
        complete = file.readPieces(plane, [&](const TiffFile::Piece& piece) {
            for (int c = 0; c < (file.isPlanar() ? 1 : layout.colours); ++c)
                converter.look(piece.packed, piece.pixels, file.isPlanar() ? 1 : file.samples(), c);
        });
    }
    converter.finishRange();
    return complete;
}

/// Samples of a pixel beside each other: every piece is finished as it comes.
bool readContiguous(TiffFile& file, const Layout& layout, SampleConverter& converter, Image& image)
{
    const std::size_t stride = 3 * static_cast<std::size_t>(image.width);
    image.rgb.reserve(stride * static_cast<std::size_t>(image.height));
    std::vector<std::uint8_t> samples;
    return file.readPieces(0, [&](const TiffFile::Piece& piece) {
        // The image grows with the rows that exist, not with those the header promises.
        if (image.rgb.size() < stride * static_cast<std::size_t>(piece.y + 1))
            image.rgb.resize(stride * static_cast<std::size_t>(piece.y + 1));
        samples.resize(static_cast<std::size_t>(piece.pixels) * static_cast<std::size_t>(layout.used()));
        for (int c = 0; c < layout.used(); ++c)
            converter.extract(piece.packed, piece.pixels, file.samples(), c, samples.data() + c, layout.used());
        converter.toRgb(samples.data(), piece.pixels,
                        image.rgb.data() + stride * static_cast<std::size_t>(piece.y)
                            + 3 * static_cast<std::size_t>(piece.x));
    });
}

/// One plane after the other: the planes are woven together first.
bool readPlanes(TiffFile& file, const Layout& layout, SampleConverter& converter, Image& image)
{
    const auto width = static_cast<std::size_t>(image.width);
    const auto height = static_cast<std::size_t>(image.height);
    const auto used = static_cast<std::size_t>(layout.used());
    std::vector<std::uint8_t> samples(width * height * used);
    for (int c = 0; c < layout.used(); ++c) {
        const bool complete = file.readPieces(c, [&](const TiffFile::Piece& piece) {
            const std::size_t pixel = static_cast<std::size_t>(piece.y) * width + static_cast<std::size_t>(piece.x);
            converter.extract(piece.packed, piece.pixels, 1, 0,
                              samples.data() + pixel * used + static_cast<std::size_t>(c), layout.used());
        });
        if (!complete)
            return false;
    }
    image.rgb.resize(3 * width * height);
    for (std::size_t y = 0; y < height; ++y)
        converter.toRgb(samples.data() + y * width * used, image.width, image.rgb.data() + 3 * y * width);
    return true;
}

/// The page asked for, opened.
Status openPage(TiffFile& file, const TiffStructure& structure, int page)
{
    const auto pages = static_cast<int>(structure.pages.size());
    const auto index = static_cast<std::size_t>(std::clamp(page, 1, std::max(pages, 1)) - 1); // decode.cpp judges it
    if (pages == 0 || !file.open(structure.pages[index].offset))
        return damagedError("damaged TIFF header: " + file.message());
    return {};
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions& options)
{
    const TiffStructure structure = tiffStructure(bytes);
    TiffFile file(bytes);
    if (Status opened = openPage(file, structure, options.page); !opened)
        return std::move(opened).error();
    ImageHeader header;
    header.format = "TIFF";
    header.width = file.width();
    header.height = file.height();
    header.bitsPerChannel = file.bits();
    header.channels = file.samples();
    header.frames = static_cast<int>(structure.pages.size());
    return header;
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    const TiffStructure structure = tiffStructure(bytes);
    TiffFile file(bytes);
    if (Status opened = openPage(file, structure, options.page); !opened)
        return std::move(opened).error();
    const Result<Layout> layout = layoutOf(file);
    if (!layout)
        return layout.error();
    if (Status known = checkKind(file, *layout); !known)
        return std::move(known).error();
    if (Status plausible = checkClaim(header, bytes.size(), file.unpackedBytes(), file.maxRatio()); !plausible)
        return std::move(plausible).error();

    Decoded decoded;
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    SampleConverter converter(file, *layout);
    bool complete = true;
    if (isYcbcrWithoutJpeg(file))
        complete = file.readRgba(decoded.image.rgb);
    else {
        if (converter.needsRange())
            findRange(file, *layout, converter); // where it ends too early, so does the next pass
        complete = file.isPlanar() ? readPlanes(file, *layout, converter, decoded.image)
                                   : readContiguous(file, *layout, converter, decoded.image);
    }

    std::vector<std::string>& notes = decoded.image.origin.notes;
    if (!complete) {
        const std::int64_t rows = file.isPlanar() ? 0 : file.rowsRead();
        if (Status kept = missingPixels(decoded.image, rows, "damaged TIFF pixels: " + file.message(), options); !kept)
            return std::move(kept).error();
    }
    if (structure.reducedFirst)
        notes.emplace_back("the reduced copy at the start of the file is passed over");
    else if (structure.pages.front().isReduced)
        notes.emplace_back("the file calls its only picture a reduced copy of another");
    converter.addNotes(notes);
    if (!layout->note.empty())
        notes.push_back(layout->note);
    if (layout->kind != Kind::Cmyk && !file.profile().empty())
        notes.emplace_back(ProfileIgnoredNote);
    decoded.orientation = file.orientation();
    return decoded;
}

} // namespace

const Decoder TiffDecoder{"TIFF", "tif tiff", isTiff, probe, decode};

} // namespace halflens
