// SPDX-License-Identifier: BSD-3-Clause
// The directories of a TIFF without its pixels: which pages there are, which of them are reduced copies, whether all
// of it is a camera raw file, and the orientation of the first. EXIF blocks are built the same way.
// Private to core/image.
#pragma once

#include "core/image/decoder.h"

namespace halflens {

struct TiffPage {
    std::uint64_t offset = 0; ///< of its directory, for TIFFSetSubDirectory()
    bool isReduced = false; ///< says itself that it is a smaller copy of another
    bool isMask = false; ///< a transparency mask, no picture
};

struct TiffStructure {
    /// The pictures to choose from: those of the main chain that are neither reduced nor masks; where it has none,
    /// those hung below its first page; where there are none either, the main chain as it is.
    std::vector<TiffPage> pages;
    bool reducedFirst = false; ///< the file starts with a reduced copy, which is not among `pages`
    bool isRaw = false; ///< sensor data in one of its directories, or isDng
    bool isDng = false;
    std::string maker; ///< of the camera, empty where not given
};

/// Bounded: 1000 pages, 32 pages below each. Damaged parts are left out. Any thread.
TiffStructure tiffStructure(ByteSpan bytes);

/// Orientation 1..8 of the first directory, of whatever integer type; 0 when there is none. Takes no memory.
int tiffOrientation(ByteSpan bytes) noexcept;

/// Whether `bytes` start as a TIFF or BigTIFF does.
bool isTiff(ByteSpan bytes);

} // namespace halflens
