// SPDX-License-Identifier: BSD-3-Clause
// Layout files, the panels they become, and maps turned into columns.
#include "core/figure/figure_layout.h"
#include "core/figure/figures.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

namespace {

std::string layoutWith(const std::string& cell)
{
    return R"({"format": 1, "rows": [[)" + cell + "]]}";
}

std::shared_ptr<const Image> photo()
{
    auto image = std::make_shared<Image>();
    image->height = 30;
    image->width = 40;
    image->rgb.assign(3 * 30 * 40, 200);
    return image;
}

} // namespace

class TestFigureLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads();
    void refuses_data();
    void refuses();
    void becomesPanels();
    void turnedMapFigure();
    void styles();
};

void TestFigureLayout::reads()
{
    const auto layout = parseFigureLayout(R"({"format": 1, "title": "T", "caption": "C", "footnote": "F",
        "fit": "widths", "column_headers": ["a", "b"], "row_labels": ["r"],
        "rows": [[{"content": "map", "image": 2, "map": "gradcam", "model": "m", "colors": "magma", "opacity": 0.25,
                   "range": [-1, 2], "bar": false, "caption": "{name}"},
                  {"content": "masked", "blocks": [0, 11]}]]})");
    QVERIFY2(layout.has_value(), layout ? "" : layout.error().message().c_str());
    QVERIFY(layout->title == "T" && layout->caption == "C" && layout->footnote == "F");
    QVERIFY(layout->fit == PanelGrid::Fit::SharedWidths);
    QVERIFY((layout->columnHeaders == std::vector<std::string>{"a", "b"}));
    LayoutCell map;
    map.content = LayoutCell::Content::Map;
    map.image = 2;
    map.map = "gradcam";
    map.model = "m";
    map.colors = ColorMap::Magma;
    map.opacity = 0.25;
    map.range = ValueRange{-1, 2};
    map.bar = false;
    map.caption = "{name}";
    QVERIFY(layout->rows[0][0] == map);
    LayoutCell masked;
    masked.content = LayoutCell::Content::Masked;
    masked.hidden = BlockMask(1U | 1U << 11);
    QVERIFY(layout->rows[0][1] == masked);
    const auto empty = parseFigureLayout(layoutWith("null"));
    QVERIFY(empty.has_value());
    QVERIFY(empty->rows[0][0] == LayoutCell());
}

void TestFigureLayout::refuses_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const std::string& json, const char* says) {
        QTest::newRow(name) << QByteArray::fromStdString(json) << QByteArray(says);
    };
    row("no JSON", "rows", "JSON");
    row("no object", "[]", "JSON");
    row("no format", R"({"rows": [[null]]})", "format");
    row("no rows", R"({"format": 1})", "rows");
    row("empty rows", R"({"format": 1, "rows": []})", "rows");
    row("ragged", R"({"format": 1, "rows": [[null], [null, null]]})", "rows[1]");
    row("unknown key", R"({"format": 1, "rows": [[null]], "colour": 1})", "colour");
    row("headers", R"({"format": 1, "rows": [[null]], "column_headers": ["a", "b"]})", "column_headers");
    row("fit", R"({"format": 1, "rows": [[null]], "fit": "best"})", "fit");
    row("no content", layoutWith("{}"), "rows[0][0]");
    row("unknown content", layoutWith(R"({"content": "picture"})"), "content");
    row("unknown map", layoutWith(R"({"content": "map", "map": "depth"})"), "map");
    row("image below 0", layoutWith(R"({"content": "photo", "image": -1})"), "image");
    row("half an image", layoutWith(R"({"content": "photo", "image": 0.5})"), "image");
    row("block 12", layoutWith(R"({"content": "masked", "blocks": [12]})"), "blocks");
    row("opacity", layoutWith(R"({"content": "map", "map": "lime", "opacity": 2})"), "opacity");
    row("range", layoutWith(R"({"content": "map", "map": "lime", "range": [1, 1]})"), "range");
    row("colors", layoutWith(R"({"content": "map", "map": "lime", "colors": "jet"})"), "colors");
    row("deep", R"({"format": 1, "rows": [[[[[[[[[[[[]]]]]]]]]]]]})", "nested");
}

void TestFigureLayout::refuses()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, says);
    const auto layout = parseFigureLayout(json.toStdString());
    QVERIFY(!layout.has_value());
    QVERIFY(layout.error().code == ErrorCode::InvalidInput);
    QVERIFY2(layout.error().reason.find(says.toStdString()) != std::string::npos, layout.error().reason.c_str());
}

void TestFigureLayout::becomesPanels()
{
    const auto layout = parseFigureLayout(R"({"format": 1, "rows": [
        [{"content": "photo", "caption": "{name}: {score}"}, null],
        [{"content": "map", "map": "lime"}, {"content": "masked", "blocks": [0]}]]})");
    QVERIFY(layout.has_value());
    auto map = std::make_shared<ScalarMap>(30, 40);
    map->values[5] = 2;
    map->values[6] = -1;
    int asked = 0;
    const auto grid = layoutGrid(*layout, [&](const LayoutCell& cell) -> Result<CellContent> {
        ++asked;
        return CellContent{photo(), map, cell.hidden, "a.png", "3.21"};
    });
    QVERIFY2(grid.has_value(), grid ? "" : grid.error().message().c_str());
    QCOMPARE(asked, 3);
    QCOMPARE(grid->rows.size(), std::size_t(2));
    QCOMPARE(grid->rows[0][0].captions[0][0].text, QStringLiteral("a.png: 3.21"));
    QVERIFY(grid->rows[0][1].image.isNull());
    const auto& bar = grid->rows[1][0].bar;
    QVERIFY(bar && bar->colors == ColorMap::BlueRed);
    QCOMPARE(bar->range.low, -2.0); // LIME is signed: the middle is zero
    QCOMPARE(bar->range.high, 2.0);
    QCOMPARE(grid->rows[1][1].image.load()->pixel(0, 0), 0xff000000U);
    QCOMPARE(grid->rows[1][1].image.load()->pixel(39, 29), 0xffc8c8c8U);
    QVERIFY(layOut(*grid, {}).has_value());

    const auto failing = layoutGrid(*layout, [](const LayoutCell&) -> Result<CellContent> {
        return Error{ErrorCode::Io, "open", "gone", {}, {}};
    });
    QVERIFY(!failing.has_value() && failing.error().code == ErrorCode::Io);
    QVERIFY(!layoutGrid(*layout, [](const LayoutCell&) { return Result<CellContent>(CellContent{}); }).has_value());
}

void TestFigureLayout::turnedMapFigure()
{
    MapFigure figure;
    figure.mapNames = {"one", "two"};
    figure.halves = true;
    const auto map = std::make_shared<const ScalarMap>(30, 40);
    for (const char* name : {"a.png", "b.png", "c.png"})
        figure.rows.push_back({photo(), name, {map, map}, BlockMask(63)});
    const auto rows = mapFigure(figure);
    figure.imagesAsColumns = true;
    const auto columns = mapFigure(figure);
    QVERIFY(rows.has_value() && columns.has_value());
    QCOMPARE(rows->rows.size(), std::size_t(3));
    QCOMPARE(rows->rows[0].size(), std::size_t(5));
    QCOMPARE(columns->rows.size(), std::size_t(5));
    QCOMPARE(columns->rows[0].size(), std::size_t(3));
    QCOMPARE(columns->rowLabels.size(), std::size_t(5));
    QCOMPARE(columns->rowLabels[1][0][0].text, QStringLiteral("one"));
    QCOMPARE(columns->columnHeaders[2][0][0].text, QStringLiteral("c.png"));
    QVERIFY(columns->fit == PanelGrid::Fit::SharedHeights);
    QVERIFY(layOut(*columns, {}).has_value());
}

void TestFigureLayout::styles()
{
    MapFigure figure;
    figure.mapNames = {"signed", "plain"};
    auto map = std::make_shared<ScalarMap>(30, 40);
    map->values[0] = -3;
    map->values[1] = 1;
    figure.rows.push_back({photo(), "a.png", {map, map}, {}});
    figure.styles = {{ColorMap::BlueRed, 0.5, true}, {ColorMap::Magma, 1, false}};
    const auto grid = mapFigure(figure);
    QVERIFY(grid.has_value());
    QVERIFY((grid->rows[0][1].bar->range == ValueRange{-3, 3}));
    QVERIFY((grid->rows[0][2].bar->range == ValueRange{-3, 1}));
    QVERIFY(grid->rows[0][2].bar->colors == ColorMap::Magma);
    figure.styles.pop_back();
    QVERIFY(!mapFigure(figure).has_value());
}

HALFLENS_TEST(TestFigureLayout)
#include "tst_figure_layout.moc"
