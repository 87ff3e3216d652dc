// SPDX-License-Identifier: BSD-3-Clause
// Two versions of a picture: what follows from a table of exchanges, and the tables of pixels.
#include "core/masking/difference.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/block_sensor.h"
#include "tests/unit/masking/tables.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numeric>

using namespace halflens;
using namespace halflens::test;

namespace {

constexpr auto Pixels = ExchangeBy::Pixels;

/// White, black in `black`: the sensor sees black blocks as hidden.
Image picture(BlockMask black, int width = SensorWidth, int height = SensorHeight)
{
    Image image;
    image.width = width;
    image.height = height;
    image.rgb.assign(static_cast<std::size_t>(3 * width * height), 255);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            if (black.contains(blockAt(y, x, height, width)))
                std::fill_n(image.rgb.begin() + 3 * (y * width + x), 3, std::uint8_t{0});
        }
    }
    image.contentHash = "picture " + std::to_string(black.bits());
    return image;
}

/// Pixels 0..255 are fed as 0..1.
InputSpec plain(InputPolicy policy = InputPolicy::Native, int width = 0, int height = 0, bool transpose = false)
{
    InputSpec spec;
    spec.policy = policy;
    spec.width = width;
    spec.height = height;
    spec.transposePortrait = transpose;
    spec.normalization = Normalization::Custom;
    return spec;
}

std::unique_ptr<BlockSensor> sensorOf(BlockSensor::Score score, int outputs = 1)
{
    auto sensor = std::make_unique<BlockSensor>(std::move(score), outputs);
    sensor->feed(plain());
    return sensor;
}

VersionComparisonOptions byPixels(int samples = 0)
{
    VersionComparisonOptions options;
    options.by = Pixels;
    options.samples = samples;
    return options;
}

} // namespace

class TestDifference : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void additive();
    void carriesAgreesWithDefinition_data();
    void carriesAgreesWithDefinition();
    void nothingNeedsCarrying();
    void leak();
    void estimatesCarryNothing();
    void equalBlocksAreNoPlayers();
    void withItself();
    void manyBlocks();
    void estimateOfSomeBlocks();
    void cached();
    void proportions();
    void ownSize();
    void sideBySideOrientation();
    void differing();
    void refuses();
};

void TestDifference::additive()
{
    // Block b of B is worth (b - 5) / 16, exact in float.
    const MaskTable table = scalarTable([](BlockMask fromB) {
        double score = 3;
        for (const int b : toList(fromB))
            score += (b - 5) / 16.0;
        return score;
    });
    const Difference difference = reportDifference(table, ExchangeBy::Tokens, BlockMask::all(), {});
    QCOMPARE(difference.scoreA, 3.0);
    QCOMPARE(difference.scoreB, 3.375);
    QCOMPARE(difference.change, 0.375);
    QCOMPARE(difference.shapley.sum, 0.375);
    for (std::size_t b = 0; b < BlockCount; ++b) {
        QVERIFY(std::abs(difference.shapley.values[b] - (static_cast<double>(b) - 5) / 16) < 1e-14);
        QVERIFY(std::abs(difference.orders.banzhaf[b] - (static_cast<double>(b) - 5) / 16) < 1e-14);
    }
    QVERIFY(std::abs(difference.orders.shares.front() - 1) < 1e-12);
    QVERIFY(!difference.leak); // all blocks differ
}

void TestDifference::carriesAgreesWithDefinition_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<double>("epsilon");
    QTest::addColumn<double>("share");
    for (unsigned seed = 20; seed < 23; ++seed)
        for (const auto& [epsilon, share] : {std::pair{0.1, 0.5}, {0.8, 0.0}, {1.5, 0.5}, {0.0, 0.0}, {0.0, 1.0}})
            QTest::addRow("%u, %g, %g", seed, epsilon, share) << seed << epsilon << share;
}

void TestDifference::carriesAgreesWithDefinition()
{
    QFETCH(unsigned, seed);
    QFETCH(double, epsilon);
    QFETCH(double, share);
    MaskTable table = randomGradeTable(seed);
    table.scale = {5, 1}; // lower is better
    const auto distance = [&](std::uint32_t m) {
        return std::abs(table.score(BlockMask(m)) - table.score(BlockMask::all()));
    };
    const double tolerance = std::max(epsilon, share * distance(0));
    std::optional<std::uint32_t> best;
    double bestWorst = 0;
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        double worst = 0;
        for (std::uint32_t more = m; more < MaskCount; more = (more + 1) | m)
            worst = std::max(worst, distance(more));
        if (worst > tolerance)
            continue;
        const int count = BlockMask(m).count();
        if (!best || count < BlockMask(*best).count() || (count == BlockMask(*best).count() && worst < bestWorst)) {
            best = m;
            bestWorst = worst;
        }
    }
    const Difference difference = reportDifference(table, Pixels, BlockMask::all(), {epsilon, share});
    QVERIFY(difference.carries.has_value());
    QVERIFY(std::abs(difference.carries->tolerance - tolerance) < 1e-14);
    QCOMPARE(difference.carries->blocks, BlockMask(*best));
    QVERIFY(std::abs(difference.carries->remaining - bestWorst) < 1e-14);
}

void TestDifference::nothingNeedsCarrying()
{
    const MaskTable table = scalarTable([](BlockMask fromB) { return 3 + 0.0078125 * fromB.count(); });
    const Difference difference = reportDifference(table, Pixels, BlockMask::all(), {});
    QCOMPARE(difference.carries->blocks, BlockMask());
    QCOMPARE(difference.carries->remaining, 0.09375); // A itself is that near
}

void TestDifference::leak()
{
    // Contributions 1/16 of block 0, -1/8 of block 1, 1/16 of block 2.
    const MaskTable table = scalarTable([](BlockMask fromB) {
        return 3 + 0.0625 * (fromB.contains({0}) ? 1 : 0) - 0.125 * (fromB.contains({1}) ? 1 : 0)
            + 0.0625 * (fromB.contains({2}) ? 1 : 0);
    });
    const BlockMask differs(0b101);
    QVERIFY(std::abs(*reportDifference(table, ExchangeBy::Tokens, differs, {}).leak - 0.5) < 1e-12);
    QVERIFY(!reportDifference(table, Pixels, differs, {}).leak);
    const MaskTable flat = scalarTable([](BlockMask) { return 3.0; });
    QCOMPARE(reportDifference(flat, ExchangeBy::Tokens, {}, {}).leak, std::optional(0.0));
}

void TestDifference::estimatesCarryNothing()
{
    MaskTable table = randomGradeTable(24);
    table.exact = false;
    QVERIFY(!reportDifference(table, Pixels, BlockMask::all(), {}).carries);
}

void TestDifference::equalBlocksAreNoPlayers()
{
    // Blocks 3, 8 and 9 differ; a pair among them matters together.
    const BlockMask differs = BlockMask().with({3}).with({8}).with({9});
    const auto sensor = sensorOf(roughScore);
    const auto result =
        compareVersions(picture(BlockMask(1)), picture(BlockMask(differs.bits() | 1)), *sensor, byPixels());
    QVERIFY2(result.has_value(), result ? "" : result.error().message().c_str());
    QCOMPARE(sensor->passes.load(), 8);
    QCOMPARE(result->differing, differs);
    QVERIFY(result->table->exact);
    QCOMPARE(result->table->samples, 8);
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        const BlockMask black(1 | (m & differs.bits()));
        QVERIFY(std::abs(result->table->score(BlockMask(m)) - roughScore(black)) < 1e-6);
    }
    const Difference& difference = result->difference;
    double sum = 0;
    for (int block = 0; block < BlockCount; ++block) {
        const double value = difference.shapley.values[static_cast<std::size_t>(block)];
        QCOMPARE(value != 0, differs.contains({block})); // exactly 0 outside
        QCOMPARE(difference.orders.banzhaf[static_cast<std::size_t>(block)] != 0, differs.contains({block}));
        sum += value;
    }
    QVERIFY(std::abs(sum - difference.change) < 1e-12);
    QVERIFY((difference.carries->blocks.bits() & ~differs.bits()) == 0);
}

void TestDifference::withItself()
{
    const auto sensor = sensorOf(roughScore);
    const auto result = compareVersions(picture(BlockMask(5)), picture(BlockMask(5)), *sensor, byPixels());
    QVERIFY(result.has_value());
    QCOMPARE(sensor->passes.load(), 1);
    QVERIFY(result->differing.isEmpty() && result->table->exact);
    QCOMPARE(result->difference.change, 0.0);
    QCOMPARE(result->difference.shapley.values, BlockValues{});
    QCOMPARE(result->difference.orders.shares, std::vector<double>(BlockCount, 0.0));
    QCOMPARE(result->difference.carries->blocks, BlockMask());
}

void TestDifference::manyBlocks()
{
    const BlockMask differs(0b1111'1111'1000);
    const auto sensor = sensorOf(roughScore);
    const auto some = compareVersions(picture({}), picture(differs), *sensor, byPixels());
    QVERIFY(some.has_value());
    QCOMPARE(sensor->passes.load(), FirstExchanges);
    QVERIFY(!some->table->exact && some->table->standardError > 0);
    QCOMPARE(some->table->samples, FirstExchanges);
    QVERIFY(!some->difference.carries);
    // The ends are really computed.
    QVERIFY(std::abs(some->difference.scoreA - roughScore({})) < 1e-6);
    QVERIFY(std::abs(some->difference.scoreB - roughScore(differs)) < 1e-6);
    for (int block = 0; block < 3; ++block)
        QCOMPARE(some->difference.shapley.values[static_cast<std::size_t>(block)], 0.0);

    const auto all = compareVersions(picture({}), picture(differs), *sensor, byPixels(MaskCount));
    QVERIFY(all.has_value());
    QCOMPARE(sensor->passes.load(), FirstExchanges + 512);
    QVERIFY(all->table->exact);
    QCOMPARE(all->table->samples, 512);
    QVERIFY(std::abs(all->difference.scoreB - roughScore(differs)) < 1e-6);
}

/// What a sum of single blocks and a pair describes is found from a few rows, players or not.
void TestDifference::estimateOfSomeBlocks()
{
    const BlockMask differs(0b1111'1111'1000);
    const auto sensor = sensorOf(pairScore, 5);
    const auto result = compareVersions(picture({}), picture(differs), *sensor, byPixels(200));
    QVERIFY(result.has_value());
    QVERIFY(!result->table->exact && result->table->standardError < 1e-5);
    for (std::uint32_t m = 0; m < MaskCount; ++m)
        QVERIFY(std::abs(result->table->score(BlockMask(m)) - pairScore(BlockMask(m & differs.bits()))) < 1e-5);
}

void TestDifference::cached()
{
    const QTemporaryDir folder;
    TableCache cache(std::filesystem::path(folder.path().toStdString()) / "tables.sqlite");
    const BlockMask differs(0b110'1000);
    const auto sensor = sensorOf(roughScore);
    const auto first = compareVersions(picture({}), picture(differs), *sensor, byPixels(), &cache);
    const auto second = compareVersions(picture({}), picture(differs), *sensor, byPixels(), &cache);
    QVERIFY(first.has_value() && second.has_value());
    QCOMPARE(sensor->passes.load(), 8);
    QVERIFY(first->table->rows == second->table->rows);
    // The other way round is another table, and so is another second picture.
    QVERIFY(compareVersions(picture(differs), picture({}), *sensor, byPixels(), &cache).has_value());
    QVERIFY(compareVersions(picture({}), picture(BlockMask(0b1110'1000)), *sensor, byPixels(), &cache).has_value());
    QCOMPARE(sensor->passes.load(), 8 + 8 + 16);
}

void TestDifference::proportions()
{
    const InputSpec spec = plain(InputPolicy::Fit, 16, 12);
    const auto fits = [&](int width, int height) {
        return comparedInputs(picture({}, 400, 300), picture({}, width, height), spec).has_value();
    };
    QVERIFY(fits(400, 300) && fits(200, 150) && fits(403, 300) && fits(400, 303));
    QVERIFY(!fits(405, 300) && !fits(400, 305) && !fits(300, 400));
    const auto wrong = comparedInputs(picture({}, 400, 300), picture({}, 300, 400), spec);
    QVERIFY(wrong.error().code == ErrorCode::InvalidInput);
    QVERIFY(wrong.error().reason.find("400 x 300") != std::string::npos);
    QVERIFY(!comparedInputs(picture({}), Image(), spec).has_value());
    QVERIFY(!comparedInputs(Image(), picture({}), spec).has_value());
}

void TestDifference::ownSize()
{
    QVERIFY(comparedInputs(picture({}, 40, 30), picture({}, 40, 30), plain()).has_value());
    QVERIFY(!comparedInputs(picture({}, 40, 30), picture({}, 80, 60), plain()).has_value());
}

void TestDifference::sideBySideOrientation()
{
    // A lies, B stands by a hair: both are fed lying.
    const auto inputs =
        comparedInputs(picture({}, 200, 200), picture({}, 200, 201), plain(InputPolicy::Fit, 16, 12, true));
    QVERIFY(inputs.has_value());
    QCOMPARE((*inputs)[0].width, 16);
    QCOMPARE((*inputs)[1].width, 16);
    QCOMPARE((*inputs)[1].height, 12);
    // And standing the other way round.
    const auto standing =
        comparedInputs(picture({}, 200, 201), picture({}, 200, 200), plain(InputPolicy::Fit, 16, 12, true));
    QCOMPARE((*standing)[0].width, 12);
    QCOMPARE((*standing)[1].width, 12);
}

void TestDifference::differing()
{
    const auto input = [](const Image& image) { return *toModelInput(image, plain()); };
    const Image white = picture({}, 33, 25); // uneven blocks
    for (int block = 0; block < BlockCount; ++block) {
        const BlockRect rect = blockRect({block}, 25, 33);
        for (const auto& [y, x] : {std::pair{rect.top, rect.left}, {rect.bottom - 1, rect.right - 1}}) {
            for (std::size_t channel = 0; channel < 3; ++channel) {
                Image changed = white;
                changed.rgb[3 * static_cast<std::size_t>(y * 33 + x) + channel] = 254;
                QCOMPARE(differingBlocks(input(white), input(changed)), BlockMask().with({block}));
            }
        }
    }
    QVERIFY(differingBlocks(input(white), input(white)).isEmpty());
}

void TestDifference::refuses()
{
    const auto sensor = sensorOf(roughScore);
    const auto tokens = compareVersions(picture({}), picture({}), *sensor, {});
    QVERIFY(!tokens && tokens.error().code == ErrorCode::Unsupported);
    QVERIFY(!compareVersions(picture({}), picture(BlockMask::all()), *sensor, byPixels(LeastSamples - 1)).has_value());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(
        compareVersions(picture({}), picture(BlockMask(1)), *sensor, byPixels(), nullptr, stop.get_token())));
    QVERIFY(exchangeByFromString("pixels").value() == Pixels);
    QVERIFY(exchangeByFromString("tokens").value() == ExchangeBy::Tokens);
    QVERIFY(!exchangeByFromString("masks").has_value());
}

HALFLENS_TEST(TestDifference)
#include "tst_difference.moc"
