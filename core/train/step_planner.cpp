// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/step_planner.h"

#include "core/base/random_stream.h"
#include "core/train/local_damage.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace halflens::train {

namespace {

// Draws of the View purpose beside those of the samples themselves.
constexpr std::uint64_t PlaceDraw = 1'000'000;
constexpr std::uint64_t PortraitDraw = 2'000'000;

} // namespace

StepPlanner::StepPlanner(const Recipe& recipe, std::vector<std::size_t> train, PairPhotos photos)
    : m_recipe(recipe)
    , m_train(std::move(train))
    , m_photos(std::move(photos))
{
    for (const ViewRecipe& view : recipe.views)
        m_viewWeights[view.portrait ? 1 : 0] += view.weight;
    const auto rows = static_cast<std::int64_t>(m_train.size());
    m_stepsPerEpoch = std::max<std::int64_t>(1, rows / recipe.optimizer.batch);
    const auto steps = [&](double epochs) {
        return std::max<std::int64_t>(1, std::llround(epochs * static_cast<double>(m_stepsPerEpoch)));
    };
    m_totalSteps = steps(recipe.optimizer.epochs);
    m_evaluateEvery = steps(recipe.evaluateEvery);
}

bool StepPlanner::drawPortrait(std::int64_t step) const
{
    RandomStream stream(m_recipe.seed, RandomPurpose::View, static_cast<std::uint64_t>(step), PortraitDraw);
    return stream.uniform() * (m_viewWeights[0] + m_viewWeights[1]) >= m_viewWeights[0];
}

int StepPlanner::drawView(std::int64_t step, std::size_t sample, bool portrait) const
{
    RandomStream stream(m_recipe.seed, RandomPurpose::View, static_cast<std::uint64_t>(step), sample);
    double at = stream.uniform() * m_viewWeights[portrait ? 1 : 0];
    int last = 0;
    for (std::size_t i = 0; i < m_recipe.views.size(); ++i) {
        const ViewRecipe& view = m_recipe.views[i];
        if (view.portrait != portrait || view.weight <= 0)
            continue;
        last = static_cast<int>(i);
        at -= view.weight;
        if (at < 0)
            break;
    }
    return last;
}

StepPlan StepPlanner::plan(std::int64_t step) const
{
    const std::int64_t epoch = step / m_stepsPerEpoch;
    if (epoch != m_epoch) {
        m_order = permutation(m_train.size(),
                              RandomStream(m_recipe.seed, RandomPurpose::Order, static_cast<std::uint64_t>(epoch)));
        m_epoch = epoch;
    }
    const auto batch = std::min(static_cast<std::size_t>(m_recipe.optimizer.batch), m_train.size());
    const std::size_t first = static_cast<std::size_t>(step % m_stepsPerEpoch) * batch;
    StepPlan plan;
    RandomStream masking(m_recipe.seed, RandomPurpose::Mask, static_cast<std::uint64_t>(step));
    const bool masks = masking.uniform() < m_recipe.masking.share;
    const bool portrait = drawPortrait(step);
    for (std::size_t i = 0; i < batch; ++i) {
        SampleRef sample;
        sample.row = m_train[m_order[first + i]];
        sample.view = drawView(step, i, portrait);
        if (m_recipe.views[static_cast<std::size_t>(sample.view)].kind == ViewRecipe::Kind::RandomCrop) {
            RandomStream place(m_recipe.seed, RandomPurpose::View, static_cast<std::uint64_t>(step), PlaceDraw + i);
            sample.x = place.uniform();
            sample.y = place.uniform();
        }
        if (masks) {
            const std::size_t count = 1 + masking.below(static_cast<std::size_t>(m_recipe.masking.most));
            const std::vector<std::size_t> blocks = permutation(
                BlockCount, RandomStream(m_recipe.seed, RandomPurpose::Mask, static_cast<std::uint64_t>(step), 1 + i));
            for (std::size_t b = 0; b < count; ++b)
                sample.mask = sample.mask.with({static_cast<int>(blocks[b])});
        }
        plan.samples.push_back(sample);
    }
    addPairs(step, plan);
    addDamage(step, plan);
    return plan;
}

void StepPlanner::addPairs(std::int64_t step, StepPlan& plan) const
{
    if (m_photos.degraded.empty() || m_recipe.losses.syntheticRank <= 0)
        return;
    RandomStream stream(m_recipe.seed, RandomPurpose::Pair, static_cast<std::uint64_t>(step));
    for (int i = 0; i < m_recipe.synthetic.pairs; ++i) {
        const std::size_t row = m_photos.degraded[stream.below(m_photos.degraded.size())];
        const std::string& word = m_recipe.synthetic.kinds[stream.below(m_recipe.synthetic.kinds.size())];
        const DegradationKind kind = degradationFromWord(word);
        // Neighbouring levels, 0 being the photo itself: the finest order is the hardest to get right.
        const int lower = static_cast<int>(stream.below(DegradationLevels));
        for (const int level : {lower, lower + 1}) {
            SampleRef sample;
            sample.row = row;
            sample.view = PlainView;
            sample.degradation = level == 0 ? Degradation{} : Degradation{kind, level};
            sample.scored = false;
            plan.samples.push_back(sample);
        }
        const int last = static_cast<int>(plan.samples.size()) - 1;
        plan.better.emplace_back(last - 1, last);
    }
}

void StepPlanner::addDamage(std::int64_t step, StepPlan& plan) const
{
    if (m_photos.damaged.empty() || !m_recipe.losses.usesDamage())
        return;
    constexpr std::uint64_t DamageDraw = 1; // of the Pair purpose, beside the rank pairs
    RandomStream stream(m_recipe.seed, RandomPurpose::Pair, static_cast<std::uint64_t>(step), DamageDraw);
    const auto shuffled = [&](BlockMask blocks) {
        std::vector<int> list;
        // A stream of its own: permutation() takes a copy, and the next order would repeat this one's numbers.
        for (const std::size_t block : permutation(BlockCount, RandomStream(stream.bits(), RandomPurpose::Pair))) {
            if (blocks.contains({static_cast<int>(block)}))
                list.push_back(static_cast<int>(block));
        }
        return list;
    };
    const auto firstOf = [](const std::vector<int>& list, std::size_t count) {
        BlockMask mask;
        for (std::size_t i = 0; i < count; ++i)
            mask = mask.with({list[i]});
        return mask;
    };
    for (int i = 0; i < m_recipe.damage.pairs; ++i) {
        SampleRef sample;
        sample.row = m_photos.damaged[stream.below(m_photos.damaged.size())];
        sample.view = PlainView;
        sample.scored = false;
        DamagePair pair;
        pair.clean = static_cast<int>(plan.samples.size());
        pair.damaged = pair.clean + 1;
        plan.samples.push_back(sample);
        sample.copy = 1 + static_cast<int>(stream.below(static_cast<std::size_t>(m_recipe.damage.copies)));
        plan.samples.push_back(sample);
        pair.region = localDamage(m_recipe, sample.row, sample.copy).region;
        const std::vector<int> intact = shuffled(pair.region.complement());
        if (stream.uniform() < 0.5 && intact.size() > 2) // two stay to be seen
            pair.further = firstOf(intact, 1 + stream.below(intact.size() - 2));
        for (int c = 0; c < m_recipe.damage.comparisons; ++c) {
            const BlockIndex bad{shuffled(pair.region).front()};
            const BlockIndex good{shuffled(pair.region.complement()).front()};
            const std::vector<int> others = shuffled(BlockMask::all().without(bad).without(good));
            const BlockMask hidden = firstOf(others, stream.below(others.size() + 1));
            pair.blocks.push_back({hidden.with(bad), hidden.with(good)});
        }
        plan.damage.push_back(std::move(pair));
    }
}

double StepPlanner::rate(std::int64_t step) const
{
    const OptimizerRecipe& o = m_recipe.optimizer;
    const double warm =
        std::min(o.warmUp * static_cast<double>(m_stepsPerEpoch), static_cast<double>(m_totalSteps) / 2);
    const double at = static_cast<double>(step) + 1;
    if (at < warm)
        return o.rate * at / warm;
    const double progress = std::clamp((at - warm) / std::max(1.0, static_cast<double>(m_totalSteps) - warm), 0.0, 1.0);
    return o.rate * (o.finalRate + (1 - o.finalRate) * 0.5 * (1 + std::cos(std::numbers::pi * progress)));
}

double StepPlanner::emaDecay(std::int64_t step) const
{
    const auto at = static_cast<double>(step);
    return std::min(m_recipe.optimizer.ema, (1 + at) / (10 + at));
}

std::vector<std::size_t> syntheticPhotos(const std::vector<std::size_t>& train, std::size_t count, std::uint64_t seed)
{
    const std::vector<std::size_t> order = permutation(train.size(), RandomStream(seed, RandomPurpose::Photos));
    std::vector<std::size_t> photos;
    for (std::size_t i = 0; i < std::min(count, train.size()); ++i)
        photos.push_back(train[order[i]]);
    std::sort(photos.begin(), photos.end());
    return photos;
}

PairPhotos pairPhotos(const Recipe& recipe, const Dataset& dataset)
{
    PairPhotos photos;
    std::vector<std::size_t> train = dataset.of(Split::Train);
    if (recipe.losses.syntheticRank > 0 && recipe.synthetic.pairs > 0)
        photos.degraded = syntheticPhotos(train, static_cast<std::size_t>(recipe.synthetic.photos), recipe.seed);
    if (recipe.losses.usesDamage() && recipe.damage.pairs > 0) {
        std::stable_sort(train.begin(), train.end(),
                         [&](std::size_t a, std::size_t b) { return dataset.rows[a].mos5 > dataset.rows[b].mos5; });
        train.resize(std::min(train.size(), static_cast<std::size_t>(recipe.damage.photos)));
        std::sort(train.begin(), train.end());
        photos.damaged = std::move(train);
    }
    return photos;
}

} // namespace halflens::train
