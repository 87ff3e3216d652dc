// SPDX-License-Identifier: BSD-3-Clause
#include "app/bench.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cblas.h>
#include <chrono>

namespace halflens {

namespace {

constexpr int GemmSize = 2048;

double secondsOf(const std::function<Status()>& work, Status& status)
{
    const auto begin = std::chrono::steady_clock::now();
    status = work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace

Result<BenchmarkResult> measure(const Benchmark& benchmark, int repetitions)
{
    if (benchmark.prepare) {
        if (Status prepared = benchmark.prepare(); !prepared)
            return std::move(prepared).error();
    }
    std::vector<double> seconds;
    std::vector<double> referenceSeconds;
    for (int i = 0; i <= repetitions; ++i) {
        Status status;
        const double own = secondsOf(benchmark.run, status);
        if (!status)
            return std::move(status).error();
        const double reference = secondsOf(benchmark.runReference, status);
        if (!status)
            return std::move(status).error();
        if (i == 0)
            continue; // makes plans, warms caches
        seconds.push_back(own);
        referenceSeconds.push_back(reference * benchmark.referenceFactor);
    }
    return BenchmarkResult{benchmark.name, benchmark.reference, median(seconds), median(referenceSeconds)};
}

Status runGemm()
{
    static std::vector<float> a(static_cast<std::size_t>(GemmSize) * GemmSize, 0.5F);
    static std::vector<float> b(a.size(), 0.25F);
    static std::vector<float> c(a.size());
    openblas_set_num_threads(threadCount());
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, GemmSize, GemmSize, GemmSize, 1.F, a.data(), GemmSize,
                b.data(), GemmSize, 0.F, c.data(), GemmSize);
    return {};
}

double gemmFlops()
{
    return 2.0 * GemmSize * GemmSize * GemmSize;
}

std::vector<Benchmark> allBenchmarks()
{
    std::vector<Benchmark> all;
    // One function per file of benchmarks, in the order they are printed.
    for (const auto& group :
         {networkBenchmarks, familyBenchmarks, measureBenchmarks, explainBenchmarks, exactBenchmarks, fileBenchmarks}) {
        std::vector<Benchmark> some = group();
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace halflens
