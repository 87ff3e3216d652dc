// SPDX-License-Identifier: BSD-3-Clause
// Speed as ratios within one run: a thing and its reference, repetitions interleaved.
#pragma once

#include "core/base/result.h"

#include <functional>
#include <string>
#include <vector>

namespace halflens {

/// One line of `halflens bench`. Both functions do the work once; `prepare` runs untimed before them.
struct Benchmark {
    std::string name;
    std::string reference; ///< what it is compared with, in words
    std::function<Status()> prepare;
    std::function<Status()> run;
    std::function<Status()> runReference;
    double referenceFactor = 1; ///< reference seconds = factor * measured (work scaled from a probe)
};

struct BenchmarkResult {
    std::string name;
    std::string reference;
    double seconds = 0; ///< median
    double referenceSeconds = 0; ///< median
    double ratio() const { return seconds / referenceSeconds; }
};

/// Medians of `repetitions` interleaved runs after one untimed run of each.
Result<BenchmarkResult> measure(const Benchmark& benchmark, int repetitions);

/// Single-precision matrix products of 2048 x 2048, the machine's own speed limit.
Status runGemm();
double gemmFlops(); ///< of one runGemm()

/// The benchmarks of one kind each; a new kind is a new file, a line here and one in allBenchmarks().
std::vector<Benchmark> networkBenchmarks();
std::vector<Benchmark> familyBenchmarks();
std::vector<Benchmark> measureBenchmarks();
std::vector<Benchmark> explainBenchmarks();
std::vector<Benchmark> exactBenchmarks();
std::vector<Benchmark> fileBenchmarks();

/// Everything there is, in the order it is printed.
std::vector<Benchmark> allBenchmarks();

} // namespace halflens
