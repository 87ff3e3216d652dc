// SPDX-License-Identifier: BSD-3-Clause
// Speed of the frequency modes at 768 x 1024; `halflens bench measure` times the measures beside plain references.
#include "core/measures/frequency.h"
#include "tests/unit/measures/test_images.h"

#include <benchmark/benchmark.h>

using namespace halflens;

namespace {

constexpr int Height = 768;
constexpr int Width = 1024;

const Image& photo()
{
    static const Image image = test::busyImage(Height, Width);
    return image;
}

void frequencyMode(benchmark::State& state)
{
    FrequencyOptions options;
    options.mode = static_cast<FrequencyMode>(state.range(0));
    state.SetLabel(toString(options.mode));
    for (auto _ : state)
        benchmark::DoNotOptimize(spatialFrequency(photo(), options));
}

} // namespace

BENCHMARK(frequencyMode)->DenseRange(0, 4)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
