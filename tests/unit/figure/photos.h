// SPDX-License-Identifier: BSD-3-Clause
// Synthetic photos for figure tests.
#pragma once

#include "core/image/image.h"

#include <cmath>
#include <memory>

namespace halflens::test {

/// Smooth colours without any black: hidden blocks stand out.
inline std::shared_ptr<const Image> syntheticPhoto(int width, int height)
{
    auto image = std::make_shared<Image>();
    image->width = width;
    image->height = height;
    image->rgb.reserve(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image->rgb.push_back(static_cast<std::uint8_t>(60 + 180 * x / width));
            image->rgb.push_back(static_cast<std::uint8_t>(60 + 180 * y / height));
            image->rgb.push_back(static_cast<std::uint8_t>(60 + (x * 24 / width + y * 24 / height) % 4 * 40));
        }
    }
    image->contentHash = "synthetic-" + std::to_string(width) + "x" + std::to_string(height);
    return image;
}

} // namespace halflens::test
