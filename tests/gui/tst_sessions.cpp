// SPDX-License-Identifier: BSD-3-Clause
// Sessions in the window: saving, opening, the question about unsaved work, photos that are not there.
#include "tests/gui/session_steps.h"
#include "tests/support/test_case.h"
#include "ui/panels/error_bar.h"
#include "ui/state/scenario_book.h"

#include <QDropEvent>
#include <QMenu>
#include <QMimeData>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestSessions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_file = m_fixture->folder.filePath(u"trip.halflens"_s);
    }
    void cleanup() { m_fixture.reset(); }

    void saveAsAndOpenAgain()
    {
        MainWindow& window = openPhotos(3);
        click(5);
        click(1);
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(&window, Qt::Key_PageDown);
        QTRY_COMPARE(window.workspace().currentIndex(), 1);
        QTRY_VERIFY(window.workspace().image().report());
        QTest::keyClick(&window, Qt::Key_P); // no block is hidden there
        window.workspace().setModelId(u"fake-two"_s);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Plus);
        const double zoom = m_fixture->canvas().view().zoom();
        QVERIFY(saveAs());
        QVERIFY(QFile::exists(m_file));
        QVERIFY2(window.windowTitle().contains(u"trip"), qPrintable(window.windowTitle()));
        QVERIFY(!window.isWindowModified());

        MainWindow& other = m_fixture->open();
        QCOMPARE(other.workspace().count(), 0);
        other.actions().openSession->trigger();
        QVERIFY(answerFileDialog(other, m_file));
        QTRY_COMPARE(other.workspace().count(), 3);
        QTRY_COMPARE(other.workspace().currentIndex(), 1);
        QCOMPARE(other.workspace().modelId(), u"fake-two"_s);
        QTRY_VERIFY(std::abs(m_fixture->canvas().view().zoom() - zoom) < 1e-9);
        QCOMPARE(m_fixture->viewer->scenarios.count(), 1);
        QVERIFY2(other.windowTitle().contains(u"trip"), qPrintable(other.windowTitle()));
        QVERIFY(!other.isWindowModified());
        QTest::keyClick(&other, Qt::Key_PageUp);
        QTRY_COMPARE(other.workspace().currentIndex(), 0);
        QCOMPARE(shownMask(), 1U << 5U);
        QTest::keyClick(&other, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(shownMask(), 1U << 5U | 1U << 1U); // what was undone can be done again
        QTest::keyClick(&other, Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(&other, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(shownMask(), 0U);
        QCOMPARE(other.actions().redo->text(), u"Redo Hide block 5"_s);
    }

    void dialogProposesTheFolder()
    {
        MainWindow& window = openPhotos(1);
        window.actions().saveSession->trigger(); // there is no file yet
        QFileDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = window.findChild<QFileDialog*>()));
        QCOMPARE(QFileInfo(dialog->selectedFiles().value(0)).completeBaseName(),
                 QDir(m_fixture->folder.path()).dirName());
        dialog->reject();
        QVERIFY(m_fixture->viewer->session.file().isEmpty());
    }

    void starFollowsTheWork()
    {
        MainWindow& window = openPhotos(2);
        QVERIFY(saveAs());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Plus); // where one looks is no work
        QTest::keyClick(&window, Qt::Key_PageDown);
        QTRY_COMPARE(window.workspace().currentIndex(), 1);
        QVERIFY(!window.isWindowModified());
        click(3);
        QVERIFY(window.isWindowModified());
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window.isWindowModified());
        QVERIFY(sessionIn(m_file).photos.at(1).masks.shown() == BlockMask(1U << 3U));
        click(4);
        QVERIFY(window.isWindowModified());
        window.workspace().current()->undoStack()->undo();
        window.workspace().current()->undoStack()->undo();
        QVERIFY(window.isWindowModified()); // the step of the file is undone
    }

    void scoresThatComeAreNoWork()
    {
        MainWindow& window = openPhotos(1);
        QTest::keyClick(&window, Qt::Key_P);
        QCOMPARE(m_fixture->viewer->scenarios.at(0).scores.size(), std::size_t(1));
        QVERIFY(saveAs());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QTRY_COMPARE(m_fixture->viewer->scenarios.at(0).scores.size(), std::size_t(2));
        QVERIFY(!m_fixture->viewer->session.hasUnsavedWork());
        QTRY_VERIFY(!window.isWindowModified());
    }

    void closingAsksAndCancelStays()
    {
        MainWindow& window = openPhotos(1);
        QVERIFY(!m_fixture->viewer->session.hasUnsavedWork()); // photos alone are opened again easily
        QTest::keyClick(&window, Qt::Key_P);
        QVERIFY(!window.close());
        QVERIFY(question(window));
        QVERIFY(!window.close()); // once is enough
        QCOMPARE(window.findChildren<QMessageBox*>(u"unsavedQuestion"_s).size(), 1);
        QVERIFY(answerQuestion(window, QMessageBox::Cancel));
        QVERIFY(window.isVisible());
        QVERIFY(!window.close());
        QVERIFY(answerQuestion(window, QMessageBox::Discard));
        QTRY_VERIFY(!window.isVisible());
    }

    void closingSavesFirst()
    {
        MainWindow& window = openPhotos(1);
        QTest::keyClick(&window, Qt::Key_P);
        QVERIFY(!window.close());
        QVERIFY(answerQuestion(window, QMessageBox::Save));
        QVERIFY(answerFileDialog(window, m_file)); // it has no file yet
        QTRY_VERIFY(!window.isVisible());
        QCOMPARE(sessionIn(m_file).scenarios.size(), std::size_t(1));
    }

    void failedSaveKeepsTheWindow()
    {
        MainWindow& window = openPhotos(1);
        QDir(m_fixture->folder.path()).mkdir(u"in"_s);
        const QString file = m_fixture->folder.filePath(u"in/trip.halflens"_s);
        QVERIFY(saveAs(file));
        QTRY_VERIFY(m_fixture->viewer->session.isHashed());
        QTRY_VERIFY(!sessionIn(file).photos.at(0).sha256.empty()); // nothing is written any more
        click(2);
        QVERIFY(QDir(m_fixture->folder.filePath(u"in"_s)).removeRecursively());
        QVERIFY(!window.close());
        QVERIFY(answerQuestion(window, QMessageBox::Save));
        QTRY_VERIFY(m_fixture->find<ErrorBar>("errorBar")->isVisible());
        QVERIFY(window.isVisible());
        QVERIFY(window.isWindowModified());
        QDir(m_fixture->folder.path()).mkdir(u"in"_s);
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window.isWindowModified());
        QVERIFY(QFile::exists(file));
        QVERIFY(window.isVisible()); // the end that failed is not made up for
    }

    void recentSessions()
    {
        openPhotos(2);
        QVERIFY(saveAs());
        MainWindow& window = m_fixture->open();
        QPushButton* link = nullptr;
        for (auto* button : window.findChildren<QPushButton*>()) {
            if (button->toolTip() == m_file && button->isVisible())
                link = button;
        }
        QVERIFY(link);
        QTest::mouseClick(link, Qt::LeftButton);
        QTRY_COMPARE(window.workspace().count(), 2);
        QCOMPARE(m_fixture->viewer->session.name(), u"trip"_s);
        QVERIFY(m_fixture->viewer->recent.paths().contains(m_file));
    }

    void dropOpensInPlaceOfWhatIsThere()
    {
        openPhotos(2);
        QVERIFY(saveAs());
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"another.png"_s));
        QTest::keyClick(&window, Qt::Key_P);
        drop(m_file);
        QVERIFY(answerQuestion(window, QMessageBox::Cancel));
        QCOMPARE(window.workspace().count(), 1);
        drop(m_file);
        QVERIFY(answerQuestion(window, QMessageBox::Discard));
        QTRY_COMPARE(window.workspace().count(), 2);
        QTRY_COMPARE(window.workspace().current() ? window.workspace().current()->title() : QString(), u"p0.png"_s);
        QCOMPARE(m_fixture->viewer->scenarios.count(), 0);
    }

    void missingPhotoIsToldAndKept()
    {
        MainWindow& window = openPhotos(3);
        click(7);
        QTest::keyClick(&window, Qt::Key_PageDown);
        QTRY_COMPARE(window.workspace().currentIndex(), 1);
        click(2);
        QVERIFY(saveAs());
        QTRY_VERIFY(m_fixture->viewer->session.isHashed());
        QVERIFY(QFile::remove(m_fixture->folder.filePath(u"p1.png"_s)));

        MainWindow& other = m_fixture->open();
        other.openPaths({m_file});
        QTRY_COMPARE(other.workspace().count(), 3);
        QTRY_COMPARE(barText(other, "noticeBar"),
                     u"A photo of the session is missing and stays in the list: p1.png."_s);
        QVERIFY(!other.isWindowModified());
        QVERIFY(other.workspace().at(1)->isMissing());
        const QAbstractItemModel& strip = *m_fixture->find<QListView>("filmStrip")->model();
        QCOMPARE(strip.index(1, 0).data(Qt::AccessibleTextRole).toString(), u"p1.png, missing"_s);
        QVERIFY(strip.index(1, 0).data(PhotoListModel::MissingRole).toBool());
        QVERIFY(!strip.index(0, 0).data(PhotoListModel::MissingRole).toBool());
        QTRY_COMPARE(other.workspace().currentIndex(), 2); // the next that is there
        QTest::keyClick(&other, Qt::Key_PageUp); // goes past it
        QTRY_COMPARE(other.workspace().currentIndex(), 0);
        other.workspace().show(1); // asked for by itself it tells why it is not shown
        QTRY_VERIFY(m_fixture->find<ErrorBar>("errorBar")->isVisible());
        QCOMPARE(other.workspace().count(), 3);
        QCOMPARE(other.workspace().currentIndex(), 0);
        click(1); // so that there is something to save
        QTest::keyClick(&other, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!other.isWindowModified());
        const Session kept = sessionIn(m_file);
        QCOMPARE(kept.photos.size(), std::size_t(3));
        QVERIFY(kept.photos[1].masks.shown() == BlockMask(1U << 2U)); // its mask waits for it
        QVERIFY(!kept.photos[1].sha256.empty());

        m_fixture->image(u"p1.png"_s); // it is there again
        other.workspace().show(1);
        QTRY_COMPARE(other.workspace().currentIndex(), 1);
        QVERIFY(!other.workspace().at(1)->isMissing());
        QVERIFY(!strip.index(1, 0).data(PhotoListModel::MissingRole).toBool());
        QCOMPARE(shownMask(), 1U << 2U);
        const QString second = m_fixture->folder.filePath(u"second.halflens"_s);
        QVERIFY(saveAs(second));
        other.openPaths({second});
        QTRY_COMPARE(barText(other, "noticeBar"), QString()); // it was about the other
    }

    void renamedPhotoIsFoundByItsContent()
    {
        openPhotos(2);
        click(6);
        QVERIFY(saveAs());
        QTRY_VERIFY(m_fixture->viewer->session.isHashed());
        QTRY_VERIFY(!sessionIn(m_file).photos.at(0).sha256.empty());
        QDir(m_fixture->folder.path()).mkdir(u"best"_s);
        QVERIFY(
            QFile::rename(m_fixture->folder.filePath(u"p0.png"_s), m_fixture->folder.filePath(u"best/first.png"_s)));
        MainWindow& window = m_fixture->open();
        window.openPaths({m_file});
        QTRY_COMPARE(window.workspace().current() ? window.workspace().current()->title() : QString(), u"first.png"_s);
        QTRY_COMPARE(barText(window, "noticeBar"), u"One photo was found by its content under another name."_s);
        QCOMPARE(shownMask(), 1U << 6U);
    }

    void brokenSessionChangesNothing()
    {
        MainWindow& window = openPhotos(1);
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"format\": \"halflens-session\", \"version\": 1, \"photos\": 7}");
        file.close();
        window.openPaths({m_file});
        QTRY_VERIFY(m_fixture->find<ErrorBar>("errorBar")->isVisible());
        QVERIFY2(m_fixture->label("errorDetails").contains(u"Photos is not a list"),
                 qPrintable(m_fixture->label("errorDetails")));
        QCOMPARE(window.workspace().count(), 1);
        QVERIFY(m_fixture->viewer->session.file().isEmpty());
        QVERIFY(!m_fixture->viewer->recent.paths().contains(m_file));
    }

private:
    MainWindow& openPhotos(int count)
    {
        MainWindow& window = m_fixture->open();
        QStringList files;
        for (int i = 0; i < count; ++i)
            files << m_fixture->image(u"p%1.png"_s.arg(i), 400 + i, 300); // each of another content
        window.workspace().open(files);
        const auto isReady = [&] { return window.workspace().count() == count && window.workspace().image().report(); };
        if (!QTest::qWaitFor(isReady, PatienceMs))
            qFatal("the photos do not come");
        return window;
    }

    bool saveAs() { return saveAs(m_file); }
    bool saveAs(const QString& file)
    {
        MainWindow& window = *m_fixture->window;
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
        return answerFileDialog(window, file)
            && QTest::qWaitFor([&] { return m_fixture->viewer->session.file() == file; }, PatienceMs);
    }

    void click(int block) { QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(block)); }
    std::uint32_t shownMask() const { return m_fixture->viewer->workspace.current()->mask().bits(); }

    void drop(const QString& path)
    {
        QMimeData content;
        content.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_fixture->window.get(), &enter);
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_fixture->window.get(), &drop);
    }

    std::unique_ptr<GuiFixture> m_fixture;
    QString m_file;
};

HALFLENS_TEST(TestSessions)
#include "tst_sessions.moc"
