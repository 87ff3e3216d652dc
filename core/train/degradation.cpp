// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/degradation.h"

#include "core/base/random_stream.h"
#include "core/image/decode.h"

#include <QBuffer>
#include <QImage>
#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace halflens::train {

namespace {

using Levels = std::array<double, DegradationLevels>;
constexpr Levels BlurPx{0.8, 1.4, 2.2, 3.3, 5};
constexpr Levels NoiseLevels{6, 12, 20, 32, 50};
constexpr std::array<int, DegradationLevels> JpegQuality{50, 30, 18, 10, 5};
constexpr Levels ContrastFactor{0.8, 0.64, 0.5, 0.38, 0.28};

std::uint8_t toByte(double value)
{
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

void blur(Image& image, double sigma)
{
    cv::Mat pixels(image.height, image.width, CV_8UC3, image.rgb.data());
    cv::Mat result;
    const int side = 2 * static_cast<int>(std::ceil(3 * sigma)) + 1;
    cv::GaussianBlur(pixels, result, cv::Size(side, side), sigma, sigma, cv::BORDER_REPLICATE);
    result.copyTo(pixels);
}

void addNoise(Image& image, double deviation, std::uint64_t seed)
{
    RandomStream stream(seed, RandomPurpose::Noise);
    for (std::uint8_t& value : image.rgb)
        value = toByte(value + deviation * stream.normal());
}

void lowerContrast(Image& image, double factor)
{
    double sum = 0;
    for (const std::uint8_t value : image.rgb)
        sum += value;
    const double mean = sum / static_cast<double>(image.rgb.size());
    for (std::uint8_t& value : image.rgb)
        value = toByte(mean + factor * (value - mean));
}

Result<Image> throughJpeg(const Image& image, int quality)
{
    const QImage pixels(image.rgb.data(), image.width, image.height, 3 * static_cast<qsizetype>(image.width),
                        QImage::Format_RGB888);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly) || !pixels.save(&buffer, "JPG", quality))
        return Error{
            ErrorCode::Internal, "degrade", "the photo cannot be written as JPEG", "install Qt completely", {}};
    const auto decoded = decodeImage(
        std::span(reinterpret_cast<const std::uint8_t*>(bytes.constData()), static_cast<std::size_t>(bytes.size())));
    if (!decoded)
        return decoded.error();
    return Image(**decoded);
}

} // namespace

DegradationKind degradationFromWord(const std::string& word)
{
    for (const DegradationKind kind :
         {DegradationKind::Blur, DegradationKind::Noise, DegradationKind::Jpeg, DegradationKind::Contrast}) {
        if (word == toString(kind))
            return kind;
    }
    return DegradationKind::None;
}

std::string toString(DegradationKind kind)
{
    switch (kind) {
    case DegradationKind::Blur:
        return "blur";
    case DegradationKind::Noise:
        return "noise";
    case DegradationKind::Jpeg:
        return "jpeg";
    case DegradationKind::Contrast:
        return "contrast";
    case DegradationKind::None:
        break;
    }
    return "none";
}

Result<Image> degraded(const Image& image, Degradation degradation, std::uint64_t seed)
{
    if (degradation.kind == DegradationKind::None || degradation.level < 1 || degradation.level > DegradationLevels)
        return Image(image);
    const auto level = static_cast<std::size_t>(degradation.level - 1);
    return guarded("degrade", [&]() -> Result<Image> {
        if (degradation.kind == DegradationKind::Jpeg)
            return throughJpeg(image, JpegQuality[level]);
        Image copy = image;
        copy.contentHash.clear();
        if (degradation.kind == DegradationKind::Blur)
            blur(copy, BlurPx[level]);
        else if (degradation.kind == DegradationKind::Noise)
            addNoise(copy, NoiseLevels[level], seed);
        else
            lowerContrast(copy, ContrastFactor[level]);
        return copy;
    });
}

} // namespace halflens::train
