// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/dataset_importance.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/tables.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

/// Images of the micro-example in spec measures 6.1: scores of the eight masks of three blocks.
std::vector<std::vector<double>> microExample()
{
    const double effects[3][4] = {{1, -1, 1, -1}, {0.1, 0.2, -0.1, -0.2}, {0, 0, 0, 0}};
    std::vector<std::vector<double>> images;
    for (std::size_t image = 0; image < 4; ++image) {
        std::vector<double> scores;
        for (unsigned m = 0; m < 8; ++m) {
            double score = static_cast<double>(image + 1);
            for (unsigned b = 0; b < 3; ++b)
                score += (m >> b & 1) != 0 ? effects[b][image] : 0;
            scores.push_back(score);
        }
        images.push_back(scores);
    }
    return images;
}

} // namespace

class TestDatasetImportance : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plccExamples();
    void plccUndefined();
    void plccKeepsDigits();
    void specMicroExample();
    void mergedShards();
    void twelveBlocks();
    void constantUnderMask();
    void tooLittle();
};

void TestDatasetImportance::plccExamples()
{
    const double q0[] = {2, 3, 4, 3.5, 2.5};
    const double trivial[] = {2.1, 2.9, 3.9, 3.4, 2.6};
    const double important[] = {3, 2.6, 3.4, 2.7, 2.9};
    PlccAccumulator a, b;
    for (int i = 0; i < 5; ++i) {
        a.add(q0[i], trivial[i]);
        b.add(q0[i], important[i]);
    }
    QVERIFY(std::abs(a.plcc() - 0.996915) < 1e-6);
    QVERIFY(std::abs(b.plcc() - 0.304604) < 1e-6); // exact: 0.3046038; the example's 0.304605 is rounded
}

void TestDatasetImportance::plccUndefined()
{
    PlccAccumulator plcc;
    QVERIFY(std::isnan(plcc.plcc()));
    plcc.add(3.3, 2);
    QVERIFY(std::isnan(plcc.plcc()));
    plcc.add(3.3, 4.1);
    plcc.add(3.3, 1.7);
    QVERIFY(std::isnan(plcc.plcc()));
    plcc.add(3.4, 2);
    QVERIFY(std::abs(plcc.plcc()) <= 1);
}

void TestDatasetImportance::plccKeepsDigits()
{
    PlccAccumulator plcc;
    for (int i = 0; i < 20000; ++i)
        plcc.add(3 + 1e-4 * (i % 7), 3 + 2e-4 * (i % 7));
    QVERIFY(std::abs(plcc.plcc() - 1) < 1e-9);
    QVERIFY(plcc.plcc() <= 1);
}

void TestDatasetImportance::specMicroExample()
{
    DatasetImportance importance(3);
    for (const auto& image : microExample())
        importance.add(image);
    const double rho[] = {1, 0.6, 0.996404, 0.543493, 1, 0.6, 0.996404};
    for (std::size_t m = 0; m < 7; ++m)
        QVERIFY2(std::abs(importance.plcc(m) - rho[m]) < 1e-6, std::to_string(m).c_str());
    const std::vector<double> means = importance.blockMeans().value();
    const double expected[] = {0.581164, 0.845434, 0.865468};
    for (std::size_t b = 0; b < 3; ++b)
        QVERIFY(std::abs(means[b] - expected[b]) < 1e-6);
}

void TestDatasetImportance::mergedShards()
{
    const auto images = microExample();
    DatasetImportance whole(3), left(3), right(3), empty(3);
    for (std::size_t i = 0; i < images.size(); ++i) {
        whole.add(images[i]);
        (i < 1 ? left : right).add(images[i]);
    }
    left.merge(empty);
    empty.merge(left);
    empty.merge(right);
    QCOMPARE(empty.images(), std::int64_t{4});
    for (std::size_t m = 0; m < 8; ++m)
        QVERIFY(std::abs(empty.plcc(m) - whole.plcc(m)) < 1e-14);
}

void TestDatasetImportance::twelveBlocks()
{
    // Hiding block 5 adds noise that differs between images; other blocks do nothing.
    DatasetImportance importance;
    for (int image = 0; image < 6; ++image)
        importance.add(scalarTable(
            [&](BlockMask m) { return 1 + 0.5 * image + (m.contains({5}) ? (image % 2 == 0 ? 0.75 : -0.75) : 0); }));
    QCOMPARE(importance.images(), std::int64_t{6});
    const auto means = importance.blockMeans().value();
    QCOMPARE(means.size(), std::size_t{12});
    for (std::size_t b = 0; b < 12; ++b) {
        // rho is 1 without block 5 and r with it; 1023 of a block's 2047 masks have block 5.
        const double r = importance.plcc(1u << 5);
        QVERIFY(r < 0.9);
        const double expected = b == 5 ? r : (1024 + 1023 * r) / 2047;
        QVERIFY(std::abs(means[b] - expected) < 1e-12);
    }
}

void TestDatasetImportance::constantUnderMask()
{
    DatasetImportance importance(2);
    importance.add(std::vector{1.0, 2.0, 1.1, 2.0});
    importance.add(std::vector{3.0, 2.0, 2.9, 2.0});
    QVERIFY(std::isnan(importance.plcc(1)));
    const auto means = importance.blockMeans().value();
    QCOMPARE(means[0], 0.0);
    QVERIFY(std::abs(means[1] - 1) < 1e-12);
}

void TestDatasetImportance::tooLittle()
{
    DatasetImportance importance(2);
    QVERIFY(!importance.blockMeans());
    importance.add(std::vector{1.0, 2.0, 3.0, 4.0});
    QCOMPARE(importance.blockMeans().error().code, ErrorCode::InvalidInput);
    importance.add(std::vector{1.0, 2.5, 3.0, 4.0});
    QCOMPARE(importance.blockMeans().error().code, ErrorCode::InvalidInput); // q does not vary
    importance.add(std::vector{2.0, 2.5, 3.0, 4.0});
    QVERIFY(importance.blockMeans());
}

HALFLENS_TEST(TestDatasetImportance)
#include "tst_dataset_importance.moc"
