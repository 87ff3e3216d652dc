// SPDX-License-Identifier: BSD-3-Clause
// Spatial frequency of large photos: windows give what the whole gives but for the neighbourhood of their edges.
#include "core/base/parallel.h"
#include "core/measures/frequency_windows.h"
#include "core/measures/objectness.h"
#include "core/measures/saliency.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

constexpr int Height = 420;
constexpr int Width = 610;

/// Slow light over the whole, texture on one side, an edge.
Field scene()
{
    return fieldOf(Height, Width, [](int y, int x) {
        const double light = 0.3 + 0.3 * x / Width + 0.1 * std::sin(0.01 * y);
        const double texture = x > Width / 2 ? 0.1 * std::cos(0.8 * x) * std::cos(0.5 * y) : 0.02 * std::cos(0.2 * y);
        return light + texture + (x + y > 500 ? 0.1 : 0.0);
    });
}

GreyRows rowsOf(const Field& field)
{
    return {field.height, field.width,
            [&field](int y, std::span<double> out) { std::copy_n(field.row(y).begin(), out.size(), out.begin()); }};
}

/// Root mean square of the difference over that of `expected`.
double relativeError(const ScalarMap& actual, const ScalarMap& expected)
{
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
        const double value = expected.values[i];
        error += (actual.values[i] - value) * (actual.values[i] - value);
        size += value * value;
    }
    return std::sqrt(error / size);
}

} // namespace

class TstFrequencyWindows final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneWindowIsTheWhole();
    void windowsAgreeWithTheWhole();
    void fewerValuesAreMeans();
    void largePhotosAreCut();
    void threadsDoNotMatter();
    void cancelled();
};

void TstFrequencyWindows::oneWindowIsTheWhole()
{
    const Field field = scene();
    FrequencyOptions options;
    options.smooth = false;
    for (const FrequencyMode mode : {FrequencyMode::Csf, FrequencyMode::Uniform, FrequencyMode::Centroid}) {
        options.mode = mode;
        const auto whole = spatialFrequency(field, options).value();
        const auto cut = windowedFrequency(rowsOf(field), options, {}, {}).value();
        QVERIFY2(relativeError(cut.map, whole.map) < 1e-6, toString(mode).c_str());
        for (std::size_t band = 0; band < BandCount; ++band) {
            for (std::size_t block = 0; block < BlockCount; ++block)
                QVERIFY(std::abs((*cut.bandBlockMeans)[band][block] - (*whole.bandBlockMeans)[band][block]) < 1e-9);
        }
    }
}

void TstFrequencyWindows::windowsAgreeWithTheWhole()
{
    const Field field = scene();
    FrequencyOptions options;
    options.mode = FrequencyMode::Bands;
    const auto whole = spatialFrequency(field, options).value();
    const auto cut = windowedFrequency(rowsOf(field), options, {170, 60}, {}).value();
    QCOMPARE(cut.bands.size(), std::size_t{BandCount});
    const double error = relativeError(cut.map, whole.map);
    QVERIFY2(error < 0.12, std::to_string(error).c_str());
    // Windows with no margin would be far worse: their edges would show.
    QVERIFY(relativeError(windowedFrequency(rowsOf(field), options, {170, 0}, {}).value().map, whole.map) > error);
    const BlockMeans expected = blockMeans(whole.map).value();
    const BlockMeans actual = blockMeans(cut.map).value();
    const double highest = *std::max_element(expected.begin(), expected.end());
    for (std::size_t block = 0; block < BlockCount; ++block)
        QVERIFY2(std::abs(actual[block] - expected[block]) < 0.12 * highest,
                 std::to_string((actual[block] - expected[block]) / highest).c_str());
}

void TstFrequencyWindows::fewerValuesAreMeans()
{
    const Field field = scene();
    FrequencyOptions options;
    options.mode = FrequencyMode::Bands;
    options.smooth = false;
    const auto full = windowedFrequency(rowsOf(field), options, {170, 40}, {}).value();
    const auto small = windowedFrequency(rowsOf(field), options, {170, 40, 50'000}, {}).value();
    const FieldSize size{185, 269}; // borders of windows lie within its cells
    QCOMPARE(FieldSize(small.map.height, small.map.width), size);
    QCOMPARE(small.bandBlockMeans, full.bandBlockMeans);
    const auto isMean = [&](const ScalarMap& actual, const ScalarMap& of) {
        return relativeError(actual, toScalarMap(reducedMap(of, size))) < 1e-6;
    };
    QVERIFY(isMean(small.map, full.map));
    for (std::size_t band = 0; band < BandCount; ++band)
        QVERIFY(isMean(small.bands[band], full.bands[band]));
}

void TstFrequencyWindows::largePhotosAreCut()
{
    Image large; // just above the border between the two ways
    large.width = 4100;
    large.height = 3910;
    QVERIFY(static_cast<std::size_t>(large.width) * static_cast<std::size_t>(large.height) > MostWholePixels);
    large.rgb.assign(3 * static_cast<std::size_t>(large.width) * static_cast<std::size_t>(large.height), 90);
    const FieldSize size = mapSize(large.height, large.width);
    QVERIFY(size.height < large.height && size.width < large.width);
    QCOMPARE(spatialFrequency(large).value().map, ScalarMap(size.height, size.width));
    large.rgb[0] = 91; // not one colour any more
    QVERIFY(isMeasuredInWindows(large, FrequencyMode::Csf));
    QVERIFY(!isMeasuredInWindows(large, FrequencyMode::Stft));
    const ScalarMap map = spatialFrequency(large).value().map;
    QCOMPARE(FieldSize(map.height, map.width), size);
    QVERIFY(map.values.front() > 0);
    const ScalarMap salient = saliency(large).value(); // maps of one photo have one size
    QCOMPARE(FieldSize(salient.height, salient.width), size);
    const ScalarMap objects = MinimumBarrierObjectness().objectness(large, {}).value();
    QCOMPARE(FieldSize(objects.height, objects.width), size);
}

void TstFrequencyWindows::threadsDoNotMatter()
{
    const Field field = scene();
    const int before = threadCount();
    setThreadCount(1);
    const auto one = windowedFrequency(rowsOf(field), {}, {200, 40}, {}).value();
    setThreadCount(5);
    const auto five = windowedFrequency(rowsOf(field), {}, {200, 40}, {}).value();
    setThreadCount(before);
    QCOMPARE(one.map, five.map);
    QCOMPARE(*one.bandBlockMeans, *five.bandBlockMeans);
}

void TstFrequencyWindows::cancelled()
{
    const Field field = scene();
    std::stop_source source;
    source.request_stop();
    QVERIFY(isCancelled(windowedFrequency(rowsOf(field), {}, {}, source.get_token())));
}

HALFLENS_TEST(TstFrequencyWindows)
#include "tst_frequency_windows.moc"
