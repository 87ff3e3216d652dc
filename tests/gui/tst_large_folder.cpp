// SPDX-License-Identifier: BSD-3-Clause
// Three thousand photos: opened, stepped through, blocks toggled, tolerance changed. Prints the longest turn of
// the GUI thread's event loop, as processor time, so that a busy machine does not count; asserts that memory is
// bounded.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"

#include <QAbstractEventDispatcher>
#include <QElapsedTimer>

#include <algorithm>
#include <ctime>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

double threadMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// The longest turn of the event loop, with all that is done in it.
class StallProbe final : public QObject {
public:
    StallProbe()
    {
        auto* dispatcher = QAbstractEventDispatcher::instance();
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, &StallProbe::turn);
        connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &StallProbe::turn);
        m_since = threadMs();
    }

    void report(const char* what)
    {
        turn();
        qInfo("%s: longest turn %.1f ms", what, m_longestMs);
        m_longestMs = 0;
        m_since = threadMs();
    }

private:
    void turn()
    {
        const double now = threadMs();
        m_longestMs = std::max(m_longestMs, now - m_since);
        m_since = now;
    }

    double m_since = 0;
    double m_longestMs = 0;
};

} // namespace

class TestLargeFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        for (int i = 0; i < Photos; ++i) {
            QFile file(m_folder.filePath(u"photo%1.ppm"_s.arg(i)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("P6 96 72 255\n");
            QByteArray pixels(96 * 72 * 3, static_cast<char>(i));
            pixels[0] = static_cast<char>(i / 256);
            file.write(pixels);
        }
    }
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void stepping()
    {
        m_fixture->settings.setValue(setting::CacheMegabytes, 64);
        MainWindow& window = m_fixture->open();
        Workspace& workspace = window.workspace();
        StallProbe probe;
        workspace.open({m_folder.path()});
        QTRY_COMPARE(workspace.count(), Photos);
        QTRY_VERIFY(workspace.image().report());
        QTRY_VERIFY(!workspace.engine().isBusy());
        probe.report("opening 3000");
        std::uint64_t most = 0;
        for (int i = 1; i <= Steps; ++i) {
            QTest::keyClick(&window, Qt::Key_PageDown);
            QTRY_VERIFY_WITH_TIMEOUT(workspace.currentIndex() == i && workspace.image().report(), 20000);
            most = std::max(most, workspace.cache().bytes());
        }
        probe.report("stepping through 300");
        QVERIFY(most <= 64ULL << 20U);
        QVERIFY(workspace.thumbnails().bytes() <= ThumbnailStore::MaxBytes);
        int held = 0;
        for (int i = 0; i < workspace.count(); ++i)
            held += workspace.at(i)->analysis() || workspace.at(i)->loaded() ? 1 : 0;
        QCOMPARE(held, 1); // the shown one; the others are in the cache
        for (int block = 0; block < BlockCount; ++block) {
            QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(block));
            QCoreApplication::processEvents();
        }
        probe.report("toggling 12 blocks");
        for (int i = 1; i <= 10; ++i) {
            QMetaObject::invokeMethod(
                this, [&, i] { m_fixture->settings.setValue(setting::Epsilon, 0.05 * i); }, Qt::QueuedConnection);
            QCoreApplication::processEvents();
        }
        QCOMPARE(workspace.image().report()->enough.epsilon, 0.5);
        probe.report("changing the tolerance 10 times");
    }

    /// As `halflens *` in a folder of very many links: names that are only looked at when they are shown.
    void manyNames()
    {
        MainWindow& window = m_fixture->open();
        Workspace& workspace = window.workspace();
        QStringList paths;
        for (int i = 0; i < Names; ++i)
            paths << m_folder.filePath(i < Photos ? u"photo%1.ppm"_s.arg(i) : u"link%1.ppm"_s.arg(i));
        QElapsedTimer timer;
        timer.start();
        StallProbe probe;
        workspace.open(paths);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.image().report(), 60000);
        const qint64 first = timer.elapsed();
        QTRY_COMPARE_WITH_TIMEOUT(workspace.count(), Names, 120000);
        probe.report("opening 110 000 names");
        qInfo("first image after %lld ms, all listed after %lld ms", static_cast<long long>(first),
              static_cast<long long>(timer.elapsed()));
    }

private:
    static constexpr int Photos = 3000;
    static constexpr int Steps = 300;
    static constexpr int Names = 110'000;
    QTemporaryDir m_folder;
    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestLargeFolder)
#include "tst_large_folder.moc"
