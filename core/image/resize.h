// SPDX-License-Identifier: BSD-3-Clause
// The one rule by which 8-bit images change size.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"

#include <cstdint>
#include <vector>

namespace halflens {

/// The pixels at width x height >= 1: area averaging where neither axis grows, bilinear with
/// half-pixel centres otherwise. May throw what OpenCV throws.
std::vector<std::uint8_t> resizedPixels(const Image& image, int width, int height);

/// The same as an image, contentHash left empty. InvalidInput: empty image, or a side below 1.
Result<Image> resizedImage(const Image& image, int width, int height);

} // namespace halflens
