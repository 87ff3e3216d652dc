// SPDX-License-Identifier: BSD-3-Clause
// Block means, halves and the matching degree (spec measures 0, 5).
#include "core/measures/blocks.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <limits>

using namespace halflens;
using namespace halflens::test;

namespace {

BlockMask maskOf(std::initializer_list<int> blocks)
{
    BlockMask mask;
    for (const int block : blocks)
        mask = mask.with({block});
    return mask;
}

} // namespace

class TstBlocks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void meansAgreeWithDefinition_data();
    void meansAgreeWithDefinition();
    void badMaps_data();
    void badMaps();
    void upperHalfTakesLargest();
    void tiesGoToSmallerIndex();
    void exampleOfMatching();
    void bothCountsAreEqual();
    void degrees();
    void chanceLevel();
    void chanceDistributionCounts();
};

void TstBlocks::meansAgreeWithDefinition_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("smallest") << 3 << 4;
    QTest::newRow("whole blocks") << 48 << 64;
    QTest::newRow("500 rows") << 500 << 500;
    QTest::newRow("uneven") << 31 << 57;
    QTest::newRow("wide") << 3 << 10000;
}

void TstBlocks::meansAgreeWithDefinition()
{
    QFETCH(int, height);
    QFETCH(int, width);
    ScalarMap map(height, width);
    for (std::size_t i = 0; i < map.values.size(); ++i)
        map.values[i] = static_cast<float>((i * 7919) % 1013) / 1013.0F - 0.3F;
    std::array<double, BlockCount> sums{};
    std::array<int, BlockCount> counts{};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const auto block = static_cast<std::size_t>(blockAt(y, x, height, width).value);
            sums[block] += static_cast<double>(map.at(y, x));
            ++counts[block];
        }
    }
    const BlockMeans means = blockMeans(map).value();
    for (std::size_t b = 0; b < BlockCount; ++b)
        QVERIFY(std::abs(means[b] - sums[b] / counts[b]) < 1e-12);
}

void TstBlocks::badMaps_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<float>("value");
    QTest::newRow("empty") << 0 << 0 << 0.0F;
    QTest::newRow("two rows") << 2 << 100 << 0.0F;
    QTest::newRow("three columns") << 100 << 3 << 0.0F;
    QTest::newRow("not a number") << 10 << 10 << std::numeric_limits<float>::quiet_NaN();
    QTest::newRow("infinite") << 10 << 10 << std::numeric_limits<float>::infinity();
}

void TstBlocks::badMaps()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(float, value);
    ScalarMap map(height, width);
    if (!map.values.empty())
        map.values.back() = value;
    const auto result = blockMeans(map);
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, ErrorCode::InvalidInput);
    QVERIFY(!result.error().remedy.empty());
}

void TstBlocks::upperHalfTakesLargest()
{
    const BlockMeans means{0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.31, 0.6, 0.0, 0.5, -1, 0.4};
    QVERIFY(upperHalf(means) == maskOf({1, 3, 5, 7, 9, 11}));
}

void TstBlocks::tiesGoToSmallerIndex()
{
    QVERIFY(upperHalf(BlockMeans{}) == maskOf({0, 1, 2, 3, 4, 5}));
    const BlockMeans means{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
    QVERIFY(upperHalf(means) == maskOf({0, 1, 2, 3, 10, 11}));
}

void TstBlocks::exampleOfMatching()
{
    const BlockMask important = maskOf({0, 1, 2, 5, 6, 9});
    const BlockMask upper = maskOf({1, 2, 5, 6, 9, 10});
    QCOMPARE(matchCount(important, upper), 5);
    QCOMPARE(matchCount(important.complement(), upper.complement()), 5);
    const std::array<int, 1> counts{5};
    const std::array<double, MatchThresholds> expected{100, 100, 100, 100, 0};
    QVERIFY(matchingDegree(counts) == expected);
}

void TstBlocks::bothCountsAreEqual()
{
    const BlockMask upper = maskOf({0, 3, 4, 7, 8, 11});
    for (int bits = 0; bits < MaskCount; ++bits) {
        const BlockMask half(static_cast<std::uint32_t>(bits));
        if (half.count() == HalfSize)
            QCOMPARE(matchCount(half, upper), matchCount(half.complement(), upper.complement()));
    }
}

void TstBlocks::degrees()
{
    const std::array<int, 4> counts{6, 5, 2, 1};
    const std::array<double, MatchThresholds> expected{75, 50, 50, 50, 25};
    QVERIFY(matchingDegree(counts) == expected);
    QVERIFY(matchingDegree({}) == (std::array<double, MatchThresholds>{}));
}

void TstBlocks::chanceLevel()
{
    const std::array<double, MatchThresholds> expected{95.996, 71.645, 28.355, 4.004, 0.108};
    const auto found = chanceMatchingDegree();
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY(std::abs(found[i] - expected[i]) < 5.1e-4);
}

void TstBlocks::chanceDistributionCounts()
{
    const BlockMask upper = maskOf({0, 3, 4, 7, 8, 11});
    std::array<int, HalfSize + 1> ways{};
    for (int bits = 0; bits < MaskCount; ++bits) {
        const BlockMask half(static_cast<std::uint32_t>(bits));
        if (half.count() == HalfSize)
            ++ways[static_cast<std::size_t>(matchCount(half, upper))];
    }
    const auto distribution = chanceMatchDistribution();
    for (std::size_t n = 0; n < ways.size(); ++n)
        QCOMPARE(distribution[n], ways[n] / 924.0);
}

HALFLENS_TEST(TstBlocks)
#include "tst_blocks.moc"
