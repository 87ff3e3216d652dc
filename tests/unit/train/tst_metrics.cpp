// SPDX-License-Identifier: BSD-3-Clause
// Figures with values known by hand.
#include "core/train/objectness_figures.h"
#include "core/train/training_report.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using namespace halflens::train;

namespace {

bool isNear(double a, double b, double tolerance = 1e-9)
{
    return std::abs(a - b) <= tolerance;
}

} // namespace

class TestMetrics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void objectness()
    {
        ObjectnessFigures perfect;
        perfect.add(std::vector<float>{0, 0, 1, 1}, std::vector<float>{0, 0, 1, 1});
        QCOMPARE(perfect.maxF(), 1.0);
        QCOMPARE(perfect.meanAbsoluteError(), 0.0);
        QCOMPARE(perfect.auc(), 1.0);

        ObjectnessFigures blind;
        blind.add(std::vector<float>(4, 0.5F), std::vector<float>{0, 0, 0, 1});
        QCOMPARE(blind.auc(), 0.5);
        QCOMPARE(blind.meanAbsoluteError(), 0.5);
        // Everything found: precision 1/4, recall 1.
        QVERIFY(isNear(blind.maxF(), 1.3 * 0.25 / (0.3 * 0.25 + 1)));

        ObjectnessFigures mixed; // one object pixel below one background pixel
        mixed.add(std::vector<float>{0.9F, 0.6F, 0.3F, 0.1F}, std::vector<float>{1, 0, 1, 0});
        QVERIFY(isNear(mixed.auc(), 0.75));
        mixed.add(std::vector<float>(4, 0.F), std::vector<float>(4, 0.F)); // no object: counts for the error only
        QVERIFY(isNear(mixed.auc(), 0.75));
        QVERIFY(isNear(mixed.meanAbsoluteError(), (0.1 + 0.6 + 0.7 + 0.1) / 4 / 2, 1e-6));
    }

    void growsMapsBilinearly()
    {
        const std::vector<float> grown = bilinear(std::vector<float>{0, 1}, 1, 2, 1, 4);
        QCOMPARE(grown, (std::vector<float>{0, 0.25F, 0.75F, 1}));
        QCOMPARE(bilinear(std::vector<float>{1, 2, 3, 4}, 2, 2, 2, 2), (std::vector<float>{1, 2, 3, 4}));
    }

    void reportsSubsets()
    {
        Dataset dataset;
        for (int i = 0; i < 6; ++i) {
            DataRow row;
            row.image = i == 0 ? "a,\"b\".jpg" : "c" + std::to_string(i);
            row.mos5 = i;
            row.subset = i < 3 ? "one" : "two";
            row.split = Split::Test;
            dataset.rows.push_back(row);
        }
        std::vector<RowPrediction> predictions;
        for (std::size_t i = 0; i < 6; ++i)
            predictions.push_back({i, i < 3 ? double(i) : 8.0 - double(i)});
        const nlohmann::json report = agreementJson(dataset, predictions, 1);
        QCOMPARE(report.at("images").get<int>(), 6);
        QVERIFY(isNear(report.at("subsets").at("one").at("plcc").get<double>(), 1));
        QVERIFY(isNear(report.at("subsets").at("two").at("plcc").get<double>(), -1));
        const std::string csv = predictionsCsv(dataset, predictions);
        QVERIFY(csv.find("\"a,\"\"b\"\".jpg\",test,one,0.0,0.0\n") != std::string::npos);
    }
};

HALFLENS_TEST(TestMetrics)
#include "tst_metrics.moc"
