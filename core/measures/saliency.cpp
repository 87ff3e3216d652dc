// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/saliency.h"

#include "core/measures/fft.h"
#include "core/measures/gaussian.h"
#include "core/measures/resample.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr int WorkingSide = 64;
constexpr double LogEpsilon = 1e-12;
constexpr double HouSigma = 2.5;
constexpr double FlatRange = 1e-9; ///< far below one 8-bit step, far above rounding

cv::Mat asMat(Field& field)
{
    return {field.height, field.width, CV_64F, field.values.data()};
}

/// |IFFT(exp(R + i arg F))|, R = ln|F| minus its 3 x 3 mean; 1 / N in the inverse.
Field residualMagnitude(const Field& grey, SaliencyMode mode)
{
    const std::size_t count = grey.values.size();
    ComplexBuffer values(grey.values.begin(), grey.values.end());
    ComplexBuffer spectrum(count);
    fftPlan2d(grey.height, grey.width, FftDirection::Forward).execute(values.data(), spectrum.data());

    Field logarithm(grey.height, grey.width);
    for (std::size_t i = 0; i < count; ++i) {
        const double magnitude = std::abs(spectrum[i]);
        // OpenCV has no epsilon; a spectrum cell of exactly 0 would make its neighbours infinite.
        logarithm.values[i] =
            std::log(mode == SaliencyMode::Hou ? magnitude + LogEpsilon : std::max(magnitude, LogEpsilon));
    }
    Field mean(grey.height, grey.width);
    cv::Mat meanMat = asMat(mean);
    cv::blur(asMat(logarithm), meanMat, cv::Size(3, 3), cv::Point(-1, -1),
             mode == SaliencyMode::Hou ? cv::BORDER_REPLICATE : cv::BORDER_REFLECT_101);

    for (std::size_t i = 0; i < count; ++i)
        spectrum[i] = std::polar(std::exp(logarithm.values[i] - mean.values[i]), std::arg(spectrum[i]));
    fftPlan2d(grey.height, grey.width, FftDirection::Backward).execute(spectrum.data(), values.data());

    Field result(grey.height, grey.width);
    for (std::size_t i = 0; i < count; ++i)
        result.values[i] = std::abs(values[i]) / static_cast<double>(count);
    return result;
}

void square(Field& field)
{
    for (double& value : field.values)
        value *= value;
}

SaliencySteps houSteps(const Image& image)
{
    SaliencySteps steps;
    steps.grey = reducedLuminance(image, reducedSize(image.height, image.width, WorkingSide));
    steps.residual = residualMagnitude(steps.grey, SaliencyMode::Hou);
    square(steps.residual);
    steps.smooth = steps.residual;
    smoothGaussian(steps.smooth, HouSigma);
    return steps;
}

/// Grey and reduction in 8 bit with OpenCV's own rounding, which is part of that variant.
Field openCvGrey(const Image& image)
{
    const cv::Mat colour(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat grey;
    cv::cvtColor(colour, grey, cv::COLOR_RGB2GRAY);
    cv::Mat reduced;
    cv::resize(grey, reduced, cv::Size(WorkingSide, WorkingSide), 0, 0, cv::INTER_LINEAR);
    Field field(WorkingSide, WorkingSide);
    cv::Mat target = asMat(field);
    reduced.convertTo(target, CV_64F, 1.0 / 255);
    return field;
}

SaliencySteps openCvSteps(const Image& image)
{
    SaliencySteps steps;
    steps.grey = openCvGrey(image);
    steps.residual = residualMagnitude(steps.grey, SaliencyMode::OpenCv);
    steps.smooth = Field(steps.grey.height, steps.grey.width);
    cv::Mat smooth = asMat(steps.smooth);
    cv::GaussianBlur(asMat(steps.residual), smooth, cv::Size(5, 5), 8, 8, cv::BORDER_REFLECT_101);
    square(steps.smooth);
    return steps;
}

bool isFlat(const Field& grey)
{
    const auto [low, high] = std::minmax_element(grey.values.begin(), grey.values.end());
    return *high - *low < FlatRange;
}

} // namespace

std::string toString(SaliencyMode mode)
{
    return mode == SaliencyMode::Hou ? "hou" : "opencv";
}

Result<SaliencyMode> saliencyModeFromString(const std::string& word)
{
    for (const SaliencyMode mode : {SaliencyMode::Hou, SaliencyMode::OpenCv}) {
        if (word == toString(mode))
            return mode;
    }
    return Error{ErrorCode::InvalidInput, "options", "unknown saliency mode \"" + word + "\"", "use hou or opencv", {}};
}

SaliencySteps saliencySteps(const Image& image, const SaliencyOptions& options)
{
    return options.mode == SaliencyMode::Hou ? houSteps(image) : openCvSteps(image);
}

Result<ScalarMap> saliency(const Image& image, const SaliencyOptions& options)
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "saliency", "the image is empty", "open another image", {}};
    return guarded("saliency", [&]() -> Result<ScalarMap> {
        SaliencySteps steps = saliencySteps(image, options);
        const FieldSize size = mapSize(image.height, image.width);
        if (isFlat(steps.grey))
            return ScalarMap(size.height, size.width);
        if (options.mode == SaliencyMode::Hou)
            return enlargedMinMax(steps.smooth, size);
        const double highest = *std::max_element(steps.smooth.values.begin(), steps.smooth.values.end());
        for (double& value : steps.smooth.values)
            value /= highest;
        return toScalarMap(resizedBilinear(steps.smooth, size));
    });
}

} // namespace halflens
