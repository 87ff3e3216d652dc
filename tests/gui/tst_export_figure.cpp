// SPDX-License-Identifier: BSD-3-Clause
// The export dialog: choosing a figure, waiting for what it shows, failing, cancelling, whose halves.
#include "core/base/file.h"
#include "core/figure/figure_writer.h"
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/state/text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

Result<MapExplanation> ramp(const Image& image, const MapRequest&, const JobContext&)
{
    return explained(signedRamp(image), "score change", {});
}

Result<MapExplanation> untilStopped(const JobContext& context)
{
    context.report(0.25, "sample 250 of 1000");
    while (!context.isStopped())
        std::this_thread::yield();
    return cancelledError();
}

} // namespace

class TestExportFigure : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_begun = m_stopped = m_made = 0;
        m_broken = m_waits = true;
        m_go = false;
        m_fixture = std::make_unique<GuiFixture>();
    }
    void cleanup() { m_fixture.reset(); }

    void eachFigureIsPreviewedAndWritten_data()
    {
        QTest::addColumn<int>("figure");
        for (const int figure : {1, 2, 3})
            QTest::addRow("Fig. %d", figure) << figure;
    }
    void eachFigureIsPreviewedAndWritten()
    {
        QFETCH(int, figure);
        m_fixture->models.onExplain = ramp;
        open();
        choose(figure);
        QTRY_VERIFY(exportButton()->isEnabled());
        QTRY_VERIFY(!preview()->image().isNull());
        QVERIFY(!progress()->isVisible());
        const QJsonObject provenance = QJsonDocument::fromJson(write()).object();
        QCOMPARE(provenance.value(u"figure"_s).toString(), QString::number(figure));
        QCOMPARE(provenance.value(u"settings"_s).toObject().contains(u"lime"_s), figure == 1);
        QCOMPARE(provenance.value(u"settings"_s).toObject().contains(u"objectness"_s), figure == 3);
    }

    void optionsFitTheFigure()
    {
        m_fixture->models.onExplain = ramp;
        open();
        QVERIFY(!opacity()->isVisible());
        choose(1);
        QVERIFY(opacity()->isVisible());
        QCOMPARE(opacity()->value(), 65);
        opacity()->setFocus();
        QTest::keyClick(opacity(), Qt::Key_Home);
        choose(3);
        QCOMPARE(opacity()->value(), 100);
        choose(1);
        QCOMPARE(opacity()->value(), 0); // each figure keeps its own
        choose(2);
        QVERIFY(!opacity()->isVisible());
        QTRY_VERIFY(!progress()->isVisible());
    }

    void optionsChangeThePage()
    {
        m_fixture->models.onExplain = ramp;
        open();
        choose(1);
        QTRY_VERIFY(exportButton()->isEnabled());
        const FigurePage before = m_dialog->page().value();
        QTest::mouseClick(m_dialog->findChild<QCheckBox*>(u"figureColorBars"_s), Qt::LeftButton, {}, QPoint(8, 8));
        QVERIFY(m_dialog->page()->texts.size() < before.texts.size()); // the ends of the bars are gone
        const int wide = m_dialog->page()->height;
        QTest::mouseClick(m_dialog->findChild<QCheckBox*>(u"figureTurned"_s), Qt::LeftButton, {}, QPoint(8, 8));
        QVERIFY(m_dialog->page()->height > wide);
        QTRY_VERIFY(!preview()->image().isNull());
        const QImage shown = preview()->image();
        opacity()->setFocus();
        QTest::keyClick(opacity(), Qt::Key_Home);
        QTRY_VERIFY(preview()->image() != shown);
    }

    void exportWaitsForTheMaps()
    {
        m_fixture->models.onExplain = [this](const Image& image, const MapRequest& request, const JobContext& context) {
            context.report(0.25, "sample 250 of 1000");
            while (!m_go && !context.isStopped())
                std::this_thread::yield();
            return ramp(image, request, context);
        };
        open();
        choose(1);
        QTRY_VERIFY(progressText().startsWith(u"sample 250"_s));
        QVERIFY(!exportButton()->isEnabled());
        QTRY_VERIFY(preview()->image().isNull()); // nothing of the figure before
        QVERIFY(!preview()->message().isEmpty());
        QVERIFY(!m_dialog->page());
        m_go = true;
        QTRY_VERIFY(exportButton()->isEnabled());
        QTRY_VERIFY(!preview()->image().isNull());
        QVERIFY(!progress()->isVisible());
    }

    void closingStopsTheMaps_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("escape") << 0;
        QTest::newRow("another figure") << 1;
        QTest::newRow("another image") << 2;
        QTest::newRow("window") << 3;
    }
    void closingStopsTheMaps()
    {
        QFETCH(int, how);
        m_fixture->models.onExplain = [this](const Image& image, const MapRequest& request,
                                             const JobContext& context) -> Result<MapExplanation> {
            if (request.kind != MapKind::Lime)
                return ramp(image, request, context); // what takes a moment only is waited for
            ++m_begun;
            Result<MapExplanation> none = untilStopped(context);
            ++m_stopped;
            return none;
        };
        open();
        choose(1);
        QTRY_VERIFY(m_begun > 0);
        if (how == 0)
            QTest::keyClick(m_dialog, Qt::Key_Escape);
        else if (how == 1)
            choose(2);
        else if (how == 2)
            m_fixture->window->workspace().open({m_fixture->image(u"b.png"_s)});
        else
            m_fixture->close();
        QTRY_VERIFY(m_stopped > 0);
        if (how == 0)
            QTRY_VERIFY(!m_fixture->window->findChild<ExportFigureDialog*>());
        else if (how == 1)
            QTRY_VERIFY(exportButton()->isEnabled());
    }

    void failureIsSaidAndTriedAgain()
    {
        m_fixture->models.onExplain = [this](const Image& image, const MapRequest& request,
                                             const JobContext& context) -> Result<MapExplanation> {
            if (m_broken)
                return Error{ErrorCode::OutOfMemory, "explain", "there is no room", "close other programs", {}};
            return ramp(image, request, context);
        };
        open();
        choose(1);
        QTRY_COMPARE(preview()->message(), u"There is no room. Close other programs."_s);
        QVERIFY(!exportButton()->isEnabled());
        auto* again = m_dialog->findChild<QPushButton*>(u"figureAgain"_s);
        QVERIFY(again->isVisible());
        m_broken = false;
        QTest::mouseClick(again, Qt::LeftButton);
        QTRY_VERIFY(exportButton()->isEnabled());
        QTRY_VERIFY(!preview()->image().isNull());
    }

    void stoppedWorkCanBeStartedAgain()
    {
        m_fixture->models.onExplain = [this](const Image& image, const MapRequest& request, const JobContext& context) {
            return m_waits ? untilStopped(context) : ramp(image, request, context);
        };
        open();
        choose(1);
        QTRY_VERIFY(progressText().startsWith(u"sample 250"_s));
        m_dialog->cancelWork();
        auto* again = m_dialog->findChild<QPushButton*>(u"figureAgain"_s);
        QVERIFY(again->isVisible());
        QVERIFY(!exportButton()->isEnabled());
        m_waits = false;
        QTest::mouseClick(again, Qt::LeftButton);
        QTRY_VERIFY(exportButton()->isEnabled());
    }

    void mapsOfTheLayersAreNotMadeAgain()
    {
        m_fixture->models.onExplain = [this](const Image& image, const MapRequest& request, const JobContext& context) {
            ++m_made;
            return ramp(image, request, context);
        };
        m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->window->maps().request(OverlayId::Lime);
        m_fixture->window->maps().request(OverlayId::Product);
        QTRY_VERIFY(m_fixture->window->maps().map(OverlayId::Product)
                    && m_fixture->window->maps().map(OverlayId::Lime));
        QCOMPARE(m_made.load(), 2);
        open();
        choose(1);
        QTRY_VERIFY(exportButton()->isEnabled());
        // The layer's LIME stops once it has settled; that of a figure takes all samples, as the command does.
        QCOMPARE(m_made.load(), 3);
    }

    void anotherImageAndModelAreFollowed()
    {
        m_fixture->models.onExplain = [this](const Image& image, const MapRequest& request, const JobContext& context) {
            const std::scoped_lock lock(m_guard);
            m_asked.push_back(request.kind);
            return ramp(image, request, context);
        };
        open();
        choose(1);
        QTRY_VERIFY(exportButton()->isEnabled());
        m_fixture->openAndWait(m_fixture->image(u"b.png"_s, 300, 400));
        QTRY_VERIFY(exportButton()->isEnabled() && m_dialog->page());
        QCOMPARE(
            QJsonDocument::fromJson(write()).object().value(u"images"_s).toArray().at(0).toObject().value(u"file"_s),
            QJsonValue(u"b.png"_s));
        m_fixture->window->workspace().setModelId(u"fake-two"_s); // has no attention
        QTRY_VERIFY([&] {
            const std::scoped_lock lock(m_guard);
            return m_asked.size() == 6 && std::count(m_asked.begin(), m_asked.end(), MapKind::GradCam) == 1;
        }());
        QTRY_VERIFY(exportButton()->isEnabled());
        choose(3); // its halves are the judge's
        QTRY_VERIFY(exportButton()->isEnabled());
        const QJsonObject judged = QJsonDocument::fromJson(write()).object();
        QCOMPARE(judged.value(u"settings"_s).toObject().value(u"halves"_s).toString(), u"judge"_s);
        QCOMPARE(judged.value(u"models"_s).toArray().at(0).toObject().value(u"id"_s).toString(), u"fake-one"_s);
        auto* halves = m_dialog->findChild<QComboBox*>(u"figureHalves"_s);
        halves->setFocus();
        QTest::keyClick(halves, Qt::Key_End); // its own, which this fake has not
        QTRY_VERIFY(preview()->message().contains(u"no table"_s));
        QVERIFY(!exportButton()->isEnabled());
        m_fixture->models.samplesTables = true;
        QTest::mouseClick(m_dialog->findChild<QPushButton*>(u"figureAgain"_s), Qt::LeftButton);
        QTRY_VERIFY(exportButton()->isEnabled());
        const QJsonObject own = QJsonDocument::fromJson(write()).object();
        QCOMPARE(own.value(u"settings"_s).toObject().value(u"halves"_s).toString(), u"model"_s);
        QCOMPARE(own.value(u"models"_s).toArray().at(0).toObject().value(u"id"_s).toString(), u"fake-two"_s);
    }

private:
    Document* open()
    {
        if (!m_fixture->window)
            m_fixture->open();
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->window->actions().exportFigure->trigger();
        m_dialog = m_fixture->window->findChild<ExportFigureDialog*>();
        return document;
    }

    /// With the keyboard, as the box takes it.
    void choose(int figure)
    {
        auto* box = m_dialog->findChild<QComboBox*>(u"figureChoice"_s);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Home);
        for (int i = 1; i < figure; ++i)
            QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(box->currentData().toInt(), figure);
    }

    QString path() const { return m_fixture->folder.filePath(u"figure.png"_s); }

    /// Writes the file and returns what it says of its making.
    QByteArray write()
    {
        QSignalSpy exported(&m_fixture->window->workspace(), &Workspace::exported);
        m_dialog->exportTo(path());
        if (!QTest::qWaitFor([&] { return exported.count() == 1; }, PatienceMs))
            return {};
        const auto bytes = readFile(toPath(path()), 1U << 28);
        return QByteArray::fromStdString(readProvenance(*bytes).value());
    }

    FigurePreview* preview() const { return m_dialog->findChild<FigurePreview*>(); }
    QPushButton* exportButton() const { return m_dialog->findChild<QPushButton*>(u"exportButton"_s); }
    QSlider* opacity() const { return m_dialog->findChild<QSlider*>(u"figureOpacity"_s); }
    QWidget* progress() const { return m_dialog->findChild<QWidget*>(u"figureProgress"_s); }
    QString progressText() const { return progress()->findChild<QLabel*>()->text(); }

    // Read and written by models on the engine, which may go on until the fixture is gone.
    std::atomic<int> m_begun{0};
    std::atomic<int> m_stopped{0};
    std::atomic<int> m_made{0};
    std::atomic<bool> m_broken{true};
    std::atomic<bool> m_waits{true};
    std::atomic<bool> m_go{false};
    std::mutex m_guard;
    std::vector<MapKind> m_asked;
    std::unique_ptr<GuiFixture> m_fixture;
    ExportFigureDialog* m_dialog = nullptr;
};

HALFLENS_TEST(TestExportFigure)
#include "tst_export_figure.moc"
