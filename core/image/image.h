// SPDX-License-Identifier: BSD-3-Clause
// The decoded photo every other module starts from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace halflens {

/// What the file held before it became 8-bit sRGB, for the status bar and the JSON output.
struct ImageOrigin {
    std::string format; ///< "PNG", "JPEG", ...: the names of imageFormats()
    int bitsPerChannel = 8; ///< of the file
    int channels = 3; ///< of the file
    bool orientationApplied = false; ///< an EXIF orientation other than 1 was undone
    int frames = 1; ///< > 1: animated or multi-page; only one is used
    bool isPartial = false; ///< part of the picture is missing and shown grey
    std::vector<std::string> notes; ///< conversions in plain words, e.g. "alpha blended over black"
};

/// H x W 8-bit sRGB, interleaved RGB, no row padding, orientation applied. Immutable once shared.
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb; ///< 3 * width * height
    ImageOrigin origin;
    std::string contentHash; ///< SHA-256 of size and pixels, hexadecimal

    const std::uint8_t* row(int y) const
    {
        return rgb.data() + 3 * static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    }
};

} // namespace halflens
