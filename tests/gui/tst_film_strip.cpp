// SPDX-License-Identifier: BSD-3-Clause
// The strip of thumbnails: the wheel, the place of the shown photo, keys at both ends.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"

#include <QScrollBar>
#include <QWheelEvent>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestFilmStrip : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        MainWindow& window = m_fixture->open();
        QStringList files;
        for (int i = 0; i < Photos; ++i)
            files << m_fixture->image(u"p%1.png"_s.arg(i, 2, 10, QChar(u'0')), 80 + i, 60);
        window.workspace().open(files);
        QTRY_COMPARE(window.workspace().count(), Photos);
        QTRY_VERIFY(window.workspace().image().report());
        m_strip = m_fixture->find<QListView>("filmStrip");
        QTRY_VERIFY(m_strip->horizontalScrollBar()->maximum() > 0);
    }
    void cleanup() { m_fixture.reset(); }

    void wheelWalksAlong()
    {
        QScrollBar* bar = m_strip->horizontalScrollBar();
        QCOMPARE(m_strip->flow(), QListView::LeftToRight);
        QCOMPARE(bar->value(), 0);
        turn({0, -240});
        const int there = bar->value();
        QVERIFY(there > 0);
        turn({0, 120});
        QVERIFY(bar->value() < there);
        const int before = bar->value();
        turn({-120, 0}); // a wheel that turns sideways does what it says
        QVERIFY(bar->value() > before);
        QCOMPARE(m_fixture->window->workspace().currentIndex(), 0); // walking is not choosing
    }

    void shownPhotoIsNearTheMiddle()
    {
        Workspace& workspace = m_fixture->window->workspace();
        workspace.show(Photos / 2);
        QTRY_COMPARE(workspace.currentIndex(), Photos / 2);
        const auto distance = [&] {
            return std::abs(m_strip->visualRect(m_strip->currentIndex()).center().x()
                            - m_strip->viewport()->width() / 2);
        };
        QTRY_VERIFY(distance() <= m_strip->sizeHintForColumn(0));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageDown);
        QTRY_COMPARE(workspace.currentIndex(), Photos / 2 + 1);
        QTRY_VERIFY(distance() <= m_strip->sizeHintForColumn(0));
    }

    void pageDownAtTheLastDoesNothingElse()
    {
        Workspace& workspace = m_fixture->window->workspace();
        QTest::keyClick(m_fixture->window.get(), Qt::Key_End);
        QTRY_COMPARE(workspace.currentIndex(), Photos - 1);
        m_strip->setFocus();
        const int place = m_strip->horizontalScrollBar()->value();
        QTest::keyClick(m_strip, Qt::Key_PageDown);
        QCOMPARE(workspace.wantedIndex(), Photos - 1);
        QCOMPARE(m_strip->currentIndex().row(), Photos - 1);
        QCOMPARE(m_strip->horizontalScrollBar()->value(), place);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_Home);
        QTRY_COMPARE(workspace.currentIndex(), 0);
        QTest::keyClick(m_strip, Qt::Key_PageUp);
        QCOMPARE(workspace.wantedIndex(), 0);
        QCOMPARE(m_strip->currentIndex().row(), 0);
    }

private:
    void turn(QPoint angle) const
    {
        const QPointF at = m_strip->viewport()->rect().center();
        QWheelEvent event(at, m_strip->viewport()->mapToGlobal(at), {}, angle, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_strip->viewport(), &event);
    }

    static constexpr int Photos = 40;
    std::unique_ptr<GuiFixture> m_fixture;
    QListView* m_strip = nullptr;
};

HALFLENS_TEST(TestFilmStrip)
#include "tst_film_strip.moc"
