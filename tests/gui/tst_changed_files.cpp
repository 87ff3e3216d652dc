// SPDX-License-Identifier: BSD-3-Clause
// Files that change while they are looked at, errors of several files, photos that are fed distorted.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/notice_bar.h"
#include "ui/state/text.h"

#include <QAbstractButton>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TstChangedFiles final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void savedElsewhereIsReadAgain()
    {
        MainWindow& window = m_fixture->open();
        const QString path = m_fixture->image(u"photo.png"_s);
        m_fixture->openAndWait(path);
        window.workspace().current()->changeMask(ImportantBlocks, u"Hide"_s);
        QVERIFY(!notice().contains(u"read again"_s));
        const std::string before = window.workspace().current()->imageHash();
        m_fixture->image(u"photo.png"_s, 300, 400); // as an editor writes it: in place
        QTRY_VERIFY(window.workspace().current()->imageHash() != before);
        QCOMPARE(window.workspace().current()->mask(), ImportantBlocks);
        QTRY_VERIFY(notice().contains(u"photo.png has changed and was read again"_s));
        QVERIFY(notice().contains(scoreText(FullScore))); // the fake model gives every picture the same
        QVERIFY(notice().contains(u"±0.00"_s));
        QVERIFY(!window.errorBar().isVisible());
    }

    void replacedByRenameIsReadAgain()
    {
        MainWindow& window = m_fixture->open();
        const QString path = m_fixture->image(u"photo.png"_s);
        m_fixture->openAndWait(path);
        for (const int width : {300, 200}) { // the new file is watched too
            const std::string before = window.workspace().current()->imageHash();
            const QString other = m_fixture->image(u"photo.png.part.png"_s, width, 400);
            QVERIFY(QFile::remove(path));
            QVERIFY(QFile::rename(other, path));
            QTRY_VERIFY(window.workspace().current()->imageHash() != before);
            QTRY_VERIFY(window.workspace().current()->analysis());
        }
    }

    void anotherPhotoEndsTheNotice()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        m_fixture->image(u"photo.png"_s, 300, 400);
        QTRY_VERIFY(notice().contains(u"read again"_s));
        m_fixture->openAndWait(m_fixture->image(u"other.png"_s));
        QVERIFY(!notice().contains(u"read again"_s));
        QCOMPARE(window.workspace().count(), 2);
    }

    void samePixelsAreNoNews()
    {
        MainWindow& window = m_fixture->open();
        const QString path = m_fixture->image(u"photo.png"_s);
        m_fixture->openAndWait(path);
        QSignalSpy loads(&window.workspace().image(), &CurrentImage::loadedChanged);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(QDateTime::currentDateTime().addSecs(60), QFileDevice::FileModificationTime));
        file.close();
        QTest::keyClick(&window, Qt::Key_F5);
        QTRY_VERIFY(window.workspace().current()->analysis() && !window.workspace().engine().isBusy());
        QVERIFY(!notice().contains(u"read again"_s));
    }

    void everyReasonCanBeRead()
    {
        MainWindow& window = m_fixture->open();
        auto* more = window.findChild<QAbstractButton*>(u"errorMore"_s);
        auto* earlier = window.findChild<QPlainTextEdit*>(u"errorEarlier"_s);
        window.workspace().open({m_fixture->brokenImage(u"one.png"_s), m_fixture->brokenImage(u"two.png"_s),
                                 m_fixture->image(u"good.png"_s)});
        QTRY_COMPARE(window.errorBar().headline().contains(u"two.png"_s), true);
        QTRY_COMPARE(window.workspace().count(), 1); // the next in order is shown
        QVERIFY(more->isVisible());
        QCOMPARE(more->text(), u"and 1 more"_s);
        QVERIFY(!earlier->isVisible());
        QTest::mouseClick(more, Qt::LeftButton);
        QVERIFY(earlier->isVisible());
        QVERIFY(earlier->toPlainText().startsWith(u"one.png could not be opened: "_s));
        QVERIFY(!earlier->toPlainText().contains(u"two.png"_s));
        QTest::mouseClick(window.findChild<QAbstractButton*>(u"errorClose"_s), Qt::LeftButton);
        window.workspace().open({m_fixture->brokenImage(u"three.png"_s)});
        QTRY_VERIFY(window.errorBar().isVisible());
        QVERIFY(!more->isVisible() && !earlier->isVisible()); // what was dismissed does not come back
    }

    void distortionIsSaid()
    {
        m_fixture->open(); // the fake model is fed 64 x 48
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        QVERIFY(m_fixture->label("facts").contains(u"64×48, fit"_s));
        m_fixture->openAndWait(m_fixture->image(u"panorama.png"_s, 800, 75));
        QVERIFY2(m_fixture->label("facts").contains(u"squeezed 8.0 times as much across as down"_s),
                 qPrintable(m_fixture->label("facts")));
    }

private:
    QString notice() const
    {
        for (const NoticeBar* bar : m_fixture->window->findChildren<NoticeBar*>()) {
            if (bar->isVisible())
                return bar->text();
        }
        return {};
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TstChangedFiles)
#include "tst_changed_files.moc"
