// SPDX-License-Identifier: BSD-3-Clause
// Tables of models that run once for every mask: order, estimates and their error, stopping and going on.
#include "core/masking/importance.h"
#include "core/masking/zero_table.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/block_sensor.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace halflens;
using namespace halflens::test;

namespace {

ZeroTableOptions sampling(int samples, std::uint64_t seed = 0)
{
    ZeroTableOptions options;
    options.samples = samples;
    options.seed = seed;
    return options;
}

} // namespace

class TestZeroTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void order();
    void everyMask_data();
    void everyMask();
    void estimatesWhatCanBeDescribed_data();
    void estimatesWhatCanBeDescribed();
    void errorIsHonest_data();
    void errorIsHonest();
    void halvesComeEarly();
    void publishes();
    void stopsAndGoesOn();
    void samplesDoNotDependOnTheCache();
    void notANumber();
    void tooFew();
};

void TestZeroTable::order()
{
    const std::array halves{BlockMask(0b0110'0111'0010)};
    const std::vector<BlockMask> order = maskOrder(7, halves);
    QCOMPARE(order.size(), std::size_t{MaskCount});
    std::set<std::uint32_t> seen;
    for (const BlockMask mask : order)
        seen.insert(mask.bits());
    QCOMPARE(seen.size(), std::size_t{MaskCount}); // each once
    QVERIFY(std::equal(order.begin(), order.begin() + 26, firstMasks().begin()));
    QVERIFY(order[26] == halves[0] && order[27] == halves[0].complement());
    // Balanced: after any pair every block was hidden as often as visible.
    std::array<int, BlockCount> hidden{};
    for (std::size_t i = 28; i < order.size(); ++i) {
        for (int block = 0; block < BlockCount; ++block)
            hidden[static_cast<std::size_t>(block)] += order[i].contains({block}) ? 1 : -1;
        if (i % 2 == 1)
            QVERIFY(std::all_of(hidden.begin(), hidden.end(), [](int balance) { return balance == 0; }));
    }
    QVERIFY(maskOrder(7, halves) == order);
    QVERIFY(maskOrder(8, halves) != order);
}

void TestZeroTable::everyMask_data()
{
    QTest::addColumn<int>("outputs");
    QTest::newRow("one output") << 1;
    QTest::newRow("five outputs") << 5;
}

void TestZeroTable::everyMask()
{
    QFETCH(int, outputs);
    const BlockSensor sensor(roughScore, outputs);
    int told = 0;
    ZeroTableSink sink;
    sink.progress = [&](int done, int) { told = done; };
    const auto table = fillZeroTable(sensor, sensorInput(), {}, nullptr, {}, sink);
    QVERIFY(table.has_value());
    QVERIFY((*table)->exact);
    QCOMPARE((*table)->samples, MaskCount);
    QCOMPARE((*table)->standardError, 0.0);
    QCOMPARE(told, MaskCount);
    QCOMPARE(sensor.passes.load(), MaskCount);
    for (std::uint32_t mask = 0; mask < MaskCount; ++mask)
        QVERIFY(std::abs((*table)->score(BlockMask(mask)) - roughScore(BlockMask(mask))) < 1e-6);
}

void TestZeroTable::estimatesWhatCanBeDescribed_data()
{
    QTest::addColumn<bool>("pair");
    QTest::addColumn<int>("samples");
    QTest::newRow("additive, few samples") << false << LeastSamples;
    QTest::newRow("a pair, enough samples") << true << 200;
}

void TestZeroTable::estimatesWhatCanBeDescribed()
{
    QFETCH(bool, pair);
    QFETCH(int, samples);
    const BlockSensor sensor(pair ? pairScore : additiveScore, 5);
    const auto table = fillZeroTable(sensor, sensorInput(), sampling(samples));
    QVERIFY(table.has_value());
    QVERIFY(!(*table)->exact);
    QCOMPARE((*table)->samples, samples);
    QCOMPARE(sensor.passes.load(), samples);
    QVERIFY((*table)->standardError < 1e-5);
    for (std::uint32_t mask = 0; mask < MaskCount; ++mask) {
        const BlockMask hidden(mask);
        QVERIFY(std::abs((*table)->score(hidden) - (pair ? pairScore(hidden) : additiveScore(hidden))) < 1e-5);
    }
}

void TestZeroTable::errorIsHonest_data()
{
    QTest::addColumn<int>("samples");
    for (const int samples : {60, 120, 250, 500, 1000, 2000})
        QTest::addRow("%d samples", samples) << samples;
}

void TestZeroTable::errorIsHonest()
{
    // The stated error is that of the rows that were not computed, within the scatter of so few rows.
    QFETCH(int, samples);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        const BlockSensor sensor(roughScore);
        const auto table = fillZeroTable(sensor, sensorInput(), sampling(samples, seed));
        QVERIFY(table.has_value());
        double squares = 0;
        int estimated = 0;
        for (std::uint32_t mask = 0; mask < MaskCount; ++mask) {
            const double error = (*table)->score(BlockMask(mask)) - roughScore(BlockMask(mask));
            squares += error * error;
            estimated += std::abs(error) > 1e-6 ? 1 : 0;
        }
        const double real = std::sqrt(squares / (MaskCount - samples));
        QVERIFY(estimated > (MaskCount - samples) * 9 / 10);
        const double ratio = (*table)->standardError / real;
        QVERIFY2(ratio > 0.7 && ratio < 1.4, qPrintable(QString::number(ratio)));
    }
}

void TestZeroTable::halvesComeEarly()
{
    // Blocks 6..11 cost most alone. What hiding all six of them does, no estimate could know.
    const BlockMask half(0b1111'1100'0000);
    const auto score = [half](BlockMask hidden) {
        return additiveScore(hidden) - (hidden == half ? 0.5 : 0) + (hidden == half.complement() ? 0.3 : 0);
    };
    const BlockSensor sensor(score);
    const auto table = fillZeroTable(sensor, sensorInput(), sampling(LeastSamples));
    QVERIFY(std::abs((*table)->score(half) - score(half)) < 1e-6);
    QVERIFY(std::abs((*table)->score(half.complement()) - score(half.complement())) < 1e-6);
}

void TestZeroTable::publishes()
{
    const BlockSensor sensor(additiveScore);
    std::vector<std::shared_ptr<const MaskTable>> snapshots;
    ZeroTableSink sink;
    sink.publishSeconds = 0;
    sink.publish = [&](std::shared_ptr<const MaskTable> table) { snapshots.push_back(std::move(table)); };
    const auto table = fillZeroTable(sensor, sensorInput(), sampling(MaskCount), nullptr, {}, sink);
    QVERIFY(table.has_value() && (*table)->exact);
    QVERIFY(!snapshots.empty());
    const MaskTable& first = *snapshots.front();
    QVERIFY(!first.exact && first.samples >= LeastSamples && first.samples < MaskCount);
    QVERIFY(std::abs(first.score(BlockMask(0x5a5)) - additiveScore(BlockMask(0x5a5))) < 1e-5);
}

void TestZeroTable::stopsAndGoesOn()
{
    const QTemporaryDir folder;
    TableCache cache(folder.path().toStdString() + "/tables.sqlite");
    QCOMPARE(cache.problem(), std::string());
    const BlockSensor whole(roughScore, 5);
    const auto expected = fillZeroTable(whole, sensorInput(), sampling(MaskCount));

    const std::string key = tableKey("image", whole.info(), sensorInput(), Fill::Zero);
    std::stop_source stop;
    BlockSensor stopped(roughScore, 5);
    stopped.onPass = [&](int pass) {
        if (pass == 1000)
            stop.request_stop();
    };
    {
        const auto rows = cache.open(key);
        QVERIFY(rows != nullptr);
        QVERIFY(isCancelled(fillZeroTable(stopped, sensorInput(), sampling(MaskCount), rows.get(), stop.get_token())));
    }
    const BlockSensor again(roughScore, 5);
    const auto rows = cache.open(key);
    const auto table = fillZeroTable(again, sensorInput(), sampling(MaskCount), rows.get());
    QVERIFY(table.has_value());
    QCOMPARE(again.passes.load(), MaskCount - 999); // the thousandth was thrown away
    QVERIFY((*table)->rows == (*expected)->rows);

    const BlockSensor third(roughScore, 5);
    const auto stored = cache.open(key);
    QVERIFY((*fillZeroTable(third, sensorInput(), sampling(MaskCount), stored.get()))->rows == (*expected)->rows);
    QCOMPARE(third.passes.load(), 0);
}

void TestZeroTable::samplesDoNotDependOnTheCache()
{
    const QTemporaryDir folder;
    TableCache cache(folder.path().toStdString() + "/tables.sqlite");
    const BlockSensor sensor(roughScore);
    const auto alone = fillZeroTable(sensor, sensorInput(), sampling(100, 3));
    const auto rows = cache.open("key");
    QVERIFY(fillZeroTable(sensor, sensorInput(), sampling(MaskCount), rows.get()).has_value());
    const auto known = cache.open("key");
    const auto table = fillZeroTable(sensor, sensorInput(), sampling(100, 3), known.get());
    QCOMPARE((*table)->samples, 100);
    QVERIFY((*table)->rows == (*alone)->rows);
    QCOMPARE((*table)->standardError, (*alone)->standardError);
}

void TestZeroTable::notANumber()
{
    const BlockSensor sensor([](BlockMask hidden) { return hidden.count() == 5 ? std::nan("") : 3.0; });
    const auto table = fillZeroTable(sensor, sensorInput(), {});
    QVERIFY(!table.has_value());
    QVERIFY(table.error().code == ErrorCode::Model);
}

void TestZeroTable::tooFew()
{
    const BlockSensor sensor(additiveScore);
    for (const int samples : {0, LeastSamples - 1, MaskCount + 1})
        QVERIFY(!fillZeroTable(sensor, sensorInput(), sampling(samples)).has_value());
}

HALFLENS_TEST(TestZeroTable)
#include "tst_zero_table.moc"
