// SPDX-License-Identifier: BSD-3-Clause
// Each family at its published size: image tensor to score with made-up weights, against the machine's
// matrix products doing the same multiply-adds (spec models 12).
#include "app/bench.h"

#include "app/bench_weights.h"
#include "core/families/families.h"

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
    HeadSizes sizes;
};

/// KonCept512, AIHIQnet and the heads of Swin-IQA as they are published; TRIQ's sizes are the default.
HeadSizes publishedSizes(const std::string& family)
{
    HeadSizes sizes;
    sizes.widths = {2048, 1024, 256};
    if (family != "triq")
        sizes.width = sizes.hidden = 256;
    return sizes;
}

/// A transformer of four stages from pixels.
HeadSizes swinSizes(int width, int heads, int window, int depth)
{
    HeadSizes sizes = publishedSizes("swin-iqa");
    sizes.swinPatch = 4;
    sizes.swinWidth = width;
    sizes.swinWindows.assign(4, window);
    sizes.swinDepths = {2, 2, depth, 2};
    sizes.swinHeads = {heads, 2 * heads, 4 * heads, 8 * heads};
    return sizes;
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
        const Result<Shapes> shapes = familyByName(size.family)->shapes(size.trunk, size.sizes);
        if (!shapes)
            return shapes.error();
        NetworkWeights weights;
        weights.family = size.family;
        weights.trunk = size.trunk;
        weights.state = madeUpState(*shapes);
        Result<std::shared_ptr<const Predictor>> network = makePredictor(std::move(weights), {});
        if (!network)
            return std::move(network).error();
        work->network = *std::move(network);
        work->input.height = size.height;
        work->input.width = size.width;
        std::mt19937 random(BenchSeed);
        work->input.planes = uniformValues(
            std::size_t{3} * static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width), 1.F, random);
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
    const auto size = [](const char* name, const char* family, const char* trunk, int height, int width, double gmac) {
        return PublishedSize{name, family, trunk, height, width, gmac, publishedSizes(family)};
    };
    const std::vector<PublishedSize> sizes{
        size("triq-resnet50", "triq", "resnet50", 768, 1024, 60.494),
        size("triq-vgg16", "triq", "vgg16", 768, 1024, 240.556),
        size("aihiqnet-resnet50", "aihiqnet", "resnet50", 768, 1024, 105.892),
        size("aihiqnet-vgg16", "aihiqnet", "vgg16", 768, 1024, 282.191),
        size("koncept512", "koncept", "inceptionresnetv2", 384, 512, 29.713),
        size("koncept512-port", "koncept", "inceptionresnetv2-port", 384, 512, 29.713),
        size("dbcnn", "dbcnn", "vgg16-scnn", 384, 512, 64.63),
        {"swin-b", "swin-iqa", "swin", 384, 384, 47.08, swinSizes(128, 4, 12, 18)},
        {"swin-t", "swin-iqa", "swin", 224, 224, 4.49, swinSizes(96, 3, 7, 6)},
    };
    const auto work = std::make_shared<Work>();
    std::vector<Benchmark> benchmarks;
    for (const PublishedSize& published : sizes)
        benchmarks.push_back(familyBenchmark(published, work));
    return benchmarks;
}

} // namespace halflens
