// SPDX-License-Identifier: BSD-3-Clause
// Sampling and schedule: pure functions of seed and step.
#include "core/base/random_stream.h"
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
    if (a.samples.size() != b.samples.size() || a.better != b.better)
        return false;
    for (std::size_t i = 0; i < a.samples.size(); ++i) {
        const SampleRef& x = a.samples[i];
        const SampleRef& y = b.samples[i];
        if (x.row != y.row || x.view != y.view || !(x.mask == y.mask) || !(x.degradation == y.degradation)
            || x.x != y.x)
            return false;
    }
    return true;
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
        const StepPlanner planner(r, rows(40), {100, 101});
        std::vector<StepPlan> plans;
        for (int step = 0; step < 30; ++step)
            plans.push_back(planner.plan(step));
        const StepPlanner fresh(r, rows(40), {100, 101});
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
