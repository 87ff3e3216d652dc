// SPDX-License-Identifier: BSD-3-Clause
// Image files made in memory for the decoder tests, by the encoders of the libraries.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace halflens::test {

using Bytes = std::vector<std::uint8_t>;

/// Interleaved samples of 8 or 16 bits.
struct Raster {
    int width = 0;
    int height = 0;
    int channels = 3;
    int bits = 8;
    std::vector<std::uint16_t> samples; ///< width * height * channels, 0 .. 2^bits - 1

    std::uint16_t at(int y, int x, int c) const
    {
        return samples[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x))
                           * static_cast<std::size_t>(channels)
                       + static_cast<std::size_t>(c)];
    }
};

/// Every sample from a function of (y, x, channel).
Raster makeRaster(int width, int height, int channels, int bits, const std::function<int(int, int, int)>& sample);
/// Every sample different from its neighbours, reproducible.
Raster patternRaster(int width, int height, int channels, int bits = 8);
/// The bytes an 8-bit RGB raster decodes to.
Bytes rgbOf(const Raster& raster);

/// A little- or big-endian TIFF block with the one tag "orientation", as EXIF stores it.
Bytes exifBlock(int orientation, bool bigEndian = false);

struct PngOptions {
    bool interlaced = false;
    Bytes exif;
    Bytes profile;
    std::vector<std::uint8_t> paletteRgb; ///< not empty: a palette image, samples are indices
    int paletteBits = 8;
    bool transparency = false; ///< a tRNS chunk
    std::uint32_t frames = 0; ///< > 0: an acTL chunk
    bool exifAtEnd = false;
};
/// Grey, grey + alpha, RGB or RGBA by the channel count.
Bytes encodePng(const Raster& raster, const PngOptions& options = {});

struct JpegOptions {
    int quality = 100;
    bool progressive = false;
    bool arithmetic = false;
    bool subsampled = false; ///< 4:2:0
    bool ycck = false; ///< for four channels: YCCK instead of CMYK
    Bytes exif;
    Bytes profile;
};
/// Grey, RGB or CMYK by the channel count; CMYK samples are written as given.
Bytes encodeJpeg(const Raster& raster, const JpegOptions& options = {});

/// The same bytes in another place: a file with `size` bytes only.
Bytes truncated(const Bytes& bytes, std::size_t size);
Bytes bytesOf(const std::string& text);

} // namespace halflens::test
