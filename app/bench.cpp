// SPDX-License-Identifier: BSD-3-Clause
#include "app/bench.h"

#include "core/base/parallel.h"
#include "core/masking/table_builder.h"
#include "core/models/plain_encoder.h"
#include "core/nn/inference_form.h"
#include "core/nn/trunks.h"

#include <algorithm>
#include <cblas.h>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>

namespace halflens {

namespace {

constexpr int GemmSize = 2048;
constexpr unsigned Seed = 20230131;

/// Uniform in [-1, 1), from the engine's documented sequence and not a library distribution.
float uniform(std::mt19937& random)
{
    return static_cast<float>(random() >> 8) / static_cast<float>(1 << 23) - 1.F;
}

std::vector<float> uniformValues(std::size_t count, float scale, std::mt19937& random)
{
    std::vector<float> values(count);
    for (float& value : values)
        value = scale * uniform(random);
    return values;
}

/// Weights that keep activations at a sensible size; speed does not depend on their values.
StateDict randomState(const Graph& graph)
{
    std::mt19937 random(Seed);
    StateDict state;
    for (const auto& [name, shape] : graph.parameters()) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        Tensor tensor{shape, std::vector<float>(count, 1.F)};
        if (shape.size() == 4)
            tensor.values =
                uniformValues(count, std::sqrt(6.F / static_cast<float>(shape[1] * shape[2] * shape[3])), random);
        else if (!name.ends_with("running_var") && !name.ends_with("weight"))
            tensor.values.assign(count, 0.F);
        state.emplace(name, std::move(tensor));
    }
    return state;
}

Benchmark trunkBenchmark(const std::string& trunk, int height, int width)
{
    struct Work {
        std::unique_ptr<InferenceForm> network;
        std::vector<float> input;
    };
    auto work = std::make_shared<Work>();
    const Graph graph = *trunkByName(trunk);
    Benchmark benchmark;
    benchmark.name = "trunk/" + trunk + "/" + std::to_string(height) + "x" + std::to_string(width);
    benchmark.reference = "GEMM bound: the same multiply-adds at the speed of a 2048 x 2048 matrix product";
    benchmark.referenceFactor = 2 * *graph.multiplyAdds(height, width, "c5") / gemmFlops();
    benchmark.prepare = [work, graph, height, width]() -> Status {
        Result<std::unique_ptr<InferenceForm>> network = InferenceForm::create(graph, randomState(graph), {});
        if (!network)
            return std::move(network).error();
        work->network = *std::move(network);
        std::mt19937 random(Seed);
        work->input = uniformValues(static_cast<std::size_t>(3 * height * width), 1.F, random);
        return {};
    };
    benchmark.run = [work, height, width]() -> Status {
        if (Result<std::vector<FeatureMap>> maps = work->network->run(work->input, height, width, {"c5"}); !maps)
            return std::move(maps).error();
        return {};
    };
    benchmark.runReference = runGemm;
    return benchmark;
}

DenseWeights randomDense(int in, int out, std::mt19937& random)
{
    const float scale = std::sqrt(3.F / static_cast<float>(in));
    return {in, out, uniformValues(static_cast<std::size_t>(in * out), scale, random),
            uniformValues(static_cast<std::size_t>(out), 0.1F, random)};
}

/// An encoder of the published size.
TriqEncoder randomEncoder(std::mt19937& random)
{
    constexpr int Width = 32;
    constexpr int Hidden = 64;
    const LayerNormWeights norm{std::vector<float>(Width, 1.F), std::vector<float>(Width, 0.F)};
    TriqEncoder encoder;
    for (int i = 0; i < 2; ++i) {
        const auto square = [&] { return randomDense(Width, Width, random); };
        encoder.layers.push_back({square(), square(), square(), square(), randomDense(Width, Hidden, random),
                                  randomDense(Hidden, Width, random), norm, norm});
    }
    encoder.head0 = randomDense(Width, Hidden, random);
    encoder.head1 = randomDense(Hidden, 5, random);
    encoder.qualityToken = uniformValues(Width, 1.F, random);
    encoder.positionEmbedding = uniformValues(193 * Width, 0.1F, random);
    return encoder;
}

Benchmark tableBenchmark()
{
    struct Work {
        TriqEncoder encoder;
        TokenGrid tokens;
        std::vector<BlockMask> masks;
    };
    auto work = std::make_shared<Work>();
    Benchmark benchmark;
    benchmark.name = "table/triq/768x1024";
    benchmark.reference = "the plain batched masked transformer on the same features (LibTorch, 64 masks a batch)";
    benchmark.prepare = [work]() -> Status {
        std::mt19937 random(Seed);
        work->encoder = randomEncoder(random);
        work->tokens = {12, 16, 32, uniformValues(12 * 16 * 32, 1.F, random)};
        for (std::uint32_t mask = 0; mask < MaskCount; ++mask)
            work->masks.emplace_back(mask);
        return {};
    };
    benchmark.run = [work]() -> Status {
        if (Result<std::vector<float>> rows = evaluateAllMasks(work->encoder, work->tokens); !rows)
            return std::move(rows).error();
        return {};
    };
    benchmark.runReference = [work]() -> Status {
        if (Result<std::vector<float>> rows = evaluateMasksPlain(work->encoder, work->tokens, work->masks); !rows)
            return std::move(rows).error();
        return {};
    };
    return benchmark;
}

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
    return {trunkBenchmark("resnet50", 768, 1024), trunkBenchmark("efficientnet-lite0", 384, 512),
            trunkBenchmark("vgg16", 768, 1024), tableBenchmark()};
}

} // namespace halflens
