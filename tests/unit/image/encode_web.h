// SPDX-License-Identifier: BSD-3-Clause
// GIF, AVIF, HEIC and JPEG XL files made in memory by the encoders of the libraries.
#pragma once

#include "tests/unit/image/encode.h"

namespace halflens::test {

struct GifOptions {
    std::vector<std::uint8_t> paletteRgb; ///< of the picture, empty: that of the file, where index i is (i, 255 - i, 7)
    bool interlaced = false;
    bool transparency = false; ///< index 0
    int frames = 1; ///< those behind the first show index 0 alone
    int left = 0; ///< place of the picture on a larger screen
    int top = 0;
};
/// `raster`: one channel, palette indices.
Bytes encodeGif(const Raster& raster, const GifOptions& options = {});

struct AvifOptions {
    int depth = 8; ///< that of the raster
    int rotation = 0; ///< quarter turns anticlockwise
    int mirror = -1; ///< 0: top and bottom change places, 1: left and right
    Bytes profile;
    int frames = 1;
};
/// RGB or RGBA, without loss.
Bytes encodeAvif(const Raster& raster, const AvifOptions& options = {});

/// RGB of 8 or 10 bits, nearly without loss, turned by the container. Empty when libheif has no encoder for it.
Bytes encodeHeic(const Raster& raster, int orientation = 1);

struct JxlOptions {
    bool lossless = true;
    int orientation = 1;
};
/// Grey, RGB or RGBA of 8 or 16 bits.
Bytes encodeJxl(const Raster& raster, const JxlOptions& options = {});

} // namespace halflens::test
