// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/orientation.h"

#include "core/image/tiff_structure.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace halflens {

namespace {

constexpr std::string_view ExifPrefix("Exif\0\0", 6);

void swapPixels(std::uint8_t* a, std::uint8_t* b)
{
    for (int c = 0; c < 3; ++c)
        std::swap(a[c], b[c]);
}

void mirrorRows(Image& image)
{
    const auto width = static_cast<std::size_t>(image.width);
    for (int y = 0; y < image.height; ++y) {
        std::uint8_t* row = image.rgb.data() + 3 * static_cast<std::size_t>(y) * width;
        for (std::size_t x = 0; x < width / 2; ++x)
            swapPixels(row + 3 * x, row + 3 * (width - 1 - x));
    }
}

void flipRows(Image& image)
{
    const std::size_t stride = 3 * static_cast<std::size_t>(image.width);
    for (int y = 0; y < image.height / 2; ++y) {
        std::uint8_t* upper = image.rgb.data() + static_cast<std::size_t>(y) * stride;
        std::uint8_t* lower = image.rgb.data() + static_cast<std::size_t>(image.height - 1 - y) * stride;
        std::swap_ranges(upper, upper + stride, lower);
    }
}

/// Main-diagonal transpose in tiles, so that neither side runs through memory in large steps.
void transpose(Image& image)
{
    constexpr int Tile = 32;
    const int width = image.width;
    const int height = image.height;
    std::vector<std::uint8_t> turned(image.rgb.size());
    for (int top = 0; top < height; top += Tile) {
        for (int left = 0; left < width; left += Tile) {
            for (int x = left; x < std::min(left + Tile, width); ++x) {
                std::uint8_t* to = turned.data()
                    + 3
                        * (static_cast<std::size_t>(x) * static_cast<std::size_t>(height)
                           + static_cast<std::size_t>(top));
                for (int y = top; y < std::min(top + Tile, height); ++y, to += 3)
                    std::memcpy(to, image.row(y) + 3 * static_cast<std::size_t>(x), 3);
            }
        }
    }
    image.rgb = std::move(turned);
    std::swap(image.width, image.height);
}

} // namespace

int exifOrientation(ByteSpan exif) noexcept
{
    return tiffOrientation(startsWith(exif, ExifPrefix) ? exif.subspan(ExifPrefix.size()) : exif);
}

int xmpOrientation(ByteSpan xmp) noexcept
{
    const std::string_view text(reinterpret_cast<const char*>(xmp.data()), xmp.size());
    constexpr std::string_view Name = "tiff:Orientation";
    const std::size_t at = text.find(Name);
    if (at == std::string_view::npos)
        return 0;
    // An attribute, ="6", or an element, >6<.
    const std::size_t digit = text.find_first_not_of("= \"'>", at + Name.size());
    if (digit == std::string_view::npos || text[digit] < '1' || text[digit] > '8'
        || (digit + 1 < text.size() && text[digit + 1] >= '0' && text[digit + 1] <= '9'))
        return 0;
    return text[digit] - '0';
}

void applyOrientation(Image& image, int orientation)
{
    // 5..8 are the transpose followed by 1..4 in the order 1, 2, 3, 4 of the turned image.
    if (orientation >= 5 && orientation <= 8)
        transpose(image);
    if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7)
        mirrorRows(image);
    if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8)
        flipRows(image);
}

} // namespace halflens
