// SPDX-License-Identifier: BSD-3-Clause
// Speed of the trunks and of the mask table.
#include "app/bench.h"

#include "app/bench_weights.h"
#include "core/families/plain_encoder.h"
#include "core/masking/table_builder.h"
#include "core/nn/inference_form.h"
#include "core/nn/trunks.h"

#include <cmath>
#include <memory>
#include <random>

namespace halflens {

namespace {

Benchmark trunkBenchmark(const std::string& trunk, int height, int width)
{
    struct Work {
        std::unique_ptr<nn::InferenceForm> network;
        std::vector<float> input;
    };
    auto work = std::make_shared<Work>();
    const nn::Graph graph = *nn::trunkByName(trunk);
    Benchmark benchmark;
    benchmark.name = "trunk/" + trunk + "/" + std::to_string(height) + "x" + std::to_string(width);
    benchmark.reference = "GEMM bound: the same multiply-adds at the speed of a 2048 x 2048 matrix product";
    benchmark.referenceFactor = 2 * *graph.multiplyAdds(height, width, "c5") / gemmFlops();
    benchmark.prepare = [work, graph, height, width]() -> Status {
        Result<std::unique_ptr<nn::InferenceForm>> network = nn::InferenceForm::create(graph, randomState(graph), {});
        if (!network)
            return std::move(network).error();
        work->network = *std::move(network);
        std::mt19937 random(BenchSeed);
        work->input =
            uniformValues(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 1.F, random);
        return {};
    };
    benchmark.run = [work, height, width]() -> Status {
        if (Result<std::vector<nn::FeatureMap>> maps = work->network->run(work->input, height, width, {"c5"}); !maps)
            return std::move(maps).error();
        return {};
    };
    benchmark.runReference = runGemm;
    return benchmark;
}

DenseWeights randomDense(int in, int out, std::mt19937& random)
{
    const float scale = std::sqrt(3.F / static_cast<float>(in));
    return {in, out, uniformValues(static_cast<std::size_t>(in) * static_cast<std::size_t>(out), scale, random),
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
        std::mt19937 random(BenchSeed);
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

} // namespace

std::vector<Benchmark> networkBenchmarks()
{
    return {trunkBenchmark("resnet50", 768, 1024), trunkBenchmark("efficientnet-lite0", 384, 512),
            trunkBenchmark("vgg16", 768, 1024), tableBenchmark()};
}

} // namespace halflens
