// SPDX-License-Identifier: BSD-3-Clause
// GIF through giflib: the first picture of the file.
#include "core/image/colour.h"
#include "core/image/decoder.h"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace halflens {

namespace {

/// The longest string of the table from 12 bits.
constexpr std::uint64_t MaxLzwRatio = 4096;
constexpr int MaxFrames = 100'000;

/// One giflib session over bytes in memory.
class GifReader {
public:
    explicit GifReader(ByteSpan bytes)
        : m_bytes(bytes)
        , m_gif(DGifOpen(this, onRead, &m_error))
    { }
    ~GifReader()
    {
        if (m_gif)
            DGifCloseFile(m_gif, nullptr);
    }
    GifReader(const GifReader&) = delete;
    GifReader& operator=(const GifReader&) = delete;

    /// Reads up to the description of the next picture; false at the end of the file or where it is damaged.
    bool findPicture();
    /// Passes over the pixels of the picture found.
    bool skipPixels();
    /// Next row of the picture found.
    bool readRow(std::uint8_t* indices) { return DGifGetLine(m_gif, indices, m_gif->Image.Width) == GIF_OK; }

    const GifImageDesc& picture() const { return m_gif->Image; }
    std::int64_t screenWidth() const { return m_gif->SWidth; }
    std::int64_t screenHeight() const { return m_gif->SHeight; }
    bool hasTransparency() const { return m_transparent; }
    /// RGB of every index: the picture's own colours, those of the file, or greys.
    std::array<std::array<std::uint8_t, 3>, 256> palette() const;
    std::string message() const
    {
        const char* text = GifErrorString(m_gif && m_gif->Error != 0 ? m_gif->Error : m_error);
        return text ? text : "the file ends too early";
    }

private:
    static int onRead(GifFileType* gif, GifByteType* target, int count)
    {
        auto* self = static_cast<GifReader*>(gif->UserData);
        const std::size_t got = std::min(static_cast<std::size_t>(std::max(count, 0)), self->m_bytes.size());
        std::memcpy(target, self->m_bytes.data(), got);
        self->m_bytes = self->m_bytes.subspan(got);
        return static_cast<int>(got);
    }

    ByteSpan m_bytes; ///< what is still to be read
    int m_error = 0;
    bool m_transparent = false;
    GifFileType* m_gif;
};

bool GifReader::findPicture()
{
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    while (m_gif && DGifGetRecordType(m_gif, &record) == GIF_OK && record != TERMINATE_RECORD_TYPE) {
        if (record == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(m_gif) == GIF_OK;
        int code = 0;
        GifByteType* block = nullptr;
        if (record != EXTENSION_RECORD_TYPE || DGifGetExtension(m_gif, &code, &block) != GIF_OK)
            return false;
        while (block) { // the first byte is the length
            if (code == GRAPHICS_EXT_FUNC_CODE && block[0] >= 1)
                m_transparent = (block[1] & 1) != 0;
            if (DGifGetExtensionNext(m_gif, &block) != GIF_OK)
                return false;
        }
    }
    return false;
}

bool GifReader::skipPixels()
{
    int codeSize = 0;
    GifByteType* block = nullptr;
    if (DGifGetCode(m_gif, &codeSize, &block) != GIF_OK)
        return false;
    while (block) {
        if (DGifGetCodeNext(m_gif, &block) != GIF_OK)
            return false;
    }
    return true;
}

std::array<std::array<std::uint8_t, 3>, 256> GifReader::palette() const
{
    std::array<std::array<std::uint8_t, 3>, 256> colours = {};
    const ColorMapObject* map = m_gif->Image.ColorMap ? m_gif->Image.ColorMap : m_gif->SColorMap;
    for (std::size_t i = 0; i < colours.size(); ++i) {
        if (!map)
            colours[i].fill(static_cast<std::uint8_t>(i));
        else if (static_cast<int>(i) < map->ColorCount)
            colours[i] = {map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue};
    }
    return colours;
}

bool canHandle(ByteSpan bytes)
{
    return startsWith(bytes, "GIF87a") || startsWith(bytes, "GIF89a");
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions&)
{
    GifReader reader(bytes);
    if (!reader.findPicture())
        return damagedError("damaged GIF header: " + reader.message());
    ImageHeader header;
    header.format = "GIF";
    // Files exist whose screen is smaller than their picture, or empty.
    const GifImageDesc& picture = reader.picture();
    header.width = std::max<std::int64_t>(reader.screenWidth(), std::int64_t{picture.Left} + picture.Width);
    header.height = std::max<std::int64_t>(reader.screenHeight(), std::int64_t{picture.Top} + picture.Height);
    header.channels = 1;
    while (header.frames < MaxFrames && reader.skipPixels() && reader.findPicture())
        ++header.frames;
    return header;
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    GifReader reader(bytes);
    if (!reader.findPicture())
        return damagedError("damaged GIF header: " + reader.message());
    const GifImageDesc picture = reader.picture();
    const auto width = static_cast<std::size_t>(std::max(picture.Width, 0));
    const auto height = static_cast<std::size_t>(std::max(picture.Height, 0));
    if (Status plausible = checkClaim(header, bytes.size(), std::uint64_t{width} * height, MaxLzwRatio); !plausible)
        return std::move(plausible).error();
    Decoded decoded;
    Image& image = decoded.image;
    image.width = static_cast<int>(header.width);
    image.height = static_cast<int>(header.height);
    const std::size_t stride = 3 * static_cast<std::size_t>(header.width);
    image.rgb.assign(stride * static_cast<std::size_t>(header.height), 0);
    const auto palette = reader.palette();
    std::vector<std::uint8_t> indices(std::max<std::size_t>(width, 1));
    std::size_t rows = 0;
    const auto take = [&](std::size_t y) {
        if (!reader.readRow(indices.data()))
            return false;
        std::uint8_t* out = image.rgb.data() + stride * (static_cast<std::size_t>(picture.Top) + y)
            + 3 * static_cast<std::size_t>(picture.Left);
        for (std::size_t x = 0; x < width; ++x)
            out = std::copy_n(palette[indices[x]].begin(), 3, out);
        ++rows;
        return true;
    };
    bool complete = width > 0;
    constexpr std::array<std::array<std::size_t, 2>, 4> Passes{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    constexpr std::array<std::array<std::size_t, 2>, 1> Straight{{{0, 1}}};
    const std::span<const std::array<std::size_t, 2>> passes = picture.Interlace
        ? std::span<const std::array<std::size_t, 2>>(Passes)
        : std::span<const std::array<std::size_t, 2>>(Straight);
    for (const auto& [first, step] : passes) {
        for (std::size_t y = first; complete && y < height; y += step)
            complete = take(y);
    }
    if (!complete) {
        const std::string reason = "damaged GIF pixels: " + reader.message();
        if (!options.partial || rows == 0)
            return missingPixels(image, rows > 0 ? 1 : 0, reason, {}).error();
        markPartial(image,
                    std::to_string(rows) + " of " + std::to_string(height) + " rows are there, the rest is black ("
                        + reason + ")");
    }
    if (reader.hasTransparency())
        image.origin.notes.emplace_back(AlphaDroppedNote);
    if (static_cast<std::int64_t>(width) != header.width || static_cast<std::int64_t>(height) != header.height)
        image.origin.notes.emplace_back("the first frame does not cover the picture, the rest is black");
    return decoded;
}

} // namespace

const Decoder GifDecoder{"GIF", "gif", canHandle, probe, decode};

} // namespace halflens
