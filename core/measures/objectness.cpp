// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/objectness.h"

#include "core/base/parallel.h"
#include "core/measures/field.h"
#include "core/measures/minimum_barrier.h"
#include "core/measures/resample.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace halflens {

namespace {

constexpr int WorkingSide = 300;
constexpr int Channels = 3;
constexpr double BorderShare = 0.1; ///< depth of a border region, as a share of the side
constexpr double ColourVariance = 1; ///< added to each variance: quantisation, and no division by 0

using Colour = std::array<double, Channels>;

/// The reduced image in 8-bit CIE Lab, one plane per channel.
struct LabImage {
    int height = 0;
    int width = 0;
    std::array<std::vector<std::uint8_t>, Channels> planes;

    Colour at(std::size_t i) const
    {
        return {static_cast<double>(planes[0][i]), static_cast<double>(planes[1][i]),
                static_cast<double>(planes[2][i])};
    }
};

LabImage reducedLab(const Image& image)
{
    const FieldSize size = reducedSize(image.height, image.width, WorkingSide);
    const cv::Mat colour(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat lab;
    cv::resize(colour, lab, cv::Size(size.width, size.height), 0, 0, cv::INTER_AREA);
    cv::cvtColor(lab, lab, cv::COLOR_RGB2Lab);
    LabImage result{size.height, size.width, {}};
    const auto count = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        std::vector<std::uint8_t>& plane = result.planes[channel];
        plane.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            plane[i] = lab.data[Channels * i + channel];
    }
    return result;
}

void divideByMaximum(Field& field)
{
    const double highest = *std::max_element(field.values.begin(), field.values.end());
    for (double& value : field.values)
        value = highest > 0 ? value / highest : 0;
}

/// Inverse of the symmetric, positive definite 3 x 3 matrix (xx, xy, xz, yy, yz, zz), by cofactors.
std::array<double, 6> inverse(const std::array<double, 6>& m)
{
    const auto [xx, xy, xz, yy, yz, zz] = m;
    const std::array<double, 6> cofactors{yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy,
                                          xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy};
    const double determinant = xx * cofactors[0] + xy * cofactors[1] + xz * cofactors[2];
    std::array<double, 6> result{};
    std::transform(cofactors.begin(), cofactors.end(), result.begin(),
                   [&](double value) { return value / determinant; });
    return result;
}

/// Distance of every pixel's colour from those of one border region, in standard deviations of the
/// region along the direction of the difference.
Field distanceFromRegion(const LabImage& lab, cv::Rect region)
{
    Colour mean{};
    std::array<double, 6> squares{};
    for (int y = region.y; y < region.y + region.height; ++y) {
        for (int x = region.x; x < region.x + region.width; ++x) {
            const Colour c =
                lab.at(static_cast<std::size_t>(y) * static_cast<std::size_t>(lab.width) + static_cast<std::size_t>(x));
            for (std::size_t i = 0; i < Channels; ++i)
                mean[i] += c[i];
            const std::array<double, 6> products{c[0] * c[0], c[0] * c[1], c[0] * c[2],
                                                 c[1] * c[1], c[1] * c[2], c[2] * c[2]};
            for (std::size_t i = 0; i < products.size(); ++i)
                squares[i] += products[i];
        }
    }
    // Sums of whole numbers are exact, so subtracting the means below loses nothing.
    const double count = region.area();
    for (double& value : mean)
        value /= count;
    const auto [l, a, b] = mean;
    const std::array<double, 6> covariance{squares[0] / count - l * l + ColourVariance,
                                           squares[1] / count - l * a,
                                           squares[2] / count - l * b,
                                           squares[3] / count - a * a + ColourVariance,
                                           squares[4] / count - a * b,
                                           squares[5] / count - b * b + ColourVariance};
    const auto [xx, xy, xz, yy, yz, zz] = inverse(covariance);
    Field result(lab.height, lab.width);
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        const Colour c = lab.at(i);
        const double x = c[0] - l;
        const double y = c[1] - a;
        const double z = c[2] - b;
        const double square = xx * x * x + yy * y * y + zz * z * z + 2 * (xy * x * y + xz * x * z + yz * y * z);
        result.values[i] = std::sqrt(std::max(0.0, square));
    }
    divideByMaximum(result);
    return result;
}

/// Sum over the four border regions without the largest: one of them may show the object itself.
Field borderColourContrast(const LabImage& lab)
{
    const auto depth = [](int side) { return std::max(1, static_cast<int>(std::lround(BorderShare * side))); };
    const int rows = depth(lab.height);
    const int columns = depth(lab.width);
    const std::array<cv::Rect, 4> regions{
        cv::Rect(0, 0, lab.width, rows), cv::Rect(0, lab.height - rows, lab.width, rows),
        cv::Rect(0, 0, columns, lab.height), cv::Rect(lab.width - columns, 0, columns, lab.height)};
    std::array<Field, 4> distances;
    parallelFor(static_cast<int>(regions.size()), [&](int i) {
        distances[static_cast<std::size_t>(i)] = distanceFromRegion(lab, regions[static_cast<std::size_t>(i)]);
    });
    Field result(lab.height, lab.width);
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        double sum = 0;
        double largest = 0;
        for (const Field& distance : distances) {
            sum += distance.values[i];
            largest = std::max(largest, distance.values[i]);
        }
        result.values[i] = sum - largest;
    }
    divideByMaximum(result);
    return result;
}

Field barrierDistance(const LabImage& lab)
{
    std::array<std::vector<std::uint8_t>, Channels> distances;
    parallelFor(Channels, [&](int channel) {
        const auto c = static_cast<std::size_t>(channel);
        distances[c] = minimumBarrierDistance(lab.planes[c], lab.height, lab.width);
    });
    Field result(lab.height, lab.width);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = distances[0][i] + distances[1][i] + distances[2][i];
    divideByMaximum(result);
    return result;
}

} // namespace

Result<ScalarMap> MinimumBarrierObjectness::objectness(const Image& image, std::stop_token stop) const
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "objectness", "the image is empty", "open another image", {}};
    return guarded("objectness", [&]() -> Result<ScalarMap> {
        const LabImage lab = reducedLab(image);
        Field sum = barrierDistance(lab);
        if (stop.stop_requested())
            return cancelledError();
        const Field contrast = borderColourContrast(lab);
        for (std::size_t i = 0; i < sum.values.size(); ++i)
            sum.values[i] += contrast.values[i];
        divideByMaximum(sum);
        return toScalarMap(resizedBilinear(sum, mapSize(image.height, image.width)));
    });
}

} // namespace halflens
