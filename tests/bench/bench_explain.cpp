// SPDX-License-Identifier: BSD-3-Clause
// Speed of what LIME does beside the network: segmentation against its direct definition, and the fit.
#include "core/explain/segmentation.h"
#include "core/explain/surrogate.h"
#include "tests/unit/explain/slow_quickshift.h"
#include "tests/unit/measures/test_images.h"

#include <benchmark/benchmark.h>

using namespace halflens;

namespace {

void quickshiftFast(benchmark::State& state)
{
    const Image image = test::busyImage(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state)
        benchmark::DoNotOptimize(quickshift(image));
}

void quickshiftDirect(benchmark::State& state)
{
    const Image image = test::busyImage(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state)
        benchmark::DoNotOptimize(test::slowQuickshift(image));
}

void slicSegments(benchmark::State& state)
{
    const Image image = test::busyImage(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state)
        benchmark::DoNotOptimize(slic(image));
}

void surrogateFit(benchmark::State& state)
{
    const SampleMatrix matrix = drawSamples(1000, static_cast<int>(state.range(0)), 0);
    const std::vector<double> weights = sampleWeights(sampleDistances(matrix));
    std::vector<double> predictions;
    for (int sample = 0; sample < matrix.samples; ++sample)
        predictions.push_back(std::sin(sample));
    for (auto _ : state)
        benchmark::DoNotOptimize(fitSurrogate(matrix, predictions, weights));
}

} // namespace

BENCHMARK(quickshiftFast)->Args({192, 256})->Args({768, 1024})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(quickshiftDirect)->Args({192, 256})->Args({768, 1024})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(slicSegments)->Args({192, 256})->Args({768, 1024})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(surrogateFit)->Arg(12)->Arg(50)->Arg(500)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
