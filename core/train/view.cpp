// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/view.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

namespace halflens::train {

namespace {

struct Size {
    int width = 0;
    int height = 0;
};

/// Size of the input a view makes.
Size inputSize(const Image& image, const InputSpec& spec, const ViewRecipe& view)
{
    if (view.kind == ViewRecipe::Kind::Fit && spec.policy == InputPolicy::Native && !view.portrait)
        return {image.width, image.height};
    const bool turned =
        view.portrait || (view.kind == ViewRecipe::Kind::Fit && spec.transposePortrait && image.height > image.width);
    return turned ? Size{spec.height, spec.width} : Size{spec.width, spec.height};
}

/// The rule of the model's input: area averaging where neither axis grows, bilinear otherwise.
cv::Mat resized(const cv::Mat& pixels, Size size)
{
    if (pixels.cols == size.width && pixels.rows == size.height)
        return pixels;
    cv::Mat result;
    const bool shrinks = size.width <= pixels.cols && size.height <= pixels.rows;
    cv::resize(pixels, result, cv::Size(size.width, size.height), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return result;
}

cv::Mat cropped(cv::Mat pixels, Size size, double x, double y)
{
    if (pixels.cols < size.width || pixels.rows < size.height) {
        const double factor =
            std::max(static_cast<double>(size.width) / pixels.cols, static_cast<double>(size.height) / pixels.rows);
        pixels = resized(pixels,
                         {std::max(size.width, static_cast<int>(std::lround(pixels.cols * factor))),
                          std::max(size.height, static_cast<int>(std::lround(pixels.rows * factor)))});
    }
    const int left = static_cast<int>(std::lround(x * (pixels.cols - size.width)));
    const int top = static_cast<int>(std::lround(y * (pixels.rows - size.height)));
    return pixels(cv::Rect(left, top, size.width, size.height));
}

} // namespace

Result<Image> viewPixels(const Image& image, const InputSpec& spec, const ViewRecipe& view, double x, double y)
{
    const Size size = inputSize(image, spec, view);
    if (image.width < 1 || image.height < 1 || size.width < 1 || size.height < 1)
        return Error{ErrorCode::InvalidInput,
                     "input",
                     "the image is empty or the recipe names no input size",
                     "give input.width and input.height",
                     {}};
    return guarded("input", [&]() -> Result<Image> {
        const cv::Mat source(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
        cv::Mat pixels = view.kind == ViewRecipe::Kind::Fit ? resized(source, size)
            : view.kind == ViewRecipe::Kind::Crop           ? cropped(source, size, view.x, view.y)
                                                            : cropped(source, size, x, y);
        if (view.flip) {
            cv::Mat mirrored;
            cv::flip(pixels, mirrored, 1);
            pixels = mirrored;
        }
        Image result;
        result.width = pixels.cols;
        result.height = pixels.rows;
        for (int row = 0; row < pixels.rows; ++row)
            result.rgb.insert(result.rgb.end(), pixels.ptr(row), pixels.ptr(row) + 3 * pixels.cols);
        return result;
    });
}

Result<ModelInput> viewInput(const Image& image, const InputSpec& spec, const ViewRecipe& view, double x, double y)
{
    const bool plain = view.kind == ViewRecipe::Kind::Fit && !view.flip && !view.portrait;
    if (plain)
        return toModelInput(image, spec);
    const Result<Image> pixels = viewPixels(image, spec, view, x, y);
    if (!pixels)
        return pixels.error();
    InputSpec asIs = spec;
    asIs.policy = InputPolicy::Native; // the size is right already
    return toModelInput(*pixels, asIs);
}

std::string viewName(const ViewRecipe& view)
{
    std::string name = view.kind == ViewRecipe::Kind::Fit ? "fit"
        : view.kind == ViewRecipe::Kind::Crop
        ? "crop-" + nlohmann::json(view.x).dump() + "-" + nlohmann::json(view.y).dump()
        : "random-crop";
    if (view.flip)
        name += "-flip";
    if (view.portrait)
        name += "-portrait";
    return name;
}

} // namespace halflens::train
