// SPDX-License-Identifier: BSD-3-Clause
// The pipeline from an image to a report, on a model whose answers are known.
#include "core/analysis/halves.h"
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <limits>

using namespace halflens;
using namespace halflens::test;

namespace {

Image plainImage(int width = 80, int height = 60)
{
    Image image;
    image.width = width;
    image.height = height;
    image.rgb.assign(static_cast<std::size_t>(3) * static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
                     128);
    image.contentHash = "plain";
    return image;
}

/// A network whose score is no number.
class BrokenPredictor final : public Predictor {
public:
    const ModelInfo& info() const override { return m_sound.info(); }
    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string> maps) const override
    {
        return m_sound.features(input, stop, maps);
    }
    Result<Prediction> predict(const Features&, BlockMask) const override
    {
        const double nothing = std::numeric_limits<double>::quiet_NaN();
        return Prediction{{static_cast<float>(nothing)}, nothing, nothing};
    }

private:
    FakePredictor m_sound{"broken"};
};

JobContext quiet()
{
    return JobContext(std::stop_token());
}

} // namespace

class TestAnalysis : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wholeWay()
    {
        FakeModels models;
        const auto result = analyze(plainImage(), "fake-one", models, {}, quiet());
        QVERIFY2(result, result ? "" : result.error().message().c_str());
        const Analysis& analysis = **result;
        QCOMPARE(analysis.prediction.score, FullScore);
        QCOMPARE(analysis.imageHash, std::string("plain"));
        QCOMPARE(analysis.model.weightsHash, std::string("weights-fake-one"));
        QCOMPARE(analysis.fedWidth, 64);
        QCOMPARE(analysis.fedHeight, 48);
        QCOMPARE(analysis.trunkSeconds, 0.25);
        QVERIFY(analysis.table && analysis.report);
        QCOMPARE(analysis.report->important.bits(), ImportantBlocks.bits());
        QCOMPARE(analysis.report->trivial.bits(), ImportantBlocks.complement().bits());
        QCOMPARE(analysis.report->oracleTrivial.bits(), ImportantBlocks.complement().bits());
        QCOMPARE(analysis.report->curve.size(), std::size_t(13));
        for (int block = 0; block < BlockCount; ++block)
            QVERIFY(std::abs(analysis.report->shapley.values[static_cast<std::size_t>(block)]
                             - BlockWeights[static_cast<std::size_t>(block)])
                    < 1e-5);
    }

    void portraitIsFedTransposed()
    {
        FakeModels models;
        const auto result = analyze(plainImage(60, 80), "fake-one", models, {}, quiet());
        QVERIFY(result);
        QCOMPARE((*result)->fedWidth, 48);
        QCOMPARE((*result)->fedHeight, 64);
        QCOMPARE((*result)->orientation, std::string("portrait"));
    }

    void enoughFollowsEpsilon()
    {
        // Blocks 3, 0, 7, 8 together cost 0.10, the next cheapest (2) another 0.05.
        FakeModels models;
        const auto result = analyze(plainImage(), "fake-one", models, {Indicator::Dmos, 0.11}, quiet());
        QVERIFY(result);
        QCOMPARE((*result)->report->enough.visible, 8);
        const auto looser = withOptions(**result, {Indicator::Dmos, 0.22});
        QVERIFY(looser);
        QCOMPARE((*looser)->report->enough.visible, 6);
        QCOMPARE((*looser)->report->enough.keep.bits(), ImportantBlocks.bits());
        QVERIFY((*looser)->options == (AnalysisOptions{Indicator::Dmos, 0.22}));
        QCOMPARE((*looser)->table, (*result)->table); // nothing was computed again
    }

    void predictionIsPublishedBeforeTheTable()
    {
        FakeModels models;
        std::vector<std::shared_ptr<const Analysis>> published;
        int tablesAtPublication = -1;
        const JobContext context({}, {}, [&](const Artifact& artifact) {
            published.push_back(artifact.as<Analysis>());
            tablesAtPublication = models.tables;
        });
        QVERIFY(analyze(plainImage(), "fake-one", models, {}, context));
        QCOMPARE(published.size(), std::size_t(1));
        QCOMPARE(tablesAtPublication, 0);
        QCOMPARE(published.front()->prediction.score, FullScore);
        QVERIFY(!published.front()->table);
    }

    void scoreThatIsNoNumberIsAnError()
    {
        const auto fed = feed(plainImage(), BrokenPredictor(), {}, {});
        QVERIFY(!fed);
        QVERIFY(fed.error().code == ErrorCode::Model);
    }

    void maskIsPassedOn()
    {
        const BlockMask hidden = BlockMask().with({5}).with({9});
        const auto fed = feed(plainImage(), FakePredictor("fake-one"), {hidden, {}, Fill::Zero}, {});
        QVERIFY(fed);
        QCOMPARE(fed->prediction.score, fakeScore(hidden));
        QVERIFY(fed->input.planes.empty());
    }

    void blocksAreAnalysedOnce()
    {
        FakeModels models;
        ResultCache cache(1 << 20);
        const Image image = plainImage();
        const auto first = analyzeBlocks(image, "fake-one", {}, {}, models, cache, quiet());
        const auto other = analyzeBlocks(image, "fake-one", {}, {Indicator::Dmos2, 0.2}, models, cache, quiet());
        QVERIFY(first && other);
        QCOMPARE(models.tables.load(), 1);
        QVERIFY((*other)->options == (AnalysisOptions{Indicator::Dmos2, 0.2}));
        QCOMPARE((*other)->table, (*first)->table);
        QVERIFY((*first)->by == HiddenBy::Attention);
    }

    void tablesByZeroAreKeptApart()
    {
        FakeModels models;
        models.samplesTables = true;
        ResultCache cache(1 << 20);
        const Image image = plainImage();
        TableRequest request;
        request.by = HiddenBy::Zero;
        request.zero.samples = 100;
        for (int turn = 0; turn < 2; ++turn)
            QVERIFY(analyzeBlocks(image, "fake-one", request, {}, models, cache, quiet()));
        QCOMPARE(models.sampledMasks.load(), 100);
        request.zero.fill = Fill::Black;
        const auto black = analyzeBlocks(image, "fake-one", request, {}, models, cache, quiet());
        QVERIFY(black);
        QCOMPARE(models.sampledMasks.load(), 200);
        QVERIFY((*black)->by == HiddenBy::Zero && (*black)->fill == Fill::Black);
        QCOMPARE(hidingMethod(**black), std::string("pixels set to zero, estimated from 100 of 4096 masks"));
    }

    void attentionOfAModelWithoutMaskIsRefused()
    {
        FakeModels models;
        ResultCache cache(1 << 20);
        TableRequest request;
        request.by = HiddenBy::Attention;
        const auto result = analyzeBlocks(plainImage(), "fake-two", request, {}, models, cache, quiet());
        QVERIFY(!result);
        QVERIFY(result.error().code == ErrorCode::Unsupported);
    }

    void halvesAreTheJudgesOrTheModels()
    {
        FakeModels models;
        models.samplesTables = true;
        ResultCache cache(1 << 20);
        const Image image = plainImage();
        const auto judged = halvesFrom(image, HalvesOf::Judge, "fake-two", Indicator::Dmos, models, cache, quiet());
        QVERIFY(judged);
        QCOMPARE((*judged)->model.id, std::string("fake-one"));
        QCOMPARE(hidingMethod(**judged), std::string("attention mask"));
        QVERIFY((*judged)->report->important == ImportantBlocks);
        const auto own = halvesFrom(image, HalvesOf::Model, "fake-two", Indicator::Dmos, models, cache, quiet());
        QVERIFY(own);
        QCOMPARE((*own)->model.id, std::string("fake-two"));
        QCOMPARE((*own)->table->samples, FirstSamples);
        QVERIFY(!(*own)->table->exact && (*own)->by == HiddenBy::Zero);
    }

    void judgeNeedsAnAttentionMask()
    {
        FakeModels models;
        models.defaultModel = "fake-two";
        ResultCache cache(1 << 20);
        const auto halves =
            halvesFrom(plainImage(), HalvesOf::Judge, "fake-one", Indicator::Dmos, models, cache, quiet());
        QVERIFY(!halves);
        QVERIFY(halves.error().remedy.find("--halves model") != std::string::npos);
    }

    void agreementCounts()
    {
        Agreement agreement;
        agreement.add(ImportantBlocks, false);
        agreement.add(ImportantBlocks.complement(), true);
        agreement.add(ImportantBlocks, false);
        QCOMPARE(agreement.models, 3);
        QVERIFY(agreement.isEstimate);
        QCOMPARE(agreement.counts[5], 2);
        QCOMPARE(agreement.counts[0], 1);
    }

    void modelWithoutMaskKeepsItsPrediction()
    {
        FakeModels models;
        const auto result = analyze(plainImage(), "fake-two", models, {}, quiet());
        QVERIFY(result);
        QVERIFY(!(*result)->table && !(*result)->report);
        QCOMPARE((*result)->tableNote, std::string("this model has no attention mask"));
    }

    void errorsOfEachStepComeThrough_data()
    {
        QTest::addColumn<int>("step");
        QTest::addColumn<QString>("reason");
        QTest::newRow("unknown model") << 0 << QStringLiteral("there is no model called \"other\"");
        QTest::newRow("load") << 1 << QStringLiteral("weights are damaged");
        QTest::newRow("empty image") << 2 << QString();
        QTest::newRow("table") << 3 << QStringLiteral("table broke");
    }
    void errorsOfEachStepComeThrough()
    {
        QFETCH(int, step);
        QFETCH(QString, reason);
        FakeModels models;
        if (step == 1)
            models.onLoad = [](const std::string&) -> Status {
                return Error{ErrorCode::InvalidInput, "model", "weights are damaged", {}, {}};
            };
        if (step == 3)
            models.onTable = [](const std::stop_token&) -> Status {
                return Error{ErrorCode::Model, "table", "table broke", {}, {}};
            };
        const auto result =
            analyze(step == 2 ? Image() : plainImage(), step == 0 ? "other" : "fake-one", models, {}, quiet());
        QVERIFY(!result);
        QVERIFY(!result.error().reason.empty());
        if (!reason.isEmpty())
            QCOMPARE(QString::fromStdString(result.error().reason), reason);
    }

    void stopIsSeenAtEveryStep_data()
    {
        QTest::addColumn<bool>("whileLoading");
        QTest::newRow("while loading") << true;
        QTest::newRow("while filling the table") << false;
    }
    void stopIsSeenAtEveryStep()
    {
        QFETCH(bool, whileLoading);
        FakeModels models;
        std::stop_source stop;
        const auto request = [&] {
            stop.request_stop();
            return Status();
        };
        if (whileLoading)
            models.onLoad = [&](const std::string&) { return request(); };
        else
            models.onTable = [&](const std::stop_token&) { return request(); };
        const auto result = analyze(plainImage(), "fake-one", models, {}, JobContext(stop.get_token()));
        QVERIFY(isCancelled(result));
        QCOMPARE(models.tables.load(), whileLoading ? 0 : 1);
    }
};

HALFLENS_TEST(TestAnalysis)
#include "tst_analysis.moc"
