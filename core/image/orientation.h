// SPDX-License-Identifier: BSD-3-Clause
// EXIF orientation: reading the tag and undoing it. Private to core/image.
#pragma once

#include "core/image/image.h"

#include <cstdint>
#include <span>

namespace halflens {

/// Orientation 1..8 of an EXIF block, with or without the leading "Exif\0\0". 1 when the block is
/// damaged, has no such tag, or holds another value: a picture is worth more than its tag.
/// Never throws: it is called from within C libraries.
int exifOrientation(std::span<const std::uint8_t> exif) noexcept;

/// Moves the pixels so that the image stands upright and its tag would be 1. 5..8 swap width and
/// height and need a second buffer. `orientation` outside 2..8 changes nothing.
void applyOrientation(Image& image, int orientation);

} // namespace halflens
