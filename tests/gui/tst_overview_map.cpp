// SPDX-License-Identifier: BSD-3-Clause
// The small map of the whole photo while a part of it is in sight.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/canvas/overview_map.h"

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestOverviewMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s, 800, 600));
    }
    void cleanup() { m_fixture.reset(); }

    void onlyWhereSomethingIsOutOfSight()
    {
        QVERIFY(!map().isVisible());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_1, Qt::ControlModifier);
        zoomIn(4);
        QVERIFY(map().isVisible());
        QVERIFY(canvas().rect().contains(map().geometry()));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F);
        QVERIFY(!map().isVisible());
    }

    void tellsAndMovesWhatIsSeen()
    {
        zoomIn(6);
        const double share = map().inSight().width() / map().width();
        const double expected = canvas().width() / canvas().view().scale() / 800;
        QVERIFY2(std::abs(share - expected) < 0.01, qPrintable(u"%1 for %2"_s.arg(share).arg(expected)));
        QTest::mouseClick(&map(), Qt::LeftButton, {}, QPoint(1, 1));
        QCOMPARE(canvas().view().toImage({0, 0}), (ImagePoint{0, 0}));
        QVERIFY(map().inSight().left() == 0 && map().inSight().top() == 0);
        QTest::mousePress(&map(), Qt::LeftButton, {}, QPoint(1, 1));
        QTest::mouseMove(&map(), QPoint(map().width() / 2, map().height() / 2));
        QTest::mouseRelease(&map(), Qt::LeftButton, {}, QPoint(map().width() / 2, map().height() / 2));
        const ImagePoint middle = canvas().view().toImage(canvas().view().viewCenter());
        QVERIFY(std::abs(middle.x - 400) < 8 && std::abs(middle.y - 300) < 8);
        QVERIFY(m_fixture->window->workspace().current()->mask().isEmpty()); // no block below was toggled
        QVERIFY(map().grab().toImage().pixelColor(map().width() / 2, map().height() / 2)
                != map().grab().toImage().pixelColor(2, 2));
    }

private:
    CanvasView& canvas() const { return m_fixture->canvas(); }
    OverviewMap& map() const { return *m_fixture->find<OverviewMap>("overviewMap"); }
    void zoomIn(int times)
    {
        for (int i = 0; i < times; ++i)
            QTest::keyClick(m_fixture->window.get(), Qt::Key_Plus);
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestOverviewMap)
#include "tst_overview_map.moc"
