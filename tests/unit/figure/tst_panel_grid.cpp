// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/panel_grid.h"
#include "tests/support/test_case.h"

#include <QPainter>
#include <QTest>

using namespace halflens;

namespace {

QString longName(int i)
{
    return QStringLiteral("photograph_number_%1_of_a_long_series_(final).jpeg").arg(i);
}

Panel panelOf(QSize size)
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(qRgb(90, 120, 150));
    return {PanelImage(image),
            {{{QStringLiteral("3.15"), true},
              {QStringLiteral("  ") + QChar(0x2212) + QStringLiteral("0.06"), false, true, false, true}}},
            {}};
}

/// Columns of these sizes, `rows` times, with everything a figure can have.
PanelGrid gridOf(const QList<QSize>& sizes, int rows, PanelGrid::Fit fit)
{
    PanelGrid grid;
    grid.fit = fit;
    grid.title = QStringLiteral("A title");
    grid.footnote =
        QStringLiteral("A footnote that goes on for some time, to fill more than one line in narrow figures.");
    grid.caption = QStringLiteral("Fig. 2. Caption.");
    for (int r = 0; r < rows; ++r) {
        grid.rows.emplace_back();
        grid.rowLabels.push_back({{{QStringLiteral("Important"), true}}, {{QStringLiteral("regions"), false, true}}});
        for (const QSize& size : sizes)
            grid.rows.back().push_back(panelOf(fit == PanelGrid::Fit::SharedHeights ? size : sizes[r % sizes.size()]));
    }
    for (int c = 0; c < sizes.size(); ++c) {
        grid.columnHeaders.push_back({{{longName(c), false, false, true}}, {{QStringLiteral("whole 3.21")}}});
        grid.rows.back()[static_cast<std::size_t>(c)].bar = ColorBar{ColorMap::Magma, {-1.5, 2.25}, 2};
    }
    return grid;
}

std::vector<QRectF> placesOf(const FigurePage& page)
{
    std::vector<QRectF> places;
    for (const PageImage& panel : page.panels)
        places.emplace_back(panel.rect);
    for (const PageBar& bar : page.bars)
        places.emplace_back(bar.rect);
    for (const PageText& text : page.texts)
        places.push_back(text.bounds);
    return places;
}

} // namespace

class TestPanelGrid : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void geometry_data();
    void geometry();
    void equalShapesAlignExactly();
    void portraitStaysAligned();
    void scoresAreNeverCut();
    void emptyPanels();
    void bars();
    void oneColumnIsCentred();
    void extremeShapes();
    void sameAtAnyResolution();
    void whiteBackgroundAndExactColors();
    void failingImage();
    void refused_data();
    void refused();
};

void TestPanelGrid::geometry_data()
{
    QTest::addColumn<QList<QSize>>("sizes");
    QTest::addColumn<double>("widthMm");
    QTest::addColumn<int>("dpi");
    QTest::addColumn<bool>("sharedHeights");
    const QSize wide(64, 48), tall(48, 64), square(50, 50), panorama(300, 60);
    const std::vector<std::pair<const char*, QList<QSize>>> contents{
        {"1", {wide}},
        {"1 tall", {tall}},
        {"3", {wide, wide, wide}},
        {"mixed", {tall, wide, square, panorama}},
        {"6", {wide, tall, wide, square, wide, tall}},
    };
    for (const auto& [name, sizes] : contents)
        for (const double width : {85.0, 180.0, 400.0})
            for (const int dpi : {72, 300})
                for (const bool heights : {true, false})
                    QTest::addRow("%s, %g mm, %d dpi, %s", name, width, dpi, heights ? "heights" : "widths")
                        << sizes << width << dpi << heights;
    QTest::addRow("12 in a page") << QList<QSize>(12, wide) << 180.0 << 300 << true;
}

/// Everything lies inside the page, nothing overlaps, rows share top and bottom.
void TestPanelGrid::geometry()
{
    QFETCH(QList<QSize>, sizes);
    QFETCH(double, widthMm);
    QFETCH(int, dpi);
    QFETCH(bool, sharedHeights);
    const PageSetup setup{widthMm, dpi};
    const auto fit = sharedHeights ? PanelGrid::Fit::SharedHeights : PanelGrid::Fit::SharedWidths;
    const auto page = layOut(gridOf(sizes, 2, fit), setup);
    QVERIFY2(page.has_value(), page ? "" : page.error().message().c_str());
    QCOMPARE(page->width, setup.px(widthMm));
    QCOMPARE(page->panels.size(), static_cast<std::size_t>(2 * sizes.size()));
    QCOMPARE(page->bars.size(), static_cast<std::size_t>(sizes.size()));

    const QRectF paper(0, 0, page->width, page->height);
    const auto places = placesOf(*page);
    for (std::size_t i = 0; i < places.size(); ++i) {
        QVERIFY2(paper.contains(places[i]), std::to_string(i).c_str());
        for (std::size_t j = 0; j < i; ++j) {
            const QRectF common = places[i].intersected(places[j]);
            QVERIFY2(common.width() < 0.5 || common.height() < 0.5,
                     (std::to_string(i) + " on " + std::to_string(j)).c_str());
        }
    }
    const auto count = static_cast<std::size_t>(sizes.size());
    for (std::size_t i = 0; i < page->panels.size(); ++i) {
        const QRect rect = page->panels[i].rect;
        const QSize full = page->panels[i].image.size;
        const QRect first = page->panels[i / count * count].rect;
        QCOMPARE(rect.center().y(), first.center().y());
        if (sharedHeights) {
            QCOMPARE(rect.top(), first.top());
            QCOMPARE(rect.height(), first.height());
        }
        // The shape is kept to a pixel.
        QVERIFY(std::abs(rect.width() - static_cast<double>(full.width()) / full.height() * rect.height()) <= 2.5);
        // Columns are centred on each other.
        QVERIFY(std::abs(rect.center().x() - page->panels[i % count].rect.center().x()) <= 1);
    }
}

void TestPanelGrid::equalShapesAlignExactly()
{
    const auto page =
        layOut(gridOf(QList<QSize>(5, QSize(1024, 768)), 2, PanelGrid::Fit::SharedHeights), {180, 300}).value();
    const int pitch = page.panels[1].rect.left() - page.panels[0].rect.left();
    for (std::size_t i = 0; i < 10; ++i) {
        QCOMPARE(page.panels[i].rect.size(), page.panels[0].rect.size());
        QCOMPARE(page.panels[i].rect.left(), page.panels[0].rect.left() + static_cast<int>(i % 5) * pitch);
        QCOMPARE(page.panels[i].rect.top(), page.panels[i / 5 * 5].rect.top());
    }
    // The columns fill the width between the margins, but for what rounding leaves.
    QVERIFY(page.panels[4].rect.right() > page.width - 2 * page.panels[0].rect.left());
}

void TestPanelGrid::portraitStaysAligned()
{
    const auto page = layOut(gridOf({{768, 1024}, {1024, 768}}, 2, PanelGrid::Fit::SharedHeights), {180, 300}).value();
    QCOMPARE(page.panels[0].rect.height(), page.panels[1].rect.height());
    QVERIFY(page.panels[0].rect.width() < page.panels[1].rect.width());
    // As rows: portrait and landscape share columns; the portrait row is higher, not wider.
    const auto rows = layOut(gridOf({{768, 1024}, {1024, 768}}, 2, PanelGrid::Fit::SharedWidths), {180, 300}).value();
    QVERIFY(rows.panels[0].rect.width() <= rows.panels[2].rect.width());
    QVERIFY(rows.panels[0].rect.height() > rows.panels[2].rect.height());
    // Different shapes in one row of equal columns: centred on each other.
    PanelGrid mixed = gridOf({{768, 1024}, {1024, 768}}, 1, PanelGrid::Fit::SharedHeights);
    mixed.fit = PanelGrid::Fit::SharedWidths;
    const auto centred = layOut(mixed, {180, 300}).value();
    QVERIFY(centred.panels[0].rect.height() > centred.panels[1].rect.height() + 50);
    QVERIFY(std::abs(centred.panels[0].rect.center().y() - centred.panels[1].rect.center().y()) <= 1);
}

void TestPanelGrid::scoresAreNeverCut()
{
    for (const double width : {60.0, 85.0, 180.0}) {
        const auto page =
            layOut(gridOf({{3, 4}, {4, 3}, {3, 4}, {4, 3}, {3, 4}}, 1, PanelGrid::Fit::SharedHeights), {width, 300});
        QVERIFY(page.has_value());
        int scores = 0, changes = 0, smallest = 1000;
        for (const PageText& text : page->texts) {
            scores += text.text == QStringLiteral("3.15") ? 1 : 0;
            changes += text.text.trimmed() == QChar(0x2212) + QStringLiteral("0.06") ? 1 : 0;
            smallest = std::min(smallest, text.pixelSize);
        }
        QCOMPARE(scores, 5);
        QCOMPARE(changes, 5);
        QVERIFY(smallest >= PageSetup({width, 300}).pointsToPx(3.5));
    }
}

void TestPanelGrid::emptyPanels()
{
    PanelGrid grid = gridOf({{4, 3}, {4, 3}, {4, 3}}, 2, PanelGrid::Fit::SharedWidths);
    grid.rows[0][1] = {};
    const auto page = layOut(grid, {180, 100}).value();
    QCOMPARE(page.panels.size(), std::size_t{5});
    QCOMPARE(page.panels[1].rect.left(), page.panels[4].rect.left()); // third column, both rows
}

void TestPanelGrid::bars()
{
    const auto page = layOut(gridOf({{4, 3}, {4, 3}}, 1, PanelGrid::Fit::SharedWidths), {180, 300}).value();
    QCOMPARE(page.bars.size(), std::size_t{2});
    const QImage& bar = page.bars[0].image;
    QCOMPARE(bar.size(), page.bars[0].rect.size());
    QCOMPARE(bar.pixel(0, 0), colorTable(ColorMap::Magma).front());
    QCOMPARE(bar.pixel(bar.width() - 1, bar.height() - 1), colorTable(ColorMap::Magma).back());
    QStringList texts;
    for (const PageText& text : page.texts)
        texts.append(text.text);
    QCOMPARE(texts.count(QChar(0x2212) + QStringLiteral("1.50")), 2);
    QCOMPARE(texts.count(QStringLiteral("2.25")), 2);
}

void TestPanelGrid::oneColumnIsCentred()
{
    PanelGrid grid = gridOf({{4, 3}}, 1, PanelGrid::Fit::SharedHeights);
    grid.rowLabels.clear();
    const auto page = layOut(grid, {180, 300}).value();
    const QRect rect = page.panels[0].rect;
    QVERIFY(std::abs(rect.left() - (page.width - 1 - rect.right())) <= 1);
    QVERIFY(rect.height() <= page.width / 2);
}

void TestPanelGrid::extremeShapes()
{
    for (const auto fit : {PanelGrid::Fit::SharedHeights, PanelGrid::Fit::SharedWidths}) {
        const auto page = layOut(gridOf({{10000, 1}, {1, 10000}, {1, 1}}, 3, fit), {180, 100});
        QVERIFY2(page.has_value(), page ? "" : page.error().message().c_str());
        for (const PageImage& panel : page->panels)
            QVERIFY(panel.rect.width() >= 1 && panel.rect.height() >= 1);
        QVERIFY(renderPage(*page));
    }
}

void TestPanelGrid::sameAtAnyResolution()
{
    const PanelGrid grid = gridOf({{4, 3}, {3, 4}, {1, 1}}, 2, PanelGrid::Fit::SharedHeights);
    const auto coarse = layOut(grid, {180, 100}).value();
    const auto fine = layOut(grid, {180, 600}).value();
    QCOMPARE(coarse.texts.size(), fine.texts.size());
    for (std::size_t i = 0; i < coarse.panels.size(); ++i) {
        QVERIFY(std::abs(6 * coarse.panels[i].rect.width() - fine.panels[i].rect.width()) < 36);
        QVERIFY(std::abs(6 * coarse.panels[i].rect.top() - fine.panels[i].rect.top()) < 60);
    }
}

void TestPanelGrid::whiteBackgroundAndExactColors()
{
    const auto page = layOut(gridOf({{4, 3}, {3, 4}}, 2, PanelGrid::Fit::SharedHeights), {100, 120}).value();
    const QImage image = renderPage(page).value();
    QCOMPARE(image.size(), QSize(page.width, page.height));
    QCOMPARE(image.devicePixelRatio(), 1.0);
    QCOMPARE(image.dotsPerMeterX(), 4724);
    for (const QPoint corner : {QPoint(0, 0), QPoint(page.width - 1, 0), QPoint(0, page.height - 1)})
        QCOMPARE(image.pixel(corner), 0xffffffffU);
    for (const PageImage& panel : page.panels)
        for (const QPoint point : {panel.rect.topLeft(), panel.rect.center(), panel.rect.bottomRight()})
            QCOMPARE(image.pixel(point), qRgb(90, 120, 150));
}

void TestPanelGrid::failingImage()
{
    PanelGrid grid = gridOf({{4, 3}}, 1, PanelGrid::Fit::SharedHeights);
    grid.rows[0][0].image.load = []() -> Result<QImage> {
        return Error{ErrorCode::OutOfMemory, "figure", "none left", "wait", {}};
    };
    const auto image = renderPage(layOut(grid, {100, 72}).value());
    QVERIFY(!image);
    QCOMPARE(image.error().code, ErrorCode::OutOfMemory);
}

void TestPanelGrid::refused_data()
{
    QTest::addColumn<int>("columns");
    QTest::addColumn<double>("widthMm");
    QTest::addColumn<int>("dpi");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no columns") << 0 << 180.0 << 300 << QByteArray("no panels");
    QTest::newRow("too many") << 40 << 180.0 << 300 << QByteArray("40 columns do not fit into a width of 180 mm");
    QTest::newRow("narrow") << 1 << 5.0 << 300 << QByteArray("between 20 and 1000 mm");
    QTest::newRow("nan") << 1 << std::nan("") << 300 << QByteArray("between 20 and 1000 mm");
    QTest::newRow("dpi 0") << 1 << 180.0 << 0 << QByteArray("between 50 and 1200 dpi");
    QTest::newRow("too large") << 1 << 1000.0 << 1200 << QByteArray("more than 30000");
}

void TestPanelGrid::refused()
{
    QFETCH(int, columns);
    QFETCH(double, widthMm);
    QFETCH(int, dpi);
    QFETCH(QByteArray, says);
    const auto page =
        layOut(gridOf(QList<QSize>(columns, QSize(4, 3)), 1, PanelGrid::Fit::SharedHeights), {widthMm, dpi});
    QVERIFY(!page);
    QCOMPARE(page.error().code, ErrorCode::InvalidInput);
    QVERIFY2(page.error().message().find(says.toStdString()) != std::string::npos, page.error().message().c_str());

    PanelGrid ragged = gridOf({{4, 3}, {4, 3}}, 2, PanelGrid::Fit::SharedHeights);
    ragged.rows[1].pop_back();
    QVERIFY(!layOut(ragged, {}));
    QVERIFY(!layOut({}, {}));
}

HALFLENS_TEST(TestPanelGrid)
#include "tst_panel_grid.moc"
