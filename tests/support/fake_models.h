// SPDX-License-Identifier: BSD-3-Clause
// A model source without weights: every block has a known weight, and hiding it takes that much
// off the score. Tests of the pipeline and of the viewer compare against these numbers.
#pragma once

#include "core/analysis/model_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace halflens::test {

/// Left to right from -1 to 1.
inline ScalarMap signedRamp(const Image& image)
{
    ScalarMap map(image.height, image.width);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x)
            map.row(y)[static_cast<std::size_t>(x)] =
                -1 + 2 * static_cast<float>(x) / static_cast<float>(image.width - 1);
    }
    return map;
}

/// What an explainer answers.
inline MapExplanation explained(ScalarMap map, std::string unit, std::string done)
{
    MapExplanation result;
    result.map = std::move(map);
    result.unit = std::move(unit);
    result.done = std::move(done);
    return result;
}

inline constexpr double FullScore = 4.25;

/// What hiding each block costs. Sum 2.6; the six largest are blocks 1, 4, 5, 6, 9, 10.
inline constexpr std::array<double, BlockCount> BlockWeights{0.02, 0.30, 0.05, 0.01, 0.25, 0.70,
                                                             0.55, 0.03, 0.04, 0.35, 0.24, 0.06};
inline const BlockMask ImportantBlocks(0b0110'0111'0010);

inline double fakeScore(BlockMask hidden)
{
    double score = FullScore;
    for (int block = 0; block < BlockCount; ++block)
        score -= hidden.contains({block}) ? BlockWeights[static_cast<std::size_t>(block)] : 0;
    return score;
}

/// Grade probabilities whose weighted sum is `score`: the two grades around it.
inline std::vector<float> gradesFor(double score)
{
    std::vector<float> grades(5, 0.0F);
    const int lower = std::clamp(static_cast<int>(std::floor(score)), 1, 4);
    const double upperShare = score - lower;
    grades[static_cast<std::size_t>(lower) - 1] = static_cast<float>(1 - upperShare);
    grades[static_cast<std::size_t>(lower)] = static_cast<float>(upperShare);
    return grades;
}

class FakePredictor final : public Predictor {
public:
    explicit FakePredictor(std::string id, bool masks = true)
    {
        m_info.id = std::move(id);
        m_info.name = "Fake " + m_info.id;
        m_info.family = "triq";
        m_info.trunk = "none";
        m_info.weightsHash = "weights-" + m_info.id;
        m_info.masksAttention = masks;
        m_info.input = {InputPolicy::Fit, 64, 48, true, Normalization::PlusMinusOne};
    }

    const ModelInfo& info() const override { return m_info; }

    Result<std::shared_ptr<const Features>> features(const ModelInput&, std::stop_token stop,
                                                     std::span<const std::string>) const override
    {
        if (stop.stop_requested())
            return cancelledError();
        auto features = std::make_shared<Features>();
        features->seconds = 0.25;
        return std::shared_ptr<const Features>(std::move(features));
    }

    Result<Prediction> predict(const Features&, BlockMask mask) const override
    {
        const double score = fakeScore(mask);
        return Prediction{gradesFor(score), score, score};
    }

private:
    ModelInfo m_info;
};

class FakeModels final : public ModelSource, public Evaluator {
public:
    /// Runs on the worker before a model is handed out: tests wait or fail here. An error stops
    /// the load.
    std::function<Status(const std::string& id)> onLoad;
    /// Runs on the worker before a table is made.
    std::function<Status(const std::stop_token&)> onTable;
    /// Runs on the worker when a map is asked for; without it there are none.
    using Explain = std::function<Result<MapExplanation>(const Image&, const MapRequest&, const JobContext&)>;
    Explain onExplain;
    Explain onTiles; ///< the same for tiles, which are made without being asked for
    std::atomic<int> loads{0};
    std::atomic<int> tables{0};
    std::atomic<int> hiddenRuns{0};
    /// Masks asked for of a model without a table; without it such tables are not sampled.
    std::atomic<bool> samplesTables{false};
    std::atomic<int> sampledMasks{0};

    std::vector<ModelEntry> models() const override
    {
        return {{"fake-one", "Fake one", "triq", "BSD-3-Clause", weightsHash("fake-one"), leak},
                {"fake-two", "Fake two", "koncept", "BSD-3-Clause", weightsHash("fake-two"), {}}};
    }
    std::string defaultModel = "fake-one";
    std::optional<Leak> leak; ///< of the first

    std::string defaultId() const override { return defaultModel; }
    std::string weights = "weights-"; ///< begins every hash
    std::string objectnessWeights;

    std::string weightsHash(const std::string& id) const override { return weights + id; }
    std::string objectnessKey() const override { return objectnessWeights; }
    Evaluator& evaluator() override { return *this; }
    std::shared_ptr<const ObjectnessSource> objectness() override { return m_objectness; }

    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override
    {
        ++loads;
        if (onLoad) {
            if (Status status = onLoad(id); !status)
                return std::move(status).error();
        }
        if (id != "fake-one" && id != "fake-two")
            return Error{
                ErrorCode::InvalidInput, "model", "there is no model called \"" + id + "\"", "choose another", {}};
        return std::shared_ptr<const Predictor>(std::make_shared<FakePredictor>(id, id == "fake-one"));
    }

    Result<std::shared_ptr<const MaskTable>> buildTable(const Predictor& predictor, const Features&,
                                                        const std::stop_token& stop) override
    {
        ++tables;
        if (onTable) {
            if (Status status = onTable(stop); !status)
                return std::move(status).error();
        }
        if (!predictor.info().masksAttention)
            return Error{
                ErrorCode::Unsupported, "table", "this model has no attention mask", "choose a TRIQ model", {}};
        auto table = std::make_shared<MaskTable>();
        table->seconds = 0.06;
        for (std::uint32_t mask = 0; mask < MaskCount; ++mask) {
            const std::vector<float> grades = gradesFor(fakeScore(BlockMask(mask)));
            table->rows.insert(table->rows.end(), grades.begin(), grades.end());
        }
        return std::shared_ptr<const MaskTable>(std::move(table));
    }

    Result<Prediction> predictHidden(const Predictor&, const Image&, BlockMask hidden, const std::stop_token&) override
    {
        ++hiddenRuns;
        const double score = fakeScore(hidden);
        return Prediction{gradesFor(score), score, score};
    }

    Result<std::shared_ptr<const MaskTable>> sampleTable(const Predictor& predictor, const Image&,
                                                         const ZeroTableOptions& options, const JobContext& context,
                                                         const PublishTable& publish) override
    {
        if (!samplesTables)
            return unsupported(predictor, "no table by zero");
        auto table = std::make_shared<MaskTable>(*buildTable(FakePredictor("fake-one"), {}, context.stop()).value());
        table->samples = options.samples;
        table->exact = options.samples == MaskCount;
        table->standardError = table->exact ? 0 : 0.05;
        sampledMasks += options.samples;
        context.report(0.5, "Hiding blocks");
        if (publish)
            publish(table);
        return std::shared_ptr<const MaskTable>(std::move(table));
    }

    Result<MapExplanation> explain(const Predictor& predictor, const Image& image, const MapRequest& request,
                                   const JobContext& context) override
    {
        const Explain& explain = request.kind == MapKind::Tiles ? onTiles : onExplain;
        return explain ? explain(image, request, context)
                       : unsupported(predictor, "no " + spokenName(request.kind) + " map");
    }

private:
    static Error unsupported(const Predictor& predictor, const std::string& what)
    {
        return {ErrorCode::Unsupported, "fake", predictor.info().name + " has " + what, "choose another model", {}};
    }

    std::shared_ptr<const ObjectnessSource> m_objectness = std::make_shared<const MinimumBarrierObjectness>();
};

} // namespace halflens::test
