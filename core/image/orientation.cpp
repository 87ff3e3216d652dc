// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/orientation.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace halflens {

namespace {

constexpr std::array<std::uint8_t, 6> ExifPrefix{'E', 'x', 'i', 'f', 0, 0};

/// The orientation stands in the first directory; a block is never longer than a JPEG segment.
constexpr std::size_t MaxExifBytes = 65'533;

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

int exifOrientation(std::span<const std::uint8_t> exif) noexcept
{
    // libexif wants the prefix, and only JPEG has it.
    const bool hasPrefix =
        exif.size() >= ExifPrefix.size() && std::equal(ExifPrefix.begin(), ExifPrefix.end(), exif.begin());
    std::array<std::uint8_t, ExifPrefix.size() + MaxExifBytes> block{};
    std::size_t size = 0;
    if (!hasPrefix) {
        std::copy(ExifPrefix.begin(), ExifPrefix.end(), block.begin());
        size = ExifPrefix.size();
    }
    const std::size_t copied = std::min(exif.size(), MaxExifBytes);
    std::copy_n(exif.begin(), copied, block.begin() + static_cast<std::ptrdiff_t>(size));
    size += copied;

    int orientation = 1;
    ExifData* data = exif_data_new();
    if (!data)
        return orientation;
    // No repairs: they would only cost time, one tag is wanted.
    exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data, block.data(), static_cast<unsigned>(size));
    const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1 && entry->size >= 2) {
        const int value = exif_get_short(entry->data, exif_data_get_byte_order(data));
        if (value >= 1 && value <= 8)
            orientation = value;
    }
    exif_data_unref(data);
    return orientation;
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
