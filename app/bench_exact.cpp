// SPDX-License-Identifier: BSD-3-Clause
// Speed of what follows from tables, of comparisons and fine contributions, and of runs side by side.
#include "app/bench.h"
#include "app/bench_photo.h"
#include "app/bench_weights.h"
#include "core/explain/explain_map.h"
#include "core/explain/fine.h"
#include "core/explain/tiles.h"
#include "core/families/pooled_predictor.h"
#include "core/masking/deciding_sets.h"
#include "core/masking/difference.h"
#include "core/masking/orders.h"
#include "core/masking/table_builder.h"
#include "core/masking/zero_table.h"
#include "core/nn/trunks.h"
#include "core/registry/registry.h"

#include <cmath>
#include <memory>
#include <numeric>

namespace halflens {

namespace {

constexpr double Epsilon = 0.1;
constexpr int LimeSamples = 100;
constexpr int ZeroSamples = 64;

/// Another network, each input by a pass of its own: one after the other with all threads inside, or side by side.
class OneByOne final : public Predictor {
public:
    explicit OneByOne(std::shared_ptr<const Predictor> predictor, bool sideBySide = false)
        : m_predictor(std::move(predictor))
        , m_sideBySide(sideBySide)
    { }
    bool runsSideBySide() const override { return m_sideBySide; }
    using Predictor::predict;
    const ModelInfo& info() const override { return m_predictor->info(); }
    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string> maps) const override
    {
        return m_predictor->features(input, std::move(stop), maps);
    }
    Result<Prediction> predict(const Features& features, BlockMask mask) const override
    {
        return m_predictor->predict(features, mask);
    }

private:
    std::shared_ptr<const Predictor> m_predictor;
    bool m_sideBySide;
};

/// The default model and what it makes of a photo and of a damaged copy; made when first asked for.
struct Scene {
    std::shared_ptr<const Predictor> predictor;
    std::shared_ptr<const Predictor> oneByOne;
    Image photo;
    ModelInput input;
    std::shared_ptr<const Features> features;
    std::shared_ptr<const Features> changed;
    std::shared_ptr<const MaskTable> table;

    Status make()
    {
        Result<std::shared_ptr<const Predictor>> loaded = benchModel();
        if (!loaded)
            return std::move(loaded).error();
        predictor = *std::move(loaded);
        oneByOne = std::make_shared<OneByOne>(predictor);
        photo = benchPhoto();
        Image copy = photo;
        for (std::size_t i = 0; i < copy.rgb.size(); ++i)
            copy.rgb[i] = static_cast<std::uint8_t>(copy.rgb[i] & 0xe0);
        const Result<std::array<ModelInput, 2>> inputs = comparedInputs(photo, copy, predictor->info().input);
        if (!inputs)
            return inputs.error();
        input = (*inputs)[0];
        for (const auto& [version, made] : {std::pair{0U, &features}, {1U, &changed}}) {
            Result<std::shared_ptr<const Features>> run = predictor->features((*inputs)[version], {});
            if (!run)
                return std::move(run).error();
            *made = *std::move(run);
        }
        Result<std::shared_ptr<const MaskTable>> built = buildMaskTable(*predictor, *features);
        if (!built)
            return std::move(built).error();
        table = *std::move(built);
        return {};
    }
};

/// What went wrong, of any result.
template<class T> Status statusOf(const Result<T>& result)
{
    return result ? Status() : Status(result.error());
}

Benchmark on(const char* name, const char* reference, std::function<Status(const Scene&)> run,
             std::function<Status(const Scene&)> runReference)
{
    auto scene = std::make_shared<Scene>();
    Benchmark benchmark;
    benchmark.name = name;
    benchmark.reference = reference;
    benchmark.prepare = [scene] { return scene->make(); };
    benchmark.run = [scene, run = std::move(run)] { return run(*scene); };
    benchmark.runReference = [scene, run = std::move(runReference)] { return run(*scene); };
    return benchmark;
}

/// Every subset of every mask, and every term of the transform by itself.
Status byDefinition(const Scene& scene)
{
    const std::vector<double> scores = scoresOf(*scene.table);
    double sum = 0;
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        double worst = 0;
        for (std::uint32_t part = m; part != 0; part = (part - 1) & m)
            worst = std::max(worst, std::abs(scores[part] - scores[0]));
        double term = 0;
        for (std::uint32_t other = 0; other < MaskCount; ++other)
            term += BlockMask(m & other).count() % 2 == 0 ? scores[other] : -scores[other];
        sum += worst + term;
    }
    return std::isfinite(sum) ? Status() : Status(Error{ErrorCode::Internal, "bench", "no numbers", {}, {}});
}

Status limeOf(const Scene& scene, const Predictor& predictor)
{
    MapRequest options;
    options.kind = MapKind::Lime;
    options.lime.segments = LimeSegments::Grid;
    options.lime.samples = LimeSamples;
    return statusOf(explainMap(predictor, scene.photo, options));
}

/// The S-CNN of DBCNN with made-up weights; the score is the mean of its last map.
class ScnnMean final : public ConvolutionalPredictor {
public:
    static Result<std::shared_ptr<const Predictor>> make()
    {
        Result<std::unique_ptr<nn::InferenceForm>> trunk =
            nn::InferenceForm::create(nn::scnn(), randomState(nn::scnn()), {});
        if (!trunk)
            return std::move(trunk).error();
        return std::shared_ptr<const Predictor>(new ScnnMean(std::move(*trunk)));
    }

private:
    explicit ScnnMean(std::unique_ptr<nn::InferenceForm> trunk)
        : ConvolutionalPredictor(facts(), {"scnn"}, std::move(trunk))
    { }
    static ModelInfo facts()
    {
        ModelInfo info;
        info.outputs = 1;
        info.scale = {0, 1};
        return info;
    }
    Result<std::vector<float>> pool(std::span<const nn::MapView> maps) const override
    {
        const std::span<const float> values = maps.front().values;
        return std::vector{std::accumulate(values.begin(), values.end(), 0.F) / static_cast<float>(values.size())};
    }
    std::vector<float> head(std::span<const float> pooled) const override { return {pooled.begin(), pooled.end()}; }
    StateDict headState() const override { return {}; }
};

/// All 4096 rows against rows one pass each, some of them, scaled.
Benchmark sharedTable()
{
    struct Work {
        std::shared_ptr<const Predictor> network;
        std::shared_ptr<const Predictor> oneByOne;
        ModelInput input;
    };
    const auto work = std::make_shared<Work>();
    Benchmark benchmark;
    benchmark.name = "table/zero/shared/384x512";
    benchmark.reference = "a pass a mask, side by side; 64 masks, scaled to 4096";
    benchmark.referenceFactor = static_cast<double>(MaskCount) / ZeroSamples;
    benchmark.prepare = [work]() -> Status {
        Result<std::shared_ptr<const Predictor>> network = ScnnMean::make();
        if (!network)
            return std::move(network).error();
        work->network = *std::move(network);
        work->oneByOne = std::make_shared<OneByOne>(work->network, true);
        work->input.height = 384;
        work->input.width = 512;
        std::mt19937 random(BenchSeed);
        work->input.planes = uniformValues(std::size_t{3} * 384 * 512, 1.F, random);
        return {};
    };
    benchmark.run = [work] { return statusOf(fillZeroTable(*work->network, work->input, {})); };
    benchmark.runReference = [work] {
        ZeroTableOptions options;
        options.samples = ZeroSamples;
        return statusOf(fillZeroTable(*work->oneByOne, work->input, options));
    };
    return benchmark;
}

Status zeroTableOf(const Scene& scene, const Predictor& predictor)
{
    ZeroTableOptions options;
    options.samples = ZeroSamples;
    return statusOf(fillZeroTable(predictor, scene.input, options));
}

} // namespace

std::vector<Benchmark> exactBenchmarks()
{
    return {
        on(
            "report/sets-and-orders", "the same by their definitions: every subset of every mask, every term by itself",
            [](const Scene& scene) {
                const auto sets = decidingSets(*scene.table, Epsilon);
                const Orders orders = computeOrders(*scene.table);
                return sets && !orders.shares.empty() ? Status()
                                                      : Status(Error{ErrorCode::Internal, "bench", "no sets", {}, {}});
            },
            byDefinition),
        on(
            "table/difference/768x1024", "the mask table of the same model, trunk passes apart",
            [](const Scene& scene) {
                return statusOf(buildExchangeTable(*scene.predictor, *scene.features, *scene.changed));
            },
            [](const Scene& scene) { return statusOf(buildMaskTable(*scene.predictor, *scene.features)); }),
        on(
            "explain/fine/60", "the mask table of the same model, trunk pass apart",
            [](const Scene& scene) {
                FineOptions options;
                options.permutations = FirstPermutations;
                return statusOf(fineContributions(*scene.predictor, *scene.features, options));
            },
            [](const Scene& scene) { return statusOf(buildMaskTable(*scene.predictor, *scene.features)); }),
        on(
            "explain/lime/side-by-side", "the same samples one by one, all threads inside each",
            [](const Scene& scene) { return limeOf(scene, *scene.predictor); },
            [](const Scene& scene) { return limeOf(scene, *scene.oneByOne); }),
        on(
            "table/zero/side-by-side", "the same rows one by one, all threads inside each",
            [](const Scene& scene) { return zeroTableOf(scene, *scene.predictor); },
            [](const Scene& scene) { return zeroTableOf(scene, *scene.oneByOne); }),
        sharedTable(),
        on(
            "explain/tiles/768x1024", "the same windows one by one, all threads inside each",
            [](const Scene& scene) { return statusOf(scoreTiles(scene.photo, *scene.predictor)); },
            [](const Scene& scene) { return statusOf(scoreTiles(scene.photo, *scene.oneByOne)); }),
    };
}

} // namespace halflens
