// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/test_case.h"
#include "ui/state/view_transform.h"

#include <QTest>

#include <cmath>

using namespace halflens;

namespace {

bool isNear(double a, double b, double tolerance = 1e-6)
{
    return std::abs(a - b) <= tolerance;
}

ViewTransform make(int imageWidth = 4000, int imageHeight = 3000, double ratio = 1)
{
    return ViewTransform().withViewport(1000, 700, ratio).withImage(imageWidth, imageHeight);
}

} // namespace

class TestViewTransform : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stateBringsTheViewBack_data()
    {
        QTest::addColumn<bool>("beforeTheImage");
        QTest::newRow("image there") << false;
        QTest::newRow("image comes later") << true;
    }
    void stateBringsTheViewBack()
    {
        QFETCH(bool, beforeTheImage);
        const ViewTransform viewport = ViewTransform().withViewport(300, 200, 1);
        const ViewTransform view = viewport.withImage(4000, 3000).zoomedTo(2, {10, 20}).pannedBy(-700, -900);
        const ViewState state = view.state();
        QVERIFY(!state.fit && state.zoom == 2);
        const ViewTransform again = beforeTheImage ? viewport.withState(state).withImage(4000, 3000)
                                                   : viewport.withImage(4000, 3000).withState(state);
        QVERIFY(std::abs(again.toImage({0, 0}).x - view.toImage({0, 0}).x) < 1);
        QVERIFY(std::abs(again.toImage({0, 0}).y - view.toImage({0, 0}).y) < 1);
        QCOMPARE(again.zoom(), view.zoom());
        QVERIFY(viewport.withImage(40, 30).withState({}) == viewport.withImage(40, 30));
    }

    void fitsAtFirst_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("landscape") << 4000 << 3000;
        QTest::newRow("portrait") << 300 << 900;
        QTest::newRow("single pixel") << 1 << 1;
        QTest::newRow("line") << 1 << 10000;
    }
    void fitsAtFirst()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const ViewRect rect = make(width, height).imageRect();
        QVERIFY(make(width, height).isFitted());
        QVERIFY(rect.left >= 0 && rect.top >= 0);
        QVERIFY(rect.left + rect.width <= 1000 && rect.top + rect.height <= 700);
        QVERIFY(isNear(rect.left + rect.width / 2, 500, 1) && isNear(rect.top + rect.height / 2, 350, 1));
    }

    void zoomKeepsThePointUnderThePointer_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::addColumn<double>("factor");
        for (const double ratio : {1.0, 1.5, 2.0}) {
            for (const double factor : {1.1, 1.25, 3.0, 0.8})
                QTest::addRow("%g at %g", factor, ratio) << ratio << factor;
        }
    }
    void zoomKeepsThePointUnderThePointer()
    {
        QFETCH(double, ratio);
        QFETCH(double, factor);
        const ViewTransform start = make(4000, 3000, ratio).zoomedTo(1, {500, 350});
        const ViewPoint anchor{321, 123};
        const ImagePoint before = start.toImage(anchor);
        const ImagePoint after = start.zoomedBy(factor, anchor).toImage(anchor);
        // The corner snaps to device pixels: half of one, in image pixels, on each side.
        const double slack = 1 / start.zoom() + 1 / (start.zoom() * factor);
        QVERIFY(isNear(before.x, after.x, slack) && isNear(before.y, after.y, slack));
    }

    void zoomInAndOutReturns()
    {
        const ViewTransform start = make().zoomedTo(1, {500, 350});
        const ViewTransform back = start.zoomedBy(1.25, {200, 200}).zoomedBy(1 / 1.25, {200, 200});
        QVERIFY(isNear(back.zoom(), start.zoom()));
        QVERIFY(isNear(back.imageRect().left, start.imageRect().left, 1.5));
    }

    void zoomIsBounded()
    {
        QCOMPARE(make().zoomedBy(1e9, {0, 0}).zoom(), ViewTransform::MaxZoom);
        QCOMPARE(make().zoomedBy(1e-9, {0, 0}).zoom(), ViewTransform::MinZoom);
    }

    void viewAndImageAreInverse()
    {
        const ViewTransform view = make(4000, 3000, 1.5).zoomedTo(0.7, {100, 600});
        const ImagePoint point{1234.5, 987.25};
        const ImagePoint back = view.toImage(view.toView(point));
        QVERIFY(isNear(back.x, point.x) && isNear(back.y, point.y));
    }

    void panFollowsThePointer()
    {
        const ViewTransform start = make().zoomedTo(1, {500, 350});
        const ViewTransform moved = start.pannedBy(30, -20);
        const ImagePoint before = start.toImage({400, 400});
        const ImagePoint after = moved.toImage({430, 380});
        QVERIFY(isNear(before.x, after.x, 1) && isNear(before.y, after.y, 1));
    }

    void panNeverOpensAGap()
    {
        const ViewTransform start = make().zoomedTo(1, {500, 350});
        for (const auto& [dx, dy] :
             {std::pair(1e6, 0.0), std::pair(-1e6, 0.0), std::pair(0.0, 1e6), std::pair(0.0, -1e6)}) {
            const ViewRect rect = start.pannedBy(dx, dy).imageRect();
            QVERIFY(rect.left <= 0.5 && rect.top <= 0.5);
            QVERIFY(rect.left + rect.width >= 999.5 && rect.top + rect.height >= 699.5);
        }
    }

    void smallImageStaysCentred()
    {
        const ViewRect rect = make(100, 100).zoomedTo(1, {0, 0}).pannedBy(50, 50).imageRect();
        QCOMPARE(rect.left, 450.0);
        QCOMPARE(rect.top, 300.0);
    }

    void hundredPercentIsSharp_data()
    {
        QTest::addColumn<double>("ratio");
        for (const double ratio : {1.0, 1.25, 2.0})
            QTest::addRow("%g", ratio) << ratio;
    }
    void hundredPercentIsSharp()
    {
        QFETCH(double, ratio);
        const ViewTransform view = make(4001, 3001, ratio).zoomedTo(1, {333, 222}).pannedBy(0.3, 0.7);
        const ViewRect rect = view.imageRect();
        QVERIFY(isNear(rect.left * ratio, std::round(rect.left * ratio)));
        QVERIFY(isNear(rect.top * ratio, std::round(rect.top * ratio)));
        QVERIFY(isNear(rect.width * ratio, 4001)); // one image pixel is one device pixel
    }

    void fittedFollowsTheViewport()
    {
        const ViewTransform smaller = make().withViewport(500, 700, 1);
        QVERIFY(smaller.isFitted());
        QVERIFY(smaller.imageRect().width <= 500);
        const ViewTransform zoomed = make().zoomedTo(1, {500, 350}).withViewport(500, 700, 1);
        QVERIFY(!zoomed.isFitted());
        QCOMPARE(zoomed.zoom(), 1.0);
    }

    void zoomAndPositionSurviveAnotherImage()
    {
        const ViewTransform view = make().zoomedTo(2, {100, 100});
        const ViewTransform same = view.withImage(4000, 3000);
        QCOMPARE(same.zoom(), 2.0);
        QCOMPARE(same.imageRect().left, view.imageRect().left);
        const ViewTransform other = view.withImage(8000, 6000);
        QCOMPARE(other.zoom(), 2.0);
        QVERIFY(isNear(other.toImage({500, 350}).x / 8000, view.toImage({500, 350}).x / 4000, 1e-3));
    }

    void emptyIsHarmless()
    {
        const ViewTransform view;
        QVERIFY(view.isEmpty());
        QVERIFY(view.zoomedBy(2, {1, 1}) == view);
        QVERIFY(view.pannedBy(2, 1) == view);
        QVERIFY(view.withViewport(0, 0, 0).isEmpty());
    }

    void showingMovesOnlyWhenNeeded()
    {
        const ViewTransform view = make().zoomedTo(1, {500, 350});
        QVERIFY(view.showing(view.toImage({10, 10})) == view);
        const ViewTransform moved = view.showing({3990, 1500});
        const ViewPoint at = moved.toView({3990, 1500});
        QVERIFY(at.x >= -1 && at.x <= 1001);
    }
};

HALFLENS_TEST(TestViewTransform)
#include "tst_view_transform.moc"
