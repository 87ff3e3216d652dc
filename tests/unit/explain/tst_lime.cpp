// SPDX-License-Identifier: BSD-3-Clause
// LIME end to end with a linear "network" whose weights are known; hidden images against the reference.
#include "core/explain/lime.h"
#include "core/explain/segment_inputs.h"
#include "core/image/decode.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QSet>
#include <QSize>
#include <QTest>

#include <map>

using namespace halflens;
using namespace halflens::test;

namespace {

constexpr std::array<double, BlockCount> Slopes{0.5, -1, 0.25, 0, 2, -0.125, 0.75, 0, 0, 1.5, -0.5, 0.0625};

/// 3 + the slopes of blocks whose middle pixel is not black.
Result<std::vector<double>> blockScores(std::span<const Image> images)
{
    std::vector<double> scores;
    for (const Image& image : images) {
        double score = 3;
        for (int b = 0; b < BlockCount; ++b) {
            const BlockRect rect = blockRect({b}, image.height, image.width);
            const std::uint8_t* pixel = image.row((rect.top + rect.bottom) / 2) + 3 * ((rect.left + rect.right) / 2);
            score += pixel[0] + pixel[1] + pixel[2] > 0 ? Slopes[static_cast<std::size_t>(b)] : 0;
        }
        scores.push_back(score);
    }
    return scores;
}

LimeOptions gridOptions()
{
    LimeOptions options;
    options.segments = LimeSegments::Grid;
    options.hide = LimeHide::Black;
    options.samples = 400;
    options.surrogate.alpha = 1e-9;
    return options;
}

Image brightImage(int height, int width)
{
    return greyImage(height, width, [](int y, int x) { return 50 + (x + y) % 100; });
}

/// Parallelograms of about 9 x 7 pixels: borders in every direction, and corners where three or four meet.
Segmentation slantedSegments(int height, int width)
{
    Segmentation segments{width, height, 0, {}};
    std::map<std::pair<int, int>, std::int32_t> numbers; // no label may be unused
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const std::pair cell((y + x / 4) / 7, (x + y / 3) / 9);
            segments.labels.push_back(numbers.try_emplace(cell, numbers.size()).first->second);
        }
    }
    segments.count = static_cast<int>(numbers.size());
    return segments;
}

using ImageScores = std::function<Result<std::vector<double>>(std::span<const Image>)>;

/// LIME with what scores images, as the package has it.
Result<LimeResult> limeOf(const Image& image, const ImageScores& score, const LimeOptions& options = {},
                          std::stop_token stop = {}, const LimeProgress& progress = {})
{
    const SampleScorer scorer = [&](const Segmentation& segments) -> Result<SampleScores> {
        const SegmentHider hider(image, segments, hiddenColours(image, segments, options.hide));
        return SampleScores([=, &score](const SampleMatrix& samples, int begin, int end) {
            std::vector<Image> batch(static_cast<std::size_t>(end - begin));
            for (int sample = begin; sample < end; ++sample)
                hider.hide(samples.row(sample), batch[static_cast<std::size_t>(sample - begin)]);
            return score(batch);
        });
    };
    return lime(image, scorer, options, std::move(stop), progress);
}

} // namespace

class TstLime : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stopsWhenSettled();
    void findsLinearWeights();
    void batchSizeDoesNotMatter_data();
    void batchSizeDoesNotMatter();
    void hiddenImageMatchesReference();
    void meanColoursAreTruncated();
    void inputsEqualThoseOfPaintedImages_data();
    void inputsEqualThoseOfPaintedImages();
    void hugeReductionsGoTheLongWay();
    void allSegmentations_data();
    void allSegmentations();
    void onePixel();
    void progressAndCancel();
    void predictorErrors();
    void badOptions();
    void cacheKeysDiffer();
    void segmentNames();
};

void TstLime::findsLinearWeights()
{
    const Image image = brightImage(48, 64);
    const LimeResult result = limeOf(image, blockScores, gridOptions()).value();
    QCOMPARE(result.segments.count, BlockCount);
    QCOMPARE(result.samples.samples, 400);
    const std::vector<double> found = result.surrogate.byFeature(BlockCount);
    for (std::size_t b = 0; b < BlockCount; ++b)
        QVERIFY(std::abs(found[b] - Slopes[b]) < 1e-6);
    QVERIFY(std::abs(result.surrogate.intercept - 3) < 1e-6);
    QVERIFY(std::abs(result.surrogate.score - 1) < 1e-9);
    QVERIFY(std::abs(result.surrogate.localPrediction - result.predictions[0]) < 1e-6);
    for (int y = 0; y < 48; ++y) {
        for (int x = 0; x < 64; ++x)
            QCOMPARE(result.map.at(y, x),
                     static_cast<float>(found[static_cast<std::size_t>(blockAt(y, x, 48, 64).value)]));
    }
}

void TstLime::batchSizeDoesNotMatter_data()
{
    QTest::addColumn<int>("batch");
    QTest::newRow("1") << 1;
    QTest::newRow("7") << 7;
    QTest::newRow("larger than samples") << 100'000;
}

void TstLime::batchSizeDoesNotMatter()
{
    QFETCH(int, batch);
    LimeOptions options = gridOptions();
    options.samples = 50;
    const LimeResult expected = limeOf(brightImage(48, 64), blockScores, options).value();
    options.batch = batch;
    int largest = 0;
    const LimeResult found = limeOf(
                                 brightImage(48, 64),
                                 [&](std::span<const Image> images) {
                                     largest = std::max(largest, static_cast<int>(images.size()));
                                     return blockScores(images);
                                 },
                                 options)
                                 .value();
    QCOMPARE(largest, std::min(batch, 50));
    QVERIFY(found.predictions == expected.predictions);
    QCOMPARE(found.map, expected.map);
}

void TstLime::hiddenImageMatchesReference()
{
    HALFLENS_NEEDS_GOLDEN("lime");
    const auto image = readImage(goldenFolder("lime") / "input_192x256.png");
    QVERIFY(image.has_value());
    const auto outputs = goldenFloat64("lime");
    const Segmentation segments = limeSegments(**image, {}).value();
    const auto colours = hiddenColours(**image, segments, LimeHide::MeanColour);
    const std::vector<double>& means = outputs.at("mean_colour_u8");
    QCOMPARE(3 * colours.size(), means.size());
    for (std::size_t i = 0; i < means.size(); ++i)
        QCOMPARE(static_cast<double>(colours[i / 3][i % 3]), means[i]);
    std::vector<std::uint8_t> kept;
    for (int i = 0; i < 26; ++i)
        kept.push_back(static_cast<std::uint8_t>(outputs.at("Z")[std::size_t(3 * 26) + static_cast<std::size_t>(i)]));
    Image hidden;
    hidden.rgb.assign(7, 1); // what was there before does not matter
    SegmentHider(**image, segments, colours).hide(kept, hidden);
    QCOMPARE(hidden.width, (*image)->width);
    const std::vector<double>& expected = outputs.at("hidden_row3");
    QVERIFY(std::equal(hidden.rgb.begin(), hidden.rgb.end(), expected.begin(), expected.end()));
}

void TstLime::meanColoursAreTruncated()
{
    Image image;
    image.width = 2;
    image.height = 1;
    image.rgb = {10, 20, 30, 11, 21, 33};
    const auto colours = hiddenColours(image, {2, 1, 1, {0, 0}}, LimeHide::MeanColour);
    QVERIFY((colours[0] == std::array<std::uint8_t, 3>{10, 20, 31}));
}

void TstLime::inputsEqualThoseOfPaintedImages_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QSize>("input"); // empty: fed as it is
    QTest::addColumn<bool>("looksUp");
    const QSize small(64, 48);
    QTest::newRow("half the size") << QSize(128, 96) << small << true;
    QTest::newRow("a third") << QSize(192, 144) << small << true;
    QTest::newRow("odd sizes") << QSize(97, 83) << small << true;
    QTest::newRow("hardly smaller") << QSize(65, 48) << small << true;
    QTest::newRow("wide") << QSize(301, 50) << small << true;
    QTest::newRow("grows one way") << QSize(90, 40) << small << true;
    QTest::newRow("grows both ways") << QSize(50, 40) << small << true;
    QTest::newRow("grows much") << QSize(12, 9) << small << false;
    QTest::newRow("portrait") << QSize(61, 99) << small << true;
    QTest::newRow("same size") << small << small << true;
    QTest::newRow("fed as it is") << QSize(75, 53) << QSize() << true;
}

void TstLime::inputsEqualThoseOfPaintedImages()
{
    QFETCH(QSize, size);
    QFETCH(QSize, input);
    QFETCH(bool, looksUp);
    InputSpec spec{InputPolicy::Fit, input.width(), input.height(), true, Normalization::ImageNetUnit};
    if (input.isEmpty())
        spec.policy = InputPolicy::Native;
    const Image image = busyImage(size.height(), size.width());
    const Segmentation segments = slantedSegments(size.height(), size.width());
    const auto colours = hiddenColours(image, segments, LimeHide::MeanColour);
    SegmentInputs inputs = SegmentInputs::create(image, segments, colours, spec).value();
    QCOMPARE(inputs.looksUp(), looksUp);
    const SegmentHider hider(image, segments, colours);
    const SampleMatrix samples = drawSamples(40, segments.count, 3);
    ModelInput made;
    made.planes.assign(5, 1.0f); // what was there before does not matter
    Image painted;
    for (int sample = 0; sample < samples.samples; ++sample) {
        QVERIFY(inputs.make(samples.row(sample), made).has_value());
        hider.hide(samples.row(sample), painted);
        const ModelInput expected = toModelInput(painted, spec).value();
        QCOMPARE(made.width, expected.width);
        QCOMPARE(made.height, expected.height);
        QCOMPARE(made.orientation, expected.orientation);
        QVERIFY2(made.planes == expected.planes, qPrintable(QStringLiteral("sample %1").arg(sample)));
    }
}

/// Where an input pixel shows very many segments, there is nothing to look up in advance.
void TstLime::hugeReductionsGoTheLongWay()
{
    const Image image = busyImage(90, 120);
    Segmentation segments{120, 90, 120 * 90, {}};
    for (int i = 0; i < segments.count; ++i)
        segments.labels.push_back(i);
    const auto colours = hiddenColours(image, segments, LimeHide::Black);
    const InputSpec spec{InputPolicy::Fit, 12, 9};
    SegmentInputs inputs = SegmentInputs::create(image, segments, colours, spec).value();
    QVERIFY(!inputs.looksUp());
    ModelInput made;
    QVERIFY(inputs.make(std::vector<std::uint8_t>(static_cast<std::size_t>(segments.count), 1), made).has_value());
    QVERIFY(made.planes == toModelInput(image, spec)->planes);
}

void TstLime::allSegmentations_data()
{
    QTest::addColumn<int>("segments");
    QTest::newRow("quickshift") << static_cast<int>(LimeSegments::Quickshift);
    QTest::newRow("slic") << static_cast<int>(LimeSegments::Slic);
    QTest::newRow("grid") << static_cast<int>(LimeSegments::Grid);
}

void TstLime::allSegmentations()
{
    QFETCH(int, segments);
    LimeOptions options;
    options.segments = static_cast<LimeSegments>(segments);
    options.samples = 60;
    const Image image = busyImage(60, 80);
    const LimeResult first = limeOf(image, blockScores, options).value();
    const LimeResult second = limeOf(image, blockScores, options).value();
    QCOMPARE(first.map, second.map);
    QCOMPARE(static_cast<int>(first.surrogate.features.size()), first.segments.count);
    QVERIFY(allFinite(first.map));
}

void TstLime::onePixel()
{
    LimeOptions options;
    options.samples = 10;
    const auto result = limeOf(
        brightImage(1, 1),
        [](std::span<const Image> images) { return Result(std::vector<double>(images.size(), 4.0)); }, options);
    QVERIFY(result.has_value());
    QCOMPARE(result->segments.count, 1);
    QVERIFY(allFinite(result->map));
}

void TstLime::progressAndCancel()
{
    LimeOptions options = gridOptions();
    options.samples = 30;
    std::vector<int> steps;
    QVERIFY(limeOf(brightImage(48, 64), blockScores, options, {}, [&](int done, int total) {
                QCOMPARE(total, 30);
                steps.push_back(done);
            }).has_value());
    QVERIFY((steps == std::vector<int>{10, 20, 30}));

    std::stop_source stop;
    int calls = 0;
    const auto result = limeOf(
        brightImage(48, 64),
        [&](std::span<const Image> images) {
            if (++calls == 2)
                stop.request_stop();
            return blockScores(images);
        },
        options, stop.get_token());
    QVERIFY(isCancelled(result));
    QCOMPARE(calls, 2);
}

void TstLime::predictorErrors()
{
    const Image image = brightImage(48, 64);
    const auto failing = [](std::span<const Image>) -> Result<std::vector<double>> {
        return Error{ErrorCode::Model, "model", "broken", "mend it", {}};
    };
    QCOMPARE(limeOf(image, failing, gridOptions()).error().reason, std::string("broken"));
    const auto tooFew = [](std::span<const Image>) { return Result(std::vector<double>{1.0}); };
    QCOMPARE(limeOf(image, tooFew, gridOptions()).error().code, ErrorCode::Model);
    const auto nan = [](std::span<const Image> images) {
        return Result(std::vector<double>(images.size(), std::nan("")));
    };
    QCOMPARE(limeOf(image, nan, gridOptions()).error().code, ErrorCode::Model);
    const auto throwing = [](std::span<const Image>) -> Result<std::vector<double>> {
        throw std::runtime_error("boom");
    };
    QCOMPARE(limeOf(image, throwing, gridOptions()).error().code, ErrorCode::Internal);
}

void TstLime::badOptions()
{
    QCOMPARE(limeOf(Image(), blockScores).error().code, ErrorCode::InvalidInput);
    LimeOptions options = gridOptions();
    options.samples = 1;
    QCOMPARE(limeOf(brightImage(9, 9), blockScores, options).error().code, ErrorCode::InvalidInput);
    options = gridOptions();
    options.batch = 0;
    QCOMPARE(limeOf(brightImage(9, 9), blockScores, options).error().code, ErrorCode::InvalidInput);
    options = gridOptions();
    options.kernelWidth = 0;
    QCOMPARE(limeOf(brightImage(9, 9), blockScores, options).error().code, ErrorCode::InvalidInput);
    QCOMPARE(limeOf(brightImage(2, 2), blockScores, gridOptions()).error().code, ErrorCode::InvalidInput);
}

void TstLime::cacheKeysDiffer()
{
    LimeOptions options;
    QSet<QString> keys{QString::fromStdString(cacheKey(options))};
    options.batch = 99; // does not change results
    keys.insert(QString::fromStdString(cacheKey(options)));
    QCOMPARE(keys.size(), 1);
    const std::vector<std::function<void()>> changes{[&] { options.quickshift.ratio = 0.3; },
                                                     [&] { options.segments = LimeSegments::Slic; },
                                                     [&] { options.slic.segments = 51; },
                                                     [&] { options.hide = LimeHide::Black; },
                                                     [&] { options.samples = 999; },
                                                     [&] { options.seed = 3; },
                                                     [&] { options.kernelWidth = 0.3; },
                                                     [&] { options.surrogate.alpha = 2; },
                                                     [&] { options.surrogate.selection = FeatureSelection::Forward; },
                                                     [&] { options.surrogate.numFeatures = 9; }};
    for (const auto& change : changes) {
        change();
        keys.insert(QString::fromStdString(cacheKey(options)));
    }
    QCOMPARE(keys.size(), static_cast<qsizetype>(changes.size() + 1));
}

void TstLime::segmentNames()
{
    for (const LimeSegments segments : {LimeSegments::Quickshift, LimeSegments::Slic, LimeSegments::Grid})
        QVERIFY(limeSegmentsFromString(toString(segments)).value() == segments);
    QVERIFY(!limeSegmentsFromString("felzenszwalb").has_value());
}

void TstLime::stopsWhenSettled()
{
    const Image image = brightImage(24, 32);
    LimeOptions options = gridOptions();
    options.samples = 1000;
    // Two blocks that count only together leave something over that no coefficient explains.
    const auto scorerOf = [&](double together) -> SampleScorer {
        return [together](const Segmentation&) -> Result<SampleScores> {
            return SampleScores(
                [together](const SampleMatrix& samples, int begin, int end) -> Result<std::vector<double>> {
                    std::vector<double> scores;
                    for (int sample = begin; sample < end; ++sample) {
                        const auto row = samples.row(sample);
                        scores.push_back(3 + 0.5 * row[4] - 0.5 * row[7] + together * row[1] * row[2]);
                    }
                    return scores;
                });
        };
    };
    std::vector<int> pictures;
    const LimePublish publish = [&](const ScalarMap& map, const LimeResult& soFar) {
        QCOMPARE(map.width, 32);
        pictures.push_back(soFar.samples.samples);
    };
    const auto all = lime(image, scorerOf(0), options, {}, {}, publish);
    QVERIFY(all.has_value());
    QCOMPARE(all->samples.samples, 1000);
    QCOMPARE(pictures, (std::vector{100, 200, 300, 400, 500, 600, 700, 800, 900}));
    QCOMPARE(all->error, 0.0); // nobody asked

    options.settle = 0.1;
    const auto easy = lime(image, scorerOf(0), options);
    QCOMPARE(easy->samples.samples, 100);
    QCOMPARE(easy->predictions.size(), std::size_t{100});
    QVERIFY(easy->error < 1e-6);
    const auto harder = lime(image, scorerOf(0.5), options);
    QVERIFY(harder->samples.samples > 100);
    QVERIFY(harder->error > 0);
    // What was scored is the beginning of the longer run: the same fit as asking for so many.
    options.settle = 0;
    options.samples = harder->samples.samples;
    QCOMPARE(lime(image, scorerOf(0.5), options)->surrogate.coefficients, harder->surrogate.coefficients);
    options.settle = -1;
    QVERIFY(!lime(image, scorerOf(0), options).has_value());
    LimeOptions settling;
    settling.settle = 0.1;
    QVERIFY(cacheKey(settling) != cacheKey(LimeOptions()));
}

HALFLENS_TEST(TstLime)
#include "tst_lime.moc"
