// SPDX-License-Identifier: BSD-3-Clause
// Sampling and schedule: pure functions of seed and step.
#include "core/base/random_stream.h"
#include "core/train/local_damage.h"
#include "core/train/step_planner.h"
#include "tests/support/test_case.h"

#include <QTest>
#include <numeric>
#include <set>

using namespace halflens;
using namespace halflens::train;

namespace {

std::vector<std::size_t> rows(std::size_t count)
{
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{100});
    return all;
}

Recipe recipe()
{
    Recipe result;
    result.optimizer.batch = 4;
    result.optimizer.epochs = 10;
    result.optimizer.warmUp = 1;
    result.optimizer.rate = 0.01;
    result.optimizer.finalRate = 0.1;
    result.seed = 5;
    return result;
}

bool same(const StepPlan& a, const StepPlan& b)
{
    if (a.samples.size() != b.samples.size() || a.better != b.better || a.damage.size() != b.damage.size())
        return false;
    for (std::size_t i = 0; i < a.samples.size(); ++i) {
        const SampleRef& x = a.samples[i];
        const SampleRef& y = b.samples[i];
        if (x.row != y.row || x.view != y.view || !(x.mask == y.mask) || !(x.degradation == y.degradation) || x.x != y.x
            || x.copy != y.copy)
            return false;
    }
    for (std::size_t i = 0; i < a.damage.size(); ++i) {
        const DamagePair& x = a.damage[i];
        const DamagePair& y = b.damage[i];
        if (x.clean != y.clean || x.damaged != y.damaged || x.region != y.region || x.further != y.further
            || x.blocks.size() != y.blocks.size())
            return false;
        for (std::size_t c = 0; c < x.blocks.size(); ++c) {
            if (x.blocks[c].damagedHidden != y.blocks[c].damagedHidden
                || x.blocks[c].intactHidden != y.blocks[c].intactHidden)
                return false;
        }
    }
    return true;
}

Recipe damageRecipe()
{
    Recipe r = recipe();
    r.losses.consistency = 1;
    r.damage.pairs = 3;
    r.damage.copies = 5;
    r.damage.kinds = {{"blur", 1, 4}, {"dark", 1, 2}};
    return r;
}

} // namespace

class TestStepPlanner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void streamsAreFixed()
    {
        // The first numbers are part of the contract: recipes reproduce their weights.
        RandomStream a(1, RandomPurpose::Order, 2, 3);
        RandomStream b(1, RandomPurpose::Order, 2, 3);
        RandomStream c(1, RandomPurpose::View, 2, 3);
        const std::uint64_t first = a.bits();
        QCOMPARE(b.bits(), first);
        QVERIFY(c.bits() != first);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 20000; ++i) {
            const double value = a.normal();
            sum += value;
            squares += value * value;
        }
        QVERIFY(std::abs(sum / 20000) < 0.03);
        QVERIFY(std::abs(squares / 20000 - 1) < 0.05);
        for (int i = 0; i < 1000; ++i)
            QVERIFY(a.below(7) < 7);
        std::vector<std::size_t> order = permutation(50, RandomStream(3, RandomPurpose::Order));
        QVERIFY(order != rows(50));
        std::sort(order.begin(), order.end());
        for (std::size_t i = 0; i < 50; ++i)
            QCOMPARE(order[i], i);
    }

    void everyEpochSeesEveryRowOnce()
    {
        const Recipe r = recipe();
        const StepPlanner planner(r, rows(21), {});
        QCOMPARE(planner.stepsPerEpoch(), 5); // one row is left over each time
        QCOMPARE(planner.totalSteps(), 50);
        std::set<std::size_t> seen;
        std::vector<std::size_t> first;
        std::vector<std::size_t> second;
        for (int step = 0; step < 10; ++step) {
            for (const SampleRef& sample : planner.plan(step).samples)
                (step < 5 ? first : second).push_back(sample.row);
        }
        seen.insert(first.begin(), first.end());
        QCOMPARE(seen.size(), std::size_t{20});
        QVERIFY(first != second);
    }

    void anyStepCanBePlannedAlone()
    {
        Recipe r = recipe();
        r.masking.share = 0.5;
        r.views = {ViewRecipe{}, ViewRecipe{}, ViewRecipe{}};
        r.views[1].flip = true;
        r.views[2].kind = ViewRecipe::Kind::RandomCrop;
        r.losses.syntheticRank = 1;
        r.synthetic.pairs = 2;
        const StepPlanner planner(r, rows(40), {{100, 101}, {}});
        std::vector<StepPlan> plans;
        for (int step = 0; step < 30; ++step)
            plans.push_back(planner.plan(step));
        const StepPlanner fresh(r, rows(40), {{100, 101}, {}});
        for (const int step : {29, 3, 17, 0})
            QVERIFY(same(fresh.plan(step), plans[static_cast<std::size_t>(step)]));
        int masked = 0;
        std::set<int> views;
        for (const StepPlan& plan : plans) {
            QCOMPARE(plan.samples.size(), std::size_t{8});
            QCOMPARE(plan.better.size(), std::size_t{2});
            for (const auto& [better, worse] : plan.better) {
                const SampleRef& a = plan.samples[static_cast<std::size_t>(better)];
                const SampleRef& b = plan.samples[static_cast<std::size_t>(worse)];
                QCOMPARE(a.row, b.row);
                QCOMPARE(b.degradation.level, a.degradation.level + 1);
                QVERIFY(!a.scored && !b.scored);
            }
            masked += plan.samples.front().mask.isEmpty() ? 0 : 1;
            for (std::size_t i = 0; i < 4; ++i) {
                views.insert(plan.samples[i].view);
                QCOMPARE(plan.samples[i].mask.isEmpty(), plan.samples.front().mask.isEmpty());
                QVERIFY(plan.samples[i].mask.count() <= 11);
            }
        }
        QVERIFY(masked > 5 && masked < 25);
        QCOMPARE(views.size(), std::size_t{3});
    }

    void damagePairsCanBePlannedAlone()
    {
        const Recipe r = damageRecipe();
        const PairPhotos photos{{}, {103, 120, 121}};
        const StepPlanner planner(r, rows(40), photos);
        std::vector<StepPlan> plans;
        for (int step = 0; step < 30; ++step)
            plans.push_back(planner.plan(step));
        const StepPlanner fresh(r, rows(40), photos);
        for (const int step : {29, 3, 17, 0})
            QVERIFY(same(fresh.plan(step), plans[static_cast<std::size_t>(step)]));
        QVERIFY(!same(plans[0], plans[1]));
        Recipe other = r;
        other.seed = 6;
        QVERIFY(!same(StepPlanner(other, rows(40), photos).plan(0), plans[0]));
        // The photos of the batch are those of a recipe without pairs.
        const Recipe without = recipe();
        const StepPlan plain = StepPlanner(without, rows(40), {}).plan(7);
        QCOMPARE(plain.samples.size(), std::size_t{4});
        QVERIFY(plain.damage.empty());
        for (std::size_t i = 0; i < plain.samples.size(); ++i)
            QCOMPARE(plans[7].samples[i].row, plain.samples[i].row);
    }

    /// A pair is a photo and one of its copies; what else is hidden is intact; compared sets differ in one block.
    void damagePairsAreSound()
    {
        const Recipe r = damageRecipe();
        const PairPhotos photos{{}, {103, 120, 121}};
        const StepPlanner planner(r, rows(40), photos);
        std::set<int> copies;
        std::set<std::size_t> seen;
        std::set<int> comparedHidden;
        std::set<int> firstGood;
        int further = 0;
        for (int step = 0; step < 60; ++step) {
            const StepPlan plan = planner.plan(step);
            QCOMPARE(plan.samples.size(), std::size_t{4 + 6});
            QCOMPARE(plan.damage.size(), std::size_t{3});
            for (const DamagePair& pair : plan.damage) {
                const SampleRef& clean = plan.samples[static_cast<std::size_t>(pair.clean)];
                const SampleRef& damaged = plan.samples[static_cast<std::size_t>(pair.damaged)];
                QCOMPARE(clean.row, damaged.row);
                QCOMPARE(clean.copy, 0);
                QVERIFY(damaged.copy >= 1 && damaged.copy <= 5);
                QVERIFY(!clean.scored && !damaged.scored);
                QCOMPARE(clean.view, PlainView);
                QCOMPARE(damaged.view, PlainView);
                QVERIFY(clean.mask.isEmpty() && damaged.mask.isEmpty());
                QCOMPARE(pair.region, localDamage(r, damaged.row, damaged.copy).region);
                QVERIFY((pair.further.bits() & pair.region.bits()) == 0);
                QVERIFY(pair.further.count() + pair.region.count() <= 10); // two stay to be seen
                further += pair.further.isEmpty() ? 0 : 1;
                copies.insert(damaged.copy);
                seen.insert(clean.row);
                QCOMPARE(pair.blocks.size(), std::size_t(r.damage.comparisons));
                for (const BlockComparison& c : pair.blocks) {
                    const BlockMask bad(c.damagedHidden.bits() & ~std::uint32_t{c.intactHidden.bits()});
                    const BlockMask good(c.intactHidden.bits() & ~std::uint32_t{c.damagedHidden.bits()});
                    QCOMPARE(bad.count(), 1);
                    QCOMPARE(good.count(), 1);
                    QVERIFY((bad.bits() & pair.region.bits()) != 0);
                    QVERIFY((good.bits() & pair.region.bits()) == 0);
                    QVERIFY(c.damagedHidden.count() <= 11);
                    comparedHidden.insert(c.damagedHidden.count());
                    firstGood.insert(good.bits());
                }
            }
        }
        QCOMPARE(copies, (std::set<int>{1, 2, 3, 4, 5}));
        QCOMPARE(seen, (std::set<std::size_t>{103, 120, 121}));
        QCOMPARE(comparedHidden.size(), std::size_t{11}); // 1 to 11
        QCOMPARE(firstGood.size(), std::size_t{BlockCount});
        QVERIFY(further > 60 && further < 120); // half of 180
    }

    void damagedPhotosAreTheBest()
    {
        Dataset dataset;
        for (const auto& [mos, split] : {std::pair{2.0, Split::Train},
                                         {4.0, Split::Train},
                                         {5.0, Split::Test},
                                         {4.5, Split::Train},
                                         {4.9, Split::Validation},
                                         {4.0, Split::Train},
                                         {1.0, Split::Train}}) {
            DataRow row;
            row.mos5 = mos;
            row.split = split;
            dataset.rows.push_back(row);
        }
        Recipe r = damageRecipe();
        r.damage.photos = 2;
        QVERIFY((pairPhotos(r, dataset).damaged == std::vector<std::size_t>{1, 3})); // of equal ones the first
        QVERIFY(pairPhotos(r, dataset).degraded.empty());
        r.damage.photos = 100;
        QVERIFY((pairPhotos(r, dataset).damaged == std::vector<std::size_t>{0, 1, 3, 5, 6}));
        r.losses.consistency = 0;
        QVERIFY(pairPhotos(r, dataset).damaged.empty());
        r.losses.blockOrder = 1;
        QCOMPARE(pairPhotos(r, dataset).damaged.size(), std::size_t{5});
    }

    void portraitStepsAreWholly()
    {
        Recipe r = recipe();
        r.views = {ViewRecipe{}, ViewRecipe{}};
        r.views[1].portrait = true;
        const StepPlanner planner(r, rows(40), {});
        int portrait = 0;
        for (int step = 0; step < 100; ++step) {
            const StepPlan plan = planner.plan(step);
            for (const SampleRef& sample : plan.samples)
                QCOMPARE(sample.view, plan.samples.front().view);
            portrait += plan.samples.front().view;
        }
        QVERIFY(portrait > 25 && portrait < 75);
    }

    void scheduleWarmsUpAndFalls()
    {
        const Recipe r = recipe();
        const StepPlanner planner(r, rows(40), {}); // 10 steps an epoch, 100 in all
        QVERIFY(std::abs(planner.rate(0) - 0.001) < 1e-12);
        QVERIFY(std::abs(planner.rate(4) - 0.005) < 1e-12);
        QVERIFY(std::abs(planner.rate(9) - 0.01) < 1e-12);
        QVERIFY(std::abs(planner.rate(54) - 0.0055) < 1e-12); // half way down: mean of 0.01 and 0.001
        QVERIFY(std::abs(planner.rate(99) - 0.001) < 1e-12);
        QVERIFY(planner.rate(200) > 0);
        QCOMPARE(planner.emaDecay(0), 0.1);
        QCOMPARE(planner.emaDecay(1'000'000), r.optimizer.ema);
    }

    void photosOfPairsAreDrawnOnce()
    {
        const std::vector<std::size_t> photos = syntheticPhotos(rows(30), 10, 1);
        QCOMPARE(photos.size(), std::size_t{10});
        QVERIFY(std::is_sorted(photos.begin(), photos.end()));
        QCOMPARE(std::set<std::size_t>(photos.begin(), photos.end()).size(), std::size_t{10});
        QVERIFY(photos != syntheticPhotos(rows(30), 10, 2));
        QCOMPARE(syntheticPhotos(rows(3), 10, 1), rows(3));
    }
};

HALFLENS_TEST(TestStepPlanner)
#include "tst_step_planner.moc"
