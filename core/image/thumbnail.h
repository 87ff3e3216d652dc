// SPDX-License-Identifier: BSD-3-Clause
// Smaller copies of an image for film strips and zoomed-out views.
#pragma once

#include "core/image/image.h"

namespace halflens {

/// `image` scaled so that its longer side is `longestSide` (>= 1) pixels, by area averaging, no side
/// below 1. An image that is small enough already, or empty, comes back unchanged. The copy keeps
/// the origin and has a content hash of its own. Any thread; throws std::bad_alloc only.
Image downscaled(const Image& image, int longestSide);

} // namespace halflens
