// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/image_pyramid.h"

#include <algorithm>
#include <utility>

namespace halflens {

namespace {

constexpr int SmallestLevel = 256;

/// Means of 2 x 2 pixels; an odd last row or column is averaged with itself.
QImage halved(const QImage& source)
{
    const int width = (source.width() + 1) / 2;
    const int height = (source.height() + 1) / 2;
    QImage target(width, height, QImage::Format_RGB888);
    if (target.isNull())
        return target;
    for (int y = 0; y < height; ++y) {
        const uchar* upper = source.constScanLine(2 * y);
        const uchar* lower = source.constScanLine(std::min(2 * y + 1, source.height() - 1));
        uchar* out = target.scanLine(y);
        for (int x = 0; x < width; ++x) {
            const int left = 6 * x;
            const int right = 3 * std::min(2 * x + 1, source.width() - 1);
            for (int c = 0; c < 3; ++c)
                *out++ = static_cast<uchar>(
                    (upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) / 4);
        }
    }
    return target;
}

} // namespace

QImage sharedQImage(std::shared_ptr<const Image> image)
{
    if (!image || image->rgb.empty())
        return {};
    auto* keepAlive = new std::shared_ptr<const Image>(std::move(image));
    const Image& held = **keepAlive;
    return QImage(
        held.rgb.data(), held.width, held.height, 3 * static_cast<qsizetype>(held.width), QImage::Format_RGB888,
        [](void* pointer) { delete static_cast<std::shared_ptr<const Image>*>(pointer); }, keepAlive);
}

ImagePyramid ImagePyramid::build(std::shared_ptr<const Image> image)
{
    ImagePyramid pyramid;
    QImage level = sharedQImage(std::move(image));
    while (!level.isNull()) {
        pyramid.m_levels.push_back(level);
        if (std::max(level.width(), level.height()) <= SmallestLevel)
            break;
        level = halved(level);
    }
    return pyramid;
}

const QImage& ImagePyramid::levelFor(double zoom) const
{
    std::size_t level = 0;
    double scale = 0.5;
    while (level + 1 < m_levels.size() && zoom <= scale) {
        ++level;
        scale /= 2;
    }
    return m_levels[level];
}

std::uint64_t LoadedImage::byteSize() const
{
    return image ? image->rgb.size() + image->rgb.size() / 3 : 0;
}

} // namespace halflens
