// SPDX-License-Identifier: BSD-3-Clause
// The controls below the list of layers: parameters, halves, work and its failure.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/layer_controls.h"
#include "ui/state/text.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QSignalSpy>
#include <QSpinBox>

#include <latch>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

Result<MapExplanation> explainedRamp(const Image& image, const MapRequest&, const JobContext&)
{
    return explained(signedRamp(image), "score change", "R² 0.75, 1000 samples");
}

} // namespace

class TestLayerControls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void parametersMakeAnotherMapAndTheCacheKeepsBoth()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        const auto first = window.maps().map(OverlayId::Saliency);
        auto* mode = m_fixture->find<QComboBox>("saliencyMode");
        mode->setFocus();
        QTest::keyClick(mode, Qt::Key_Down);
        QTRY_VERIFY(window.maps().map(OverlayId::Saliency) && window.maps().map(OverlayId::Saliency) != first);
        QVERIFY(window.maps().map(OverlayId::Saliency)->source().request.saliency.mode == SaliencyMode::OpenCv);
        QTest::keyClick(mode, Qt::Key_Up);
        QCOMPARE(window.maps().map(OverlayId::Saliency), first); // at once
    }

    void noControlLosesItsHeight()
    {
        MainWindow& window = open();
        auto* controls = m_fixture->window->findChild<LayerControls*>();
        for (const OverlayId id : {OverlayId::Saliency, OverlayId::Frequency, OverlayId::Importance, OverlayId::Halves,
                                   OverlayId::Saliency}) {
            m_fixture->clickLayerName(id);
            QTRY_VERIFY(window.layers().current() == id);
            if (isMapLayer(id) && !window.maps().map(id))
                showMap(id);
            QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
            int bottom = 0;
            for (QWidget* widget : controls->findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
                if (!widget->isVisible() || widget->sizeHint().isEmpty())
                    continue;
                QVERIFY2(widget->height() >= widget->minimumSizeHint().height(), qPrintable(widget->objectName()));
                bottom = std::max(bottom, widget->geometry().bottom());
            }
            QVERIFY(bottom < controls->height());
        }
    }

    void bandChooserAppearsWithItsMode()
    {
        MainWindow& window = open();
        showMap(OverlayId::Frequency);
        auto* mode = m_fixture->find<QComboBox>("frequencyMode");
        auto* band = m_fixture->find<QComboBox>("band");
        QVERIFY(!band->isVisible());
        mode->setFocus();
        QTest::keyClick(mode, Qt::Key_End);
        QVERIFY(band->isVisible());
        QCOMPARE(band->count(), BandCount);
        QCOMPARE(window.layers().parameters().band, 1);
        band->setFocus();
        QTest::keyClick(band, Qt::Key_End);
        QTRY_VERIFY(window.maps().map(OverlayId::Frequency)
                    && window.maps().map(OverlayId::Frequency)->source().request.band == 10);
        QVERIFY(window.layerView().picture(OverlayId::Frequency)->unit.contains(u"45–50"_s));
    }

    void fallbackIsNamed()
    {
        open();
        showMap(OverlayId::Objectness);
        QVERIFY(m_fixture->label("layerAbout").contains(u"MB+"_s));
        QVERIFY(m_fixture->label("layerAbout").contains(u"fallback"_s));
    }

    void upperAndLowerHalvesHideBlocks()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        const BlockMask upper = window.maps().map(OverlayId::Saliency)->source().upper;
        QTest::mouseClick(m_fixture->find<QAbstractButton>("hideUpper"), Qt::LeftButton);
        QVERIFY(window.workspace().current()->mask() == upper);
        QTest::mouseClick(m_fixture->find<QAbstractButton>("hideLower"), Qt::LeftButton);
        QVERIFY(window.workspace().current()->mask() == upper.complement());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.workspace().current()->mask() == upper);
    }

    void matchesAreCountedWithTheJudgesBlocksWhicheverModelIsChosen()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        const int matches = matchCount(ImportantBlocks, window.maps().map(OverlayId::Saliency)->source().upper);
        const QString expected = matchText(matches, toQt(window.workspace().current()->analysis()->model.name));
        QTRY_COMPARE(m_fixture->label("match"), expected);
        window.workspace().setModelId(u"fake-two"_s); // no attention: no halves of its own before it is sampled
        QTRY_VERIFY(window.workspace().current()->analysis()
                    && window.workspace().current()->analysis()->model.id == "fake-two");
        QTRY_COMPARE(m_fixture->label("match"), expected);
        // Another photo is judged anew.
        window.workspace().open({m_fixture->image(u"other.png"_s)});
        QTRY_VERIFY(window.maps().map(OverlayId::Saliency));
        QTRY_VERIFY(m_fixture->label("match").startsWith(
            u"%1 of 6"_s.arg(matchCount(ImportantBlocks, window.maps().map(OverlayId::Saliency)->source().upper))));
    }

    void matchTextNamesJudgeAndChance()
    {
        QVERIFY(matchText(4, u"Fake"_s).startsWith(u"4 of 6 important blocks of Fake"_s));
        QVERIFY(matchText(4, u"Fake"_s).contains(u"28 %"_s));
        QVERIFY(matchText(3, u"Fake"_s).contains(u"72 %"_s));
    }

    void menuHidesAHalfOfAMapThatIsNotThereYet()
    {
        MainWindow& window = open();
        QVERIFY(!window.maps().map(OverlayId::Averaged));
        for (const Actions::MapHalf& half : window.actions().mapHalves) {
            if (half.kind == MapKind::Averaged && half.upper)
                half.action->trigger();
        }
        QTRY_COMPARE(window.workspace().current()->mask().count(), HalfSize);
        QVERIFY(window.workspace().current()->mask() == window.maps().map(OverlayId::Averaged)->source().upper);
        QVERIFY(!window.layers().look(OverlayId::Averaged).visible);
    }

    void modelWithoutTheMapSaysSoQuietly()
    {
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::GradCam);
        m_fixture->clickLayerBox(OverlayId::GradCam);
        QTRY_VERIFY(window.maps().status(OverlayId::GradCam).state == WorkState::Failed);
        QVERIFY(m_fixture->find<QLabel>("layerProblem")->isVisible());
        QVERIFY(m_fixture->label("layerProblem").contains(u"Grad-CAM"_s));
        QVERIFY(!m_fixture->find<QAbstractButton>("layerAgain")->isVisible()); // again would not help
        QVERIFY(!window.errorBar().isVisible());
        QCOMPARE(statusOf(OverlayId::GradCam), u"not for this model"_s);
    }

    void failedMapCanBeTriedAgain()
    {
        std::atomic<bool> works{false};
        m_fixture->models.onExplain = [&](const Image& image, const MapRequest& request,
                                          const JobContext& context) -> Result<MapExplanation> {
            if (works)
                return explainedRamp(image, request, context);
            return Error{ErrorCode::Model, "lime", "the network broke", "try again", {}};
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Lime);
        m_fixture->clickLayerBox(OverlayId::Lime);
        QTRY_VERIFY(m_fixture->label("layerProblem").contains(u"the network broke"_s));
        works = true;
        QTest::mouseClick(m_fixture->find<QAbstractButton>("layerAgain"), Qt::LeftButton);
        QTRY_VERIFY(window.maps().map(OverlayId::Lime));
        QVERIFY(!m_fixture->find<QLabel>("layerProblem")->isVisible());
    }

    void longWorkShowsProgressAndCanBeCancelled()
    {
        std::latch started(1);
        m_fixture->models.onExplain = [&](const Image&, const MapRequest&,
                                          const JobContext& context) -> Result<MapExplanation> {
            context.report(0.4, "Asking the model");
            started.count_down();
            while (!context.isStopped())
                std::this_thread::yield();
            return cancelledError();
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Lime);
        m_fixture->clickLayerBox(OverlayId::Lime);
        QTRY_COMPARE(statusOf(OverlayId::Lime), u"40 %"_s);
        started.wait();
        auto* cancel = m_fixture->find<QAbstractButton>("layerCancel");
        QVERIFY(cancel->isVisible());
        QTest::mouseClick(cancel, Qt::LeftButton);
        QTRY_VERIFY(!window.workspace().engine().isBusy());
        QVERIFY(window.maps().status(OverlayId::Lime).state == WorkState::Absent);
        QVERIFY(!cancel->isVisible());
        QVERIFY(statusOf(OverlayId::Lime).contains(u"stopped"_s)); // and stays so until somebody starts it
        m_fixture->models.onExplain = [](const Image& image, const MapRequest&,
                                         const JobContext&) -> Result<MapExplanation> {
            return explained(signedRamp(image), "score change", {});
        };
        QTest::keyClick(&window, Qt::Key_F5);
        QTRY_VERIFY(window.maps().map(OverlayId::Lime));
        QVERIFY(!statusOf(OverlayId::Lime).contains(u"stopped"_s));
    }

    void hiddenLayersStopTheirWork()
    {
        std::latch started(1);
        std::atomic<bool> stopped{false};
        m_fixture->models.onExplain = [&](const Image&, const MapRequest&,
                                          const JobContext& context) -> Result<MapExplanation> {
            started.count_down();
            while (!context.isStopped())
                std::this_thread::yield();
            stopped = true;
            return cancelledError();
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Lime);
        m_fixture->clickLayerBox(OverlayId::Lime);
        started.wait();
        m_fixture->clickLayerBox(OverlayId::Lime);
        QTRY_VERIFY(stopped);
        QTRY_VERIFY(!window.workspace().engine().isBusy());
        QVERIFY(window.maps().status(OverlayId::Lime).state == WorkState::Absent);
        QVERIFY(!window.maps().status(OverlayId::Lime).isStopped);
    }

    void newestParametersWin()
    {
        std::latch started(1);
        std::atomic<int> runs{0};
        m_fixture->models.onExplain = [&](const Image& image, const MapRequest& request,
                                          const JobContext& context) -> Result<MapExplanation> {
            ++runs;
            if (request.lime.seed == 0) {
                started.count_down();
                while (!context.isStopped())
                    std::this_thread::yield();
                return cancelledError();
            }
            return explainedRamp(image, request, context);
        };
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Lime);
        m_fixture->clickLayerBox(OverlayId::Lime);
        QTRY_VERIFY(started.try_wait());
        auto* seed = m_fixture->find<QSpinBox>("limeSeed");
        seed->setFocus();
        QTest::keyClick(seed, Qt::Key_Up);
        QTRY_VERIFY(window.maps().map(OverlayId::Lime));
        QCOMPARE(window.maps().map(OverlayId::Lime)->source().request.lime.seed, std::uint64_t(1));
        QCOMPARE(runs.load(), 2);
    }

private:
    MainWindow& open()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        return window;
    }

    void showMap(OverlayId id)
    {
        m_fixture->clickLayerBox(id);
        QTRY_VERIFY(m_fixture->window->maps().map(id));
    }

    QString statusOf(OverlayId id) const
    {
        const auto* model = static_cast<LayerListModel*>(m_fixture->find<QListView>("layerList")->model());
        return model->indexOf(id).data(LayerListModel::StatusRole).toString();
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestLayerControls)
#include "tst_layer_controls.moc"
