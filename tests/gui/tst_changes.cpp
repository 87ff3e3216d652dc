// SPDX-License-Identifier: BSD-3-Clause
// What a change costs: who is told, how often, and what is painted. A click must not become an avalanche.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/state/text.h"

#include <QSignalSpy>

#include <atomic>
#include <thread>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// Counts how often a widget is painted.
class PaintCounter final : public QObject {
public:
    explicit PaintCounter(QWidget& widget) { widget.installEventFilter(this); }
    int count = 0;

protected:
    bool eventFilter(QObject* object, QEvent* event) override
    {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return QObject::eventFilter(object, event);
    }
};

/// Everything that is posted, and what that posts.
void settle()
{
    for (int turn = 0; turn < 5; ++turn)
        QCoreApplication::processEvents();
}

} // namespace

class TestChanges : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void toggledBlockIsOneWave()
    {
        MainWindow& window = open();
        QSignalSpy mask(&window.workspace().image(), &CurrentImage::maskChanged);
        QSignalSpy analysis(&window.workspace().image(), &CurrentImage::analysisChanged);
        QSignalSpy layers(&window.layerView(), &LayerView::changed);
        QSignalSpy comparison(&window.comparison(), &Comparison::changed);
        PaintCounter paints(m_fixture->canvas());
        window.workspace().current()->setFocusedBlock(BlockIndex{5});
        settle();
        paints.count = 0;
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        settle();
        QCOMPARE(mask.count(), 1);
        QCOMPARE(analysis.count(), 0);
        QCOMPARE(layers.count(), 0);
        QCOMPARE(comparison.count(), 0); // it is off
        QCOMPARE(paints.count, 1);
    }

    void progressOfAMapRepaintsNoCanvas()
    {
        std::atomic<int> step{0};
        m_fixture->models.onExplain = [&](const Image& image, const MapRequest&,
                                          const JobContext& context) -> Result<MapExplanation> {
            while (step < 1 && !context.isStopped())
                std::this_thread::yield();
            context.report(0.25, "Explaining");
            while (step < 2 && !context.isStopped())
                std::this_thread::yield();
            return explained(signedRamp(image), "score change", {});
        };
        MainWindow& window = open();
        window.layers().setVisible(OverlayId::Lime, true);
        QTRY_VERIFY(window.maps().status(OverlayId::Lime).state == WorkState::Working);
        settle();
        QSignalSpy maps(&window.maps(), &MapService::changed);
        QSignalSpy layers(&window.layerView(), &LayerView::changed);
        PaintCounter paints(m_fixture->canvas());
        step = 1;
        QTRY_COMPARE(window.maps().status(OverlayId::Lime).fraction, 0.25);
        settle();
        QVERIFY(maps.count() >= 1);
        QCOMPARE(layers.count(), 0);
        QCOMPARE(paints.count, 0);
        step = 2;
        QTRY_VERIFY(window.maps().map(OverlayId::Lime));
        QCOMPARE(layers.count(), 1);
        settle();
        QCOMPARE(paints.count, 1);
    }

    void progressOfAComparedModelRepaintsNoCanvas()
    {
        std::atomic<bool> blocks{true};
        m_fixture->models.onTable = [&](const std::stop_token& stop) -> Status {
            while (blocks && !stop.stop_requested())
                std::this_thread::yield();
            return stop.stop_requested() ? Status(cancelledError()) : Status();
        };
        blocks = false;
        MainWindow& window = open();
        blocks = true;
        PaintCounter paints(m_fixture->canvas());
        QSignalSpy layers(&window.layerView(), &LayerView::changed);
        std::vector<Change> told;
        connect(&window.comparison(), &Comparison::changed, this, [&](int, Change what) { told.push_back(what); });
        settle();
        paints.count = 0;
        window.comparison().setOn(true);
        QTRY_VERIFY(told.size() >= 2); // it has begun, and says what it does
        settle();
        for (const Change what : told)
            QVERIFY(what == Change::Progress);
        QCOMPARE(layers.count(), 0);
        QCOMPARE(paints.count, 0);
        blocks = false;
        QTRY_COMPARE(window.comparison().agreement().models, 2);
        QVERIFY(told.back() == Change::Result);
    }

    /// Reports of images that are not shown wait until they are.
    void toleranceConcernsTheShownImageAlone()
    {
        constexpr int Images = 300;
        FakeModels models;
        Settings settings(nullptr);
        Workspace workspace(models, settings);
        QStringList paths;
        for (int i = 0; i < Images; ++i)
            paths << tinyImage(i);
        workspace.open(paths);
        for (int i = 0; i < Images; ++i) {
            workspace.show(i);
            QTRY_VERIFY2(workspace.currentIndex() == i && workspace.image().report(), qPrintable(QString::number(i)));
        }
        int told = 0;
        for (int i = 0; i < Images; ++i)
            connect(workspace.at(i), &Document::analysisChanged, this, [&] { ++told; });
        QSignalSpy analysis(&workspace.image(), &CurrentImage::analysisChanged);
        settings.setValue(setting::Epsilon, 0.5);
        QCOMPARE(analysis.count(), 1);
        QCOMPARE(told, 1);
        workspace.step(-1);
        QCOMPARE(workspace.currentIndex(), Images - 2);
        QCOMPARE(workspace.image().report()->enough.epsilon, 0.5); // in the same turn
        QCOMPARE(workspace.analysisOf(*workspace.at(7))->report->enough.epsilon, 0.5);
        QCOMPARE(models.tables.load(), Images);
        for (int i = 0; i < Images; ++i)
            QVERIFY((workspace.at(i)->analysis() != nullptr) == (i == Images - 2));
    }

    /// One image comes with one piece of news for each of its parts, known or not.
    void knownImageComesWhole()
    {
        MainWindow& window = open();
        window.workspace().open({m_fixture->image(u"other.png"_s, 300, 200)});
        QTRY_VERIFY(window.workspace().current()->title() == u"other.png"_s && window.workspace().image().report());
        settle();
        QSignalSpy changed(&window.workspace().image(), &CurrentImage::changed);
        QSignalSpy loaded(&window.workspace().image(), &CurrentImage::loadedChanged);
        QSignalSpy analysis(&window.workspace().image(), &CurrentImage::analysisChanged);
        window.workspace().step(-1);
        QCOMPARE(changed.count(), 1);
        QVERIFY(window.workspace().image().report());
        QCOMPARE(loaded.count(), 0);
        QCOMPARE(analysis.count(), 0);
    }

    void stateOfOneViewerComesBackInAnother()
    {
        const QString path = m_fixture->image(u"photo.png"_s);
        MainWindow& window = open();
        m_fixture->viewer->workspace.setModelId(u"fake-two"_s);
        window.workspace().current()->changeMask(BlockMask(0b1001), {});
        window.layers().showOnly(OverlayId::Importance);
        window.comparison().setOn(true);
        m_fixture->canvas().actualSize();
        const ViewerState state = m_fixture->viewer->state();
        QCOMPARE(state.image, path.toStdString());
        m_fixture->settings.reset(setting::Layers);
        m_fixture->close();
        MainWindow& again = m_fixture->open();
        m_fixture->viewer->restore(*viewerFromText(toJson(state).dump()));
        QTRY_VERIFY(again.workspace().current());
        QVERIFY(m_fixture->viewer->state() == state);
        QVERIFY(!m_fixture->canvas().view().isFitted());
        QTRY_COMPARE(m_fixture->label("score"), scoreText(fakeScore(BlockMask(0b1001))));
    }

private:
    MainWindow& open()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        if (!QTest::qWaitFor([&] { return !window.workspace().engine().isBusy(); }, PatienceMs))
            qFatal("the work does not end");
        settle();
        return window;
    }

    QString tinyImage(int number) const
    {
        QImage picture(8, 6, QImage::Format_RGB888);
        picture.fill(QColor(number % 256, number / 256, 100));
        const QString path = m_fixture->folder.filePath(u"%1.ppm"_s.arg(number));
        if (!picture.save(path))
            qFatal("cannot write the picture");
        return path;
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestChanges)
#include "tst_changes.moc"
