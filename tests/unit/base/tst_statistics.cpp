// SPDX-License-Identifier: BSD-3-Clause
// Statistics with values known by hand, small linear algebra, and numbers as text.
#include "core/base/cholesky.h"
#include "core/base/numbers_text.h"
#include "core/base/random_stream.h"
#include "core/base/statistics.h"
#include "tests/support/test_case.h"

#include <QTest>
#include <cmath>

using namespace halflens;

namespace {

bool isNear(double a, double b, double tolerance = 1e-9)
{
    return std::abs(a - b) <= tolerance;
}

} // namespace

class TestStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void correlations()
    {
        // The micro-example of the halves' validation: 0.996915 and 0.304605.
        const std::vector<double> q0{2, 3, 4, 3.5, 2.5};
        QVERIFY(isNear(pearson(q0, std::vector<double>{2.1, 2.9, 3.9, 3.4, 2.6}), 0.996915, 1e-6));
        QVERIFY(isNear(pearson(q0, std::vector<double>{3, 2.6, 3.4, 2.7, 2.9}), 0.304605, 2e-6));
        // Undefined is one thing everywhere.
        QVERIFY(std::isnan(pearson(q0, std::vector<double>(5, 0.1)))); // whose mean is not quite 0.1
        QVERIFY(std::isnan(pearson(std::vector<double>{1}, std::vector<double>{1})));
        QVERIFY(std::isnan(spearman(q0, std::vector<double>(5, 1))));
        QVERIFY(std::isnan(PlccAccumulator().plcc()));
        QCOMPARE(definedOr(pearson(q0, std::vector<double>(5, 1)), 0), 0.0);
        const std::vector<double> a{1, 2, 3, 4};
        QVERIFY(isNear(spearman(a, std::vector<double>{1, 8, 27, 64}), 1));
        QVERIFY(isNear(spearman(a, std::vector<double>{4, 3, 2, 1}), -1));
        // Ties share their mean rank: ranks 0.5, 0.5, 2, 3.
        QVERIFY(isNear(spearman(a, std::vector<double>{1, 1, 2, 3}), 0.948683298));
        QVERIFY(isNear(rootMeanSquare(a, std::vector<double>{1, 2, 3, 6}), 1));
    }

    void lines()
    {
        const std::vector<double> x{1, 2, 3, 4};
        const std::vector<double> y{3.5, 5, 7, 8.5}; // by hand: slope 8.5 / 5
        const Line line = leastSquares(x, y);
        QVERIFY(std::abs(line.slope - 1.7) < 1e-12);
        QVERIFY(std::abs(line.offset - 1.75) < 1e-12);
        const Line flat = leastSquares(std::vector<double>{2, 2}, std::vector<double>{1, 4});
        QCOMPARE(flat.slope, 0.0);
        QCOMPARE(flat.offset, 2.5);
    }

    void intervals()
    {
        std::vector<double> a;
        std::vector<double> b;
        RandomStream stream(7, RandomPurpose::Noise);
        for (int i = 0; i < 400; ++i) {
            a.push_back(stream.normal());
            b.push_back(a.back() + stream.normal());
        }
        const Interval interval = bootstrapInterval(a, b, pearson, 400, 3);
        const double r = pearson(a, b);
        // The theoretical half width is 1.96 (1 - r^2) / sqrt(400), about 0.05.
        const double half = 1.96 * (1 - r * r) / 20;
        QVERIFY(interval.low < r && r < interval.high);
        QVERIFY(isNear(interval.high - interval.low, 2 * half, 0.02));
        QVERIFY(std::isnan(bootstrapInterval(a, std::vector<double>(400, 1), pearson, 10, 3).low));
        const Interval again = bootstrapInterval(a, b, pearson, 400, 3);
        QCOMPARE(again.low, interval.low);
    }

    void streamsAgreeWithTwoPasses()
    {
        RandomStream stream(8, RandomPurpose::Noise);
        std::vector<double> a;
        std::vector<double> b;
        PlccAccumulator first;
        PlccAccumulator second;
        for (int i = 0; i < 100; ++i) {
            a.push_back(3 + 0.01 * stream.normal());
            b.push_back(a.back() + 0.01 * stream.normal());
            (i < 30 ? first : second).add(a.back(), b.back());
        }
        first.merge(second);
        QCOMPARE(first.count(), std::int64_t{100});
        QVERIFY(isNear(first.plcc(), pearson(a, b), 1e-9));
    }

    void solvesNormalEquations()
    {
        // [4 2; 2 3] x = [8; 7]: x = [1.25; 1.5]; only the lower triangle is given.
        std::vector<double> matrix{4, 99, 2, 3};
        std::vector<double> x{8, 7};
        QVERIFY(choleskyFactor(matrix, 2));
        choleskyForward(matrix, 2, x);
        choleskyBackward(matrix, 2, x);
        QVERIFY(isNear(x[0], 1.25));
        QVERIFY(isNear(x[1], 1.5));
        std::vector<double> indefinite{1, 0, 2, 1};
        QVERIFY(!choleskyFactor(indefinite, 2));
    }

    void numbersAsText()
    {
        QCOMPARE(exact(0.1), std::string("0.1"));
        QCOMPARE(exact(1.0 / 3), std::string("0.3333333333333333"));
        QCOMPARE(fixed(-2.345678, 2), std::string("-2.35"));
        QCOMPARE(fixed(1e300, 1).size(), std::size_t{303});
        QCOMPARE(*finiteNumber("\t +1.5 "), 1.5);
        for (const char* wrong : {"", " ", "1x", "nan", "inf", "--1", "+-1", "1,5", "1e999", "0x10"})
            QVERIFY2(!finiteNumber(wrong), wrong);
        QCOMPARE(csvField("plain; text"), std::string("plain; text"));
        QCOMPARE(csvField("a,\"b\"\n"), std::string("\"a,\"\"b\"\"\n\""));
    }
};

HALFLENS_TEST(TestStatistics)
#include "tst_statistics.moc"
