// SPDX-License-Identifier: BSD-3-Clause
// Copies of the session for recovery: what a killed program leaves, and what a clean end and a running one do not.
#include "tests/gui/session_steps.h"
#include "tests/support/test_case.h"
#include "ui/state/autosave.h"

#include <QProcess>
#include <QTimer>

#include <csignal>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestRecovery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_copies = m_fixture->folder.filePath(u"recovery"_s);
    }
    void cleanup() { m_fixture.reset(); }

    void eachChangeIsKeptAndACleanEndLeavesNothing()
    {
        MainWindow& window = start();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QTRY_COMPARE(copies().size(), 1);
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        QTRY_VERIFY(kept().photos.at(0).masks.shown() == BlockMask(1U << 5U));
        QVERIFY(window.close());
        m_fixture->close();
        QCOMPARE(QDir(m_copies).entryList(QDir::Files), QStringList());
        QCOMPARE(barText(start(), "recoveryBar"), QString());
    }

    void aDeadProgramsCopyIsOfferedAndRecovered()
    {
        leaveCopy({}, false);
        MainWindow& window = start();
        QTRY_VERIFY(barText(window, "recoveryBar").contains(u"holds 2 photos"));
        QVERIFY(clickInBar(window, "recoveryBar", "recoverSession"));
        QCOMPARE(barText(window, "recoveryBar"), QString());
        QTRY_COMPARE(window.workspace().count(), 2);
        QTRY_COMPARE(window.workspace().currentIndex(), 1);
        QCOMPARE(window.workspace().current()->mask().bits(), BlockMask(1U << 3U).bits());
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.workspace().current()->mask().isEmpty());
        // Only once this program's own copy holds it the old one goes.
        QTRY_VERIFY(!QFile::exists(m_left));
        QTRY_COMPARE(copies().size(), 1);
        QCOMPARE(kept().photos.size(), std::size_t(2));
    }

    void ofASessionsFileItSaysWhatWasNotSaved()
    {
        const QString file = m_fixture->folder.filePath(u"trip.halflens"_s);
        leaveCopy(file, true);
        MainWindow& window = start();
        QTRY_VERIFY(barText(window, "recoveryBar").contains(u"trip"));
        QVERIFY(clickInBar(window, "recoveryBar", "recoverSession"));
        QTRY_COMPARE(window.workspace().count(), 2);
        QCOMPARE(m_fixture->viewer->session.file(), file);
        QVERIFY(window.isWindowModified());
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window.isWindowModified());
        QCOMPARE(sessionIn(file).photos.size(), std::size_t(2));
    }

    void recoveringAsksAboutWhatIsThere()
    {
        leaveCopy({}, false);
        MainWindow& window = start();
        m_fixture->openAndWait(m_fixture->image(u"other.png"_s));
        QTest::keyClick(&window, Qt::Key_P);
        QTRY_VERIFY(!barText(window, "recoveryBar").isEmpty());
        QVERIFY(clickInBar(window, "recoveryBar", "recoverSession"));
        QVERIFY(answerQuestion(window, QMessageBox::Cancel));
        QCOMPARE(window.workspace().count(), 1);
        QVERIFY(!barText(window, "recoveryBar").isEmpty()); // it waits for another answer
        QVERIFY(clickInBar(window, "recoveryBar", "recoverSession"));
        QVERIFY(answerQuestion(window, QMessageBox::Discard));
        QTRY_COMPARE(window.workspace().count(), 2);
        QCOMPARE(barText(window, "recoveryBar"), QString());
    }

    void missingPhotosAreToldBesideTheOffer()
    {
        leaveCopy({}, false);
        Session session;
        session.photos.emplace_back().path = toPath(m_fixture->folder.filePath(u"gone.png"_s));
        session.photos.emplace_back().path = toPath(m_fixture->image(u"a.png"_s));
        const QString file = m_fixture->folder.filePath(u"trip.halflens"_s);
        QVERIFY(writeSession(toPath(file), session));
        MainWindow& window = start();
        window.openPaths({file});
        QTRY_VERIFY(barText(window, "noticeBar").contains(u"gone.png"));
        QTRY_VERIFY(barText(window, "recoveryBar").contains(u"2 photos"));
    }

    void deletedOneIsNotOfferedAgain()
    {
        leaveCopy({}, false);
        MainWindow& window = start();
        QTRY_VERIFY(!barText(window, "recoveryBar").isEmpty());
        QVERIFY(clickInBar(window, "recoveryBar", "discardSession"));
        QCOMPARE(barText(window, "recoveryBar"), QString());
        QVERIFY(!QFile::exists(m_left));
    }

    void dismissedOneIsOfferedAtTheNextStart()
    {
        leaveCopy({}, false);
        MainWindow& window = start();
        QTRY_VERIFY(!barText(window, "recoveryBar").isEmpty());
        QVERIFY(clickInBar(window, "recoveryBar", "noticeClose"));
        QCOMPARE(barText(window, "recoveryBar"), QString());
        QVERIFY(QFile::exists(m_left));
        MainWindow& next = start();
        QTRY_VERIFY(!barText(next, "recoveryBar").isEmpty());
    }

    void aRunningProgramsCopyIsItsOwn()
    {
        const Autosave running(m_copies); // of this process, which is alive
        Session session;
        session.photos.emplace_back().path = toPath(m_fixture->image(u"a.png"_s));
        QVERIFY(running.write(session));
        const Autosave other(m_copies);
        QVERIFY(other.leftovers().empty());
        leaveCopy({}, false);
        QCOMPARE(other.leftovers().size(), std::size_t(1));
    }

    void copyNobodyCanReadStays()
    {
        QDir().mkpath(m_copies);
        QFile file(QDir(m_copies).filePath(u"newer.halflens"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"format\": \"halflens-session\", \"version\": 99}");
        file.close();
        const Autosave own(m_copies);
        QVERIFY(own.leftovers().empty());
        QVERIFY(file.exists());
    }

    void aFullDiskIsToldOnce()
    {
        MainWindow& window = start();
        QTRY_VERIFY(QDir(m_copies).exists());
        QVERIFY(QDir(m_copies).removeRecursively());
        QVERIFY(QFile(m_copies).open(QIODevice::WriteOnly)); // no folder any more
        QSignalSpy failures(&window.workspace(), &Workspace::failed);
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QTRY_COMPARE(failures.size(), 1);
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        const auto* timer = m_fixture->viewer->session.findChild<QTimer*>(); // to the next copy
        QVERIFY(timer->isActive());
        QTRY_VERIFY(!timer->isActive());
        m_fixture->viewer->session.save(m_fixture->folder.filePath(u"trip.halflens"_s)); // behind it
        QTRY_VERIFY(!m_fixture->viewer->session.file().isEmpty());
        QCOMPARE(failures.size(), 1);
    }

    void aKilledViewerIsRecovered()
    {
        const QString data = m_fixture->folder.filePath(u"data"_s);
        const QStringList photos{m_fixture->image(u"a.png"_s), m_fixture->image(u"b.png"_s, 500, 300)};
        QProcess viewer;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        environment.insert(u"XDG_DATA_HOME"_s, data);
        environment.insert(u"XDG_CONFIG_HOME"_s, m_fixture->folder.filePath(u"config"_s));
        environment.insert(u"XDG_CACHE_HOME"_s, m_fixture->folder.filePath(u"cache"_s));
        viewer.setProcessEnvironment(environment);
        viewer.start(QStringLiteral(HALFLENS_PROGRAM), photos);
        QVERIFY(viewer.waitForStarted(60'000));
        m_copies = data + u"/HalfLens/HalfLens/recovery"_s;
        QTRY_COMPARE_WITH_TIMEOUT(copies().size(), 1, 60000);
        {
            const Autosave other(m_copies);
            QVERIFY(other.leftovers().empty()); // it runs
        }
        QCOMPARE(::kill(static_cast<pid_t>(viewer.processId()), SIGKILL), 0);
        QVERIFY(viewer.waitForFinished(120'000));
        QCOMPARE(viewer.exitStatus(), QProcess::CrashExit);
        QCOMPARE(copies().size(), 1);
        MainWindow& window = start();
        QTRY_VERIFY(barText(window, "recoveryBar").contains(u"holds 2 photos"));
        QVERIFY(clickInBar(window, "recoveryBar", "recoverSession"));
        QTRY_COMPARE(window.workspace().count(), 2);
        QTRY_VERIFY(window.workspace().image().report());
        QCOMPARE(window.workspace().at(1)->path(), photos.at(1));
    }

private:
    /// As the program starts.
    MainWindow& start()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->viewer->session.startRecovery(m_copies);
        return window;
    }

    /// A copy whose program is gone: two photos, the second one shown with block 3 hidden.
    void leaveCopy(const QString& file, bool modified)
    {
        Session session;
        session.photos.resize(2);
        session.photos[0].path = toPath(m_fixture->image(u"first.png"_s));
        session.photos[1].path = toPath(m_fixture->image(u"second.png"_s, 500, 300));
        session.photos[1].masks = {BlockMask(), {{BlockMask(1U << 3U), "Hide block 3"}}, 1};
        session.place = 1;
        session.file = toPath(file);
        session.isModified = modified;
        QDir().mkpath(m_copies);
        m_left = QDir(m_copies).filePath(u"left.halflens"_s);
        QVERIFY(writeFileAtomically(toPath(m_left), toText(session)));
        QProcess dead; // whose number the lock names
        dead.start(u"true"_s, {});
        QVERIFY(dead.waitForStarted(60'000));
        const qint64 number = dead.processId();
        QVERIFY(dead.waitForFinished(120'000));
        QFile lock(QDir(m_copies).filePath(u"left.lock"_s));
        QVERIFY(lock.open(QIODevice::WriteOnly));
        lock.write(QByteArray::number(number) + "\nhalflens\n" + QSysInfo::machineHostName().toLocal8Bit() + '\n'
                   + QSysInfo::machineUniqueId() + '\n' + QSysInfo::bootUniqueId() + '\n');
    }

    QStringList copies() const { return QDir(m_copies).entryList({u"*.halflens"_s}, QDir::Files); }
    Session kept() const
    {
        return copies().isEmpty() ? Session() : sessionIn(QDir(m_copies).filePath(copies().first()));
    }

    std::unique_ptr<GuiFixture> m_fixture;
    QString m_copies;
    QString m_left;
};

HALFLENS_TEST(TestRecovery)
#include "tst_recovery.moc"
