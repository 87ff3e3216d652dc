// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figures.h"
#include "core/figure/paper_maps.h"
#include "tests/support/test_case.h"
#include "tests/unit/figure/photos.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

const QString Minus(QChar(0x2212));

Figure2 figureOf(std::vector<std::shared_ptr<const Image>> photos)
{
    Figure2 figure;
    unsigned mask = 0x66a;
    for (const auto& photo : photos) {
        figure.columns.push_back(
            {photo, "photo" + std::to_string(figure.columns.size()) + ".jpg", BlockMask(mask), 3.21, 3.15, 2.604});
        mask = mask << 1 | mask >> 11;
    }
    figure.model = "lite-triq";
    figure.method = "attention mask";
    return figure;
}

QStringList textsOf(const FigurePage& page)
{
    QStringList texts;
    for (const PageText& text : page.texts)
        texts.append(text.text.trimmed());
    return texts;
}

std::shared_ptr<const ScalarMap> ramp(int height, int width)
{
    auto map = std::make_shared<ScalarMap>(height, width);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            map->row(y)[static_cast<std::size_t>(x)] = static_cast<float>(x - width / 4);
    return map;
}

MapFigure mapsOf(int rows)
{
    MapFigure figure;
    figure.mapNames = {"Saliency", "Frequency"};
    for (int r = 0; r < rows; ++r)
        figure.rows.push_back({syntheticPhoto(80, 60), "photo.jpg", {ramp(60, 80), ramp(60, 80)}, BlockMask(0x03f)});
    return figure;
}

} // namespace

class TestFigures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hiddenHalvesAreBlack();
    void scoresAndChanges();
    void orderAndLabels();
    void originalRow();
    void otherScale();
    void gridLinesShow();
    void longNames();
    void figure2Refused();
    void mapColumns();
    void mapPixels();
    void blendedMaps();
    void missingMapLeavesGap();
    void signedMaps();
    void knownRanges();
    void paperFigures();
    void mapFigureRefused();
};

/// In the finished pixels every block's middle is black or the photo's colour, as its mask says.
void TestFigures::hiddenHalvesAreBlack()
{
    const std::vector<std::shared_ptr<const Image>> photos{syntheticPhoto(640, 480), syntheticPhoto(300, 400),
                                                           syntheticPhoto(333, 333)};
    const Figure2 figure = figureOf(photos);
    const auto page = layOut(figure2(figure).value(), {180, 150}).value();
    QCOMPARE(page.panels.size(), std::size_t{6});
    const QImage image = renderPage(page).value();
    for (std::size_t i = 0; i < 6; ++i) {
        const Figure2Column& column = figure.columns[i % 3];
        const BlockMask hidden = i < 3 ? column.important : column.important.complement();
        const QRect rect = page.panels[i].rect;
        for (int b = 0; b < BlockCount; ++b) {
            const BlockRect part = blockRect({b}, rect.height(), rect.width());
            const QPoint middle(rect.left() + (part.left + part.right) / 2, rect.top() + (part.top + part.bottom) / 2);
            const BlockRect inPhoto = blockRect({b}, column.image->height, column.image->width);
            const std::uint8_t* rgb =
                column.image->row((inPhoto.top + inPhoto.bottom) / 2) + 3 * ((inPhoto.left + inPhoto.right) / 2);
            const QRgb pixel = image.pixel(middle);
            if (hidden.contains({b})) {
                QCOMPARE(pixel, 0xff000000U);
            } else {
                QVERIFY(std::abs(qRed(pixel) - rgb[0]) <= 4);
                QVERIFY(std::abs(qGreen(pixel) - rgb[1]) <= 4);
            }
        }
        // Black reaches the very corners of hidden blocks.
        for (int b = 0; b < BlockCount; ++b) {
            const BlockRect part = blockRect({b}, rect.height(), rect.width());
            if (hidden.contains({b}))
                QCOMPARE(image.pixel(rect.left() + part.left + 1, rect.top() + part.top + 1), 0xff000000U);
        }
    }
}

void TestFigures::scoresAndChanges()
{
    const auto page = layOut(figure2(figureOf({syntheticPhoto(64, 48)})).value(), {180, 100}).value();
    const QStringList texts = textsOf(page);
    for (const QString& expected :
         {QStringLiteral("photo0.jpg"), QStringLiteral("whole"), QStringLiteral("3.21"), QStringLiteral("3.15"),
          Minus + QStringLiteral("0.06"), QStringLiteral("2.60"), Minus + QStringLiteral("0.61"),
          QStringLiteral("Trivial"), QStringLiteral("Important")})
        QVERIFY2(texts.contains(expected), qPrintable(expected));
    const QString all = texts.join(QLatin1Char(' '));
    QVERIFY(all.contains(QStringLiteral("Model lite-triq, scale 1") + QChar(0x2013)
                         + QStringLiteral("5, attention mask.")));
}

void TestFigures::orderAndLabels()
{
    const PanelGrid grid = figure2(figureOf({syntheticPhoto(64, 48), syntheticPhoto(48, 64)})).value();
    QVERIFY(grid.fit == PanelGrid::Fit::SharedHeights);
    QCOMPARE(grid.rows.size(), std::size_t{2});
    QCOMPARE(grid.rowLabels[0][0].front().text, QStringLiteral("Trivial"));
    QCOMPARE(grid.rowLabels[1][0].front().text, QStringLiteral("Important"));
    QCOMPARE(grid.rows[0][1].image.size, QSize(48, 64)); // full resolution
    QCOMPARE(grid.rows[0][0].image.load().value().size(), QSize(64, 48));
}

void TestFigures::originalRow()
{
    Figure2 figure = figureOf({syntheticPhoto(64, 48)});
    figure.original = true;
    const PanelGrid grid = figure2(figure).value();
    QCOMPARE(grid.rows.size(), std::size_t{3});
    QCOMPARE(grid.rows[0][0].captions[0].front().text, QStringLiteral("3.21"));
    QCOMPARE(grid.columnHeaders[0].size(), std::size_t{1});
}

void TestFigures::otherScale()
{
    Figure2 figure = figureOf({syntheticPhoto(64, 48)});
    figure.scaleLow = 0;
    figure.scaleHigh = 100;
    figure.columns[0].score = 62;
    figure.columns[0].trivialScore = 63.5;
    const PanelGrid grid = figure2(figure).value();
    QCOMPARE(grid.rows[0][0].captions[0][0].text, QStringLiteral("63.5"));
    QCOMPARE(grid.rows[0][0].captions[0][1].text.trimmed(), QStringLiteral("+1.5"));
}

void TestFigures::gridLinesShow()
{
    Figure2 figure = figureOf({syntheticPhoto(1200, 900)});
    QVERIFY(figure2(figure).value().rows[0][0].image.load().value().pixel(300, 100) != 0xffffffffU);
    figure.gridLines = true;
    QCOMPARE(figure2(figure).value().rows[0][0].image.load().value().pixel(300, 100), 0xffffffffU);
}

void TestFigures::longNames()
{
    Figure2 figure = figureOf({syntheticPhoto(64, 48), syntheticPhoto(64, 48)});
    figure.columns[0].name = std::string(300, 'w') + "\n\xff.jpg";
    const auto page = layOut(figure2(figure).value(), {85, 300}).value();
    for (const PageText& text : page.texts)
        QVERIFY(text.bounds.left() >= 0 && text.bounds.right() <= page.width);
    QVERIFY(textsOf(page).join(QString()).contains(QChar(0x2026)));
}

void TestFigures::figure2Refused()
{
    QCOMPARE(figure2({}).error().code, ErrorCode::InvalidInput);
    Figure2 figure = figureOf({syntheticPhoto(64, 48)});
    figure.columns[0].image.reset();
    const auto grid = figure2(figure);
    QVERIFY(!grid);
    QCOMPARE(grid.error().file, std::string("photo0.jpg"));
}

void TestFigures::mapColumns()
{
    MapFigure figure = mapsOf(2);
    QCOMPARE(mapFigure(figure).value().columnHeaders.size(), std::size_t{3});
    figure.halves = true;
    const PanelGrid grid = mapFigure(figure).value();
    QVERIFY(grid.fit == PanelGrid::Fit::SharedWidths);
    QStringList headers;
    for (const auto& header : grid.columnHeaders)
        headers.append(header[0].front().text);
    QCOMPARE(headers,
             (QStringList{QStringLiteral("Image"), QStringLiteral("Saliency"), QStringLiteral("Frequency"),
                          QStringLiteral("Important"), QStringLiteral("Trivial")}));
    // Important regions visible, the others black; the trivial panel is the reverse.
    const QImage important = grid.rows[0][3].image.load().value();
    const QImage trivial = grid.rows[0][4].image.load().value();
    QCOMPARE(important.pixel(79, 59), 0xff000000U);
    QVERIFY(important.pixel(0, 0) != 0xff000000U);
    QCOMPARE(trivial.pixel(0, 0), 0xff000000U);
    QVERIFY(layOut(grid, {180, 100}));
}

void TestFigures::mapPixels()
{
    const PanelGrid grid = mapFigure(mapsOf(1)).value();
    const QImage map = grid.rows[0][1].image.load().value();
    QCOMPARE(map.pixel(0, 30), colorTable(ColorMap::Viridis).front());
    QCOMPARE(map.pixel(79, 30), colorTable(ColorMap::Viridis).back());
    QCOMPARE(grid.rows[0][1].bar->range, (ValueRange{-20, 59}));
    QVERIFY(!grid.rows[0][0].bar);
}

void TestFigures::blendedMaps()
{
    MapFigure figure = mapsOf(1);
    figure.opacity = 0;
    figure.colorBars = false;
    const PanelGrid grid = mapFigure(figure).value();
    QCOMPARE(grid.rows[0][1].image.load().value(), grid.rows[0][0].image.load().value());
    QVERIFY(!grid.rows[0][1].bar);
}

void TestFigures::missingMapLeavesGap()
{
    MapFigure figure = mapsOf(1);
    figure.rows[0].maps[0].reset();
    const PanelGrid grid = mapFigure(figure).value();
    QVERIFY(grid.rows[0][1].image.isNull());
    QVERIFY(!grid.rows[0][2].image.isNull());
    QVERIFY(renderPage(layOut(grid, {120, 100}).value()));
}

void TestFigures::signedMaps()
{
    MapFigure figure = mapsOf(1);
    figure.symmetric = true;
    figure.colors = ColorMap::BlueRed;
    QCOMPARE(mapFigure(figure).value().rows[0][1].bar->range, (ValueRange{-59, 59}));
}

/// Ranges that are known are taken as those found.
void TestFigures::knownRanges()
{
    MapFigure figure = mapsOf(1);
    figure.styles = {{ColorMap::BlueRed, 1, true}, {ColorMap::Viridis, 1, false}};
    const PanelGrid found = mapFigure(figure).value();
    figure.rows[0].ranges = {rangeOf(*figure.rows[0].maps[0]), rangeOf(*figure.rows[0].maps[1])};
    const PanelGrid known = mapFigure(figure).value();
    for (const std::size_t column : {1, 2})
        QCOMPARE(known.rows[0][column].bar->range, found.rows[0][column].bar->range);
}

void TestFigures::paperFigures()
{
    PaperMapFigure paper;
    paper.rows = mapsOf(2).rows;
    for (MapRow& row : paper.rows)
        row.important.reset();
    paper.model = {"lite-triq", "abc"};
    paper.lime = "how";
    ComposedFigure figure = paperMapFigure(paper).value();
    QCOMPARE(figure.grid.rows[0].size(), std::size_t{3});
    QCOMPARE(figure.grid.columnHeaders[2][0][0].text, QStringLiteral("Grad-CAM × attention"));
    QVERIFY(figure.grid.footnote.contains(QStringLiteral("lite-triq")));
    QCOMPARE(figure.grid.rows[0][1].bar->range, (ValueRange{-59, 59})); // signed
    QCOMPARE(figure.provenance.figure, std::string("1"));
    QCOMPARE(figure.provenance.settings.at("lime"), std::string("how"));
    QCOMPARE(figure.provenance.sources.size(), std::size_t{2});
    QVERIFY(figure.provenance.by.empty()); // nothing was masked
    paper.hasAttention = false;
    paper.colorBars = false;
    figure = paperMapFigure(paper).value();
    QCOMPARE(figure.grid.columnHeaders[2][0][0].text, QStringLiteral("Grad-CAM"));
    QVERIFY(!figure.grid.rows[0][1].bar);

    paper.kind = PaperMaps::Measures;
    QVERIFY(!paperMapFigure(paper)); // two maps in place of four
    paper.rows.resize(1);
    paper.rows[0].maps.resize(4, paper.rows[0].maps[0]);
    paper.rows[0].important = BlockMask(0x03f);
    paper.by = "zero";
    paper.indicator = "dmos";
    figure = paperMapFigure(paper).value();
    QCOMPARE(figure.grid.rows[0].size(), std::size_t{7});
    QCOMPARE(figure.provenance.fill, std::string("zero"));
    QCOMPARE(figure.provenance.sources[0].masks.size(), std::size_t{2});
}

void TestFigures::mapFigureRefused()
{
    QVERIFY(!mapFigure({}));
    MapFigure figure = mapsOf(1);
    figure.rows[0].maps.pop_back();
    QCOMPARE(mapFigure(figure).error().code, ErrorCode::InvalidInput);
    figure = mapsOf(1);
    figure.rows[0].image = std::make_shared<Image>();
    QVERIFY(!mapFigure(figure));
}

HALFLENS_TEST(TestFigures)
#include "tst_figures.moc"
