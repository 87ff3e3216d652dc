// SPDX-License-Identifier: BSD-3-Clause
// The four measures together: consistency of maps, block means and halves; sources; cache keys; FFT wisdom.
#include "core/measures/fft.h"
#include "core/measures/measures.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <thread>

using namespace halflens;
using namespace halflens::test;

namespace {

/// Objectness rising to the right, or a failure.
class FakeObjectness final : public ObjectnessSource {
public:
    explicit FakeObjectness(bool fails = false)
        : m_fails(fails)
    { }
    std::string name() const override { return "fake"; }
    std::string cacheKey() const override { return "fake"; }
    Result<ScalarMap> objectness(const Image& image, std::stop_token) const override
    {
        if (m_fails)
            return Error{ErrorCode::Model, "objectness", "no weights", "import them", {}};
        ScalarMap map(image.height, image.width);
        for (int y = 0; y < map.height; ++y) {
            for (int x = 0; x < map.width; ++x)
                map.row(y)[static_cast<std::size_t>(x)] = static_cast<float>(x);
        }
        return map;
    }

private:
    bool m_fails;
};

} // namespace

class TstMeasures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void summariesAgreeWithMaps();
    void bandsOnRequest();
    void fallbackIsLabelled();
    void errorsPassThrough();
    void blackImage();
    void repeatable();
    void concurrentCalls();
    void cacheKeysDiffer();
};

void TstMeasures::summariesAgreeWithMaps()
{
    const ImageMeasures measures = measureImage(busyImage(90, 120), {}, FakeObjectness()).value();
    for (const Measure* measure : {&measures.saliency, &measures.frequency, &measures.objectness, &measures.averaged}) {
        QCOMPARE(measure->map.height, 90);
        QCOMPARE(measure->map.width, 120);
        QCOMPARE(measure->blockMeans, blockMeans(measure->map).value());
        QVERIFY(measure->upper == upperHalf(measure->blockMeans));
        QCOMPARE(measure->range.low, *std::min_element(measure->map.values.begin(), measure->map.values.end()));
        QCOMPARE(measure->range.high, *std::max_element(measure->map.values.begin(), measure->map.values.end()));
    }
    QCOMPARE(measures.averaged.map,
             averagedMeasure(measures.saliency.map, measures.frequency.map, measures.objectness.map).value());
    QVERIFY(measures.objectness.upper == BlockMask(0b1100'1100'1100));
    QCOMPARE(measures.objectnessSource, std::string("fake"));
    QVERIFY(!measures.objectnessIsFallback);
    QVERIFY(measures.bands.empty());
}

void TstMeasures::bandsOnRequest()
{
    MeasureOptions options;
    options.frequency.mode = FrequencyMode::Bands;
    const ImageMeasures measures = measureImage(busyImage(90, 121), options, FakeObjectness()).value();
    QCOMPARE(measures.bands.size(), std::size_t{BandCount});
    for (std::size_t band = 0; band < BandCount; ++band) {
        const BlockMeans means = blockMeans(measures.bands[band]).value();
        for (std::size_t b = 0; b < BlockCount; ++b)
            QVERIFY(std::abs(means[b] - measures.bandBlockMeans[band][b]) < 1e-8);
    }
}

void TstMeasures::fallbackIsLabelled()
{
    const ImageMeasures measures = measureImage(busyImage(60, 80), {}, MinimumBarrierObjectness()).value();
    QVERIFY(measures.objectnessIsFallback);
    QCOMPARE(measures.objectnessSource, MinimumBarrierObjectness().name());
}

void TstMeasures::errorsPassThrough()
{
    const auto failed = measureImage(busyImage(30, 30), {}, FakeObjectness(true));
    QCOMPARE(failed.error().code, ErrorCode::Model);
    QCOMPARE(measureImage(busyImage(2, 30), {}, FakeObjectness()).error().code, ErrorCode::InvalidInput);
    QCOMPARE(measureImage(Image(), {}, FakeObjectness()).error().code, ErrorCode::InvalidInput);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(measureImage(busyImage(30, 30), {}, FakeObjectness(), stop.get_token())));
}

void TstMeasures::blackImage()
{
    const Image black = greyImage(48, 64, [](int, int) { return 0; });
    const ImageMeasures measures = measureImage(black, {}, MinimumBarrierObjectness()).value();
    for (const Measure* measure : {&measures.saliency, &measures.frequency, &measures.objectness, &measures.averaged})
        QCOMPARE(measure->map, ScalarMap(48, 64));
}

void TstMeasures::repeatable()
{
    const Image image = busyImage(97, 131);
    const ImageMeasures first = measureImage(image, {}, MinimumBarrierObjectness()).value();
    const ImageMeasures second = measureImage(image, {}, MinimumBarrierObjectness()).value();
    QCOMPARE(first.averaged.map, second.averaged.map);
    QVERIFY(first.bandBlockMeans == second.bandBlockMeans);
}

void TstMeasures::concurrentCalls()
{
    // Sizes of their own, so that the threads make plans while others use theirs.
    constexpr int Threads = 4;
    std::array<ScalarMap, Threads> found;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < Threads; ++i) {
            threads.emplace_back([&found, i] {
                const Image image = busyImage(40 + i, 53 + 2 * i);
                found[static_cast<std::size_t>(i)] =
                    measureImage(image, {}, MinimumBarrierObjectness()).value().averaged.map;
            });
        }
    }
    for (int i = 0; i < Threads; ++i) {
        const Image image = busyImage(40 + i, 53 + 2 * i);
        QCOMPARE(found[static_cast<std::size_t>(i)],
                 measureImage(image, {}, MinimumBarrierObjectness()).value().averaged.map);
    }
}

void TstMeasures::cacheKeysDiffer()
{
    QSet<QString> keys;
    MeasureOptions options;
    const auto note = [&] { keys.insert(QString::fromStdString(cacheKey(options))); };
    note();
    options.saliency.mode = SaliencyMode::OpenCv;
    note();
    options.frequency.mode = FrequencyMode::Stft;
    note();
    options.frequency.pixelsPerDegree = 100.00000000000001;
    note();
    options.frequency.sensitivity = ContrastSensitivity::Barten;
    note();
    options.frequency.extension = Extension::None;
    note();
    options.frequency.smooth = false;
    note();
    options.average.range = CommonRange::Rank;
    note();
    options.average.objectnessAsIs = true;
    note();
    QCOMPARE(keys.size(), 9);
    QVERIFY(options == options);
    QVERIFY(options != MeasureOptions());
}

HALFLENS_TEST(TstMeasures)
#include "tst_measures.moc"
