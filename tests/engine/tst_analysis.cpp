// SPDX-License-Identifier: BSD-3-Clause
// The pipeline from an image to a report, on a model whose answers are known.
#include "core/engine/analysis.h"
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"

#include <QTest>

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

    void stopsAfterThePrediction()
    {
        FakeModels models;
        const auto result = analyze(plainImage(), "fake-one", models, {}, quiet(), StopAfter::Prediction);
        QVERIFY(result);
        QVERIFY(!(*result)->table);
        QCOMPARE(models.tables.load(), 0);
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
