// SPDX-License-Identifier: BSD-3-Clause
// Image files made in memory for the decoder tests, by the encoders of the libraries.
#pragma once

#include "core/image/image.h"

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
    int refinements = -1; ///< >= 0: a progressive grey file with a scan for each coefficient and
                          ///< each of this many lower bits, 1 + 63 (refinements + 1) scans
    bool threeScans = false; ///< sequential, a scan for each of three components
    bool subsampled = false; ///< 4:2:0
    bool ycck = false; ///< for four channels: YCCK instead of CMYK
    Bytes exif;
    Bytes profile;
};
/// Grey, RGB or CMYK by the channel count; CMYK samples are written as given.
Bytes encodeJpeg(const Raster& raster, const JpegOptions& options = {});

struct TiffOptions {
    int photometric = -1; ///< -1: grey, RGB or CMYK by the channel count
    int compression = 1; ///< libtiff's COMPRESSION_ constants; 1: none
    int bits = 0; ///< 0: those of the raster
    int rowsPerStrip = 3;
    int tileSide = 0; ///< > 0: tiles
    bool planar = false;
    bool bigEndian = false;
    int extraSample = -1; ///< kind of the samples behind the colours
    int orientation = 0; ///< 0: no tag
    int sampleFormat = 1;
    int pages = 1; ///< those behind the first hold its samples inverted
    bool reducedFirst = false; ///< a small copy before them, marked as such
    int rawBelow = 0; ///< > 0: sensor data of this photometric kind below the first page, with a maker
    Bytes profile;
    std::vector<std::uint16_t> palette; ///< reds, greens, blues
};
Bytes encodeTiff(const Raster& raster, const TiffOptions& options = {});

/// A TIFF of any sample type. `rows`: its rows one behind the other as libtiff takes them.
struct PlainTiff {
    int width = 0;
    int height = 0;
    int channels = 1;
    int bits = 32;
    int sampleFormat = 3; ///< 1 unsigned, 2 signed, 3 floating point
    int photometric = 1;
    int compression = 1;
    int predictor = 1; ///< 2: differences, 3: of floating point
    int subsampling = 1; ///< of YCbCr, in both directions
    bool bigEndian = false;
};
Bytes encodePlainTiff(const PlainTiff& tiff, const Bytes& rows);

struct WebpOptions {
    bool lossless = true;
    float quality = 90;
    Bytes exif;
    Bytes profile;
    int frames = 1; ///< > 1: an animation; the later frames are inverted
    int left = 0; ///< even; place of the frames of an animation on the canvas
    int top = 0;
};
/// RGB or RGBA by the channel count.
Bytes encodeWebp(const Raster& raster, const WebpOptions& options = {});

/// Whether one of the notes contains `part`.
bool hasNote(const Image& image, const std::string& part);

/// The same bytes in another place: a file with `size` bytes only.
Bytes truncated(const Bytes& bytes, std::size_t size);
Bytes bytesOf(const std::string& text);

} // namespace halflens::test
