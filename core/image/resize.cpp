// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/resize.h"

#include <opencv2/imgproc.hpp>

namespace halflens {

std::vector<std::uint8_t> resizedPixels(const Image& image, int width, int height)
{
    std::vector<std::uint8_t> pixels(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    // OpenCV has no read-only matrix; nothing is written to the source.
    const cv::Mat source(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat target(height, width, CV_8UC3, pixels.data());
    const bool shrinks = width <= image.width && height <= image.height;
    cv::resize(source, target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return pixels;
}

Result<Image> resizedImage(const Image& image, int width, int height)
{
    if (image.width < 1 || image.height < 1 || width < 1 || height < 1)
        return Error{ErrorCode::InvalidInput, "resize", "the image is empty", "open another image", {}};
    return guarded("resize", [&]() -> Result<Image> {
        Image result;
        result.width = width;
        result.height = height;
        result.rgb = resizedPixels(image, width, height);
        result.origin = image.origin;
        return result;
    });
}

} // namespace halflens
