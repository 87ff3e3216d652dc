// SPDX-License-Identifier: BSD-3-Clause
// Segments: quickshift against its definition and the reference labels, SLIC's promises, the grid.
#include "app/direct_quickshift.h"
#include "core/base/parallel.h"
#include "core/explain/segmentation.h"
#include "core/image/decode.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <set>

using namespace halflens;
using namespace halflens::test;

namespace {

/// Every label 0 .. count - 1 occurs and no other.
bool labelsAreDense(const Segmentation& segments)
{
    const std::set<std::int32_t> used(segments.labels.begin(), segments.labels.end());
    return static_cast<int>(used.size()) == segments.count && *used.begin() == 0 && *used.rbegin() == segments.count - 1
        && segments.labels.size()
        == static_cast<std::size_t>(segments.height) * static_cast<std::size_t>(segments.width);
}

/// Number of 4-connected pieces.
int pieces(const Segmentation& segments)
{
    std::vector<bool> seen(segments.labels.size());
    int count = 0;
    std::vector<std::size_t> stack;
    const auto width = static_cast<std::size_t>(segments.width);
    for (std::size_t first = 0; first < seen.size(); ++first) {
        if (seen[first])
            continue;
        ++count;
        stack.assign(1, first);
        seen[first] = true;
        while (!stack.empty()) {
            const std::size_t at = stack.back();
            stack.pop_back();
            const auto visit = [&](bool inside, std::size_t other) {
                if (inside && !seen[other] && segments.labels[other] == segments.labels[at]) {
                    seen[other] = true;
                    stack.push_back(other);
                }
            };
            visit(at >= width, at - width);
            visit(at + width < seen.size(), at + width);
            visit(at % width != 0, at - 1);
            visit(at % width + 1 != width, at + 1);
        }
    }
    return count;
}

} // namespace

class TstSegmentation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void labOfKnownColours_data();
    void labOfKnownColours();
    void quickshiftMatchesDefinition_data();
    void quickshiftMatchesDefinition();
    void quickshiftBreaksTiesInRasterOrder();
    void quickshiftMatchesReference();
    void quickshiftIgnoresThreads();
    void quickshiftBadInput();
    void slicPromises_data();
    void slicPromises();
    void slicFollowsColours();
    void slicBadInput();
    void cancelled();
    void gridMatchesBlocks_data();
    void gridMatchesBlocks();
    void gridBadInput();
};

void TstSegmentation::labOfKnownColours_data()
{
    QTest::addColumn<QList<int>>("rgb");
    QTest::addColumn<QList<double>>("lab");
    QTest::newRow("black") << QList<int>{0, 0, 0} << QList<double>{0, 0, 0};
    QTest::newRow("red") << QList<int>{255, 0, 0} << QList<double>{53.2408, 80.0925, 67.2032};
    QTest::newRow("blue") << QList<int>{0, 0, 255} << QList<double>{32.2970, 79.1875, -107.8602};
    QTest::newRow("grey") << QList<int>{128, 128, 128} << QList<double>{53.5850, 0, 0};
}

void TstSegmentation::labOfKnownColours()
{
    QFETCH(QList<int>, rgb);
    QFETCH(QList<double>, lab);
    Image image;
    image.width = 1;
    image.height = 1;
    for (const int value : rgb)
        image.rgb.push_back(static_cast<std::uint8_t>(value));
    const auto planes = labPlanes(image);
    for (std::size_t channel = 0; channel < 3; ++channel)
        QVERIFY(std::abs(planes[channel][0] - lab[static_cast<int>(channel)]) < 0.02);
}

void TstSegmentation::quickshiftMatchesDefinition_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("kernelSize");
    QTest::addColumn<double>("maxDistance");
    QTest::addColumn<double>("ratio");
    QTest::addColumn<bool>("flat");
    QTest::newRow("defaults") << 60 << 75 << 4.0 << 200.0 << 0.2 << false;
    QTest::newRow("larger than the loop's pieces") << 9 << 600 << 4.0 << 200.0 << 0.2 << false;
    QTest::newRow("roots by distance") << 40 << 52 << 2.0 << 3.0 << 0.5 << false;
    QTest::newRow("strong colour") << 40 << 31 << 1.5 << 10.0 << 1.0 << false;
    QTest::newRow("extreme colour weight") << 20 << 20 << 0.4 << 1000.0 << 40.0 << false;
    QTest::newRow("no parents at all") << 20 << 20 << 2.0 << 0.0 << 0.2 << false;
    QTest::newRow("flat, ties everywhere") << 45 << 50 << 3.0 << 200.0 << 0.2 << true;
    QTest::newRow("one row") << 1 << 90 << 4.0 << 200.0 << 0.2 << false;
    QTest::newRow("one column") << 90 << 1 << 4.0 << 200.0 << 0.2 << false;
    QTest::newRow("one pixel") << 1 << 1 << 4.0 << 200.0 << 0.2 << false;
}

void TstSegmentation::quickshiftMatchesDefinition()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(double, kernelSize);
    QFETCH(double, maxDistance);
    QFETCH(double, ratio);
    QFETCH(bool, flat);
    const Image image = flat ? greyImage(height, width, [](int, int) { return 90; }) : busyImage(height, width);
    for (const std::uint64_t seed : {0, 7}) {
        const QuickshiftOptions options{kernelSize, maxDistance, ratio, seed};
        const Segmentation found = quickshift(image, options).value();
        QVERIFY(labelsAreDense(found));
        QVERIFY(found == directQuickshift(image, options));
    }
}

void TstSegmentation::quickshiftBreaksTiesInRasterOrder()
{
    // Two colours at a joint distance of exactly 1: a diagonal neighbour of the same colour is then as
    // far as a side neighbour of the other, and which one counts depends on raster order alone.
    const Image image = greyImage(40, 40, [](int y, int x) { return (x * 7 + y * 11 + x * y * y) % 5 < 2 ? 60 : 190; });
    const auto lab = labPlanes(greyImage(1, 2, [](int, int x) { return x == 0 ? 60 : 190; }));
    const auto distance = [&](double ratio) {
        double sum = 0;
        for (const auto& plane : lab) {
            const double difference = plane[0] * ratio - plane[1] * ratio;
            sum += difference * difference;
        }
        return sum;
    };
    double ratio = 1 / std::sqrt(distance(1));
    for (int step = 0; step < 1000 && distance(ratio) != 1; ++step)
        ratio = std::nextafter(ratio, distance(ratio) < 1 ? 1 : 0);
    QCOMPARE(distance(ratio), 1.0);
    for (const std::uint64_t seed : {0, 1, 2, 3}) {
        const QuickshiftOptions options{1, 200, ratio, seed};
        QVERIFY(quickshift(image, options).value() == directQuickshift(image, options));
    }
}

void TstSegmentation::quickshiftMatchesReference()
{
    HALFLENS_NEEDS_GOLDEN("lime");
    const auto image = readImage(goldenFolder("lime") / "input_192x256.png");
    QVERIFY(image.has_value());
    const auto outputs = goldenFloat64("lime");
    const auto planes = labPlanes(**image);
    const std::vector<double>& lab = outputs.at("lab");
    for (std::size_t i = 0; i < lab.size(); ++i)
        QVERIFY(std::abs(planes[i % 3][i / 3] - lab[i]) < 1e-4);
    const std::vector<double>& expected = outputs.at("segments");
    for (const std::uint64_t seed : {0, 1, 2}) {
        const Segmentation found = quickshift(**image, {4, 200, 0.2, seed}).value();
        QCOMPARE(found.count, 26);
        QVERIFY(std::equal(found.labels.begin(), found.labels.end(), expected.begin(), expected.end()));
    }
}

void TstSegmentation::quickshiftIgnoresThreads()
{
    const Image image = busyImage(70, 40);
    const int before = threadCount();
    setThreadCount(1);
    const Segmentation one = quickshift(image).value();
    setThreadCount(4);
    const Segmentation four = quickshift(image).value();
    setThreadCount(before);
    QVERIFY(one == four);
}

void TstSegmentation::quickshiftBadInput()
{
    QCOMPARE(quickshift(Image()).error().code, ErrorCode::InvalidInput);
    const double nan = std::nan("");
    for (const QuickshiftOptions& options :
         {QuickshiftOptions{0, 200, 0.2, 0}, QuickshiftOptions{nan, 200, 0.2, 0}, QuickshiftOptions{1e9, 200, 0.2, 0},
          QuickshiftOptions{4, -1, 0.2, 0}, QuickshiftOptions{4, nan, 0.2, 0}, QuickshiftOptions{4, 200, -1, 0},
          QuickshiftOptions{4, 200, nan, 0}})
        QCOMPARE(quickshift(busyImage(5, 5), options).error().code, ErrorCode::InvalidInput);
}

void TstSegmentation::slicPromises_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("segments");
    QTest::newRow("usual") << 96 << 128 << 50;
    QTest::newRow("portrait") << 151 << 77 << 30;
    QTest::newRow("one") << 40 << 40 << 1;
    QTest::newRow("more than pixels") << 5 << 6 << 1000;
    QTest::newRow("one row") << 1 << 1000 << 20;
    QTest::newRow("one pixel") << 1 << 1 << 50;
}

void TstSegmentation::slicPromises()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, segments);
    const Segmentation found = slic(busyImage(height, width), {segments, 10}).value();
    QVERIFY(labelsAreDense(found));
    QCOMPARE(pieces(found), found.count);
    QVERIFY(found.count <= 2 * segments + 1);
    QVERIFY(slic(busyImage(height, width), {segments, 10}).value() == found);
}

void TstSegmentation::slicFollowsColours()
{
    // Two colours meet at a column that is no multiple of the grid: no segment may cross it.
    const Image image = greyImage(60, 80, [](int, int x) { return x < 33 ? 20 : 230; });
    const Segmentation found = slic(image, {12, 10}).value();
    std::set<std::int32_t> left;
    std::set<std::int32_t> right;
    for (std::size_t i = 0; i < found.labels.size(); ++i)
        (i % 80 < 33 ? left : right).insert(found.labels[i]);
    for (const std::int32_t label : left)
        QVERIFY(!right.contains(label));
    QVERIFY(found.count >= 8 && found.count <= 16);
}

void TstSegmentation::slicBadInput()
{
    QCOMPARE(slic(Image()).error().code, ErrorCode::InvalidInput);
    QCOMPARE(slic(busyImage(5, 5), {0, 10}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(slic(busyImage(5, 5), {10, 0}).error().code, ErrorCode::InvalidInput);
}

void TstSegmentation::cancelled()
{
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(quickshift(busyImage(20, 20), {}, stop.get_token())));
    QVERIFY(isCancelled(slic(busyImage(20, 20), {}, stop.get_token())));
}

void TstSegmentation::gridMatchesBlocks_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("even") << 48 << 64;
    QTest::newRow("500") << 500 << 500;
    QTest::newRow("smallest") << 3 << 4;
    QTest::newRow("odd") << 31 << 57;
}

void TstSegmentation::gridMatchesBlocks()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const Segmentation grid = gridSegments(height, width).value();
    QCOMPARE(grid.count, BlockCount);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x)
            QCOMPARE(grid.labels[static_cast<std::size_t>(y * width + x)], blockAt(y, x, height, width).value);
    }
}

void TstSegmentation::gridBadInput()
{
    QCOMPARE(gridSegments(2, 100).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gridSegments(100, 3).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gridSegments(100, 100, 0, 4).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gridSegments(8, 8, 8, 8).value().count, 64);
}

HALFLENS_TEST(TstSegmentation)
#include "tst_segmentation.moc"
