// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/model_input.h"

#include "core/image/resize.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace halflens {

namespace {

constexpr int Levels = 256;
using LevelTable = std::array<std::array<float, Levels>, 3>;

/// Fed value of each grey level and channel. Every form is evaluated in float32 in the order its
/// authors use (spec models 0.6).
LevelTable levelTable(const InputSpec& spec)
{
    constexpr std::array UnitMean{0.485f, 0.456f, 0.406f};
    constexpr std::array UnitStd{0.229f, 0.224f, 0.225f};
    constexpr std::array Mean255{117.27205081970828f, 106.23294835284031f, 94.40750328714887f};
    constexpr std::array Std255{59.112836751661085f, 55.65498543815568f, 54.9486100975773f};
    LevelTable table{};
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t level = 0; level < Levels; ++level) {
            const auto x = static_cast<float>(level);
            float& value = table[c][level];
            switch (spec.normalization) {
            case Normalization::PlusMinusOne:
                value = x / 127.5f - 1.0f;
                break;
            case Normalization::ImageNetUnit:
                value = (x / 255.0f - UnitMean[c]) / UnitStd[c];
                break;
            case Normalization::ImageNet255:
                value = (x - Mean255[c]) / Std255[c];
                break;
            case Normalization::Custom:
                value = (x / spec.custom.divisor - spec.custom.mean[c]) / spec.custom.std[c];
                break;
            }
        }
    }
    return table;
}

std::size_t planeSize(const ModelInput& input)
{
    return static_cast<std::size_t>(input.width) * static_cast<std::size_t>(input.height);
}

void normalise(const std::uint8_t* rgb, const LevelTable& table, bool blueFirst, std::size_t pixels, float* planes)
{
    float* first = planes;
    float* green = planes + pixels;
    float* last = planes + 2 * pixels;
    const int red = blueFirst ? 2 : 0;
    const int blue = 2 - red;
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
        first[i] = table[0][rgb[red]];
        green[i] = table[1][rgb[1]];
        last[i] = table[2][rgb[blue]];
    }
}

/// Mean of a plane, summed in eight interleaved parts: exact to about 1e-12, and no single chain
/// of additions to wait for.
float planeMean(const float* plane, std::size_t pixels)
{
    std::array<double, 8> sums{};
    std::size_t i = 0;
    for (; i + sums.size() <= pixels; i += sums.size()) {
        for (std::size_t k = 0; k < sums.size(); ++k)
            sums[k] += static_cast<double>(plane[i + k]);
    }
    double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
    for (; i < pixels; ++i)
        sum += static_cast<double>(plane[i]);
    return static_cast<float>(sum / static_cast<double>(pixels));
}

/// The one value a channel is filled with; not for Blur.
float fillValue(const ModelInput& input, std::size_t channel, Fill fill, const InputSpec& spec)
{
    if (fill == Fill::Black)
        return levelTable(spec)[channel][0];
    if (fill == Fill::Mean)
        return planeMean(input.planes.data() + channel * planeSize(input), planeSize(input));
    return 0.0f;
}

/// Calls row(offset into the planes, count) for every row of the blocks in one channel.
template<class Row> void forEachBlockRow(const ModelInput& input, BlockMask blocks, std::size_t channel, Row&& row)
{
    const auto width = static_cast<std::size_t>(input.width);
    for (int b = 0; b < BlockCount; ++b) {
        if (!blocks.contains({b}))
            continue;
        const BlockRect rect = blockRect({b}, input.height, input.width);
        for (int y = rect.top; y < rect.bottom; ++y)
            row(channel * planeSize(input) + static_cast<std::size_t>(y) * width + static_cast<std::size_t>(rect.left),
                rect.right - rect.left);
    }
}

/// Gaussian of sigma = shorter side / 24. Wide ones are made on a copy reduced by a power of two:
/// area averaging and bilinear growing add f^2 / 12 + f^2 / 6 to the variance, which is taken off
/// the sigma used in between. The time then does not grow with sigma.
void fillWithBlur(ModelInput& input)
{
    constexpr double LeastSmallSigma = 8;
    const double sigma = std::max(1.0, std::min(input.width, input.height) / 24.0);
    int factor = 1;
    while (sigma / (2 * factor) >= LeastSmallSigma)
        factor *= 2;
    const cv::Size smallSize(input.width / factor, input.height / factor);
    const double smallSigma = factor == 1 ? sigma : std::sqrt(sigma * sigma / (factor * factor) - 0.25);
    const int side = 2 * static_cast<int>(std::ceil(3 * smallSigma)) + 1;
    const std::size_t pixels = planeSize(input);
    cv::Mat small;
    cv::Mat blurred;
    for (std::size_t c = 0; c < 3; ++c) {
        cv::Mat plane(input.height, input.width, CV_32F, input.planes.data() + c * pixels);
        cv::resize(plane, small, smallSize, 0, 0, cv::INTER_AREA);
        cv::GaussianBlur(small, blurred, cv::Size(side, side), smallSigma, smallSigma, cv::BORDER_REPLICATE);
        cv::resize(blurred, plane, plane.size(), 0, 0, cv::INTER_LINEAR);
    }
}

} // namespace

Result<ModelInput> toModelInput(const Image& image, const InputSpec& spec)
{
    const auto failure = [](const char* reason, const char* remedy) {
        return Error{ErrorCode::InvalidInput, "input", reason, remedy, {}};
    };
    if (image.width < 1 || image.height < 1
        || image.rgb.size() != 3 * static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height))
        return failure("the image is empty", "open an image first");
    ModelInput input;
    input.policy = spec.policy;
    input.width = image.width;
    input.height = image.height;
    if (spec.policy == InputPolicy::Fit) {
        if (spec.width < 1 || spec.height < 1)
            return failure("the model names no input size", "correct width and height in its manifest");
        const bool turned = spec.transposePortrait && image.height > image.width;
        input.width = turned ? spec.height : spec.width;
        input.height = turned ? spec.width : spec.height;
    }
    input.orientation = input.width >= input.height ? "landscape" : "portrait";

    return guarded("input", [&]() -> Result<ModelInput> {
        const LevelTable table = levelTable(spec);
        const bool blueFirst = spec.normalization == Normalization::Custom && spec.custom.bgr;
        const std::size_t pixels = planeSize(input);
        input.planes.resize(3 * pixels);
        if (input.width == image.width && input.height == image.height) {
            normalise(image.rgb.data(), table, blueFirst, pixels, input.planes.data());
        } else {
            const std::vector<std::uint8_t> resized = resizedPixels(image, input.width, input.height);
            normalise(resized.data(), table, blueFirst, pixels, input.planes.data());
        }
        return std::move(input);
    });
}

ModelInput fillSource(const ModelInput& input, Fill fill, const InputSpec& spec)
{
    ModelInput source = input;
    if (fill == Fill::Blur) {
        fillWithBlur(source);
        return source;
    }
    const std::size_t pixels = planeSize(input);
    for (std::size_t c = 0; c < 3; ++c)
        std::fill_n(source.planes.data() + c * pixels, pixels, fillValue(input, c, fill, spec));
    return source;
}

void copyBlocks(ModelInput& input, const ModelInput& source, BlockMask blocks)
{
    for (std::size_t c = 0; c < 3; ++c) {
        forEachBlockRow(input, blocks, c, [&](std::size_t offset, int count) {
            std::copy_n(source.planes.data() + offset, count, input.planes.data() + offset);
        });
    }
}

void fillBlocks(ModelInput& input, BlockMask blocks, Fill fill, const InputSpec& spec)
{
    if (blocks.isEmpty())
        return;
    if (fill == Fill::Blur) {
        copyBlocks(input, fillSource(input, fill, spec), blocks);
        return;
    }
    for (std::size_t c = 0; c < 3; ++c) {
        const float value = fillValue(input, c, fill, spec);
        forEachBlockRow(input, blocks, c, [&](std::size_t offset, int count) {
            std::fill_n(input.planes.data() + offset, count, value);
        });
    }
}

ModelInput fillSource(const ModelInput& input, Fill fill, Normalization normalization)
{
    InputSpec spec;
    spec.normalization = normalization;
    return fillSource(input, fill, spec);
}

void fillBlocks(ModelInput& input, BlockMask blocks, Fill fill, Normalization normalization)
{
    InputSpec spec;
    spec.normalization = normalization;
    fillBlocks(input, blocks, fill, spec);
}

std::string toString(Fill fill)
{
    switch (fill) {
    case Fill::Zero:
        return "zero";
    case Fill::Black:
        return "black";
    case Fill::Mean:
        return "mean";
    case Fill::Blur:
        return "blur";
    }
    return {};
}

Result<Fill> fillFromString(const std::string& word)
{
    for (const Fill fill : {Fill::Zero, Fill::Black, Fill::Mean, Fill::Blur}) {
        if (word == toString(fill))
            return fill;
    }
    return Error{
        ErrorCode::InvalidInput, "input", "unknown fill \"" + word + "\"", "use zero, black, mean or blur", {}};
}

std::string toString(InputPolicy policy)
{
    return policy == InputPolicy::Fit ? "fit" : "native";
}

std::string inWords(const InputSpec& spec)
{
    if (spec.policy == InputPolicy::Native)
        return "at the image's own size";
    std::string text = "fitted to " + std::to_string(spec.width) + " × " + std::to_string(spec.height);
    if (spec.transposePortrait)
        text += ", portrait images to " + std::to_string(spec.height) + " × " + std::to_string(spec.width);
    return text;
}

} // namespace halflens
