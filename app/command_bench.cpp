// SPDX-License-Identifier: BSD-3-Clause
// halflens bench: prints how fast the expensive parts are, as ratios within this run.
#include "app/bench.h"
#include "app/command.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

namespace halflens {

namespace {

struct BenchOptions {
    std::vector<std::string> names;
    bool list = false;
    int repetitions = 7;
};

std::string cpuName()
{
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name"))
            return line.substr(std::min(line.size(), line.find(':') + 2));
    }
    return "unknown";
}

double gemmGflops()
{
    constexpr int Repetitions = 5;
    double best = 1e9;
    for (int i = 0; i < Repetitions; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        (void)runGemm();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return gemmFlops() / best / 1e9;
}

bool wanted(const BenchOptions& options, const std::string& name)
{
    return options.names.empty()
        || std::any_of(options.names.begin(), options.names.end(),
                       [&](const std::string& word) { return name.starts_with(word); });
}

int listBenchmarks(const CommonOptions& common)
{
    nlohmann::json names = nlohmann::json::array();
    for (const Benchmark& benchmark : allBenchmarks()) {
        if (common.json)
            names.push_back({{"name", benchmark.name}, {"reference", benchmark.reference}});
        else
            std::printf("%-36s against %s\n", benchmark.name.c_str(), benchmark.reference.c_str());
    }
    if (common.json)
        printJson({{"version", HALFLENS_VERSION}, {"benchmarks", names}});
    return ExitOk;
}

int runBench(const CommonOptions& common, const BenchOptions& options)
{
    if (options.list)
        return listBenchmarks(common);
    Report report(common);
    ProgressLine progress(common);
    progress.show("measuring the machine");
    const double gflops = gemmGflops();
    nlohmann::json results = nlohmann::json::array();
    if (!common.json)
        std::printf("%s, %d threads, matrix product %.0f GFLOP/s\n\n%-36s %10s %12s %8s\n", cpuName().c_str(),
                    threadCount(), gflops, "name", "ms", "reference ms", "ratio");
    bool any = false;
    for (const Benchmark& benchmark : allBenchmarks()) {
        if (!wanted(options, benchmark.name) || interruptToken().stop_requested())
            continue;
        any = true;
        progress.show("measuring " + benchmark.name);
        Result<BenchmarkResult> result = measure(benchmark, options.repetitions);
        progress.show({});
        if (!result) {
            report.fail(std::move(result).error());
            continue;
        }
        report.succeed();
        results.push_back({{"name", result->name},
                           {"seconds", result->seconds},
                           {"reference", result->reference},
                           {"reference_seconds", result->referenceSeconds},
                           {"ratio", result->ratio()}});
        if (!common.json)
            std::printf("%-36s %10.2f %12.2f %8.3f\n", result->name.c_str(), result->seconds * 1e3,
                        result->referenceSeconds * 1e3, result->ratio());
        std::fflush(stdout);
    }
    if (!any && !interruptToken().stop_requested()) {
        std::fputs("halflens: no benchmark of that name; halflens bench --list names them\n", stderr);
        return ExitUsage;
    }
    if (common.json)
        printJson({{"version", HALFLENS_VERSION},
                   {"machine", {{"cpu", cpuName()}, {"threads", threadCount()}, {"gemm_gflops", gflops}}},
                   {"results", results},
                   {"errors", report.errors()}});
    else
        std::puts("\nratio: seconds over reference seconds, medians of interleaved repetitions");
    return report.status();
}

} // namespace

void addBenchCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command = addCommand(app, "bench", "Measure speed as ratios in one run", common);
    command->add_option("names", options->names, "Benchmarks, or beginnings of their names (default: all)");
    command->add_flag("--list", options->list, "List the benchmarks");
    command->add_option("--repetitions", options->repetitions, "Repetitions of each, at least 5")
        ->check(CLI::Range(5, 1000))
        ->capture_default_str();
    command->callback([&common, &run, options] { run = [&common, options] { return runBench(common, *options); }; });
}

} // namespace halflens
