// SPDX-License-Identifier: BSD-3-Clause
// Each family at its published size: image tensor to score with made-up weights, against the machine's
// matrix products doing the same multiply-adds (spec models 12).
#include "app/bench.h"

#include "app/bench_weights.h"
#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/families/triq.h"
#include "core/registry/registry.h"

#include <cmath>
#include <memory>
#include <random>

namespace halflens {

namespace {

using Shapes = std::map<std::string, Shape>;

struct PublishedSize {
    const char* name; ///< of the benchmark, after "family/"
    const char* family;
    const char* trunk;
    int height;
    int width;
    double gmac; ///< spec models 12
    Result<Shapes> (*shapes)(const std::string& trunk);
};

/// Tensors the sizes of a network are read off, empty but for their shapes.
StateDict sizes(std::initializer_list<std::pair<const char*, Shape>> tensors)
{
    StateDict state;
    for (const auto& [name, shape] : tensors)
        state[name] = {shape, {}};
    return state;
}

Result<Shapes> triqShapes(const std::string& trunk)
{
    StateDict state = sizes({{"triq.quality_token", {32}},
                             {"triq.position_embedding", {193, 32}},
                             {"triq.head.0.weight", {64, 32}},
                             {"triq.head.1.weight", {5, 64}}});
    for (int layer = 0; layer < 2; ++layer) {
        const std::string name = "triq.layers." + std::to_string(layer);
        state[name + ".attention.query.weight"] = {{32, 32}, {}};
        state[name + ".feed_forward.0.weight"] = {{64, 32}, {}};
    }
    return triqParameters(trunk, state);
}

Result<Shapes> aihiqShapes(const std::string& trunk)
{
    return aihiqParameters(trunk, sizes({{"aihiq.fpn_P6.bias", {256}}, {"aihiq.heads.0.output.bias", {5}}}));
}

Result<Shapes> konceptShapes(const std::string& trunk)
{
    return konceptParameters(
        trunk, sizes({{"koncept.fc0.bias", {2048}}, {"koncept.fc1.bias", {1024}}, {"koncept.fc2.bias", {256}}}));
}

Result<Shapes> dbcnnShapes(const std::string& trunk)
{
    return dbcnnParameters(trunk);
}

/// Swin-IQA on Swin-B/12 or Swin-T/7.
Result<Shapes> swinShapes(const std::string& trunk)
{
    const bool base = trunk == "swin-b";
    SwinConfig config;
    config.width = base ? 128 : 96;
    int heads = base ? 4 : 3;
    int width = config.width;
    for (const int depth : {2, 2, base ? 18 : 6, 2}) {
        config.stages.push_back({depth, heads, base ? 12 : 7, 4 * width});
        heads *= 2;
        width *= 2;
    }
    StateDict state = sizes({{"ca.bias", {256}}, {"head.0.bias", {256}}, {"head.3.bias", {5}}});
    for (const auto& [name, shape] : swinParameters(config))
        state["swin." + name] = {shape, {}};
    return swinIqaParameters(state);
}

/// Weights for every tensor, of a size that keeps activations sensible.
StateDict madeUpState(const Shapes& shapes)
{
    std::mt19937 random(BenchSeed);
    StateDict state;
    for (const auto& [name, shape] : shapes) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        Tensor tensor{shape, std::vector<float>(count, 0.F)};
        if (shape.size() > 1) {
            const double inputs = static_cast<double>(count) / static_cast<double>(shape[0]);
            const double scale = std::sqrt((shape.size() == 4 ? 6.0 : 3.0) / inputs);
            tensor.values = uniformValues(count, static_cast<float>(scale), random);
        } else if (name.ends_with("weight") || name.ends_with("running_var")) {
            tensor.values.assign(count, 1.F);
        }
        state.emplace(name, std::move(tensor));
    }
    return state;
}

struct Work {
    std::shared_ptr<const Predictor> network;
    ModelInput input;
};

/// `work` is shared by all of them: preparing one lets go of the network before.
Benchmark familyBenchmark(const PublishedSize& size, const std::shared_ptr<Work>& work)
{
    Benchmark benchmark;
    benchmark.name =
        std::string("family/") + size.name + "/" + std::to_string(size.height) + "x" + std::to_string(size.width);
    benchmark.reference = "GEMM bound: the same multiply-adds at the speed of a 2048 x 2048 matrix product";
    benchmark.referenceFactor = 2e9 * size.gmac / gemmFlops();
    benchmark.prepare = [work, size]() -> Status {
        work->network.reset();
        const Result<Shapes> shapes = size.shapes(size.trunk);
        if (!shapes)
            return shapes.error();
        NetworkWeights weights;
        weights.family = size.family;
        weights.trunk = std::string_view(size.trunk).starts_with("swin") ? "swin" : size.trunk;
        weights.state = madeUpState(*shapes);
        Result<std::shared_ptr<const Predictor>> network = makePredictor(std::move(weights), {});
        if (!network)
            return std::move(network).error();
        work->network = *std::move(network);
        work->input.height = size.height;
        work->input.width = size.width;
        std::mt19937 random(BenchSeed);
        work->input.planes = uniformValues(static_cast<std::size_t>(3 * size.height * size.width), 1.F, random);
        return {};
    };
    benchmark.run = [work]() -> Status {
        if (Result<Prediction> prediction = work->network->predict(work->input, {}); !prediction)
            return std::move(prediction).error();
        return {};
    };
    benchmark.runReference = runGemm;
    return benchmark;
}

} // namespace

std::vector<Benchmark> familyBenchmarks()
{
    static constexpr PublishedSize Sizes[]{
        {"triq-resnet50", "triq", "resnet50", 768, 1024, 60.494, triqShapes},
        {"triq-vgg16", "triq", "vgg16", 768, 1024, 240.556, triqShapes},
        {"aihiqnet-resnet50", "aihiqnet", "resnet50", 768, 1024, 105.892, aihiqShapes},
        {"aihiqnet-vgg16", "aihiqnet", "vgg16", 768, 1024, 282.191, aihiqShapes},
        {"koncept512", "koncept", "inceptionresnetv2", 384, 512, 29.713, konceptShapes},
        {"koncept512-port", "koncept", "inceptionresnetv2-port", 384, 512, 29.713, konceptShapes},
        {"dbcnn", "dbcnn", "vgg16-scnn", 384, 512, 64.63, dbcnnShapes},
        {"swin-b", "swin-iqa", "swin-b", 384, 384, 47.08, swinShapes},
        {"swin-t", "swin-iqa", "swin-t", 224, 224, 4.49, swinShapes},
    };
    const auto work = std::make_shared<Work>();
    std::vector<Benchmark> benchmarks;
    for (const PublishedSize& size : Sizes)
        benchmarks.push_back(familyBenchmark(size, work));
    return benchmarks;
}

} // namespace halflens
