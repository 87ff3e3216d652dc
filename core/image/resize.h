// SPDX-License-Identifier: BSD-3-Clause
// The one rule by which 8-bit images change size. Private to core/image.
#pragma once

#include "core/image/image.h"

#include <cstdint>
#include <vector>

namespace halflens {

/// The pixels at width x height >= 1: area averaging where neither axis grows, bilinear with
/// half-pixel centres otherwise. May throw what OpenCV throws.
std::vector<std::uint8_t> resizedPixels(const Image& image, int width, int height);

} // namespace halflens
