// SPDX-License-Identifier: BSD-3-Clause
// Layers that are refined in place: the first look comes early, the words tell how far it is and what speaks against
// it.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/card.h"

#include <QCheckBox>
#include <QSpinBox>

#include <thread>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// A map of 6 x 8 cells: 1 in the first, which says something, and 0 in the others, which do not.
MapExplanation cells(int samples, double error, bool settled)
{
    MapExplanation result;
    result.map = ScalarMap(6, 8);
    result.map.values.front() = 1;
    result.weak.assign(48, 1);
    result.weak.front() = 0;
    result.unit = "adds to the score, a cell";
    MapEstimate estimate;
    estimate.samples = samples;
    estimate.most = 20'000;
    estimate.standardError = error;
    estimate.settled = settled;
    result.estimate = estimate;
    return result;
}

MapExplanation fit(const Image& image, int samples, int segments, double r2, bool settled)
{
    MapExplanation result = explained(signedRamp(image), "change", {});
    MapEstimate estimate;
    estimate.samples = samples;
    estimate.most = 1000;
    estimate.segments = segments;
    estimate.r2 = r2;
    estimate.settled = settled;
    result.estimate = estimate;
    return result;
}

Artifact soFar(MapExplanation map)
{
    return std::make_shared<const MapExplanation>(std::move(map));
}

} // namespace

class TestRefinedLayers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup()
    {
        m_step = 100;
        m_fixture.reset();
        m_step = 0;
    }

    void fineContributionsGrowInPlace()
    {
        m_fixture->models.onExplain = [&](const Image&, const MapRequest& request,
                                          const JobContext& context) -> Result<MapExplanation> {
            if (request.kind != MapKind::Fine)
                return cancelledError();
            context.publish(soFar(cells(60, 0.125, false)));
            waitFor(1, context);
            context.report(0.5, "Making the map");
            context.publish(soFar(cells(1204, 0.021, false)));
            waitFor(2, context);
            return context.isStopped() ? Result<MapExplanation>(cancelledError()) : cells(2000, 0.0099, true);
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Fine);
        m_fixture->clickLayerBox(OverlayId::Fine);
        QTRY_VERIFY(window.maps().map(OverlayId::Fine));
        QVERIFY(window.maps().status(OverlayId::Fine).state == WorkState::Working);
        QCOMPARE(m_fixture->label("layerEstimate"), u"60 orders, largest standard error 0.13 grades, being refined"_s);
        QCOMPARE(m_fixture->label("layerQuestion"), u"What holds the score up, what pulls it down?"_s);
        QVERIFY(m_fixture->find<QWidget>("layerCancel")->isVisible());
        m_step = 1;
        QTRY_VERIFY(m_fixture->label("layerEstimate").startsWith(u"1204 orders, largest standard error 0.021"_s));
        m_step = 2;
        QTRY_VERIFY(window.maps().status(OverlayId::Fine).state == WorkState::Ready);
        QCOMPARE(m_fixture->label("layerEstimate"), u"2000 orders, largest standard error 0.010 grades"_s);
        QVERIFY(m_fixture->find<QLabel>("layerEstimate")->isVisible());
        QVERIFY(!m_fixture->find<QWidget>("layerCancel")->isVisible());
    }

    void whatSaysNothingIsGrey()
    {
        m_fixture->models.onExplain = [](const Image&, const MapRequest&, const JobContext&) -> Result<MapExplanation> {
            return cells(500, 0.01, true);
        };
        MainWindow& window = open();
        window.layers().setVisible(OverlayId::Halves, false);
        LayerLook look = window.layers().look(OverlayId::Fine);
        look.opacityPercent = 100;
        window.layers().setLook(OverlayId::Fine, look);
        window.layers().showOnly(OverlayId::Fine);
        m_fixture->settings.setValue(setting::Grid, false);
        m_fixture->settings.setValue(setting::Numbers, false);
        QTRY_VERIFY(window.maps().map(OverlayId::Fine));
        QTRY_COMPARE(colorAt(300, 200), QColor(UndefinedColor)); // a cell in the middle
        const QColor clear = colorAt(20, 20);
        QVERIFY(clear.red() > clear.blue() + 60); // holds the score up
        pointAt(300, 200);
        QTRY_VERIFY(m_fixture->label("readValue").contains(u"not told from 0"_s));
        pointAt(20, 20);
        QTRY_VERIFY(m_fixture->label("readValue").startsWith(u"Fine contributions 1.00, block mean"_s));
    }

    void stoppedFineContributionsDoNotGoOn()
    {
        std::atomic<bool> stopped{false};
        m_fixture->models.onExplain = [&](const Image&, const MapRequest&,
                                          const JobContext& context) -> Result<MapExplanation> {
            context.publish(soFar(cells(60, 0.125, false)));
            waitFor(50, context);
            stopped = context.isStopped();
            return cancelledError();
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Fine);
        m_fixture->clickLayerBox(OverlayId::Fine);
        QTRY_VERIFY(window.maps().map(OverlayId::Fine));
        QTest::mouseClick(m_fixture->find<QAbstractButton>("layerCancel"), Qt::LeftButton);
        QTRY_VERIFY(stopped);
        QTRY_VERIFY(!window.workspace().engine().isBusy());
        QVERIFY(window.maps().status(OverlayId::Fine).state != WorkState::Working);
    }

    void limeTellsSamplesFitAndWhatSpeaksAgainstIt()
    {
        m_fixture->models.onExplain = [&](const Image& image, const MapRequest& request,
                                          const JobContext& context) -> Result<MapExplanation> {
            if (request.lime.settle != LimeSettleShare)
                return fit(image, 1000, 150, 0.9, true);
            context.publish(soFar(fit(image, 100, 150, 0.95, false)));
            waitFor(1, context);
            context.publish(soFar(fit(image, 200, 150, 0.25, false)));
            waitFor(2, context);
            return fit(image, 300, 150, 0.75, true);
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Lime);
        m_fixture->clickLayerBox(OverlayId::Lime);
        QTRY_VERIFY(
            m_fixture->label("layerEstimate").startsWith(u"100 samples of 150 segments, R² 0.95, being refined"_s));
        QVERIFY(m_fixture->label("layerEstimate").contains(u"No more samples than segments"_s));
        QVERIFY(remark().contains(u"No more samples than segments"_s));
        m_step = 1;
        QTRY_VERIFY(m_fixture->label("layerEstimate").contains(u"R² is low"_s));
        m_step = 2;
        QTRY_COMPARE(m_fixture->label("layerEstimate"), u"300 samples of 150 segments, R² 0.75"_s);
        QVERIFY(window.maps().status(OverlayId::Lime).state == WorkState::Ready);
        auto* settle = m_fixture->find<QCheckBox>("limeSettle");
        QVERIFY(settle->isChecked());
        settle->setFocus();
        QTest::keyClick(settle, Qt::Key_Space);
        QTRY_COMPARE(m_fixture->label("layerEstimate"), u"1000 samples of 150 segments, R² 0.90"_s);
    }

    void whatComesAtOnceIsToldToo()
    {
        m_fixture->models.onExplain = [](const Image&, const MapRequest&, const JobContext&) -> Result<MapExplanation> {
            return cells(500, 0.01, true);
        };
        MainWindow& window = open();
        m_fixture->clickLayerBox(OverlayId::Fine);
        QTRY_VERIFY(window.maps().map(OverlayId::Fine));
        QVERIFY(m_fixture->find<QLabel>("layerEstimate")->isVisible());
        const auto* told = m_fixture->find<QLabel>("layerEstimate");
        QTRY_VERIFY(told->height() >= told->fontMetrics().height());
        m_fixture->clickLayerName(OverlayId::Halves);
        QVERIFY(!m_fixture->find<QLabel>("layerEstimate")->isVisible());
        QVERIFY(m_fixture->find<QWidget>("orders")->isVisible());
        m_fixture->clickLayerName(OverlayId::Fine);
        QVERIFY(m_fixture->find<QLabel>("layerEstimate")->isVisible());
    }

    void captionKeepsItsPlaceAndNamesTheQuestion()
    {
        MainWindow& window = open();
        QCOMPARE(m_fixture->label("layerQuestion"), u"What does the score depend on?"_s);
        QVERIFY(remark().startsWith(u"Halves: orange the important half"_s));
        const ViewTransform view = m_fixture->canvas().view();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_V);
        QCOMPARE(m_fixture->label("layerQuestion"), u"Nothing lies over the photo"_s);
        QVERIFY(m_fixture->canvas().view() == view);
        window.layers().setOn(true);
        window.layers().showOnly(OverlayId::Shapley);
        QCOMPARE(m_fixture->label("layerQuestion"), u"What holds the score up, what pulls it down?"_s);
    }

private:
    MainWindow& open()
    {
        m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        return *m_fixture->window;
    }
    void waitFor(int step, const JobContext& context) const
    {
        while (m_step < step && !context.isStopped())
            std::this_thread::yield();
    }
    QPoint viewOf(int x, int y) const
    {
        const ViewPoint at = m_fixture->canvas().view().toView({x + 0.5, y + 0.5});
        return QPointF(at.x, at.y).toPoint();
    }
    QString remark() const { return m_fixture->find<ElidedLabel>("layerRemark")->fullText(); }
    QColor colorAt(int x, int y) const { return m_fixture->canvas().grab().toImage().pixelColor(viewOf(x, y)); }
    void pointAt(int x, int y) const { QTest::mouseMove(&m_fixture->canvas(), viewOf(x, y)); }

    std::atomic<int> m_step{0};
    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestRefinedLayers)
#include "tst_refined_layers.moc"
