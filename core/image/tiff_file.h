// SPDX-License-Identifier: BSD-3-Clause
// One libtiff session over bytes in memory: tags of the first page, and its rows or tiles.
// Private to core/image.
#pragma once

#include "core/image/decoder.h"

#include <tiffio.h>

#include <functional>

namespace halflens {

/// Nothing here throws out of libtiff; failures are told by message().
class TiffFile {
public:
    /// `bytes` must outlive the file.
    explicit TiffFile(ByteSpan bytes);
    ~TiffFile();
    TiffFile(const TiffFile&) = delete;
    TiffFile& operator=(const TiffFile&) = delete;

    /// Reads the tags of the page whose directory stands at `offset`. YCbCr in JPEG is set to come out as RGB.
    bool open(std::uint64_t offset);

    std::int64_t width() const { return m_width; }
    std::int64_t height() const { return m_height; }
    int bits() const { return m_bits; }
    int samples() const { return m_samples; }
    int photometric() const { return m_photometric; }
    int compression() const { return m_compression; }
    int sampleFormat() const { return m_sampleFormat; }
    int extraSample() const { return m_extraSample; } ///< kind of the first one
    int inkSet() const { return m_inkSet; }
    int orientation() const { return m_orientation; } ///< 1..8
    bool isPlanar() const { return m_planar && m_samples > 1; }
    ByteSpan profile() const;
    /// 256 RGB entries, those the file lacks black. Only for palettes of 8 bits and fewer.
    std::vector<std::uint8_t> palette() const;

    /// Most bytes one byte of the file can unpack to. 0: a compression that is not read.
    std::uint64_t maxRatio() const;
    /// Bytes of all rows or tiles of all planes.
    std::uint64_t unpackedBytes() const;

    /// Part of a row, samples packed as the tags say.
    struct Piece {
        int y = 0;
        int x = 0;
        int pixels = 0;
        const std::uint8_t* packed = nullptr;
    };
    /// All pieces of a plane (0 unless isPlanar()); rows rise within a column of tiles.
    bool readPieces(int plane, const std::function<void(const Piece&)>& take);

    /// All pixels as RGB of 8 bits by libtiff's own conversion, for kinds that readPieces() cannot hand out.
    bool readRgba(std::vector<std::uint8_t>& rgb);
    /// Rows of the last readPieces() that came from side to side.
    std::int64_t rowsRead() const { return m_rowsRead; }

    std::string message() const { return m_message[0] ? m_message : "it cannot be read"; }

private:
    bool readRows(int plane, const std::function<void(const Piece&)>& take);
    bool readTiles(int plane, const std::function<void(const Piece&)>& take);
    std::uint64_t packedBytes(std::uint64_t pixels) const;
    bool fail(const char* text);

    static int onError(TIFF*, void* self, const char* module, const char* format, va_list arguments);
    static int onWarning(TIFF*, void* self, const char* module, const char* format, va_list arguments);
    static tmsize_t onRead(thandle_t self, void* target, tmsize_t count);
    static tmsize_t onWrite(thandle_t, void*, tmsize_t) { return 0; }
    static toff_t onSeek(thandle_t self, toff_t offset, int whence);
    static int onClose(thandle_t) { return 0; }
    static toff_t onSize(thandle_t self);
    static int onMap(thandle_t self, void** base, toff_t* size);
    static void onUnmap(thandle_t, void*, toff_t) { }

    ByteSpan m_bytes;
    toff_t m_position = 0;
    TIFF* m_tiff = nullptr;
    std::int64_t m_rowsRead = 0;
    char m_message[200] = {};
    bool m_jpegDamaged = false;
    std::uint32_t m_width = 0;
    std::uint32_t m_height = 0;
    std::uint16_t m_bits = 1;
    std::uint16_t m_samples = 1;
    std::uint16_t m_photometric = PHOTOMETRIC_MINISBLACK;
    std::uint16_t m_compression = COMPRESSION_NONE;
    std::uint16_t m_sampleFormat = SAMPLEFORMAT_UINT;
    std::uint16_t m_extraSample = EXTRASAMPLE_UNSPECIFIED;
    std::uint16_t m_inkSet = INKSET_CMYK;
    std::uint16_t m_orientation = ORIENTATION_TOPLEFT;
    bool m_planar = false;
};

} // namespace halflens
