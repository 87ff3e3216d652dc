// SPDX-License-Identifier: BSD-3-Clause
// Grey values, area reduction, bilinear enlargement and Gaussian smoothing against their definitions (spec measures 0).
#include "core/measures/gaussian.h"
#include "core/measures/resample.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

class TstResample : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void luminanceWeights();
    void reducedSizes_data();
    void reducedSizes();
    void areaAverage_data();
    void areaAverage();
    void bilinear_data();
    void bilinear();
    void bilinearByHand();
    void minMaxOfEnlarged();
    void gaussian_data();
    void gaussian();
    void gaussianCancelled();
};

void TstResample::luminanceWeights()
{
    Image image;
    image.height = 1;
    image.width = 4;
    image.rgb = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
    const Field grey = luminance(image);
    QVERIFY(std::abs(grey.at(0, 0) - 0.299) < 1e-15);
    QVERIFY(std::abs(grey.at(0, 1) - 0.587) < 1e-15);
    QVERIFY(std::abs(grey.at(0, 2) - 0.114) < 1e-15);
    QCOMPARE(grey.at(0, 3), 1.0);
}

void TstResample::reducedSizes_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("newHeight");
    QTest::addColumn<int>("newWidth");
    QTest::newRow("KonIQ") << 768 << 1024 << 48 << 64;
    QTest::newRow("portrait") << 1024 << 768 << 64 << 48;
    QTest::newRow("rounded up") << 385 << 513 << 48 << 64;
    QTest::newRow("half rounds up") << 1 << 128 << 1 << 64;
    QTest::newRow("hair") << 1 << 65535 << 1 << 64;
    QTest::newRow("kept") << 40 << 64 << 40 << 64;
    QTest::newRow("pixel") << 1 << 1 << 1 << 1;
    QTest::newRow("slightly larger") << 65 << 64 << 64 << 63;
}

void TstResample::reducedSizes()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, newHeight);
    QFETCH(int, newWidth);
    QVERIFY(reducedSize(height, width, 64) == (FieldSize{newHeight, newWidth}));
    QVERIFY(mapSize(height, width) == (FieldSize{height, width}));
    QVERIFY(mapSize(4000, 4000) == (FieldSize{4000, 4000}));
    QVERIFY(mapSize(10'000, 10'000) == (FieldSize{4000, 4000}));
    QVERIFY(mapSize(1, 20'000'000) == (FieldSize{1, 16'000'000}));
    QVERIFY(mapSize(300, 20, 1500) == (FieldSize{150, 10}));
}

void TstResample::areaAverage_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("newHeight");
    QTest::addColumn<int>("newWidth");
    QTest::newRow("whole ratio") << 12 << 16 << 3 << 4;
    QTest::newRow("fractional") << 13 << 17 << 5 << 7;
    QTest::newRow("barely") << 8 << 9 << 7 << 8;
    QTest::newRow("same") << 5 << 6 << 5 << 6;
    QTest::newRow("one") << 7 << 3 << 1 << 1;
}

void TstResample::areaAverage()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, newHeight);
    QFETCH(int, newWidth);
    const Image image = busyImage(height, width);
    const Field grey = luminance(image);
    const Field reduced = reducedLuminance(image, {newHeight, newWidth});
    const auto overlap = [](int cell, int cells, int length, int pixel) {
        const double from = static_cast<double>(cell) * length / cells;
        const double to = static_cast<double>(cell + 1) * length / cells;
        return std::max(0.0, std::min(to, pixel + 1.0) - std::max(from, static_cast<double>(pixel)));
    };
    for (int cy = 0; cy < newHeight; ++cy) {
        for (int cx = 0; cx < newWidth; ++cx) {
            double sum = 0;
            double area = 0;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    const double weight = overlap(cy, newHeight, height, y) * overlap(cx, newWidth, width, x);
                    sum += weight * grey.at(y, x);
                    area += weight;
                }
            }
            QVERIFY(std::abs(reduced.at(cy, cx) - sum / area) < 1e-13);
        }
    }
}

void TstResample::bilinear_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("newHeight");
    QTest::addColumn<int>("newWidth");
    QTest::newRow("enlarged") << 3 << 4 << 30 << 41;
    QTest::newRow("reduced") << 9 << 11 << 4 << 3;
    QTest::newRow("same") << 5 << 4 << 5 << 4;
    QTest::newRow("pixel") << 1 << 1 << 4 << 5;
    QTest::newRow("row") << 1 << 6 << 7 << 13;
}

void TstResample::bilinear()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, newHeight);
    QFETCH(int, newWidth);
    const Field source = fieldOf(height, width, [](int y, int x) { return std::sin(2.0 * y + 5.0 * x); });
    const Field found = resizedBilinear(source, {newHeight, newWidth});
    for (int y = 0; y < newHeight; ++y) {
        for (int x = 0; x < newWidth; ++x) {
            const double cy = std::clamp((y + 0.5) * height / newHeight - 0.5, 0.0, height - 1.0);
            const double cx = std::clamp((x + 0.5) * width / newWidth - 0.5, 0.0, width - 1.0);
            const int y0 = static_cast<int>(std::floor(cy));
            const int x0 = static_cast<int>(std::floor(cx));
            const int y1 = std::min(y0 + 1, height - 1);
            const int x1 = std::min(x0 + 1, width - 1);
            const double wy = cy - y0;
            const double wx = cx - x0;
            const double expected = (1 - wy) * ((1 - wx) * source.at(y0, x0) + wx * source.at(y0, x1))
                + wy * ((1 - wx) * source.at(y1, x0) + wx * source.at(y1, x1));
            QVERIFY(std::abs(found.at(y, x) - expected) < 1e-12);
        }
    }
    QCOMPARE(resizedBilinear(toScalarMap(source), {newHeight, newWidth}).width, newWidth);
}

void TstResample::bilinearByHand()
{
    const Field source = fieldOf(1, 2, [](int, int x) { return static_cast<double>(x); });
    const Field found = resizedBilinear(source, {1, 4});
    const std::vector<double> expected{0, 0.25, 0.75, 1};
    QCOMPARE(found.values, expected);
}

void TstResample::minMaxOfEnlarged()
{
    const Field source = fieldOf(4, 5, [](int y, int x) { return 3 + 1e-3 * std::sin(2.0 * y + 5.0 * x); });
    const Field enlarged = resizedBilinear(source, {33, 70});
    const auto [low, high] = std::minmax_element(enlarged.values.begin(), enlarged.values.end());
    const ScalarMap found = enlargedMinMax(source, {33, 70});
    for (std::size_t i = 0; i < found.values.size(); ++i)
        QVERIFY(std::abs(static_cast<double>(found.values[i]) - (enlarged.values[i] - *low) / (*high - *low)) < 1e-7);
    QCOMPARE(*std::max_element(found.values.begin(), found.values.end()), 1.0F);
    QCOMPARE(*std::min_element(found.values.begin(), found.values.end()), 0.0F);
    QCOMPARE(enlargedMinMax(Field(2, 2), {9, 9}), ScalarMap(9, 9));
}

void TstResample::gaussian_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("sigma");
    QTest::newRow("usual") << 20 << 30 << 2.5;
    QTest::newRow("small sigma") << 9 << 8 << 0.4;
    QTest::newRow("kernel larger than image") << 5 << 3 << 4.0;
    QTest::newRow("row") << 1 << 40 << 3.0;
    QTest::newRow("pixel") << 1 << 1 << 8.0;
    QTest::newRow("nothing to do") << 5 << 6 << 0.0;
}

void TstResample::gaussian()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(double, sigma);
    const Field source = fieldOf(height, width, [](int y, int x) { return std::cos(1.0 * y * x) + 0.1 * x; });
    Field found = source;
    QVERIFY(smoothGaussian(found, sigma));
    const int radius = static_cast<int>(std::ceil(3 * sigma));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double sum = 0;
            double total = 0;
            for (int dy = -radius; dy <= radius; ++dy) {
                for (int dx = -radius; dx <= radius; ++dx) {
                    const double weight = sigma > 0 ? std::exp(-(dy * dy + dx * dx) / (2 * sigma * sigma)) : 1;
                    sum += weight * source.at(std::clamp(y + dy, 0, height - 1), std::clamp(x + dx, 0, width - 1));
                    total += weight;
                }
            }
            QVERIFY(std::abs(found.at(y, x) - sum / total) < 1e-12);
        }
    }
}

void TstResample::gaussianCancelled()
{
    std::stop_source source;
    source.request_stop();
    Field field(10, 10);
    QVERIFY(!smoothGaussian(field, 2, source.get_token()));
}

HALFLENS_TEST(TstResample)
#include "tst_resample.moc"
