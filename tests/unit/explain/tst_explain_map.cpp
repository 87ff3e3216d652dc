// SPDX-License-Identifier: BSD-3-Clause
// The one call for LIME, Grad-CAM, attention and product: which models have what, sizes, ranges, odd images,
// cancelling; curves, rank correlation and LIME on the mask table.
#include "core/explain/explain_map.h"
#include "core/explain/map_curves.h"
#include "core/explain/sanity.h"
#include "core/families/families.h"
#include "core/families/triq.h"
#include "core/families/weight_randomisation.h"
#include "core/masking/table_builder.h"
#include "tests/support/test_case.h"
#include "tests/unit/families/made_up_families.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace halflens;

namespace {

std::shared_ptr<const Predictor> predictorOf(const std::string& family)
{
    const test::MadeUpFamily made = test::madeUpFamily(family);
    ModelInfo info;
    info.id = "made-up " + family;
    info.input = {InputPolicy::Fit, 128, 96, false, Normalization::PlusMinusOne, {}};
    return makePredictor(made.weights, info).value();
}

bool isSane(const ScalarMap& map, const Image& image, double low, double high)
{
    return map.height == image.height && map.width == image.width
        && std::all_of(map.values.begin(), map.values.end(), [&](float v) {
               return std::isfinite(v) && static_cast<double>(v) >= low && static_cast<double>(v) <= high;
           });
}

Image plainImage(int height, int width, std::uint8_t value)
{
    Image image;
    image.height = height;
    image.width = width;
    image.rgb.assign(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width), value);
    return image;
}

} // namespace

class TestExplainMap : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void methods();
    void signsOfGradCam();
    void lime();
    void withoutAttention();
    void oddImages_data();
    void oddImages();
    void cancelled();
    void fineContributionsBySteps();
    void tilesBySteps();
    void limeBySteps();
    void words();
    void curves();
    void rankCorrelations();
    void shuffledWeights();
    void limeOnTables();
};

void TestExplainMap::methods()
{
    const auto predictor = predictorOf("triq");
    const Image image = test::busyImage(60, 90);
    std::map<MapKind, ScalarMap> maps;
    for (const MapKind method : {MapKind::GradCam, MapKind::Attention, MapKind::Product}) {
        MapRequest options;
        options.kind = method;
        const auto found = explainMap(*predictor, image, options);
        QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
        QVERIFY(isSane(found->map, image, 0, 1));
        QVERIFY(!found->done.empty() && !found->unit.empty() && found->lime == nullptr);
        QCOMPARE(found->layer, std::string(method == MapKind::Attention ? "tokens" : "c5"));
        QVERIFY(found->prediction.output.size() == 5);
        QVERIFY(found->seconds >= found->networkSeconds && found->networkSeconds > 0);
        maps[method] = found->map;
    }
    const float top = *std::max_element(maps[MapKind::Product].values.begin(), maps[MapKind::Product].values.end());
    QVERIFY(top == 1.F || top == 0.F);
    const ScalarMap expected = productMap(maps[MapKind::GradCam], maps[MapKind::Attention]).value();
    QVERIFY(maps[MapKind::Product] == expected);

    MapRequest last;
    last.kind = MapKind::Attention;
    last.attention = AttentionKind::LastLayer;
    QVERIFY(!(explainMap(*predictor, image, last)->map == maps[MapKind::Attention]));
}

/// What raises and what lowers the score never overlap before enlarging; both together are their sum in kind.
void TestExplainMap::signsOfGradCam()
{
    const auto predictor = predictorOf("koncept");
    const Image image = test::busyImage(96, 128);
    std::vector<ScalarMap> maps;
    for (const CamSign sign : {CamSign::Raises, CamSign::Lowers, CamSign::Both}) {
        MapRequest options;
        options.kind = MapKind::GradCam;
        options.camSign = sign;
        maps.push_back(explainMap(*predictor, image, options)->map);
    }
    QVERIFY(!(maps[0] == maps[1]));
    QVERIFY(!(maps[2] == maps[0] && maps[2] == maps[1]));
}

void TestExplainMap::lime()
{
    const auto predictor = predictorOf("koncept");
    const Image image = test::busyImage(60, 90);
    MapRequest options;
    options.kind = MapKind::Lime;
    options.lime.segments = LimeSegments::Grid;
    options.lime.samples = 24;
    int last = 0;
    const auto found = explainMap(*predictor, image, options, {}, [&](int done, int total) {
        QVERIFY(done > last && total == 24);
        last = done;
    });
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    QCOMPARE(last, 24);
    QVERIFY(found->lime && found->lime->segments.count == 12);
    QVERIFY(found->layer.empty());
    const auto input = toModelInput(image, predictor->info().input);
    QCOMPARE(found->prediction.score, predictor->predict(*input, std::stop_token())->score);
    QCOMPARE(found->lime->predictions.front(), found->prediction.score);
    const std::vector<double> coefficients = found->lime->surrogate.byFeature(12);
    QCOMPARE(found->map.at(0, 0), static_cast<float>(coefficients[0]));
    QCOMPARE(found->map.at(59, 89), static_cast<float>(coefficients[11]));
    // The same seed, the same map.
    QVERIFY(explainMap(*predictor, image, options)->map == found->map);
    options.lime.seed = 1;
    QVERIFY(!(explainMap(*predictor, image, options)->map == found->map));
}

void TestExplainMap::withoutAttention()
{
    const auto predictor = predictorOf("koncept");
    for (const MapKind method : {MapKind::Attention, MapKind::Product}) {
        MapRequest options;
        options.kind = method;
        const auto found = explainMap(*predictor, test::busyImage(60, 90), options);
        QVERIFY(!found.has_value());
        QVERIFY(found.error().code == ErrorCode::Unsupported);
        QVERIFY(found.error().reason.find("koncept") != std::string::npos && !found.error().remedy.empty());
        QVERIFY(!supports(predictor->info(), method));
    }
    QVERIFY(supports(predictor->info(), MapKind::Lime) && supports(predictor->info(), MapKind::GradCam));
}

void TestExplainMap::oddImages_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("value");
    QTest::newRow("black") << 48 << 64 << 0;
    QTest::newRow("white") << 48 << 64 << 255;
    QTest::newRow("one pixel") << 1 << 1 << 77;
    QTest::newRow("one row") << 1 << 300 << 77;
    QTest::newRow("one column") << 300 << 1 << 77;
    QTest::newRow("very wide") << 3 << 2000 << 128;
}

void TestExplainMap::oddImages()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, value);
    static const auto predictor = predictorOf("triq");
    const Image image = plainImage(height, width, static_cast<std::uint8_t>(value));
    for (const MapKind method : ModelMapKinds) {
        MapRequest options;
        options.kind = method;
        options.lime.samples = 4;
        const auto found = explainMap(*predictor, image, options);
        QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
        const bool isLime = method == MapKind::Lime;
        QVERIFY(isSane(found->map, image, isLime ? -10 : 0, isLime ? 10 : 1));
    }
}

void TestExplainMap::cancelled()
{
    const auto predictor = predictorOf("triq");
    const Image image = test::busyImage(60, 90);
    for (const MapKind method : ModelMapKinds) {
        std::stop_source stop;
        stop.request_stop();
        MapRequest options;
        options.kind = method;
        QVERIFY(isCancelled(explainMap(*predictor, image, options, stop.get_token())));
    }
    // In the middle of the samples.
    std::stop_source stop;
    MapRequest options;
    options.kind = MapKind::Lime;
    options.lime.segments = LimeSegments::Grid;
    int told = 0;
    QVERIFY(isCancelled(explainMap(*predictor, image, options, stop.get_token(), [&](int, int) {
        ++told;
        stop.request_stop();
    })));
    QCOMPARE(told, 1);
    QVERIFY(explainMap(*predictor, Image(), {}).error().code == ErrorCode::InvalidInput);
}

void TestExplainMap::fineContributionsBySteps()
{
    const auto predictor = predictorOf("triq");
    const Image image = test::busyImage(60, 90);
    MapRequest options;
    options.kind = MapKind::Fine;
    options.fine.permutations = 200;
    std::vector<MapExplanation> steps;
    int told = 0;
    const auto found = explainMap(
        *predictor, image, options, {}, [&](int done, int total) { told = std::max(told, done <= total ? done : -1); },
        [&](MapExplanation soFar) { steps.push_back(std::move(soFar)); });
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    // Before any order nothing is known of errors; then they are told.
    QVERIFY(steps.size() >= 2);
    QCOMPARE(steps[0].estimate->samples, 0);
    QVERIFY(steps[0].weak.empty() && std::isinf(steps[0].estimate->standardError));
    QCOMPARE(steps[1].estimate->samples, FirstPermutations);
    QVERIFY(steps[1].estimate->standardError > 0 && !steps[1].estimate->settled);
    QCOMPARE(found->estimate->samples, 200);
    QVERIFY(found->estimate->settled);
    QCOMPARE(told, 200);
    // Cells and blocks both end at edges of the map; the cells sum to what all visible add to nothing visible.
    QVERIFY(found->map.height % GridRows == 0 && found->map.width % GridColumns == 0);
    QCOMPARE(found->weak.size(), found->map.values.size());
    const FineOptions fine = options.fine;
    const auto input = toModelInput(image, predictor->info().input);
    const auto features = predictor->features(*input, std::stop_token());
    const auto plain = fineContributions(*predictor, **features, fine);
    QVERIFY(fineMap(*plain, found->map.height, found->map.width) == found->map);
    const auto [cell, row] = std::pair{found->map.width / plain->cells.columns, found->map.height / plain->cells.rows};
    for (int y = 0; y < plain->cells.rows; ++y) {
        for (int x = 0; x < plain->cells.columns; ++x) {
            const auto at = static_cast<std::size_t>(y * row) * static_cast<std::size_t>(found->map.width)
                + static_cast<std::size_t>(x * cell);
            QCOMPARE(found->weak[at] == 0, plain->isClear(static_cast<std::size_t>(y * plain->cells.columns + x)));
        }
    }
    QVERIFY(!explainMap(*predictorOf("koncept"), image, options).has_value());
    QVERIFY(!supports(predictorOf("koncept")->info(), MapKind::Fine) && supports(predictor->info(), MapKind::Fine));
}

void TestExplainMap::tilesBySteps()
{
    const auto predictor = predictorOf("koncept"); // fed 128 x 96
    const Image image = test::busyImage(300, 700);
    MapRequest options;
    options.kind = MapKind::Tiles;
    int last = 0;
    const auto found = explainMap(*predictor, image, options, {}, [&](int done, int total) {
        QVERIFY(done > last && done <= total);
        last = done;
    });
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    QVERIFY(found->tiles);
    QCOMPARE(last, found->tiles->grid.count());
    QCOMPARE(found->estimate->samples, found->tiles->grid.count());
    QVERIFY(found->weak.empty() && found->estimate->settled);
    QCOMPARE(found->map.width, LongestTileMap);
    QCOMPARE(found->map.height, 219); // 300 * 511 / 700
    const ScalarMap whole = tileMap(found->tiles->grid, found->tiles->scores, 300, 700);
    QCOMPARE(found->map.at(109, 255), whole.at(150, 350)); // the middle
    const auto small = explainMap(*predictor, test::busyImage(60, 90), options);
    QVERIFY(!small.has_value() && small.error().code == ErrorCode::InvalidInput);
}

void TestExplainMap::limeBySteps()
{
    const auto predictor = predictorOf("koncept");
    const Image image = test::busyImage(60, 90);
    MapRequest options;
    options.kind = MapKind::Lime;
    options.lime.segments = LimeSegments::Grid;
    options.lime.samples = 250;
    options.lime.settle = 1e-9;
    std::vector<MapExplanation> steps;
    const auto found = explainMap(*predictor, image, options, {}, {},
                                  [&](MapExplanation soFar) { steps.push_back(std::move(soFar)); });
    QVERIFY(found.has_value());
    QCOMPARE(steps.size(), std::size_t(2));
    for (std::size_t step = 0; step < steps.size(); ++step) {
        QCOMPARE(steps[step].estimate->samples, static_cast<int>(step + 1) * LimeCheckSamples);
        QCOMPARE(steps[step].estimate->segments, 12);
        QVERIFY(!steps[step].estimate->settled && steps[step].map.width == 90);
        QVERIFY(steps[step].estimate->standardError > 0);
    }
    QCOMPARE(found->estimate->r2, found->lime->surrogate.score);
    QCOMPARE(found->estimate->samples, 250);
    QVERIFY(found->estimate->settled); // no more will come
}

void TestExplainMap::words()
{
    std::vector<std::string> keys;
    for (const MapKind method : ModelMapKinds) {
        QVERIFY(mapKindFromString(toString(method)).value() == method);
        MapRequest options;
        options.kind = method;
        keys.push_back(cacheKey(options));
        options.camSign = CamSign::Both;
        keys.push_back(cacheKey(options));
        options.attention = AttentionKind::LastLayer;
        keys.push_back(cacheKey(options));
    }
    std::sort(keys.begin(), keys.end());
    // What has no influence is not in the key.
    QCOMPARE(std::distance(keys.begin(), std::unique(keys.begin(), keys.end())), std::ptrdiff_t(1 + 2 + 2 + 3));
    QVERIFY(!mapKindFromString("cam").has_value());
    for (const AttentionKind kind : {AttentionKind::Rollout, AttentionKind::LastLayer})
        QVERIFY(attentionKindFromString(toString(kind)).value() == kind);
    QVERIFY(!attentionKindFromString("first").has_value());
}

void TestExplainMap::curves()
{
    const Image image = test::busyImage(96, 128);
    ScalarMap map(96, 128);
    std::iota(map.values.begin(), map.values.end(), 0.F);
    for (const char* family : {"triq", "koncept"}) {
        const auto predictor = predictorOf(family);
        const auto found = mapCurves(*predictor, image, map);
        QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
        QCOMPARE(found->hiddenBy, std::string(family == std::string("triq") ? "attention" : "zero"));
        QCOMPARE(found->curves.order.front(), 11); // the largest mean
        const auto input = toModelInput(image, predictor->info().input);
        QCOMPARE(found->curves.deletion.front(), predictor->predict(*input, std::stop_token())->score);
        QCOMPARE(found->curves.insertion.back(), found->curves.deletion.front());
        QCOMPARE(found->curves.insertion.front(), found->curves.deletion.back());
    }
    QVERIFY(!mapCurves(*predictorOf("koncept"), image, ScalarMap(2, 2)).has_value());
}

void TestExplainMap::rankCorrelations()
{
    const std::vector<float> a{1, 2, 3, 4, 5};
    const std::vector<float> squares{1, 4, 9, 16, 25};
    const std::vector<float> back{5, 4, 3, 2, 1};
    QCOMPARE(rankCorrelation(a, squares).value(), 1.0);
    QCOMPARE(rankCorrelation(a, back).value(), -1.0);
    // Ties share their mean rank: ranks 0.5, 0.5, 2, 3 against 0..3 give 9 / sqrt(90).
    const std::vector<float> tied{7, 7, 8, 9};
    const std::vector<float> four{1, 2, 3, 4};
    QVERIFY(std::abs(rankCorrelation(tied, four).value() - 4.5 / std::sqrt(22.5)) < 1e-12);
    const std::vector<float> constant(4, 2.F);
    QCOMPARE(rankCorrelation(constant, four).value(), 0.0);
    QVERIFY(!rankCorrelation(a, four).has_value());
    QVERIFY(!rankCorrelation({}, {}).has_value());
    const std::vector<float> broken{1, 2, NAN, 4};
    QVERIFY(!rankCorrelation(broken, four).has_value());
}

void TestExplainMap::shuffledWeights()
{
    const test::MadeUpFamily made = test::madeUpFamily("koncept");
    for (const RandomisedPart part : {RandomisedPart::Head, RandomisedPart::Trunk}) {
        StateDict state = made.weights.state;
        randomiseWeights(state, part, 3);
        StateDict again = made.weights.state;
        randomiseWeights(again, part, 3);
        QVERIFY(state == again);
        int changed = 0;
        for (const auto& [name, tensor] : state) {
            const bool inPart = name.starts_with("trunk.") == (part == RandomisedPart::Trunk);
            const Tensor& before = made.weights.state.at(name);
            QVERIFY(tensor.shape == before.shape);
            QVERIFY(inPart || tensor == before);
            changed += tensor == before ? 0 : 1;
            std::vector<float> sorted = tensor.values;
            std::vector<float> sortedBefore = before.values;
            std::sort(sorted.begin(), sorted.end());
            std::sort(sortedBefore.begin(), sortedBefore.end());
            QVERIFY(sorted == sortedBefore);
        }
        QVERIFY(changed > 0);
    }
}

/// On an additive table the fit on all masks finds the blocks' effects but for the ridge's pull; sampling comes
/// closer the more samples there are.
void TestExplainMap::limeOnTables()
{
    MaskTable table;
    table.outputs = 1;
    for (std::uint32_t hidden = 0; hidden < MaskCount; ++hidden) {
        float score = 3;
        for (int block = 0; block < BlockCount; ++block)
            score -= (hidden >> block & 1U) != 0 ? 0.02F * static_cast<float>(block - 4) : 0.F;
        // Pairs make it differ from any linear model.
        score += (hidden & 3U) == 3U ? 0.2F : 0.F;
        table.rows.push_back(score);
    }
    const auto whole = limeOnWholeTable(table);
    QVERIFY(whole.has_value());
    const std::vector<double> effects = whole->byFeature(BlockCount);
    for (int block = 2; block < BlockCount; ++block)
        QVERIFY(std::abs(effects[static_cast<std::size_t>(block)] - 0.02 * (block - 4)) < 0.01);
    const std::vector<int> counts{50, 4000};
    const auto errors = limeSamplingErrors(table, counts, 1, 5);
    QVERIFY(errors.has_value());
    QCOMPARE(errors->size(), std::size_t(2));
    QVERIFY(errors->at(0).maxError > errors->at(0).meanError && errors->at(0).meanError > 0);
    QVERIFY(errors->at(1).meanError < errors->at(0).meanError / 2);
    QVERIFY(!limeOnTable(table, 1, 0).has_value());
}

HALFLENS_TEST(TestExplainMap)
#include "tst_explain_map.moc"
