// SPDX-License-Identifier: BSD-3-Clause
// Speed of the semantic measures beside the straightforward OpenCV way of computing the same.
#include "app/bench.h"

#include "app/bench_photo.h"
#include "core/measures/blocks.h"
#include "core/measures/frequency.h"
#include "core/measures/objectness.h"
#include "core/measures/saliency.h"

#include <array>
#include <memory>
#include <opencv2/imgproc.hpp>

namespace halflens {

namespace {

/// One photo for all of them, made when the first runs.
const Image& photo()
{
    static const Image image = benchPhoto();
    return image;
}

Status photoMade()
{
    (void)photo();
    return {};
}

cv::Mat greyMat(const Image& image)
{
    const cv::Mat colour(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat grey;
    cv::cvtColor(colour, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(grey, CV_64F, 1.0 / 255);
    return grey;
}

/// Spectral residual as its formulas read (spec measures 1).
Status saliencyByOpenCv()
{
    cv::Mat grey;
    cv::resize(greyMat(photo()), grey, cv::Size(64, 48), 0, 0, cv::INTER_AREA);
    cv::Mat spectrum;
    cv::dft(grey, spectrum, cv::DFT_COMPLEX_OUTPUT);
    std::array<cv::Mat, 2> parts;
    cv::split(spectrum, parts.data());
    cv::Mat magnitude;
    cv::Mat angle;
    cv::cartToPolar(parts[0], parts[1], magnitude, angle);
    cv::log(magnitude + 1e-12, magnitude);
    cv::Mat mean;
    cv::blur(magnitude, mean, cv::Size(3, 3), cv::Point(-1, -1), cv::BORDER_REPLICATE);
    cv::exp(magnitude - mean, magnitude);
    cv::polarToCart(magnitude, angle, parts[0], parts[1]);
    cv::merge(parts.data(), 2, spectrum);
    cv::idft(spectrum, spectrum, cv::DFT_SCALE);
    cv::split(spectrum, parts.data());
    cv::Mat squared = parts[0].mul(parts[0]) + parts[1].mul(parts[1]);
    cv::GaussianBlur(squared, squared, cv::Size(17, 17), 2.5, 2.5, cv::BORDER_REPLICATE);
    cv::Mat map;
    cv::resize(squared, map, cv::Size(photo().width, photo().height), 0, 0, cv::INTER_LINEAR);
    cv::normalize(map, map, 0, 1, cv::NORM_MINMAX, CV_32F);
    return {};
}

/// The mirrored image as specified: one forward transform of 2H x 2W and ten back.
Status frequencyByOpenCv()
{
    const int height = photo().height;
    const int width = photo().width;
    cv::Mat grey = greyMat(photo());
    grey -= cv::mean(grey);
    cv::Mat mirrored;
    cv::copyMakeBorder(grey, mirrored, 0, height, 0, width, cv::BORDER_REFLECT);
    cv::Mat spectrum;
    cv::dft(mirrored, spectrum, cv::DFT_COMPLEX_OUTPUT);
    cv::Mat band(spectrum.size(), CV_8S);
    for (int y = 0; y < band.rows; ++y) {
        const double fy = static_cast<double>(std::min(y, band.rows - y)) / band.rows;
        for (int x = 0; x < band.cols; ++x) {
            const double fx = static_cast<double>(std::min(x, band.cols - x)) / band.cols;
            band.at<schar>(y, x) = x == 0 && y == 0 ? -1 : static_cast<schar>(bandOf(radialCpd(fy, fx, 100)));
        }
    }
    const auto weights = bandWeights(ContrastSensitivity::MannosSakrison);
    cv::Mat sum = cv::Mat::zeros(height, width, CV_64F);
    for (int k = 0; k < BandCount; ++k) {
        cv::Mat restricted = cv::Mat::zeros(spectrum.size(), spectrum.type());
        spectrum.copyTo(restricted, band == k);
        cv::Mat back;
        cv::dft(restricted, back, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
        sum += weights[static_cast<std::size_t>(k)] * cv::abs(back(cv::Rect(0, 0, width, height)));
    }
    cv::GaussianBlur(sum, sum, cv::Size(49, 49), 8, 8, cv::BORDER_REPLICATE);
    return {};
}

template<class T> Status statusOf(const Result<T>& result)
{
    if (!result)
        return result.error();
    return {};
}

Benchmark blockMeansBenchmark()
{
    auto map = std::make_shared<ScalarMap>();
    Benchmark benchmark;
    benchmark.name = "measure/block-means";
    benchmark.reference = "OpenCV's mean() of each of the twelve rectangles";
    benchmark.prepare = [map]() -> Status {
        Result<ScalarMap> made = saliency(photo());
        if (!made)
            return std::move(made).error();
        *map = *std::move(made);
        return {};
    };
    benchmark.run = [map] { return statusOf(blockMeans(*map)); };
    benchmark.runReference = [map]() -> Status {
        const cv::Mat mat(map->height, map->width, CV_32F, map->values.data());
        double sum = 0;
        for (int b = 0; b < BlockCount; ++b) {
            const BlockRect rect = blockRect({b}, map->height, map->width);
            sum += cv::mean(mat(cv::Range(rect.top, rect.bottom), cv::Range(rect.left, rect.right)))[0];
        }
        return sum >= 0 ? Status() : Error{ErrorCode::Internal, "bench", "a saliency map is negative", {}, {}};
    };
    return benchmark;
}

/// The direct way to a barrier map: sweeps over the whole image until nothing changes would take seconds; the
/// accepted shortcut is a distance transform of edges.
Status barrierByOpenCv()
{
    cv::Mat grey = greyMat(photo());
    cv::Mat small;
    grey.convertTo(small, CV_8U, 255);
    cv::Mat edges;
    cv::Canny(small, edges, 50, 150);
    cv::Mat distance;
    cv::distanceTransform(255 - edges, distance, cv::DIST_L2, 5);
    return {};
}

} // namespace

std::vector<Benchmark> measureBenchmarks()
{
    Benchmark saliencyBenchmark{"measure/saliency/768x1024", "the same formulas in OpenCV calls", photoMade,
                                [] { return statusOf(saliency(photo())); }, saliencyByOpenCv};
    Benchmark frequencyBenchmark{"measure/frequency/768x1024",
                                 "one OpenCV transform of the mirrored image and ten back", photoMade,
                                 [] { return statusOf(spatialFrequency(photo())); }, frequencyByOpenCv};
    Benchmark objectnessBenchmark{
        "measure/objectness/768x1024",
        "Canny edges and their distance transform in OpenCV (less work, not the same map)", photoMade,
        [] { return statusOf(MinimumBarrierObjectness().objectness(photo(), {})); }, barrierByOpenCv};
    return {std::move(saliencyBenchmark), std::move(frequencyBenchmark), blockMeansBenchmark(),
            std::move(objectnessBenchmark)};
}

} // namespace halflens
