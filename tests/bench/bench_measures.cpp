// SPDX-License-Identifier: BSD-3-Clause
// Speed of the measures at 768 x 1024 beside the straightforward OpenCV way of computing the same.
#include "core/measures/blocks.h"
#include "core/measures/frequency.h"
#include "core/measures/objectness.h"
#include "core/measures/saliency.h"
#include "tests/unit/measures/test_images.h"

#include <benchmark/benchmark.h>

#include <opencv2/imgproc.hpp>

using namespace halflens;

namespace {

constexpr int Height = 768;
constexpr int Width = 1024;

const Image& photo()
{
    static const Image image = test::busyImage(Height, Width);
    return image;
}

cv::Mat greyMat(const Image& image)
{
    const cv::Mat colour(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat grey;
    cv::cvtColor(colour, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(grey, CV_64F, 1.0 / 255);
    return grey;
}

void saliencyHou(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(saliency(photo()));
}

void saliencyReference(benchmark::State& state)
{
    for (auto _ : state) {
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
        cv::resize(squared, map, cv::Size(Width, Height), 0, 0, cv::INTER_LINEAR);
        cv::normalize(map, map, 0, 1, cv::NORM_MINMAX, CV_32F);
        benchmark::DoNotOptimize(map.data);
    }
}

void frequencyCsf(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(spatialFrequency(photo()));
}

void frequencyMode(benchmark::State& state)
{
    FrequencyOptions options;
    options.mode = static_cast<FrequencyMode>(state.range(0));
    state.SetLabel(toString(options.mode));
    for (auto _ : state)
        benchmark::DoNotOptimize(spatialFrequency(photo(), options));
}

/// The mirrored image as specified: one forward transform of 2H x 2W and ten back.
void frequencyReference(benchmark::State& state)
{
    for (auto _ : state) {
        cv::Mat grey = greyMat(photo());
        grey -= cv::mean(grey);
        cv::Mat mirrored;
        cv::copyMakeBorder(grey, mirrored, 0, Height, 0, Width, cv::BORDER_REFLECT);
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
        cv::Mat sum = cv::Mat::zeros(Height, Width, CV_64F);
        for (int k = 0; k < BandCount; ++k) {
            cv::Mat restricted = cv::Mat::zeros(spectrum.size(), spectrum.type());
            spectrum.copyTo(restricted, band == k);
            cv::Mat back;
            cv::dft(restricted, back, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
            sum += weights[static_cast<std::size_t>(k)] * cv::abs(back(cv::Rect(0, 0, Width, Height)));
        }
        cv::GaussianBlur(sum, sum, cv::Size(49, 49), 8, 8, cv::BORDER_REPLICATE);
        benchmark::DoNotOptimize(sum.data);
    }
}

void blockMeansOfMap(benchmark::State& state)
{
    const ScalarMap map = saliency(photo()).value();
    for (auto _ : state)
        benchmark::DoNotOptimize(blockMeans(map));
}

void blockMeansReference(benchmark::State& state)
{
    ScalarMap map = saliency(photo()).value();
    const cv::Mat mat(Height, Width, CV_32F, map.values.data());
    for (auto _ : state) {
        std::array<double, BlockCount> means{};
        for (int b = 0; b < BlockCount; ++b) {
            const BlockRect rect = blockRect({b}, Height, Width);
            means[static_cast<std::size_t>(b)] =
                cv::mean(mat(cv::Range(rect.top, rect.bottom), cv::Range(rect.left, rect.right)))[0];
        }
        benchmark::DoNotOptimize(means);
    }
}

void objectnessMinimumBarrier(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(MinimumBarrierObjectness().objectness(photo(), {}));
}

} // namespace

BENCHMARK(saliencyHou)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(saliencyReference)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(frequencyCsf)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(frequencyReference)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(frequencyMode)->DenseRange(1, 4)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(blockMeansOfMap)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(blockMeansReference)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(objectnessMinimumBarrier)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
