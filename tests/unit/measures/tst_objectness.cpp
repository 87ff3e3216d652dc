// SPDX-License-Identifier: BSD-3-Clause
// The weightless objectness: barrier distance by hand and by exhaustive search, objects on plain and busy ground.
#include "core/measures/minimum_barrier.h"
#include "core/measures/objectness.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <deque>

using namespace halflens;
using namespace halflens::test;

namespace {

/// Exact minimum barrier distance: the smallest high - low over all pairs of bounds within which
/// the pixel is connected to the border.
std::vector<int> exactBarrier(const std::vector<std::uint8_t>& values, int height, int width)
{
    std::vector<int> best(values.size(), 255);
    for (int low = 0; low < 16; ++low) {
        for (int high = low; high < 16; ++high) {
            std::vector<bool> reached(values.size());
            std::deque<int> queue;
            const auto visit = [&](int i) {
                const auto at = static_cast<std::size_t>(i);
                if (!reached[at] && values[at] >= low && values[at] <= high) {
                    reached[at] = true;
                    queue.push_back(i);
                }
            };
            for (int i = 0; i < height * width; ++i) {
                const int y = i / width;
                const int x = i % width;
                if (y == 0 || x == 0 || y == height - 1 || x == width - 1)
                    visit(i);
            }
            while (!queue.empty()) {
                const int i = queue.front();
                queue.pop_front();
                best[static_cast<std::size_t>(i)] = std::min(best[static_cast<std::size_t>(i)], high - low);
                for (const int step : {-width, -1, 1, width}) {
                    const int next = i + step;
                    const bool sameLine = std::abs(step) == width || next / width == i / width;
                    if (next >= 0 && next < height * width && sameLine)
                        visit(next);
                }
            }
        }
    }
    return best;
}

} // namespace

class TstObjectness : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void barrierByHand();
    void barrierNeverBelowExact();
    void objectStandsOut_data();
    void objectStandsOut();
    void objectAtOneBorder();
    void oddShapes_data();
    void oddShapes();
    void flatImageIsZero();
    void sourceSaysWhatItIs();
    void cancelledAndEmpty();
};

void TstObjectness::barrierByHand()
{
    // A wall of 9 around a 5: the way out crosses the wall, 9 - 1 with the ground of 1.
    const std::vector<std::uint8_t> values{
        1, 1, 1, 1, 1, //
        1, 9, 9, 9, 1, //
        1, 9, 5, 9, 1, //
        1, 9, 9, 9, 1, //
        1, 1, 1, 1, 1,
    };
    const auto distance = minimumBarrierDistance(values, 5, 5);
    QCOMPARE(int{distance[12]}, 8);
    QCOMPARE(int{distance[6]}, 8);
    QCOMPARE(int{distance[0]}, 0);
    // A gap of 4 in the wall: 5 - 1.
    std::vector<std::uint8_t> gap = values;
    gap[7] = 4;
    QCOMPARE(int{minimumBarrierDistance(gap, 5, 5)[12]}, 4);
}

void TstObjectness::barrierNeverBelowExact()
{
    std::uint32_t state = 1;
    int equal = 0;
    int total = 0;
    for (int round = 0; round < 30; ++round) {
        std::vector<std::uint8_t> values(9 * 11);
        for (std::uint8_t& value : values) {
            state = state * 1664525U + 1013904223U;
            value = static_cast<std::uint8_t>(state >> 28);
        }
        const auto found = minimumBarrierDistance(values, 9, 11);
        const auto exact = exactBarrier(values, 9, 11);
        for (std::size_t i = 0; i < values.size(); ++i) {
            QVERIFY(found[i] >= exact[i]);
            equal += found[i] == exact[i] ? 1 : 0;
            ++total;
        }
    }
    // The scans keep one path per pixel, so a few distances come out too large on pure noise.
    QVERIFY2(equal > 0.9 * total, qPrintable(QStringLiteral("%1 of %2").arg(equal).arg(total)));
}

void TstObjectness::objectStandsOut_data()
{
    QTest::addColumn<int>("noise");
    QTest::newRow("plain ground") << 0;
    QTest::newRow("textured ground") << 20;
}

void TstObjectness::objectStandsOut()
{
    QFETCH(int, noise);
    const auto inside = [](int y, int x) { return y >= 150 && y < 260 && x >= 200 && x < 330; };
    Image image;
    image.height = 384;
    image.width = 512;
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const int texture = noise == 0 ? 0 : (x * 7 + y * 13 + x * y) % noise;
            const int red = inside(y, x) ? 200 : 60 + texture;
            image.rgb.insert(image.rgb.end(),
                             {static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(90 + texture),
                              static_cast<std::uint8_t>(60 + texture)});
        }
    }
    const ScalarMap map = MinimumBarrierObjectness().objectness(image, {}).value();
    QCOMPARE(map.height, 384);
    QCOMPARE(map.width, 512);
    QVERIFY(allWithin(map, 0, 1));
    double object = 0;
    double ground = 0;
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x)
            (inside(y, x) ? object : ground) += static_cast<double>(map.at(y, x));
    }
    object /= 110 * 130;
    ground /= 384 * 512 - 110 * 130;
    QVERIFY(object > 0.9);
    QVERIFY(ground < 0.2);
}

void TstObjectness::objectAtOneBorder()
{
    // The object fills the right border, so that border says nothing about the ground: it must not count.
    const Image image = greyImage(120, 160, [](int, int x) { return x >= 140 ? 220 : 60; });
    const ScalarMap map = MinimumBarrierObjectness().objectness(image, {}).value();
    QVERIFY(columnMean(map, 145, 160) > 0.9);
    QVERIFY(columnMean(map, 0, 135) < 0.2);
}

void TstObjectness::oddShapes_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("1x1") << 1 << 1;
    QTest::newRow("2x2") << 2 << 2;
    QTest::newRow("1 row") << 1 << 10000;
    QTest::newRow("1 column") << 10000 << 1;
    QTest::newRow("strip") << 3 << 5000;
    QTest::newRow("usual") << 101 << 77;
}

void TstObjectness::oddShapes()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const ScalarMap map = MinimumBarrierObjectness().objectness(busyImage(height, width), {}).value();
    QCOMPARE(map.height, height);
    QCOMPARE(map.width, width);
    QVERIFY(allFinite(map));
    QVERIFY(allWithin(map, 0, 1));
}

void TstObjectness::flatImageIsZero()
{
    const Image image = greyImage(50, 60, [](int, int) { return 0; });
    QCOMPARE(MinimumBarrierObjectness().objectness(image, {}).value(), ScalarMap(50, 60));
}

void TstObjectness::sourceSaysWhatItIs()
{
    const MinimumBarrierObjectness source;
    QVERIFY(source.isFallback());
    QVERIFY(source.name().find("MB+") != std::string::npos);
    QVERIFY(!source.cacheKey().empty());
}

void TstObjectness::cancelledAndEmpty()
{
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(MinimumBarrierObjectness().objectness(busyImage(20, 20), stop.get_token())));
    QCOMPARE(MinimumBarrierObjectness().objectness(Image(), {}).error().code, ErrorCode::InvalidInput);
}

HALFLENS_TEST(TstObjectness)
#include "tst_objectness.moc"
