// SPDX-License-Identifier: BSD-3-Clause
// What each explainer says about the blocks of a damaged picture, as blame (spec measures 14).
#include "core/explain/explain_map.h"
#include "core/explain/fine.h"
#include "core/explain/known_damage.h"
#include "core/masking/orders.h"
#include "core/masking/table_builder.h"
#include "core/masking/zero_table.h"
#include "core/measures/blocks.h"
#include "core/measures/measures.h"

#include <functional>

namespace halflens {

namespace {

BlockValues negative(BlockValues values)
{
    for (double& value : values)
        value = -value;
    return values;
}

/// Collects blame, one explainer after the other; the first error ends it.
class Blaming {
public:
    Blaming(const Predictor& predictor, const Image& image, const BlameOptions& options, std::stop_token stop)
        : m_predictor(predictor)
        , m_image(image)
        , m_options(options)
        , m_stop(std::move(stop))
    { }

    Result<std::vector<Blame>> run()
    {
        for (const auto step : {&Blaming::byTable, &Blaming::byLime, &Blaming::byFine, &Blaming::byMaps}) {
            if (m_stop.stop_requested())
                return cancelledError();
            if (Status done = (this->*step)(); !done)
                return std::move(done).error();
        }
        return m_blames;
    }

private:
    void add(Explainer explainer, const BlockValues& blocks) { m_blames.push_back({explainer, blocks}); }

    Status byTable()
    {
        Result<ModelInput> input = toModelInput(m_image, m_predictor.info().input);
        if (!input)
            return std::move(input).error();
        Result<std::shared_ptr<const MaskTable>> table = std::shared_ptr<const MaskTable>();
        if (m_predictor.attentionEncoder()) {
            Result<std::shared_ptr<const Features>> features = m_predictor.features(*input, m_stop);
            if (!features)
                return std::move(features).error();
            m_features = *std::move(features);
            table = buildMaskTable(m_predictor, *m_features, m_stop);
        } else if (m_options.zeroSamples > 0) {
            ZeroTableOptions filling;
            filling.samples = m_options.zeroSamples;
            filling.seed = m_options.seed;
            table = fillZeroTable(m_predictor, *input, filling, nullptr, m_stop);
        }
        if (!table)
            return std::move(table).error();
        if (!*table)
            return byOcclusion(*input);
        const MaskTable& rows = **table;
        add(Explainer::Shapley, negative(computeShapley(rows).values));
        const Orders orders = computeOrders(rows);
        BlockValues banzhaf{};
        std::copy(orders.banzhaf.begin(), orders.banzhaf.end(), banzhaf.begin());
        add(Explainer::Banzhaf, negative(banzhaf));
        BlockValues occlusion{};
        for (int block = 0; block < BlockCount; ++block)
            occlusion[static_cast<std::size_t>(block)] = rows.score(BlockMask().with({block})) - rows.score({});
        add(Explainer::Occlusion, occlusion);
        add(Explainer::Importance, computeImportance(rows).dmos);
        return {};
    }

    /// The thirteen rows it needs, for models whose table is too dear.
    Status byOcclusion(const ModelInput& input)
    {
        BlockValues occlusion{};
        double whole = 0;
        for (int block = -1; block < BlockCount; ++block) {
            const BlockMask hidden = block < 0 ? BlockMask() : BlockMask().with({block});
            const Result<Prediction> prediction = predictFilled(m_predictor, input, hidden, Fill::Zero, m_stop);
            if (!prediction)
                return prediction.error();
            if (block < 0)
                whole = prediction->score;
            else
                occlusion[static_cast<std::size_t>(block)] = prediction->score - whole;
        }
        add(Explainer::Occlusion, occlusion);
        return {};
    }

    Status byLime()
    {
        if (m_options.limeSamples == 0)
            return {};
        MapRequest options;
        options.kind = MapKind::Lime;
        options.lime.segments = LimeSegments::Grid;
        options.lime.samples = m_options.limeSamples;
        options.lime.seed = m_options.seed;
        return byMap(Explainer::Lime, options, true);
    }

    Status byFine()
    {
        if (!m_features)
            return {};
        FineOptions options;
        options.seed = m_options.seed;
        options.standardError = m_options.fineError;
        const Result<FineContributions> fine = fineContributions(m_predictor, *m_features, options, m_stop);
        if (!fine)
            return fine.error();
        const Result<BlockMeans> means = blockMeans(fineMap(*fine, m_image.height, m_image.width));
        if (!means)
            return means.error();
        add(Explainer::Fine, negative(*means));
        return {};
    }

    Status byMaps()
    {
        MapRequest options;
        options.kind = MapKind::GradCam;
        options.camSign = CamSign::Lowers;
        if (Status negativeCam = byMap(Explainer::GradCamNegative, options, false); !negativeCam)
            return negativeCam;
        options.camSign = CamSign::Raises;
        if (Status positiveCam = byMap(Explainer::GradCamPositive, options, true); !positiveCam)
            return positiveCam;
        if (!m_features)
            return {};
        options.kind = MapKind::Attention;
        if (Status attention = byMap(Explainer::Attention, options, false); !attention)
            return attention;
        options.kind = MapKind::Product;
        return byMap(Explainer::Product, options, false);
    }

    /// Block means of a map; a model that cannot make it gives no blame.
    Status byMap(Explainer explainer, const MapRequest& options, bool isGood)
    {
        const Result<MapExplanation> map = explainMap(m_predictor, m_image, options, m_stop);
        if (!map)
            return map.error().code == ErrorCode::Unsupported ? Status() : Status(map.error());
        const Result<BlockMeans> means = blockMeans(map->map);
        if (!means)
            return means.error();
        add(explainer, isGood ? negative(*means) : *means);
        return {};
    }

    const Predictor& m_predictor;
    const Image& m_image;
    const BlameOptions& m_options;
    std::stop_token m_stop;
    std::shared_ptr<const Features> m_features; ///< of models with attention mask
    std::vector<Blame> m_blames;
};

} // namespace

std::string toString(Explainer explainer)
{
    static constexpr std::array<const char*, ExplainerCount> Words{
        "shapley",          "banzhaf",   "occlusion", "importance", "lime",      "fine",       "gradcam_negative",
        "gradcam_positive", "attention", "product",   "saliency",   "frequency", "objectness", "averaged"};
    return Words[static_cast<std::size_t>(explainer)];
}

Result<std::vector<Blame>> blameBlocks(const Predictor& predictor, const Image& damaged, const BlameOptions& options,
                                       std::stop_token stop)
{
    return guarded("explain", [&] { return Blaming(predictor, damaged, options, std::move(stop)).run(); });
}

Result<std::vector<Blame>> blameByMeasures(const Image& damaged, const ObjectnessSource* objectness,
                                           std::stop_token stop)
{
    return guarded("measures", [&]() -> Result<std::vector<Blame>> {
        const MinimumBarrierObjectness none; // its map is not used
        const Result<ImageMeasures> measures = measureImage(damaged, {}, objectness ? *objectness : none, stop);
        if (!measures)
            return measures.error();
        std::vector<Blame> blames{{Explainer::Saliency, measures->saliency.blockMeans},
                                  {Explainer::Frequency, measures->frequency.blockMeans}};
        if (objectness) {
            blames.push_back({Explainer::Objectness, measures->objectness.blockMeans});
            blames.push_back({Explainer::Averaged, measures->averaged.blockMeans});
        }
        return blames;
    });
}

} // namespace halflens
