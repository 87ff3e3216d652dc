// SPDX-License-Identifier: BSD-3-Clause
// Insertion and deletion curves of an additive score, by hand.
#include "core/explain/removal_curves.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

namespace {

/// Every visible block adds its number.
double visibleSum(BlockMask hidden)
{
    double sum = 0;
    for (int b = 0; b < BlockCount; ++b)
        sum += hidden.contains({b}) ? 0 : b;
    return sum;
}

} // namespace

class TstRemovalCurves : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void perfectRanking();
    void tiesGoToSmallerIndex();
    void reversedRankingIsWorse();
};

void TstRemovalCurves::perfectRanking()
{
    std::array<double, BlockCount> importance{};
    for (std::size_t b = 0; b < BlockCount; ++b)
        importance[b] = static_cast<double>(b);
    const RemovalCurves curves = removalCurves(importance, visibleSum);
    const std::array<int, BlockCount> order{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    QVERIFY(curves.order == order);
    const std::array<double, BlockCount + 1> deletion{66, 55, 45, 36, 28, 21, 15, 10, 6, 3, 1, 0, 0};
    QVERIFY(curves.deletion == deletion);
    for (std::size_t k = 0; k <= BlockCount; ++k)
        QCOMPARE(curves.insertion[k], 66 - deletion[k]);
    QCOMPARE(curves.deletionArea, (220 + 33.0) / 12);
    QCOMPARE(curves.insertionArea, 66 - (220 + 33.0) / 12);
}

void TstRemovalCurves::tiesGoToSmallerIndex()
{
    const RemovalCurves curves = removalCurves({}, visibleSum);
    for (int k = 0; k < BlockCount; ++k)
        QCOMPARE(curves.order[static_cast<std::size_t>(k)], k);
    QCOMPARE(curves.deletion[2], 65.0);
    QCOMPARE(curves.insertion[3], 3.0);
}

void TstRemovalCurves::reversedRankingIsWorse()
{
    std::array<double, BlockCount> importance{};
    std::array<double, BlockCount> reversed{};
    for (std::size_t b = 0; b < BlockCount; ++b) {
        importance[b] = static_cast<double>(b);
        reversed[b] = -importance[b];
    }
    QVERIFY(removalCurves(importance, visibleSum).deletionArea < removalCurves(reversed, visibleSum).deletionArea);
    QVERIFY(removalCurves(importance, visibleSum).insertionArea > removalCurves(reversed, visibleSum).insertionArea);
}

HALFLENS_TEST(TstRemovalCurves)
#include "tst_removal_curves.moc"
