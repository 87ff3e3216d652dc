// SPDX-License-Identifier: BSD-3-Clause
// TIFF through libtiff, from memory: the rows and tiles come from the library, their samples are
// turned into RGB here, because libtiff's own RGBA form multiplies alpha in and cuts 16 bits off.
#include "core/image/colour.h"
#include "core/image/decoder.h"
#include "core/image/tiff_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace halflens {

namespace {

enum class Kind { Grey, InvertedGrey, Palette, Rgb, Cmyk };

/// How the samples of a pixel become a colour.
struct Layout {
    Kind kind = Kind::Grey;
    int colours = 1; ///< leading samples that hold the colour
    int alpha = -1; ///< sample the colours are premultiplied with
    std::string note; ///< about samples that are left out
    int used() const { return alpha < 0 ? colours : colours + 1; }
};

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
        layout = {Kind::Rgb, 3, -1, {}};
        break;
    case PHOTOMETRIC_YCBCR: // libtiff hands out RGB for JPEG data, see TiffFile::open()
        if (file.compression() != COMPRESSION_JPEG)
            return unsupportedError("TIFF files in YCbCr without JPEG compression are not read");
        layout = {Kind::Rgb, 3, -1, {}};
        break;
    case PHOTOMETRIC_SEPARATED:
        if (file.samples() < 4 || file.inkSet() != INKSET_CMYK)
            return unsupportedError("TIFF files with other inks than CMYK are not read");
        layout = {Kind::Cmyk, 4, -1, {}};
        break;
    default:
        return unsupportedError("TIFF files of colour kind " + std::to_string(file.photometric()) + " are not read");
    }
    if (file.photometric() == PHOTOMETRIC_YCBCR && file.isPlanar())
        return unsupportedError("TIFF files in YCbCr with separate planes are not read");
    if (file.samples() < layout.colours)
        return damagedError("damaged TIFF header: fewer samples than colours");
    if (file.samples() > layout.colours) {
        if (file.extraSample() == EXTRASAMPLE_ASSOCALPHA && layout.kind != Kind::Palette && layout.kind != Kind::Cmyk) {
            layout.alpha = layout.colours;
            layout.note = "alpha dropped, colours divided by it";
        } else if (file.extraSample() == EXTRASAMPLE_UNASSALPHA) {
            layout.note = AlphaDroppedNote;
        } else {
            layout.note = "further channels dropped";
        }
    }
    return layout;
}

Status checkKind(const TiffFile& file, const Layout& layout)
{
    const int bits = file.bits();
    const bool knownDepth =
        bits == 1 || bits == 2 || bits == 4 || bits == 8 || (bits == 16 && layout.kind != Kind::Palette);
    if (!knownDepth)
        return unsupportedError("TIFF files of " + std::to_string(bits) + " bits per sample are not read");
    if (file.sampleFormat() != SAMPLEFORMAT_UINT && file.sampleFormat() != SAMPLEFORMAT_VOID)
        return unsupportedError("TIFF files with signed or floating-point samples are not read");
    // 32 samples a pixel at 16 bits: keeps the unpacked size of 2^32 pixels far below 2^64.
    if (file.samples() > 32)
        return unsupportedError("TIFF files of " + std::to_string(file.samples()) + " channels are not read");
    if (file.maxRatio() == 0)
        return unsupportedError("TIFF files of compression " + std::to_string(file.compression()) + " are not read");
    return {};
}

/// Turns packed samples into rows of RGB.
class SampleConverter {
public:
    SampleConverter(const TiffFile& file, const Layout& layout)
        : m_layout(layout)
        , m_bits(static_cast<unsigned>(file.bits()))
    {
        if (layout.kind == Kind::Cmyk)
            m_cmyk.emplace(file.profile(), false);
        if (layout.kind == Kind::Palette)
            m_palette = file.palette();
        for (unsigned v = 0; m_bits <= 8 && v < 1u << m_bits; ++v)
            m_scaled[v] =
                layout.kind == Kind::Palette ? static_cast<std::uint8_t>(v) : scaleTo8Bit(v, (1u << m_bits) - 1);
    }

    /// Sample `channel` of `pixels` pixels that have `stride` samples each, to every `step`th byte.
    void extract(const std::uint8_t* packed, int pixels, int stride, int channel, std::uint8_t* out, int step) const
    {
        std::size_t index = static_cast<std::size_t>(channel);
        for (int i = 0; i < pixels; ++i, index += static_cast<std::size_t>(stride), out += step) {
            if (m_bits == 8) {
                *out = m_scaled[packed[index]];
            } else if (m_bits == 16) {
                std::uint16_t value = 0; // libtiff has put it into the byte order of this machine
                std::memcpy(&value, packed + 2 * index, 2);
                *out = scaleTo8Bit(value, 65535);
            } else {
                const std::size_t bit = index * m_bits;
                *out = m_scaled[packed[bit / 8] >> (8 - m_bits - bit % 8) & ((1u << m_bits) - 1)];
            }
        }
    }

    /// `samples`: layout.used() bytes a pixel.
    void toRgb(const std::uint8_t* samples, int pixels, std::uint8_t* rgb) const
    {
        if (m_cmyk) {
            m_cmyk->convertRow(samples, rgb, pixels);
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

    std::string cmykNote() const { return m_cmyk ? m_cmyk->note() : std::string(); }

private:
    const Layout& m_layout;
    unsigned m_bits;
    std::optional<CmykConverter> m_cmyk;
    std::vector<std::uint8_t> m_palette; ///< 256 RGB entries
    std::array<std::uint8_t, 256> m_scaled = {};
};

/// Samples of a pixel beside each other: every piece is finished as it comes.
bool readContiguous(TiffFile& file, const Layout& layout, const SampleConverter& converter, Image& image)
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
bool readPlanes(TiffFile& file, const Layout& layout, const SampleConverter& converter, Image& image)
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

bool canHandle(ByteSpan bytes)
{
    using namespace std::string_view_literals;
    for (const std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
        if (startsWith(bytes, magic))
            return true;
    }
    return false;
}

Result<ImageHeader> probe(ByteSpan bytes)
{
    TiffFile file(bytes);
    if (!file.open())
        return damagedError("damaged TIFF header: " + file.message());
    ImageHeader header;
    header.format = "TIFF";
    header.width = file.width();
    header.height = file.height();
    header.bitsPerChannel = file.bits();
    header.channels = file.samples();
    header.frames = file.countPages();
    return header;
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header)
{
    TiffFile file(bytes);
    if (!file.open())
        return damagedError("damaged TIFF header: " + file.message());
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
    const SampleConverter converter(file, *layout);
    const bool complete = file.isPlanar() ? readPlanes(file, *layout, converter, decoded.image)
                                          : readContiguous(file, *layout, converter, decoded.image);
    if (!complete)
        return damagedError("damaged TIFF pixels: " + file.message());

    std::vector<std::string>& notes = decoded.image.origin.notes;
    if (file.bits() == 16)
        notes.emplace_back(SixteenBitNote);
    if (!layout->note.empty())
        notes.push_back(layout->note);
    if (layout->kind == Kind::Cmyk)
        notes.push_back(converter.cmykNote());
    else if (!file.profile().empty())
        notes.emplace_back(ProfileIgnoredNote);
    decoded.orientation = file.orientation();
    return decoded;
}

} // namespace

const Decoder TiffDecoder{"TIFF", canHandle, probe, decode};

} // namespace halflens
