// SPDX-License-Identifier: BSD-3-Clause
// Common range and average of the measures (spec measures 4).
#include "core/measures/normalize.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

namespace {

ScalarMap mapOf(const std::vector<float>& values)
{
    ScalarMap map(1, static_cast<int>(values.size()));
    map.values = values;
    return map;
}

} // namespace

class TstNormalize : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exampleOfSpecification();
    void constantMapsGiveZeros();
    void minMax();
    void ranks();
    void objectnessAsIs();
    void sizesMustAgree();
    void rangeOfMap();
};

void TstNormalize::exampleOfSpecification()
{
    const ScalarMap saliency = mapOf({0.1F, 0.3F, 0.9F});
    const ScalarMap frequency = mapOf({0.0F, 0.06F, 0.12F});
    const ScalarMap objectness = mapOf({0.05F, 0.8F, 0.95F});
    QVERIFY(std::abs(minMaxNormalized(saliency).values[1] - 0.25F) < 1e-6F);
    QVERIFY(std::abs(minMaxNormalized(frequency).values[1] - 0.5F) < 1e-6F);
    QVERIFY(std::abs(minMaxNormalized(objectness).values[1] - 0.8333F) < 5e-5F);
    const ScalarMap average = averagedMeasure(saliency, frequency, objectness).value();
    QVERIFY(std::abs(average.values[1] - 0.5278F) < 5e-5F);
    QCOMPARE(average.values[0], 0.0F);
    QCOMPARE(average.values[2], 1.0F);
}

void TstNormalize::constantMapsGiveZeros()
{
    const ScalarMap constant = mapOf({5, 5, 5});
    QCOMPARE(minMaxNormalized(constant), mapOf({0, 0, 0}));
    QCOMPARE(rankNormalized(constant), mapOf({0, 0, 0}));
    QCOMPARE(averagedMeasure(constant, mapOf({0, 3, 6}), constant).value(), mapOf({0, 0.5F / 3, 1.0F / 3}));
}

void TstNormalize::minMax()
{
    QCOMPARE(minMaxNormalized(mapOf({-2, 0, 6})), mapOf({0, 0.25F, 1}));
    QCOMPARE(minMaxNormalized(mapOf({-3e38F, 0, 3e38F})), mapOf({0, 0.5F, 1}));
    QVERIFY(minMaxNormalized(ScalarMap()).isEmpty());
}

void TstNormalize::ranks()
{
    QCOMPARE(rankNormalized(mapOf({10, -1, 3, 1e6F, 4})), mapOf({0.75F, 0, 0.25F, 1, 0.5F}));
    QCOMPARE(rankNormalized(mapOf({1, 2, 2, 9})), mapOf({0, 0.5F, 0.5F, 1}));
    QCOMPARE(rankNormalized(mapOf({7})), mapOf({0}));
    QVERIFY(rankNormalized(ScalarMap()).isEmpty());
}

void TstNormalize::objectnessAsIs()
{
    const ScalarMap zeros = mapOf({0, 0});
    const ScalarMap objectness = mapOf({0.3F, 0.6F});
    const ScalarMap average = averagedMeasure(zeros, zeros, objectness, {CommonRange::MinMax, true}).value();
    QVERIFY(std::abs(average.values[0] - 0.1F) < 1e-7F);
    QVERIFY(std::abs(average.values[1] - 0.2F) < 1e-7F);
    const ScalarMap ranked = averagedMeasure(mapOf({1, 100}), zeros, objectness, {CommonRange::Rank, false}).value();
    QVERIFY(std::abs(ranked.values[1] - 2.0F / 3) < 1e-7F);
}

void TstNormalize::sizesMustAgree()
{
    QCOMPARE(averagedMeasure(mapOf({1, 2}), mapOf({1, 2}), mapOf({1})).error().code, ErrorCode::InvalidInput);
    QCOMPARE(averagedMeasure(mapOf({1, 2}), ScalarMap(2, 1), mapOf({1, 2})).error().code, ErrorCode::InvalidInput);
}

void TstNormalize::rangeOfMap()
{
    const MapExtremes range = mapExtremes(mapOf({3, -4, 2}));
    QCOMPARE(range.low, -4.0F);
    QCOMPARE(range.high, 3.0F);
    QCOMPARE(mapExtremes(ScalarMap()).high, 0.0F);
}

HALFLENS_TEST(TstNormalize)
#include "tst_normalize.moc"
