// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/thumbnail.h"

#include "core/image/content_hash.h"
#include "core/image/resize.h"

#include <algorithm>
#include <cstdint>

namespace halflens {

Image downscaled(const Image& image, int longestSide)
{
    const int longest = std::max(image.width, image.height);
    longestSide = std::max(longestSide, 1);
    if (longest <= longestSide)
        return image;
    const auto scaled = [&](int side) {
        const std::int64_t rounded =
            (static_cast<std::int64_t>(side) * longestSide * 2 + longest) / (2 * std::int64_t{longest});
        return std::max(1, static_cast<int>(rounded));
    };
    Image small;
    small.width = scaled(image.width);
    small.height = scaled(image.height);
    small.origin = image.origin;
    small.rgb = resizedPixels(image, small.width, small.height);
    small.contentHash = contentHash(small);
    return small;
}

} // namespace halflens
