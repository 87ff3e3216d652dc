// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/block_overlay.h"

#include <algorithm>

namespace halflens {

namespace {

/// Fills rows [top, bottom), columns [left, right), clipped to the image.
void fill(QImage& image, int top, int bottom, int left, int right, QRgb color)
{
    left = std::max(left, 0);
    right = std::min(right, image.width());
    for (int y = std::max(top, 0); y < std::min(bottom, image.height()); ++y) {
        auto* row = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = left; x < right; ++x)
            row[x] = color;
    }
}

void drawGrid(QImage& image, int widthPx, QRgb color)
{
    const int before = widthPx / 2;
    for (int row = 1; row < GridRows; ++row) {
        const int y = blockRect(BlockIndex::at(row, 0), image.height(), image.width()).top - before;
        fill(image, y, y + widthPx, 0, image.width(), color);
    }
    for (int column = 1; column < GridColumns; ++column) {
        const int x = blockRect(BlockIndex::at(0, column), image.height(), image.width()).left - before;
        fill(image, 0, image.height(), x, x + widthPx, color);
    }
}

} // namespace

Result<QImage> toQImage(const Image& image)
{
    QImage result(image.width, image.height, QImage::Format_RGB32);
    if (result.isNull())
        return Error{ErrorCode::OutOfMemory,
                     "figure",
                     "no memory for a copy of the image",
                     "close other programs or use a smaller image",
                     {}};
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* in = image.row(y);
        auto* out = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (int x = 0; x < image.width; ++x, in += 3)
            out[x] = qRgb(in[0], in[1], in[2]);
    }
    return result;
}

Result<QImage> maskedImage(const Image& image, BlockMask hidden, const MaskStyle& style)
{
    Result<QImage> result = toQImage(image);
    if (!result)
        return result;
    for (int b = 0; b < BlockCount; ++b) {
        if (hidden.contains({b})) {
            const BlockRect rect = blockRect({b}, image.height, image.width);
            fill(*result, rect.top, rect.bottom, rect.left, rect.right, style.hidden | 0xff000000);
        }
    }
    if (style.gridPx > 0)
        drawGrid(*result, style.gridPx, style.grid | 0xff000000);
    return result;
}

} // namespace halflens
