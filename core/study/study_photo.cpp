// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_photo.h"

#include "core/analysis/halves.h"
#include "core/analysis/maps.h"
#include "core/base/file.h"
#include "core/base/random_stream.h"
#include "core/engine/result_cache.h"
#include "core/masking/deciding_sets.h"
#include "core/masking/zero_table.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace halflens {

namespace {

constexpr std::uint64_t CacheBytes = 512'000'000; ///< the maps of one photo
constexpr std::array MeasureKinds{MapKind::Saliency, MapKind::Frequency, MapKind::Objectness, MapKind::Averaged};
constexpr std::size_t AveragedMeasure = 3;

/// Adds the time it lives to a sum.
class NetworkClock {
public:
    explicit NetworkClock(double& seconds)
        : m_seconds(seconds)
    { }
    ~NetworkClock() { m_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count(); }
    NetworkClock(const NetworkClock&) = delete;
    NetworkClock& operator=(const NetworkClock&) = delete;

private:
    double& m_seconds;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

/// Masks of the zeroing experiments, each once.
std::vector<BlockMask> zeroedSets(const PhotoFindings& found, const PlannedPhoto& photo, const StudyRecipe& recipe)
{
    std::vector<BlockMask> sets;
    if (recipe.has(StudyKind::Table1) || recipe.has(StudyKind::Halves))
        sets.insert(sets.end(), {*found.important, found.important->complement(), found.random});
    if (recipe.has(StudyKind::Averaged)) {
        if (const auto upper = found.upper[AveragedMeasure])
            sets.insert(sets.end(), {*upper, upper->complement()});
        sets.insert(sets.end(), {centreHalf(), leftHalf()});
        for (int n = 0; n < recipe.randomHalves; ++n)
            sets.push_back(randomHalf(recipe.seed, photo.name, n));
    }
    std::vector<BlockMask> once;
    for (const BlockMask set : sets) {
        if (std::find(once.begin(), once.end(), set) == once.end())
            once.push_back(set);
    }
    return once;
}

void takeTable(ModelFindings& findings, const MaskTable& table, HiddenBy by, const PhotoFindings& found,
               const StudyRecipe& recipe)
{
    if (by == HiddenBy::Attention && found.important) {
        findings.oracle = oracleTrivialHalf(table);
        for (const BlockMask hidden : {*found.important, found.important->complement(), found.random, *findings.oracle})
            findings.masked.push_back({by, hidden, table.score(hidden)});
    }
    if (recipe.has(StudyKind::Enough)) {
        for (const double epsilon : recipe.epsilons) {
            EnoughCount count{epsilon, BlockCount, howMuchIsEnough(table, epsilon).visible};
            if (const std::optional<DecidingSets> sets = decidingSets(table, epsilon))
                count.guaranteed = sets->keep.count();
            findings.enough.push_back(count);
        }
    }
    if (recipe.has(StudyKind::Importance) || recipe.has(StudyKind::Size)) {
        findings.table.resize(MaskCount);
        for (std::size_t mask = 0; mask < findings.table.size(); ++mask)
            findings.table[mask] = table.score(BlockMask(static_cast<std::uint32_t>(mask)));
    }
}

class PhotoStudy {
public:
    PhotoStudy(const Image& image, const PlannedPhoto& photo, const StudyPlan& plan, ModelSource& models,
               const JobContext& context)
        : m_image(image)
        , m_photo(photo)
        , m_plan(plan)
        , m_models(models)
        , m_context(context)
        , m_cache(CacheBytes)
    { }

    Result<PhotoFindings> run()
    {
        m_found.contentHash = m_image.contentHash;
        m_found.random = randomHalf(m_plan.recipe.seed, m_photo.name, 0);
        if (m_plan.recipe.hasScoredStudies()) {
            if (Status done = judge(); !done)
                return std::move(done).error();
            if (Status done = measure(); !done)
                return std::move(done).error();
            for (const PlannedModel& model : m_plan.models) {
                if (Status done = ask(model); !done)
                    return std::move(done).error();
            }
        }
        if (m_photo.damaged) {
            if (Status done = damage(); !done)
                return std::move(done).error();
        }
        return std::move(m_found);
    }

private:
    Status judge()
    {
        const NetworkClock clock(m_found.networkSeconds);
        TableRequest request;
        request.by = HiddenBy::Attention;
        const Result<std::shared_ptr<const Analysis>> analysis =
            analyzeBlocks(m_image, m_plan.judge, request, {}, m_models, m_cache, m_context);
        if (!analysis)
            return analysis.error();
        m_judge = *analysis;
        m_found.important = m_judge->report->important;
        return {};
    }

    Status measure()
    {
        if (!m_plan.recipe.has(StudyKind::Table2) && !m_plan.recipe.has(StudyKind::Averaged))
            return {};
        for (std::size_t i = 0; i < MeasureKinds.size(); ++i) {
            MapRequest request;
            request.kind = MeasureKinds[i];
            const Result<std::shared_ptr<const ImageMap>> map =
                makeMap(m_image, request, {}, m_models, m_cache, m_context);
            if (!map)
                return map.error();
            if (!(*map)->upper.isEmpty())
                m_found.upper[i] = (*map)->upper;
        }
        m_cache.clear(); // maps of large photos are large
        return {};
    }

    Status ask(const PlannedModel& model)
    {
        const Result<std::shared_ptr<const Predictor>> loaded = m_models.load(model.id);
        if (!loaded)
            return loaded.error();
        const Predictor& predictor = **loaded;
        const Result<ModelInput> input = toModelInput(m_image, predictor.info().input);
        if (!input)
            return input.error();
        ModelFindings findings;
        findings.model = model.id;
        const NetworkClock clock(m_found.networkSeconds);
        if (Status done = askWhole(model, predictor, findings); !done)
            return done;
        for (const BlockMask hidden : zeroedSets(m_found, m_photo, m_plan.recipe)) {
            if (m_context.isStopped())
                return cancelledError();
            const Result<Prediction> zeroed = predictFilled(predictor, *input, hidden, Fill::Zero, m_context.stop());
            if (!zeroed)
                return zeroed.error();
            findings.masked.push_back({HiddenBy::Zero, hidden, zeroed->score});
        }
        m_found.models.push_back(std::move(findings));
        return {};
    }

    /// The score of the whole photo and what follows from all masks where they are computed.
    Status askWhole(const PlannedModel& model, const Predictor& predictor, ModelFindings& findings)
    {
        const bool attends = predictor.info().masksAttention;
        std::shared_ptr<const MaskTable> table;
        if (model.id == m_plan.judge) {
            findings.score = m_judge->prediction.score;
            table = m_judge->table;
        } else {
            const Result<Fed> fed = feed(m_image, predictor, {}, m_context.stop());
            if (!fed)
                return fed.error();
            findings.score = fed->prediction.score;
            if (needsTable() && (attends || model.allMasks)) {
                Result<std::shared_ptr<const MaskTable>> made = attends
                    ? m_models.evaluator().buildTable(predictor, *fed->features, m_context.stop())
                    : m_models.evaluator().sampleTable(predictor, m_image, {}, m_context, {}); // kept for the viewer
                if (!made)
                    return std::move(made).error();
                table = *std::move(made);
            }
        }
        if (table)
            takeTable(findings, *table, attends ? HiddenBy::Attention : HiddenBy::Zero, m_found, m_plan.recipe);
        return {};
    }

    bool needsTable() const
    {
        const StudyRecipe& recipe = m_plan.recipe;
        return recipe.has(StudyKind::Table1) || recipe.has(StudyKind::Halves) || recipe.has(StudyKind::Importance)
            || recipe.has(StudyKind::Size) || recipe.has(StudyKind::Enough);
    }

    Status damage()
    {
        const DamageRecipe& recipe = m_plan.recipe.damage;
        for (const DamageKind kind : recipe.kinds) {
            for (const bool full : recipe.fullStrength) {
                for (const DamageRegion region : recipe.regions) {
                    if (Status done = damage({kind, region, full}); !done)
                        return done;
                }
            }
        }
        return {};
    }

    Status damage(const Damage& kind)
    {
        const Result<DamagedPhoto> damaged = damagePhoto(m_image, m_photo.name, kind, m_plan.recipe.seed);
        if (!damaged)
            return damaged.error();
        const std::shared_ptr<const ObjectnessSource> objectness = m_models.objectness();
        const Result<std::vector<Blame>> measures =
            blameByMeasures(damaged->damaged, objectness.get(), m_context.stop());
        if (!measures)
            return measures.error();
        BlameOptions options;
        options.seed = m_plan.recipe.seed;
        options.limeSamples = m_plan.recipe.damage.limeSamples;
        options.zeroSamples = m_plan.recipe.damage.zeroSamples;
        options.fineError = m_plan.recipe.damage.fineError;
        for (const PlannedModel& model : m_plan.models) {
            const Result<std::shared_ptr<const Predictor>> predictor = m_models.load(model.id);
            if (!predictor)
                return predictor.error();
            const NetworkClock clock(m_found.networkSeconds);
            const Result<DamageScores> scores = damageScores(**predictor, *damaged, m_context.stop());
            if (!scores)
                return scores.error();
            m_found.damage.push_back({model.id, kind, *scores});
            const Result<std::vector<Blame>> blames =
                blameBlocks(**predictor, damaged->damaged, options, m_context.stop());
            if (!blames)
                return blames.error();
            for (const std::vector<Blame>* list : {&*blames, &*measures}) {
                for (const Blame& blame : *list)
                    m_found.aucs.push_back(
                        {model.id, kind, toString(blame.explainer), blameAuc(blame.blocks, damaged->region)});
            }
        }
        return {};
    }

    const Image& m_image;
    const PlannedPhoto& m_photo;
    const StudyPlan& m_plan;
    ModelSource& m_models;
    const JobContext& m_context;
    ResultCache m_cache;
    std::shared_ptr<const Analysis> m_judge;
    PhotoFindings m_found;
};

} // namespace

double ModelFindings::scoreWith(HiddenBy by, BlockMask hidden) const
{
    for (const HiddenScore& entry : masked) {
        if (entry.by == by && entry.hidden == hidden)
            return entry.score;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

BlockMask randomHalf(std::uint64_t seed, const std::string& fileName, int n)
{
    const std::string name = std::filesystem::path(fileName).filename().string();
    const std::string hash = sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
    const std::uint64_t place = std::stoull(hash.substr(0, 16), nullptr, 16);
    BlockMask half;
    const std::vector<std::size_t> order =
        permutation(BlockCount, RandomStream(seed, RandomPurpose::Mask, place, static_cast<std::uint64_t>(n)));
    for (std::size_t i = 0; i < HalfSize; ++i)
        half = half.with({static_cast<int>(order[i])});
    return half;
}

BlockMask centreHalf()
{
    return BlockMask(0b0110'0110'0110);
}

BlockMask leftHalf()
{
    return BlockMask(0b0011'0011'0011);
}

Result<PhotoFindings> studyPhoto(const Image& image, const PlannedPhoto& photo, const StudyPlan& plan,
                                 ModelSource& models, const JobContext& context)
{
    return PhotoStudy(image, photo, plan, models, context).run();
}

} // namespace halflens
