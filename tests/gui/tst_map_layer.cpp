// SPDX-License-Identifier: BSD-3-Clause
// Coloured maps on the canvas: the colours of the figures, in the right place at every zoom.
#include "tests/support/test_case.h"
#include "ui/canvas/map_layer.h"

#include <QTest>

using namespace halflens;

namespace {

std::shared_ptr<const ShownMap> ramp(int width, int height)
{
    auto map = std::make_shared<ImageMap>();
    map->map = ScalarMap(height, width);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x)
            map->map.row(y)[static_cast<std::size_t>(x)] = static_cast<float>(x + 1000 * y);
    }
    return ShownMap::build(std::move(map));
}

} // namespace

class TestMapLayer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void atFullSizePixelsAreThoseOfTheFigure()
    {
        const auto map = ramp(40, 30);
        const ValueRange range{0, 29'039};
        const ViewTransform view = ViewTransform().withViewport(60, 50, 1).withImage(40, 30).zoomedTo(1, {30, 25});
        const QImage drawn = renderMap(*map, ColorMap::Magma, range, view, 60, 50);
        const QImage expected = *colorize(map->source().map, ColorMap::Magma, range);
        const ViewRect place = view.imageRect();
        for (int y = 0; y < 30; ++y) {
            for (int x = 0; x < 40; ++x)
                QCOMPARE(drawn.pixel(static_cast<int>(place.left) + x, static_cast<int>(place.top) + y),
                         expected.pixel(x, y));
        }
        QCOMPARE(qAlpha(drawn.pixel(0, 0)), 0); // beside the image
    }

    void magnifiedEachValueIsASquare()
    {
        const auto map = ramp(8, 6);
        const ValueRange range{0, 5007};
        const ViewTransform view = ViewTransform().withViewport(80, 60, 1).withImage(8, 6).zoomedTo(10, {40, 30});
        QCOMPARE(view.zoom(), 10.0);
        const QImage drawn = renderMap(*map, ColorMap::Viridis, range, view, 80, 60);
        for (int y = 0; y < 60; ++y) {
            for (int x = 0; x < 80; ++x)
                QCOMPARE(drawn.pixel(x, y), colorOf((x / 10) + 1000 * (y / 10), ColorMap::Viridis, range));
        }
    }

    void partOfALargeMapIsInItsPlace()
    {
        const auto map = ramp(2000, 1500);
        const ValueRange range{0, 1'501'999};
        const ViewTransform view = ViewTransform().withViewport(100, 80, 1).withImage(2000, 1500).zoomedTo(1, {50, 40});
        const QImage drawn = renderMap(*map, ColorMap::Cividis, range, view, 100, 80);
        for (const QPoint at : {QPoint(0, 0), QPoint(99, 0), QPoint(50, 40), QPoint(99, 79)}) {
            const ImagePoint point = view.toImage({at.x() + 0.5, at.y() + 0.5});
            const double value = std::floor(point.x) + 1000 * std::floor(point.y);
            QCOMPARE(drawn.pixel(at), colorOf(value, ColorMap::Cividis, range));
        }
    }

    void coarseMapsKeepTheEdgesOfTheirCells()
    {
        auto map = std::make_shared<ImageMap>();
        map->map = ScalarMap(2, 2);
        map->map.values = {0, 1, 2, 3};
        map->weak = {0, 0, 1, 0};
        const auto shown = ShownMap::build(std::move(map));
        const ValueRange range{0, 3};
        const ViewTransform view = ViewTransform().withViewport(200, 100, 1).withImage(4000, 2000).zoomedTo(0.05, {});
        const QImage drawn = renderMap(*shown, ColorMap::Viridis, range, view, 200, 100);
        for (const QPoint at : {QPoint(0, 0), QPoint(98, 48), QPoint(50, 25)})
            QCOMPARE(drawn.pixel(at), colorOf(0, ColorMap::Viridis, range));
        QCOMPARE(drawn.pixel(102, 48), colorOf(1, ColorMap::Viridis, range));
        QCOMPARE(drawn.pixel(199, 99), colorOf(3, ColorMap::Viridis, range));
        QCOMPARE(drawn.pixel(50, 75), UndefinedColor); // says nothing
    }

    void smallerLevelsAreMeans()
    {
        const auto map = ramp(1024, 768);
        const ScalarMap& half = map->levelFor(0.5);
        QCOMPARE(half.width, 512);
        QCOMPARE(half.at(0, 0), (0 + 1 + 1000 + 1001) / 4.0F);
        QCOMPARE(map->levelFor(0.51).width, 1024); // never smaller than what is drawn
        QCOMPARE(map->levelFor(1).width, 1024);
        QCOMPARE(map->levelFor(0.01).width, 256); // the smallest there is
    }

    void thinMapsSurvive()
    {
        const auto map = ramp(5000, 1);
        const ViewTransform view = ViewTransform().withViewport(200, 100, 1).withImage(5000, 1).fitted();
        QVERIFY(!renderMap(*map, ColorMap::Viridis, {0, 5000}, view, 200, 100).isNull());
        QCOMPARE(map->levelFor(0.04).height, 1);
    }

    void onlyChangesAreColouredAgain()
    {
        MapLayer layer;
        const auto map = ramp(40, 30);
        const ViewTransform view = ViewTransform().withViewport(60, 50, 1).withImage(40, 30).fitted();
        layer.pixmap(map, ColorMap::Magma, {0, 1}, view, {60, 50});
        layer.pixmap(map, ColorMap::Magma, {0, 1}, view, {60, 50});
        QCOMPARE(layer.renderings(), 1);
        layer.pixmap(map, ColorMap::Inferno, {0, 1}, view, {60, 50});
        layer.pixmap(map, ColorMap::Inferno, {0, 2}, view, {60, 50});
        layer.pixmap(map, ColorMap::Inferno, {0, 2}, view.zoomedBy(2, {30, 25}), {60, 50});
        QCOMPARE(layer.renderings(), 4);
    }
};

HALFLENS_TEST(TestMapLayer)
#include "tst_map_layer.moc"
