// SPDX-License-Identifier: BSD-3-Clause
// JPEG files made in memory: what compression does to a photo.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"

#include <cstdint>
#include <vector>

namespace halflens {

/// A baseline JPEG by libjpeg's defaults: 4:2:0, slow integer DCT, tables of `quality` 1..100. Any thread.
/// InvalidInput: empty or too large an image, quality out of range; OutOfMemory.
Result<std::vector<std::uint8_t>> encodeJpeg(const Image& image, int quality);

} // namespace halflens
