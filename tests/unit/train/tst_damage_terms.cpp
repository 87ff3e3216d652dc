// SPDX-License-Identifier: BSD-3-Clause
// The terms of the loss that pairs of known damage give, and windows without their outer ring, in a small network.
#include "core/base/random_stream.h"
#include "core/train_networks/torch/training_losses.h"
#include "core/train_networks/training_setup.h"
#include "tests/support/test_case.h"

#include <ATen/ATen.h>
#include <QTest>
#include <cmath>

using namespace halflens;
using namespace halflens::train;
using namespace halflens::torch_module;

namespace {

// 128 x 96: 3 x 4 tokens, one for each block; the stored map has 2 x 2 cells a block.
constexpr nn::MapSize Stored{112, 6, 8};
const BlockMask Region = BlockMask().with({1}).with({2}).with({5}).with({6});

Recipe recipe()
{
    Recipe result;
    result.family = "triq";
    result.trunk.name = "efficientnet-lite0-narrow"; // two blocks behind the cut
    result.trunk.freezeUntil = "stage4";
    result.trunk.rate = 1;
    result.head = HeadRecipe{};
    result.head.width = 16;
    result.head.layers = 1;
    result.head.feedForward = 16;
    result.head.hidden = 16;
    result.head.positions = 13;
    result.head.dropout = 0;
    result.input = {InputPolicy::Fit, 128, 96, true, Normalization::PlusMinusOne};
    result.losses.crossEntropy = 0;
    result.losses.plcc = 0;
    result.optimizer.weightDecay = 0.1;
    result.damage.kinds = {{"blur", 1, 2}};
    return result;
}

std::unique_ptr<TrainingNetwork> networkOf(const Recipe& r, const TrainingSetup& setup)
{
    Result<std::unique_ptr<TrainingNetwork>> network = makeTrainingNetwork(r, setup);
    return network ? *std::move(network) : nullptr;
}

std::unique_ptr<TrainingNetwork> networkOf(const Recipe& r)
{
    const Result<TrainingSetup> setup = prepareTraining(r, {}, 3);
    return setup ? networkOf(r, *setup) : nullptr;
}

/// One member's map, channels last; cells of `damaged` blocks are lower by half and noisy.
void appendMap(std::vector<float>& values, int height, int width, std::uint64_t seed, BlockMask damaged)
{
    RandomStream stream(seed, RandomPurpose::Init);
    RandomStream noise(seed, RandomPurpose::Noise);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const bool inside = damaged.contains(blockAt(y, x, height, width));
            for (int c = 0; c < Stored.channels; ++c) {
                const double value = stream.normal();
                values.push_back(static_cast<float>(inside ? 0.5 * value + noise.normal() : value));
            }
        }
    }
}

DamagePair pairOf(int clean)
{
    DamagePair pair;
    pair.clean = clean;
    pair.damaged = clean + 1;
    pair.region = Region;
    pair.further = BlockMask().with({8});
    pair.blocks = {{BlockMask().with({1}), BlockMask().with({0})},
                   {BlockMask().with({6}).with({3}), BlockMask().with({11}).with({3})}};
    return pair;
}

/// Pairs by whether their photo stands; `damaged` false: the copy is the photo itself.
Batch batchOf(const std::vector<bool>& standing, bool damaged = true)
{
    Batch batch;
    for (const bool turned : {false, true}) {
        BatchGroup group;
        MapBlock block;
        block.size = turned ? nn::MapSize{Stored.channels, Stored.width, Stored.height} : Stored;
        for (std::size_t i = 0; i < standing.size(); ++i) {
            if (standing[i] != turned)
                continue;
            for (const bool second : {false, true}) {
                group.members.push_back(static_cast<int>(2 * i) + (second ? 1 : 0));
                appendMap(block.full, block.size.height, block.size.width, turned ? 8 : 7,
                          second && damaged ? Region : BlockMask());
            }
        }
        if (group.members.empty())
            continue;
        group.maps.push_back(std::move(block));
        batch.groups.push_back(std::move(group));
    }
    for (std::size_t i = 0; i < standing.size(); ++i)
        batch.damage.push_back(pairOf(static_cast<int>(2 * i)));
    batch.count = static_cast<int>(2 * standing.size());
    batch.mos5.assign(static_cast<std::size_t>(batch.count), 3);
    batch.grades.resize(static_cast<std::size_t>(batch.count));
    batch.scored.assign(static_cast<std::size_t>(batch.count), false);
    return batch;
}

/// Six photos with opinions.
Batch scoredBatch()
{
    Batch batch = batchOf({false, false, false});
    batch.damage.clear();
    batch.groups.front().maps.front().full.clear();
    for (std::uint64_t i = 0; i < 6; ++i) {
        appendMap(batch.groups.front().maps.front().full, Stored.height, Stored.width, 20 + i, {});
        batch.mos5[i] = 1.5F + 0.5F * static_cast<float>(i);
        batch.scored[i] = true;
    }
    return batch;
}

DamageTerms termsOf(TrainingNetwork& network, const Batch& batch, double rate = 0)
{
    const Result<StepOutcome> outcome = network.step(batch, {rate, 0.9, 1});
    return outcome && outcome->damage ? *outcome->damage : DamageTerms{-1, -1, -1};
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-5;
}

} // namespace

class TestDamageTerms : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void valuesAndDirections()
    {
        const auto leaf = [](std::initializer_list<float> values) {
            return at::tensor(std::vector<float>(values)).requires_grad_(true);
        };
        const auto gradient = [](const at::Tensor& tensor, std::int64_t i) { return tensor.grad()[i].item<double>(); };
        // Consistency: 0.3 and 0 apart.
        at::Tensor damaged = leaf({2.7F, 3.F});
        at::Tensor clean = leaf({3.F, 3.F});
        at::Tensor loss = consistencyLoss(damaged, clean);
        QVERIFY(near(loss.item<double>(), 0.15));
        loss.backward();
        QVERIFY(near(gradient(damaged, 0), -0.5)); // a step against it raises the lower score
        QVERIFY(near(gradient(clean, 0), 0.5));
        QCOMPARE(gradient(damaged, 1), 0.0);

        // Order: the first pair keeps every distance of 0.2, 0.1 and 0.2, the second none: 0.2 + 0.1, 0.1 + 0.1, 0.2 +
        // 0.3.
        clean = leaf({4.F, 3.F});
        damaged = leaf({3.F, 3.1F});
        at::Tensor hidden = leaf({3.5F, 3.F});
        at::Tensor only = leaf({2.F, 3.3F});
        loss = damageOrderLoss(clean, damaged, hidden, only, 0.2);
        QVERIFY(near(loss.item<double>(), (0.3 + 0.2 + 0.5) / 2));
        loss.backward();
        for (const at::Tensor& each : {clean, damaged, hidden, only})
            QCOMPARE(gradient(each, 0), 0.0);
        QVERIFY(gradient(clean, 1) < 0); // up
        QVERIFY(gradient(damaged, 1) > 0); // down
        QVERIFY(gradient(hidden, 1) < 0);
        QVERIFY(gradient(only, 1) > 0);

        // Blocks: a quarter of the margin is asked between sets one block apart.
        at::Tensor withoutBad = leaf({3.06F, 3.F});
        at::Tensor withoutGood = leaf({3.F, 3.01F});
        loss = blockOrderLoss(withoutBad, withoutGood, 0.2);
        QVERIFY(near(loss.item<double>(), 0.06 / 2));
        loss.backward();
        QCOMPARE(gradient(withoutBad, 0), 0.0);
        QVERIFY(gradient(withoutBad, 1) < 0);
        QVERIFY(gradient(withoutGood, 1) > 0);
    }

    void eachTermIsLearnt_data()
    {
        QTest::addColumn<int>("term");
        QTest::newRow("consistency") << 0;
        QTest::newRow("damage_order") << 1;
        QTest::newRow("block_order") << 2;
    }
    void eachTermIsLearnt()
    {
        QFETCH(int, term);
        Recipe r = recipe();
        (term == 0 ? r.losses.consistency : term == 1 ? r.losses.damageOrder : r.losses.blockOrder) = 2;
        const auto network = networkOf(r);
        QVERIFY(network);
        const auto value = [&](const DamageTerms& terms) {
            return term == 0 ? terms.consistency : term == 1 ? terms.damageOrder : terms.blockOrder;
        };
        const Batch batch = batchOf({false, true});
        const Result<StepOutcome> first = network->step(batch, {0, 0.9, 1});
        QVERIFY(first.has_value() && first->damage.has_value());
        const double before = value(*first->damage);
        QVERIFY(before > 0);
        QVERIFY(near(first->loss, 2 * before)); // nothing else has a weight
        QVERIFY(first->gradientNorm > 0);
        const StateDict start = network->trainingState();
        for (int i = 0; i < 15; ++i)
            QVERIFY(value(termsOf(*network, batch, 0.003)) >= 0);
        const double after = value(termsOf(*network, batch));
        QVERIFY2(after < 0.7 * before, qPrintable(QStringLiteral("%1 to %2").arg(before).arg(after)));
        // Not the head alone: the trunk behind the cut learns.
        const std::string trunk = "trunk._blocks.11._depthwise_conv.weight";
        int found = 0;
        for (const auto& [name, tensor] : network->trainingState()) {
            if (name.find(trunk) == std::string::npos)
                continue;
            found += tensor.values != start.at(name).values ? 1 : 0;
        }
        QVERIFY(found > 0);
    }

    /// A copy that is the photo itself is as good as an honest network.
    void nothingIsAskedOfEqualPictures()
    {
        Recipe r = recipe();
        r.losses.consistency = 1;
        const auto network = networkOf(r);
        QVERIFY(network);
        const Result<StepOutcome> outcome = network->step(batchOf({false}, false), {0, 0.9, 1});
        QVERIFY(outcome.has_value() && outcome->damage.has_value());
        QVERIFY(near(outcome->damage->consistency, 0));
        QVERIFY(near(outcome->loss, 0));
        QVERIFY(outcome->damage->damageOrder >= 0.2); // equal scores keep no distance
    }

    /// Standing and lying photos run apart and come back in their order.
    void pairsKeepTheirPlaces()
    {
        Recipe r = recipe();
        r.losses.consistency = 1;
        r.losses.damageMargin = 0; // some orders hold: a sum over pairs that were mixed up would differ
        const auto network = networkOf(r);
        QVERIFY(network);
        const DamageTerms lying = termsOf(*network, batchOf({false}));
        const DamageTerms stands = termsOf(*network, batchOf({true}));
        QVERIFY(!near(lying.consistency, stands.consistency));
        for (const std::vector<bool>& order : {std::vector<bool>{false, true}, {true, false}, {true, false, true}}) {
            const DamageTerms all = termsOf(*network, batchOf(order));
            double consistency = 0;
            double damageOrder = 0;
            double blockOrder = 0;
            for (const bool standing : order) {
                const DamageTerms& one = standing ? stands : lying;
                const auto count = static_cast<double>(order.size());
                consistency += one.consistency / count;
                damageOrder += one.damageOrder / count;
                blockOrder += one.blockOrder / count;
            }
            QVERIFY(near(all.consistency, consistency));
            QVERIFY(near(all.damageOrder, damageOrder));
            QVERIFY(near(all.blockOrder, blockOrder));
        }
    }

    void statisticsAreTakenByBlocks()
    {
        Recipe r = recipe();
        r.losses.plcc = 1;
        r.losses.consistency = 1;
        r.trunk.name = "efficientnet-lite0-blocks";
        const Result<TrainingSetup> setup = prepareTraining(r, {}, 3);
        QVERIFY2(setup.has_value(), setup ? "" : setup.error().message().c_str());
        const auto network = networkOf(r, *setup);
        QVERIFY(network);
        QVERIFY(network->settles());
        const StateDict before = network->trainingState();
        Batch batch = scoredBatch();
        QVERIFY(network->settle(batch).has_value());
        const std::string mean = "buffer.trunk._blocks.11._bn1.running_mean";
        QVERIFY(network->trainingState().at(mean).values != before.at(mean).values);

        const Batch pairs = batchOf({false});
        for (int i = 0; i < 4; ++i) {
            QVERIFY(network->step(batch, {0.01, 0.5, 1}).has_value());
            QVERIFY(network->step(pairs, {0.01, 0.5, 1}).has_value());
        }
        const std::string window = "trunk._blocks.11._depthwise_conv.weight";
        QVERIFY(network->weights().at(window).values != setup->state.at(window).values);

        // Taken up elsewhere the run goes on the same way.
        const auto again = networkOf(r, *setup);
        QVERIFY(again->restore(network->trainingState(), 8).has_value());
        QVERIFY(network->step(pairs, {0.01, 0.5, 1}).has_value());
        QVERIFY(again->step(pairs, {0.01, 0.5, 1}).has_value());
        QVERIFY(again->weights() == network->weights());
    }

    /// Damage that is hidden has no say at all where the trunk looks at blocks by themselves.
    void hiddenDamageHasNoSayByBlocks()
    {
        Recipe r = recipe();
        r.losses.consistency = 1;
        for (const auto& [trunk, leaks] :
             {std::pair{"efficientnet-lite0-blocks", false}, {"efficientnet-lite0", true}}) {
            r.trunk.name = trunk;
            const auto network = networkOf(r);
            QVERIFY(network);
            const Result<StepOutcome> outcome = network->step(batchOf({false}), {0, 0.5, 1});
            QVERIFY(outcome && outcome->damage);
            QCOMPARE(outcome->damage->consistency > 0, leaks);
        }
    }

    /// A trunk that looks at whole images keeps its stored statistics.
    void nothingIsSettledWithoutNeed()
    {
        Recipe r = recipe();
        r.losses.plcc = 1;
        const auto network = networkOf(r);
        QVERIFY(network);
        QVERIFY(!network->settles());
        const StateDict before = network->trainingState();
        QVERIFY(network->settle(scoredBatch()).has_value());
        QVERIFY(network->trainingState() == before);
    }
};

HALFLENS_TEST(TestDamageTerms)
#include "tst_damage_terms.moc"
