// SPDX-License-Identifier: BSD-3-Clause
// Speed of the explainers: segmentation against its definition, and what they add to the network.
#include "app/bench.h"

#include "app/bench_photo.h"
#include "app/direct_quickshift.h"
#include "core/explain/explain_map.h"
#include "core/registry/registry.h"

#include <memory>

namespace halflens {

namespace {

/// The default model, loaded when the first benchmark asks for it.
struct Network {
    std::shared_ptr<const Predictor> predictor;
    Image photo;

    Status load()
    {
        Result<std::shared_ptr<const Predictor>> loaded = benchModel();
        if (!loaded)
            return std::move(loaded).error();
        predictor = *std::move(loaded);
        photo = benchPhoto();
        return {};
    }
};

Status predictTimes(const Network& network, int times)
{
    const Result<ModelInput> input = toModelInput(network.photo, network.predictor->info().input);
    if (!input)
        return input.error();
    for (int i = 0; i < times; ++i) {
        if (const Result<Prediction> prediction = network.predictor->predict(*input, std::stop_token()); !prediction)
            return prediction.error();
    }
    return {};
}

Status explainBy(const Network& network, const MapRequest& options)
{
    if (const Result<MapExplanation> map = explainMap(*network.predictor, network.photo, options); !map)
        return map.error();
    return {};
}

Benchmark quickshiftBenchmark()
{
    auto photo = std::make_shared<Image>();
    Benchmark benchmark;
    benchmark.name = "explain/quickshift/192x256";
    benchmark.reference = "quickshift as its definition reads, on one thread; the labels are compared first";
    benchmark.prepare = [photo]() -> Status {
        *photo = benchPhoto(192, 256);
        const Result<Segmentation> fast = quickshift(*photo);
        if (!fast)
            return fast.error();
        if (!(*fast == directQuickshift(*photo)))
            return Error{
                ErrorCode::Internal, "bench", "quickshift differs from its definition", "please report this", {}};
        return {};
    };
    benchmark.run = [photo]() -> Status {
        if (const Result<Segmentation> segments = quickshift(*photo); !segments)
            return segments.error();
        return {};
    };
    benchmark.runReference = [photo]() -> Status {
        const Segmentation segments = directQuickshift(*photo);
        return segments.count > 0 ? Status() : Error{ErrorCode::Internal, "bench", "no segments", {}, {}};
    };
    return benchmark;
}

Benchmark limeBenchmark(LimeSegments segments, int samples)
{
    auto network = std::make_shared<Network>();
    MapRequest options;
    options.kind = MapKind::Lime;
    options.lime.samples = samples;
    options.lime.segments = segments;
    Benchmark benchmark;
    benchmark.name = "explain/lime/" + toString(segments) + "/768x1024";
    benchmark.reference = "the same number of predictions alone (" + std::to_string(samples)
        + "): a ratio of 1 is all time inside the network";
    benchmark.prepare = [network] { return network->load(); };
    benchmark.run = [network, options] { return explainBy(*network, options); };
    benchmark.runReference = [network, samples] { return predictTimes(*network, samples); };
    return benchmark;
}

Benchmark gradCamBenchmark()
{
    auto network = std::make_shared<Network>();
    Benchmark benchmark;
    benchmark.name = "explain/gradcam/768x1024";
    benchmark.reference = "one prediction of the same network";
    benchmark.prepare = [network] { return network->load(); };
    benchmark.run = [network] {
        MapRequest request;
        request.kind = MapKind::GradCam;
        return explainBy(*network, request);
    };
    benchmark.runReference = [network] { return predictTimes(*network, 1); };
    return benchmark;
}

} // namespace

std::vector<Benchmark> explainBenchmarks()
{
    // With segments to be found, the samples the package takes: their number decides what part finding them is.
    return {quickshiftBenchmark(), limeBenchmark(LimeSegments::Quickshift, LimeOptions().samples),
            limeBenchmark(LimeSegments::Grid, 50), gradCamBenchmark()};
}

} // namespace halflens
