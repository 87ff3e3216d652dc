// SPDX-License-Identifier: BSD-3-Clause
// Maps through the engine's functions: what is computed, what is kept, what takes part in the key.
#include "core/analysis/analysis.h"
#include "core/analysis/maps.h"
#include "core/image/content_hash.h"
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

/// A grey picture with a bright square in block 6.
Image picture(int width = 120, int height = 90)
{
    Image image;
    image.width = width;
    image.height = height;
    image.rgb.assign(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 90);
    for (int y = height * 40 / 100; y < height * 60 / 100; ++y) {
        for (int x = width * 55 / 100; x < width * 70 / 100; ++x) {
            for (int channel = 0; channel < 3; ++channel)
                image.rgb[3
                              * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
                                 + static_cast<std::size_t>(x))
                          + static_cast<std::size_t>(channel)] = static_cast<std::uint8_t>((x + y) % 2 ? 255 : 200);
        }
    }
    image.contentHash = contentHash(image);
    return image;
}

/// Explains with a ramp, and counts.
class ExplainingModels final : public ModelSource, public Evaluator {
public:
    std::vector<ModelEntry> models() const override { return {{"one", "One", "triq", "", "", {}}}; }
    std::string defaultId() const override { return "one"; }
    std::string weightsHash(const std::string&) const override { return "weights"; }
    std::string objectnessKey() const override { return {}; }
    Evaluator& evaluator() override { return *this; }
    std::shared_ptr<const ObjectnessSource> objectness() override
    {
        return std::make_shared<const MinimumBarrierObjectness>();
    }
    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override
    {
        return std::shared_ptr<const Predictor>(std::make_shared<FakePredictor>(id));
    }
    Result<std::shared_ptr<const MaskTable>> buildTable(const Predictor&, const Features&,
                                                        const std::stop_token&) override
    {
        return cancelledError();
    }
    Result<std::shared_ptr<const MaskTable>> sampleTable(const Predictor&, const Image&, const ZeroTableOptions&,
                                                         const JobContext&, const PublishTable&) override
    {
        return cancelledError();
    }
    Result<Prediction> predictHidden(const Predictor&, const Image&, BlockMask, const std::stop_token&) override
    {
        return cancelledError();
    }
    Result<MapExplanation> explain(const Predictor&, const Image& image, const MapRequest& request,
                                   const JobContext& context) override
    {
        ++explained;
        context.report(0.5, "Half of it");
        ScalarMap map(image.height, image.width);
        for (int y = 0; y < image.height; ++y) {
            for (int x = 0; x < image.width; ++x)
                map.row(y)[static_cast<std::size_t>(x)] = static_cast<float>(x - request.lime.samples);
        }
        return test::explained(std::move(map), "score change", "R² 0.50");
    }
    int explained = 0;
};

} // namespace

class TestMaps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void measures_data()
    {
        QTest::addColumn<int>("kind");
        for (const MapKind kind : {MapKind::Saliency, MapKind::Frequency, MapKind::Objectness, MapKind::Averaged})
            QTest::newRow(toString(kind).c_str()) << static_cast<int>(kind);
    }
    void measures()
    {
        QFETCH(int, kind);
        FakeModels models;
        ResultCache cache(64 << 20);
        const Image image = picture();
        MapRequest request;
        request.kind = static_cast<MapKind>(kind);
        const auto made = makeMap(image, request, {}, models, cache, JobContext({}));
        QVERIFY(made);
        const ImageMap& map = **made;
        QCOMPARE(map.map.width, image.width);
        QCOMPARE(map.map.height, image.height);
        QVERIFY(map.range.low < map.range.high);
        QVERIFY(map.blockMeans.has_value());
        QVERIFY(!map.unit.empty());
        // the same numbers as the measures themselves
        const auto direct = measureImage(image, {}, MinimumBarrierObjectness());
        QVERIFY(direct);
        const Measure* expected[] = {&direct->saliency, &direct->frequency, &direct->objectness, &direct->averaged};
        QVERIFY(map.map == expected[kind]->map);
        QVERIFY(map.upper == expected[kind]->upper);
        QVERIFY(*map.blockMeans == expected[kind]->blockMeans);
        QCOMPARE(models.loads.load(), 0); // no model for a measure
    }

    void namesTheFallback()
    {
        FakeModels models;
        ResultCache cache(64 << 20);
        MapRequest request;
        request.kind = MapKind::Objectness;
        const auto map = makeMap(picture(), request, {}, models, cache, JobContext({}));
        QVERIFY(map);
        QVERIFY((*map)->isFallback);
        QVERIFY((*map)->source.find("MB+") != std::string::npos);
        request.kind = MapKind::Averaged; // a mean with a fallback in it is one too
        const auto average = makeMap(picture(), request, {}, models, cache, JobContext({}));
        QVERIFY(average && (*average)->isFallback);
    }

    void bandsDifferAndAreChecked()
    {
        FakeModels models;
        ResultCache cache(64 << 20);
        const Image image = picture();
        MapRequest request;
        request.kind = MapKind::Frequency;
        request.band = 10;
        const auto high = makeMap(image, request, {}, models, cache, JobContext({}));
        request.band = 1;
        const auto low = makeMap(image, request, {}, models, cache, JobContext({}));
        QVERIFY(high && low);
        QVERIFY((*high)->map != (*low)->map);
        FrequencyOptions options;
        options.mode = FrequencyMode::Bands;
        const auto bands = spatialFrequency(image, options);
        QVERIFY(bands && (*high)->map == bands->bands[9] && (*low)->map == bands->bands[0]);
        request.band = 11;
        const auto none = makeMap(image, request, {}, models, cache, JobContext({}));
        QVERIFY(!none);
        QVERIFY(none.error().code == ErrorCode::InvalidInput);
    }

    void cacheGivesTheSameObject()
    {
        FakeModels models;
        ResultCache cache(64 << 20);
        const Image image = picture();
        MapRequest request;
        request.kind = MapKind::Averaged;
        const auto first = makeMap(image, request, {}, models, cache, JobContext({}));
        QCOMPARE(cache.count(), std::size_t(4)); // its three parts are kept too
        const auto again = makeMap(image, request, {}, models, cache, JobContext({}));
        QVERIFY(first && again && *first == *again);
        request.kind = MapKind::Saliency;
        const auto part = makeMap(image, request, {}, models, cache, JobContext({}));
        QVERIFY(part);
        QCOMPARE(cache.count(), std::size_t(4));
    }

    void keyHasWhatTheKindDependsOn_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("change");
        QTest::addColumn<bool>("differs");
        const auto row = [](const char* name, MapKind kind, int change, bool differs) {
            QTest::newRow(name) << static_cast<int>(kind) << change << differs;
        };
        row("saliency mode", MapKind::Saliency, 0, true);
        row("saliency, band", MapKind::Saliency, 1, false);
        row("frequency, band", MapKind::Frequency, 1, true);
        row("averaged, band", MapKind::Averaged, 1, false);
        row("averaged, saliency mode", MapKind::Averaged, 0, true);
        row("lime, seed", MapKind::Lime, 2, true);
        row("grad-cam, seed", MapKind::GradCam, 2, false);
        row("grad-cam, sign", MapKind::GradCam, 3, true);
        row("attention, sign", MapKind::Attention, 3, false);
        row("attention, layer", MapKind::Attention, 4, true);
        row("product, sign", MapKind::Product, 3, true);
        row("product, layer", MapKind::Product, 4, true);
    }
    void keyHasWhatTheKindDependsOn()
    {
        QFETCH(int, kind);
        QFETCH(int, change);
        QFETCH(bool, differs);
        MapRequest request;
        request.kind = static_cast<MapKind>(kind);
        MapRequest changed = request;
        if (change == 0)
            changed.saliency.mode = SaliencyMode::OpenCv;
        else if (change == 1)
            changed.band = 3;
        else if (change == 2)
            changed.lime.seed = 7;
        else if (change == 3)
            changed.camSign = CamSign::Lowers;
        else
            changed.attention = AttentionKind::LastLayer;
        QVERIFY(!(request == changed));
        QCOMPARE(cacheKey(request) != cacheKey(changed), differs);
    }

    void modelTakesPartInTheKeyOfItsMaps()
    {
        FakeModels models;
        const auto key = [&](MapKind kind, const std::string& id) {
            MapRequest request;
            request.kind = kind;
            return mapKey(picture(), request, id, models);
        };
        QVERIFY(key(MapKind::Lime, "a") != key(MapKind::Lime, "b"));
        QVERIFY(key(MapKind::Saliency, "a") == key(MapKind::Saliency, "b"));
        const CacheKey lime = key(MapKind::Lime, "a");
        const CacheKey analysis = analysisKey(picture(), "a", models);
        const CacheKey saliency = key(MapKind::Saliency, {});
        const CacheKey averaged = key(MapKind::Averaged, {});
        models.weights = "retrained-"; // another file under the same id
        QVERIFY(key(MapKind::Lime, "a") != lime);
        QVERIFY(analysisKey(picture(), "a", models) != analysis);
        models.objectnessWeights = "another network";
        QVERIFY(key(MapKind::Saliency, {}) == saliency);
        QVERIFY(key(MapKind::Averaged, {}) != averaged);
    }

    void explainersGoToTheModel()
    {
        ExplainingModels models;
        ResultCache cache(64 << 20);
        MapRequest request;
        request.kind = MapKind::Lime;
        double reported = 0;
        const JobContext context({},
                                 [&](const Progress& progress) { reported = std::max(reported, progress.fraction); });
        const auto map = makeMap(picture(), request, "one", models, cache, context);
        QVERIFY(map);
        QCOMPARE((*map)->source, std::string("R² 0.50"));
        QCOMPARE((*map)->modelId, std::string("one"));
        QCOMPARE(reported, 0.5);
        QCOMPARE((*map)->map.at(3, 5), static_cast<float>(5 - request.lime.samples));
        QVERIFY(makeMap(picture(), request, "one", models, cache, context));
        QCOMPARE(models.explained, 1);
    }

    void whatIsRefinedIsPublishedAsMaps()
    {
        FakeModels models;
        models.onExplain = [](const Image&, const MapRequest&, const JobContext& context) -> Result<MapExplanation> {
            MapExplanation soFar = explained(ScalarMap(6, 8), "adds", "60 orders");
            soFar.map.values.back() = 2;
            soFar.weak.assign(48, 1);
            soFar.estimate = MapEstimate{60, 100, 0.5, 0, 0, false};
            context.publish(std::make_shared<const MapExplanation>(soFar));
            soFar.map.values.back() = 1;
            soFar.estimate->settled = true;
            return soFar;
        };
        ResultCache cache(64 << 20);
        MapRequest request;
        request.kind = MapKind::Fine;
        std::vector<std::shared_ptr<const ImageMap>> snapshots;
        const JobContext context({}, {},
                                 [&](const Artifact& artifact) { snapshots.push_back(artifact.as<ImageMap>()); });
        const auto map = makeMap(picture(), request, "fake-one", models, cache, context);
        QVERIFY(map);
        QCOMPARE(snapshots.size(), std::size_t(1));
        QVERIFY(snapshots.front() && snapshots.front()->range.high == 2.0F);
        QCOMPARE(snapshots.front()->estimate->samples, 60);
        QCOMPARE(snapshots.front()->weak.size(), std::size_t(48));
        QCOMPARE(snapshots.front()->blockMeans->back(), 0.5); // of four cells
        QVERIFY((*map)->estimate->settled && (*map)->range.high == 1.0F);
        snapshots.clear();
        QVERIFY(*makeMap(picture(), request, "fake-one", models, cache, context) == *map); // kept
        QVERIFY(snapshots.empty());
    }

    void modelWithoutExplainersSaysSo()
    {
        FakeModels models;
        ResultCache cache(64 << 20);
        MapRequest request;
        request.kind = MapKind::GradCam;
        const auto map = makeMap(picture(), request, "fake-two", models, cache, JobContext({}));
        QVERIFY(!map);
        QVERIFY(map.error().code == ErrorCode::Unsupported);
        QVERIFY(map.error().reason.find("Grad-CAM") != std::string::npos);
    }

    void stopsBetweenTheParts()
    {
        FakeModels models;
        ResultCache cache(64 << 20);
        std::stop_source stop;
        MapRequest request;
        request.kind = MapKind::Averaged;
        const JobContext context(stop.get_token(), [&](const Progress& progress) {
            if (progress.text.find("frequency") != std::string::npos)
                stop.request_stop();
        });
        const auto map = makeMap(picture(), request, {}, models, cache, context);
        QVERIFY(!map);
        QVERIFY(map.error().code == ErrorCode::Cancelled);
    }

    void imageSmallerThanTheGridHasNoMeans()
    {
        FakeModels models;
        ResultCache cache(64 << 20);
        const auto map = makeMap(picture(3, 2), {}, {}, models, cache, JobContext({}));
        QVERIFY(map);
        QVERIFY(!(*map)->blockMeans);
        QVERIFY((*map)->upper.isEmpty());
    }

    void halfFromSingleBlocks()
    {
        FakeModels models;
        const auto analysis = analyzedFakeTwo(models);
        QVERIFY(analysis);
        const auto half = halfBySingles(picture(), **analysis, models, JobContext({}));
        QVERIFY(half);
        QVERIFY(*half == ImportantBlocks);
        QCOMPARE(models.hiddenRuns.load(), BlockCount);
    }

private:
    static Result<std::shared_ptr<const Analysis>> analyzedFakeTwo(FakeModels& models)
    {
        return analyze(picture(), "fake-two", models, {}, JobContext({}));
    }
};

HALFLENS_TEST(TestMaps)
#include "tst_maps.moc"
