// SPDX-License-Identifier: BSD-3-Clause
// Opening, errors, navigation, presets, shortcuts, closing while work runs.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/block_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/state/text.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QDropEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMimeData>
#include <QScreen>
#include <QSpinBox>
#include <QTableView>

#include <algorithm>
#include <latch>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void startsWithAnInvitation()
    {
        MainWindow& window = m_fixture->open();
        QVERIFY(window.findChild<QWidget*>(u"emptyState"_s)->isVisible());
        QVERIFY(!window.actions().copy->isEnabled());
        QVERIFY(!window.actions().exportFigure->isEnabled());
        QVERIFY(!window.actions().next->isEnabled());
    }

    void firstWindowFitsTheScreen()
    {
        m_fixture->viewer = std::make_unique<Viewer>(m_fixture->models, m_fixture->settings);
        m_fixture->window = std::make_unique<MainWindow>(*m_fixture->viewer);
        const MainWindow& window = *m_fixture->window;
        const QSize room = window.screen()->availableSize();
        QVERIFY(window.sizeHint().width() > room.width()); // else there is nothing to see here
        QVERIFY2(window.width() < room.width() && window.height() < room.height(),
                 qPrintable(u"%1 x %2"_s.arg(window.width()).arg(window.height())));
    }

    void oneKeyHidesAllPanels()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        const QList<QDockWidget*> docks = window.findChildren<QDockWidget*>();
        QList<QDockWidget*> shown;
        std::copy_if(docks.begin(), docks.end(), std::back_inserter(shown),
                     [](auto* dock) { return !dock->isHidden(); });
        QVERIFY(shown.size() > 3);
        const int before = m_fixture->canvas().width();
        QTest::keyClick(&window, Qt::Key_F9);
        QVERIFY(std::all_of(docks.begin(), docks.end(), [](auto* dock) { return dock->isHidden(); }));
        QTRY_VERIFY(m_fixture->canvas().width() > before);
        QTest::keyClick(&window, Qt::Key_F9);
        for (QDockWidget* dock : docks)
            QCOMPARE(!dock->isHidden(), shown.contains(dock));
    }

    void opensAnImageAndReports()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        QVERIFY(!window.findChild<QWidget*>(u"emptyState"_s)->isVisible());
        QCOMPARE(m_fixture->label("score"), scoreText(FullScore));
        QVERIFY(m_fixture->label("facts").contains(u"64×48"_s));
        QVERIFY(window.windowTitle().startsWith(u"photo.png"_s));
        QVERIFY(m_fixture->canvas().hasFocus());
        QVERIFY(!window.errorBar().isVisible());
    }

    void brokenFileShowsTheErrorAndKeepsTheImage()
    {
        MainWindow& window = m_fixture->open();
        const QString good = m_fixture->image(u"good.png"_s);
        m_fixture->openAndWait(good);
        window.workspace().open({m_fixture->brokenImage(u"broken.png"_s)});
        QTRY_VERIFY(window.errorBar().isVisible());
        QVERIFY(window.errorBar().headline().startsWith(u"broken.png"_s));
        QVERIFY(!window.errorBar().details().isEmpty());
        QCOMPARE(window.workspace().current()->path(), good);
        QCOMPARE(window.workspace().count(), 1);
        QVERIFY(m_fixture->canvas().document()->loaded() != nullptr);
        QTest::mouseClick(window.findChild<QAbstractButton*>(u"errorClose"_s), Qt::LeftButton);
        QVERIFY(!window.errorBar().isVisible());
    }

    void incompleteFileCanBeOpenedAsFarAsItGoes()
    {
        MainWindow& window = m_fixture->open();
        QFile file(m_fixture->image(u"cut.ppm"_s));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.resize(file.size() / 2));
        window.workspace().open({file.fileName()});
        QTRY_VERIFY(window.errorBar().isVisible());
        auto* part = window.findChild<QAbstractButton*>(u"errorPartial"_s);
        QVERIFY(part->isVisible());
        QTest::mouseClick(part, Qt::LeftButton);
        QTRY_COMPARE(title(), u"cut.ppm"_s);
        QVERIFY(!window.errorBar().isVisible());
        QVERIFY(window.workspace().current()->loaded()->image->origin.isPartial);
        QTRY_VERIFY(m_fixture->label("facts").startsWith(u"Part of the picture is missing"_s));
        window.workspace().open({m_fixture->brokenImage(u"broken.png"_s)}); // of which there is nothing
        QTRY_VERIFY(window.errorBar().isVisible());
        QVERIFY(!part->isVisible());
    }

    void brokenFirstOneGivesWayToTheNext()
    {
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->brokenImage(u"notes.txt"_s), m_fixture->image(u"a.png"_s),
                                 m_fixture->image(u"b.png"_s), m_fixture->image(u"c.png"_s)});
        QTRY_COMPARE(title(), u"a.png"_s);
        QTRY_VERIFY(!window.workspace().engine().isBusy());
        QCOMPARE(title(), u"a.png"_s);
        QVERIFY(window.errorBar().isVisible());
        window.workspace().close(1); // not the shown one
        QCOMPARE(window.workspace().wantedIndex(), 0);
    }

    void missingFileIsAnErrorToo()
    {
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->folder.filePath(u"absent.png"_s)});
        QTRY_VERIFY(window.errorBar().isVisible());
        QCOMPARE(window.workspace().count(), 0);
        QVERIFY(window.findChild<QWidget*>(u"emptyState"_s)->isVisible());
    }

    void modelThatCannotBeLoadedIsAnError()
    {
        m_fixture->models.onLoad = [](const std::string&) -> Status {
            return Error{ErrorCode::InvalidInput, "model", "the weights are damaged", "import them again", {}};
        };
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->image(u"photo.png"_s)});
        QTRY_VERIFY(window.errorBar().isVisible());
        QVERIFY(window.errorBar().details().contains(u"weights are damaged"_s));
        auto* headline = window.findChild<QAbstractButton*>(u"headline"_s);
        QCOMPARE(headline->accessibleDescription(), u"The model could not say."_s); // nothing is on its way
        m_fixture->models.onLoad = {};
        QTest::keyClick(&window, Qt::Key_F5);
        QVERIFY(headline->accessibleDescription().startsWith(u"Trying"_s));
        QTRY_VERIFY(window.workspace().image().report());
        QVERIFY(m_fixture->canvas().document()->loaded() != nullptr); // the image is shown all the same
    }

    void folderOpensInPlainOrderAndKeysNavigate()
    {
        MainWindow& window = m_fixture->open();
        for (const QString& name : {u"photo10.png"_s, u"photo2.png"_s, u"photo1.png"_s})
            m_fixture->image(name);
        window.workspace().open({m_fixture->folder.path()});
        QTRY_COMPARE(title(), u"photo1.png"_s);
        QTest::keyClick(&window, Qt::Key_PageDown);
        QTRY_COMPARE(title(), u"photo2.png"_s);
        QTest::keyClick(&window, Qt::Key_End);
        QTRY_COMPARE(title(), u"photo10.png"_s);
        QTest::keyClick(&window, Qt::Key_PageDown); // stays at the end
        QCOMPARE(window.workspace().wantedIndex(), 2);
        QTest::keyClick(&window, Qt::Key_PageUp);
        QTRY_COMPARE(title(), u"photo2.png"_s);
        QTest::keyClick(&window, Qt::Key_Home);
        QTRY_COMPARE(title(), u"photo1.png"_s);
    }

    void leftAndRightBelongToWhoHasTheKeyboard()
    {
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->image(u"a.png"_s), m_fixture->image(u"b.png"_s)});
        QTRY_COMPARE(title(), u"a.png"_s);
        m_fixture->canvas().setFocus();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Right);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Right);
        QCOMPARE(window.workspace().wantedIndex(), 0);
        QCOMPARE(window.workspace().current()->focusedBlock()->value, 1);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Escape); // leaves the grid
        QVERIFY(!m_fixture->canvas().hasFocus());
        QTest::keyClick(&window, Qt::Key_Right);
        QTRY_COMPARE(title(), u"b.png"_s);
    }

    void masksBelongToTheirImages()
    {
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->image(u"a.png"_s), m_fixture->image(u"b.png"_s)});
        QTRY_COMPARE(title(), u"a.png"_s);
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(4));
        window.actions().next->trigger();
        QTRY_COMPARE(title(), u"b.png"_s);
        QVERIFY(window.workspace().current()->mask().isEmpty());
        QVERIFY(!window.actions().undo->isEnabled());
        window.actions().previous->trigger();
        QTRY_COMPARE(title(), u"a.png"_s);
        QVERIFY(window.workspace().current()->mask().contains({4}));
        QVERIFY(window.actions().undo->isEnabled());
    }

    void presets_data()
    {
        QTest::addColumn<int>("preset");
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("mask");
        const BlockMask trivial = ImportantBlocks.complement();
        QTest::newRow("important") << int(MaskPreset::Important) << int(Qt::Key_I) << int(ImportantBlocks.bits());
        QTest::newRow("trivial") << int(MaskPreset::Trivial) << int(Qt::Key_T) << int(trivial.bits());
        QTest::newRow("best half") << int(MaskPreset::BestHalf) << int(Qt::Key_B) << int(trivial.bits());
        QTest::newRow("all") << int(MaskPreset::All) << int(Qt::Key_H) << MaskCount - 1;
        QTest::newRow("none") << int(MaskPreset::None) << int(Qt::Key_N) << 0;
        QTest::newRow("invert") << int(MaskPreset::Invert) << int(Qt::Key_X) << (MaskCount - 1 - 0b101);
        QTest::newRow("random") << int(MaskPreset::Random) << int(Qt::Key_R) << int(randomHalf(1).bits());
    }
    void presets()
    {
        QFETCH(int, key);
        QFETCH(int, mask);
        m_fixture->open();
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        document->changeMask(BlockMask(0b101), QString());
        QTest::keyClick(&m_fixture->canvas(), static_cast<Qt::Key>(key));
        QCOMPARE(int(document->mask().bits()), mask);
        QCOMPARE(m_fixture->label("score"), scoreText(fakeScore(BlockMask(static_cast<std::uint32_t>(mask)))));
        document->undoStack()->undo();
        QCOMPARE(int(document->mask().bits()), 0b101);
    }

    void headlineShowsWhatIsEnough()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->settings.setValue(setting::Epsilon, 0.22);
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        auto* headline = window.findChild<QAbstractButton*>(u"headline"_s);
        QCOMPARE(headline->text(), u"6 of 12 blocks decide"_s);
        QTest::mouseClick(headline, Qt::LeftButton);
        QCOMPARE(document->mask().bits(), ImportantBlocks.complement().bits());
        auto* breaking = window.findChild<QAbstractButton*>(u"breaking"_s);
        QCOMPARE(breaking->text(), u"Hiding 1 block breaks it: "_s + changeText(-0.70));
        QTest::mouseClick(breaking, Qt::LeftButton);
        QCOMPARE(document->mask().bits(), BlockMask().with({5}).bits());
        window.findChild<QDoubleSpinBox*>(u"epsilon"_s)->setValue(0.27); // several minimal sets
        auto* next = window.findChild<QAbstractButton*>(u"nextSet"_s);
        QTest::mouseClick(next, Qt::LeftButton);
        const DecidingSets& sets = *document->analysis()->report->sets;
        QCOMPARE(document->mask().bits(), sets.guaranteed.at(1).complement().bits());
        QTest::mouseClick(window.findChild<QAbstractButton*>(u"previousSet"_s), Qt::LeftButton);
        QCOMPARE(document->mask().bits(), sets.guaranteed.at(0).complement().bits());
        window.findChild<QDoubleSpinBox*>(u"epsilon"_s)->setValue(0.11); // at once, no engine
        QCOMPARE(headline->text(), u"8 of 12 blocks decide"_s);
    }

    void tableAndCanvasShareTheSelection()
    {
        MainWindow& window = m_fixture->open();
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        auto* table = window.findChild<QTableView*>(u"blockTable"_s);
        table->sortByColumn(BlockTableModel::Rank, Qt::AscendingOrder);
        QCOMPARE(table->model()->index(0, BlockTableModel::Block).data().toInt(), 5); // the heaviest weight
        table->setCurrentIndex(table->model()->index(0, BlockTableModel::Rank));
        QCOMPARE(document->focusedBlock()->value, 5);
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(10));
        QCOMPARE(table->currentIndex().siblingAtColumn(BlockTableModel::Block).data().toInt(), 10);
        QCOMPARE(table->model()->index(table->currentIndex().row(), 0).data(Qt::CheckStateRole).toInt(),
                 int(Qt::Unchecked));
    }

    void anotherModelByNumberKey()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        QCOMPARE(window.workspace().modelId(), u"fake-two"_s);
        QTRY_VERIFY(!m_fixture->label("tableNote").isEmpty() && m_fixture->label("score") == scoreText(FullScore));
        QVERIFY(m_fixture->label("tableNote").contains(u"no attention mask"_s));
        QVERIFY(!window.actions().presets.value(MaskPreset::Important)->isEnabled());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_1);
        QTRY_VERIFY(window.actions().presets.value(MaskPreset::Important)->isEnabled());
        QCOMPARE(m_fixture->models.tables.load(), 2); // the first model's result came from the cache
    }

    void modelWithoutTableIsAskedForEachMask()
    {
        MainWindow& window = m_fixture->open();
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        window.workspace().setModelId(u"fake-two"_s);
        QTRY_VERIFY(document->analysis() && !document->analysis()->tableNote.empty());
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        QCOMPARE(m_fixture->label("score"), u"–"_s); // not the old one, which would be wrong
        QTRY_COMPARE(m_fixture->label("score"), scoreText(FullScore - BlockWeights[5]));
        QCOMPARE(m_fixture->label("change"), changeText(-BlockWeights[5]));
        document->undoStack()->undo();
        QCOMPARE(m_fixture->label("score"), scoreText(FullScore));
        document->undoStack()->redo();
        QCOMPARE(m_fixture->label("score"), scoreText(FullScore - BlockWeights[5])); // known by now
        QCOMPARE(m_fixture->models.hiddenRuns.load(), 1);
    }

    void dropOpensFiles()
    {
        MainWindow& window = m_fixture->open();
        QMimeData content;
        content.setUrls({QUrl::fromLocalFile(m_fixture->image(u"dropped.png"_s))});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &drop);
        QTRY_COMPARE(title(), u"dropped.png"_s);
    }

    void dragOfTextIsRefused()
    {
        MainWindow& window = m_fixture->open();
        QMimeData content;
        content.setText(u"hello"_s);
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter);
        QVERIFY(!enter.isAccepted());
    }

    void copyAndPaste()
    {
        MainWindow& window = m_fixture->open();
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        document->changeMask(BlockMask().with({0}), QString());
        QTest::keyClick(&window, Qt::Key_C, Qt::ControlModifier);
        const QImage copied = QGuiApplication::clipboard()->image();
        QCOMPARE(copied.size(), QSize(400, 300));
        QCOMPARE(copied.pixelColor(10, 10), QColor(Qt::black));
        QCOMPARE(copied.pixelColor(390, 290), QColor(220, 35, 100));
        QTest::keyClick(&window, Qt::Key_V, Qt::ControlModifier);
        QTRY_COMPARE(title(), u"Pasted image"_s);
        QCOMPARE(window.workspace().count(), 2);
        QCOMPARE(window.workspace().current()->loaded()->image->width, 400);
        QTRY_VERIFY(!window.workspace().thumbnails().thumbnail(*window.workspace().at(1)).isNull());
        QTRY_VERIFY(window.workspace().current()->analysis() && window.workspace().current()->analysis()->report);
    }

    void closingTheLastImageInvitesAgain()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
        QCOMPARE(window.workspace().count(), 0);
        QVERIFY(window.findChild<QWidget*>(u"emptyState"_s)->isVisible());
        QCOMPARE(m_fixture->label("score"), u"–"_s);
    }

    void workCanBeCancelledAndTheImageStays()
    {
        std::latch started(1);
        std::atomic<bool> goesOn{false};
        m_fixture->models.onTable = [&](const std::stop_token& stop) -> Status {
            if (goesOn)
                return {};
            started.count_down();
            while (!stop.stop_requested())
                std::this_thread::yield();
            return cancelledError();
        };
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->image(u"a.png"_s)});
        auto* indicator = window.findChild<QWidget*>(u"workIndicator"_s);
        QTRY_VERIFY(indicator->isVisible());
        QTRY_COMPARE(m_fixture->label("score"), scoreText(FullScore)); // the prediction came first
        started.wait();
        QTest::mouseClick(window.findChild<QAbstractButton*>(u"cancelWork"_s), Qt::LeftButton);
        QTRY_VERIFY(!indicator->isVisible());
        QVERIFY(m_fixture->canvas().document()->loaded() != nullptr);
        QVERIFY(!window.errorBar().isVisible()); // a cancel is no error
        goesOn = true;
        QTest::keyClick(&window, Qt::Key_F5);
        QTRY_VERIFY(window.workspace().current()->analysis()->report);
    }

    void closingWhileWorkRuns()
    {
        std::latch started(1);
        m_fixture->models.onTable = [&](const std::stop_token& stop) -> Status {
            started.count_down();
            while (!stop.stop_requested())
                std::this_thread::yield();
            return cancelledError();
        };
        MainWindow& window = m_fixture->open();
        window.workspace().open({m_fixture->image(u"a.png"_s)});
        QTRY_VERIFY(started.try_wait());
        QVERIFY(window.close());
        m_fixture->close(); // stops the job and joins; must not hang or touch what is gone
    }

    void recentFilesAreRemembered()
    {
        MainWindow& window = m_fixture->open();
        const QString path = m_fixture->image(u"a.png"_s);
        m_fixture->openAndWait(path);
        window.workspace().open({m_fixture->brokenImage(u"broken.png"_s)});
        QTRY_VERIFY(window.errorBar().isVisible());
        QCOMPARE(m_fixture->settings.value(setting::RecentFiles).toStringList(), QStringList{path});
    }

    void layoutIsKeptAndRestored()
    {
        MainWindow& window = m_fixture->open();
        auto* dock = window.findChild<QDockWidget*>(u"imagesDock"_s);
        dock->hide();
        window.close();
        m_fixture->close();
        MainWindow& again = m_fixture->open();
        dock = again.findChild<QDockWidget*>(u"imagesDock"_s);
        QVERIFY(!dock->isVisible());
        again.actions().restoreLayout->trigger();
        QVERIFY(dock->isVisible());
    }

    void keyListOpens()
    {
        MainWindow& window = m_fixture->open();
        QTest::keyClick(&window, Qt::Key_F1, Qt::ControlModifier);
        QTRY_VERIFY(window.findChild<QDialog*>(u"shortcutsDialog"_s));
    }

private:
    QString title() const
    {
        const Document* document = m_fixture->window->workspace().current();
        return document ? document->title() : QString();
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestMainWindow)
#include "tst_main_window.moc"
