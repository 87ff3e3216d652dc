// SPDX-License-Identifier: BSD-3-Clause
// Importance computed from the masked distributions that the original network gave.
#include "core/masking/importance.h"
#include "tests/support/golden.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace halflens;
using namespace halflens::test;

class TestImportanceGolden : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agrees_data();
    void agrees();
};

void TestImportanceGolden::agrees_data()
{
    QTest::addColumn<QByteArray>("folder");
    QTest::addColumn<QByteArray>("image");
    for (const char* image : {"a_384x512", "c_500x500", "b_768x1024"})
        QTest::addRow("resnet50, %s", image) << QByteArray("triq_resnet50") << QByteArray(image);
    for (const char* image : {"a_384x512", "b_768x1024"})
        QTest::addRow("vgg16, %s", image) << QByteArray("triq_vgg16") << QByteArray(image);
}

void TestImportanceGolden::agrees()
{
    QFETCH(QByteArray, folder);
    QFETCH(QByteArray, image);
    HALFLENS_NEEDS_GOLDEN(folder.toStdString());
    const auto outputs = goldenOutputs(folder.toStdString());
    const auto description = goldenDescription(folder.toStdString());
    QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().message().c_str());
    QVERIFY2(description.has_value(), description ? "" : description.error().message().c_str());
    const Tensor& rows = outputs->at(image.toStdString() + ".masked_distributions");
    QCOMPARE(rows.shape, (Shape{MaskCount, 5}));
    MaskTable table;
    table.rows = rows.values;
    const auto& expected = (*description)["images"][image.toStdString()];

    const Importance importance = computeImportance(table);
    const auto dmos = expected["importance_dmos"].get<BlockValues>();
    for (std::size_t b = 0; b < BlockCount; ++b)
        QVERIFY2(std::abs(importance.dmos[b] - dmos[b]) < 2e-6,
                 std::to_string(b).c_str()); // float32 rows, text of 9 digits
    QVERIFY(std::abs(table.score({}) - expected["mos"].get<double>()) < 2e-4);

    // On real tables too: the earth mover's distance bounds the change of the mean grade, the
    // correlation stays in range, Shapley values add up, and the oracle is no worse than the trivial half.
    const Shapley shapley = computeShapley(table);
    QVERIFY(std::abs(std::accumulate(shapley.values.begin(), shapley.values.end(), 0.0) - shapley.sum) < 1e-12);
    for (std::size_t b = 0; b < BlockCount; ++b) {
        QVERIFY((*importance.emd)[b] >= importance.dmos[b] - 1e-6);
        QVERIFY(std::abs((*importance.plcc5)[b]) <= 1);
    }
    const auto change = [&](BlockMask mask) { return std::abs(table.score(mask) - table.score({})); };
    const BlockMask trivial = importantHalf(importance).value().complement();
    QVERIFY(change(oracleTrivialHalf(table)) <= change(trivial));
    const auto curve = enoughCurve(table);
    QVERIFY(std::abs(curve[6].best - change(oracleTrivialHalf(table))) < 1e-12);
    const auto [lowest, highest] =
        std::minmax_element(curve.begin(), curve.end(), [](const auto& a, const auto& b) { return a.worst < b.worst; });
    QCOMPARE(lowest->visible, BlockCount);
    QVERIFY(highest->worst > 0.1);
}

HALFLENS_TEST(TestImportanceGolden)
#include "tst_importance_golden.moc"
