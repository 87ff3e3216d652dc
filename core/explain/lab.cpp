// SPDX-License-Identifier: BSD-3-Clause
// sRGB to CIE L*a*b*.
#include "core/base/parallel.h"
#include "core/explain/segmentation.h"

#include <cmath>

namespace halflens {

namespace {

/// Linear light of every 8-bit sRGB value.
const std::array<double, 256>& linearLight()
{
    static const std::array<double, 256> table = [] {
        std::array<double, 256> values{};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double encoded = static_cast<double>(i) / 255;
            values[i] = encoded > 0.04045 ? std::pow((encoded + 0.055) / 1.055, 2.4) : encoded / 12.92;
        }
        return values;
    }();
    return table;
}

double labCurve(double value)
{
    return value > 0.008856 ? std::cbrt(value) : 7.787 * value + 16.0 / 116;
}

} // namespace

std::array<std::vector<double>, 3> labPlanes(const Image& image)
{
    const auto width = static_cast<std::size_t>(image.width);
    std::array<std::vector<double>, 3> planes;
    planes.fill(std::vector<double>(width * static_cast<std::size_t>(image.height)));
    const std::array<double, 256>& light = linearLight();
    parallelFor(image.height, [&](int y) {
        const std::uint8_t* pixel = image.row(y);
        for (std::size_t i = static_cast<std::size_t>(y) * width, end = i + width; i < end; ++i, pixel += 3) {
            const double r = light[pixel[0]];
            const double g = light[pixel[1]];
            const double b = light[pixel[2]];
            // ITU-R BT.709 primaries, white point D65 at (0.95047, 1, 1.08883).
            const double x = labCurve((0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.95047);
            const double middle = labCurve(0.212671 * r + 0.715160 * g + 0.072169 * b);
            const double z = labCurve((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
            planes[0][i] = 116 * middle - 16;
            planes[1][i] = 500 * (x - middle);
            planes[2][i] = 200 * (middle - z);
        }
    });
    return planes;
}

} // namespace halflens
