// SPDX-License-Identifier: BSD-3-Clause
// Every measure on images nobody photographs: finite, in range, of the image's size.
#include "core/measures/measures.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halflens;

namespace {

bool isSane(const ScalarMap& map, const Image& image, double low, double high)
{
    return map.height == image.height && map.width == image.width
        && std::all_of(map.values.begin(), map.values.end(), [&](float v) {
               return std::isfinite(v) && static_cast<double>(v) >= low && static_cast<double>(v) <= high;
           });
}

Image imageOf(int height, int width, int kind)
{
    Image image;
    image.height = height;
    image.width = width;
    for (int i = 0; i < height * width; ++i) {
        const bool bright = kind == 3 ? i % 2 == 0 : i == height * width / 2;
        const int value = kind == 0 ? 0 : kind == 1 ? 255 : bright ? 255 : 0;
        image.rgb.insert(image.rgb.end(), 3, static_cast<std::uint8_t>(value));
    }
    return image;
}

} // namespace

class TestOddImages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void measures_data();
    void measures();
};

void TestOddImages::measures_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("kind");
    const char* kinds[]{"black", "white", "one bright pixel", "every other pixel"};
    for (int kind = 0; kind < 4; ++kind) {
        for (const auto& [height, width] : {std::pair(1, 1), {1, 257}, {257, 1}, {2, 3}, {3, 4}, {5, 3000}, {64, 64}})
            QTest::addRow("%s, %d x %d", kinds[kind], height, width) << height << width << kind;
    }
}

void TestOddImages::measures()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, kind);
    const Image image = imageOf(height, width, kind);
    for (const SaliencyMode mode : {SaliencyMode::Hou, SaliencyMode::OpenCv}) {
        SaliencyOptions options;
        options.mode = mode;
        const auto map = saliency(image, options);
        QVERIFY2(map.has_value(), map ? "" : map.error().message().c_str());
        QVERIFY(isSane(*map, image, 0, 1));
    }
    for (const FrequencyMode mode : {FrequencyMode::Csf, FrequencyMode::Uniform, FrequencyMode::Centroid,
                                     FrequencyMode::Stft, FrequencyMode::Bands}) {
        FrequencyOptions options;
        options.mode = mode;
        const auto result = spatialFrequency(image, options);
        QVERIFY2(result.has_value(), result ? "" : result.error().message().c_str());
        QVERIFY(isSane(result->map, image, 0, 1e6));
        for (const ScalarMap& band : result->bands)
            QVERIFY(isSane(band, image, 0, 1e6));
        if (kind < 2)
            QVERIFY(std::all_of(result->map.values.begin(), result->map.values.end(), [](float v) { return v == 0; }));
    }
    const auto objects = MinimumBarrierObjectness().objectness(image, {});
    QVERIFY2(objects.has_value(), objects ? "" : objects.error().message().c_str());
    QVERIFY(isSane(*objects, image, 0, 1));

    const auto all = measureImage(image, {}, MinimumBarrierObjectness());
    QCOMPARE(all.has_value(), height >= GridRows && width >= GridColumns);
    if (!all) {
        QVERIFY(all.error().code == ErrorCode::InvalidInput);
        return;
    }
    QVERIFY(isSane(all->averaged.map, image, 0, 1));
    for (const double mean : all->averaged.blockMeans)
        QVERIFY(std::isfinite(mean));
    const bool isFlat = all->averaged.range.low == all->averaged.range.high; // which has no upper half
    QCOMPARE(all->averaged.upper.count(), isFlat ? 0 : HalfSize);
}

HALFLENS_TEST(TestOddImages)
#include "tst_odd_images.moc"
