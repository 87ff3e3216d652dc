// SPDX-License-Identifier: BSD-3-Clause
// EXIF orientation: reading the tag and undoing it. Private to core/image.
#pragma once

#include "core/image/decoder.h"
#include "core/image/image.h"

namespace halflens {

/// Orientation 1..8 of an EXIF block, with or without the leading "Exif\0\0", stored as an integer of any size.
/// 0 when the block is damaged, has no such tag, or holds another value: a picture is worth more than its tag.
/// Takes no memory and never throws: it is called from within C libraries.
int exifOrientation(ByteSpan exif) noexcept;

/// The same from the text of an XMP packet, for files whose EXIF gives none.
int xmpOrientation(ByteSpan xmp) noexcept;

/// Moves the pixels so that the image stands upright and its tag would be 1. 5..8 swap width and
/// height and need a second buffer. `orientation` outside 2..8 changes nothing.
void applyOrientation(Image& image, int orientation);

} // namespace halflens
