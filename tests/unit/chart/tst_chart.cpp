// SPDX-License-Identifier: BSD-3-Clause
// Charts: ticks, where values lie, that texts stand inside their room, and well-formed SVG.
#include "core/chart/svg_chart.h"
#include "tests/support/test_case.h"

#include <QTest>
#include <QXmlStreamReader>

#include <cmath>

using namespace halflens;
using namespace Qt::StringLiterals;

namespace {

/// Keeps what is painted; every letter is 10 wide, a line 20 high.
class Recorder final : public ChartSurface {
public:
    struct Text {
        double left, right, y;
        std::string words;
    };
    double lineHeight() const override { return 20; }
    double textWidth(const std::string& words) const override { return 10 * static_cast<double>(words.size()); }
    void gridLine(ChartPoint from, ChartPoint to) override { grid.push_back({from, to}); }
    void text(ChartPoint at, Anchor anchor, const std::string& words) override
    {
        const double width = textWidth(words);
        const double left = anchor == Anchor::Start ? at.x : anchor == Anchor::Middle ? at.x - width / 2 : at.x - width;
        texts.push_back({left, left + width, at.y, words});
    }
    void polyline(std::span<const ChartPoint> points, std::size_t ink) override
    {
        lines.emplace_back(std::vector(points.begin(), points.end()), ink);
    }

    std::vector<std::pair<ChartPoint, ChartPoint>> grid;
    std::vector<Text> texts;
    std::vector<std::pair<std::vector<ChartPoint>, std::size_t>> lines;
};

/// Elements of the SVG by name; -1 everywhere when it is not well-formed.
int elements(const std::string& svg, const QString& name)
{
    QXmlStreamReader reader(QByteArray::fromStdString(svg));
    int count = 0;
    while (!reader.atEnd()) {
        reader.readNext();
        count += reader.isStartElement() && reader.name() == name ? 1 : 0;
    }
    return reader.hasError() ? -1 : count;
}

} // namespace

class TestChart : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ticksAreRound_data()
    {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("most");
        QTest::addColumn<QStringList>("ticks");
        QTest::newRow("unit") << 0.0 << 1.0 << 5
                              << QStringList{u"0.0"_s, u"0.2"_s, u"0.4"_s, u"0.6"_s, u"0.8"_s, u"1.0"_s};
        QTest::newRow("blocks") << 0.0 << 12.0 << 4 << QStringList{u"0"_s, u"5"_s, u"10"_s};
        QTest::newRow("narrow") << 0.9 << 0.95 << 5
                                << QStringList{u"0.90"_s, u"0.91"_s, u"0.92"_s, u"0.93"_s, u"0.94"_s, u"0.95"_s};
        QTest::newRow("rates") << 0.0 << 0.001 << 2 << QStringList{u"0.0000"_s, u"0.0005"_s, u"0.0010"_s};
        QTest::newRow("below zero") << -2.0 << 2.0 << 4 << QStringList{u"-2"_s, u"-1"_s, u"0"_s, u"1"_s, u"2"_s};
        QTest::newRow("odd") << 0.13 << 0.87 << 4 << QStringList{u"0.2"_s, u"0.4"_s, u"0.6"_s, u"0.8"_s};
        QTest::newRow("large") << 0.0 << 46000.0 << 5
                               << QStringList{u"0"_s, u"10000"_s, u"20000"_s, u"30000"_s, u"40000"_s};
        QTest::newRow("one value") << 3.0 << 3.0 << 4 << QStringList{u"3"_s};
    }
    void ticksAreRound()
    {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(int, most);
        QFETCH(QStringList, ticks);
        QStringList words;
        for (const ChartTick& tick : numberedTicks(low, high, most))
            words << QString::fromStdString(tick.words);
        QCOMPARE(words, ticks);
    }

    void valuesLieInTheFrame()
    {
        const ChartFrame frame({100, 50, 300, 200, 20, 40, 1}, 0, 12, 1, 5);
        QCOMPARE(frame.left(), 146.0); // 100 + 40 + 6
        QCOMPARE(frame.right(), 392.0);
        QCOMPARE(frame.top(), 79.0); // 50 + 20 + 9
        QCOMPARE(frame.bottom(), 204.0); // 250 - 2 * 20 - 6
        const ChartPoint middle = frame.at(6, 3);
        QCOMPARE(middle.x, (146 + 392) / 2.0);
        QCOMPARE(middle.y, (79 + 204) / 2.0);
        QCOMPARE(frame.at(0, 9).y, frame.top()); // beyond the range: on the edge
        QCOMPARE(frame.at(-1, 1).x, frame.left());
        QCOMPARE(frame.valueAt(frame.at(7, 1).x), 7.0);
        QCOMPARE(frame.valueAt(0), 0.0);
    }

    void axesStandRoundTheFrame()
    {
        Recorder recorder;
        const ChartFrame frame({0, 0, 400, 300, 20, 40, 1}, 0, 10, 0, 1);
        const std::vector<ChartTick> x{{0, "0"}, {10, "10"}};
        const std::vector<ChartTick> y{{0, "0"}, {0.5, "0.5"}, {1, "1"}};
        paintAxes(recorder, frame, x, y, {"blocks", "score"});
        QCOMPARE(recorder.grid.size(), std::size_t{3});
        QCOMPARE(recorder.grid[1].first.y, frame.at(0, 0.5).y);
        QCOMPARE(recorder.texts.size(), std::size_t{7});
        for (const Recorder::Text& text : recorder.texts) {
            QVERIFY2(text.left >= 0 && text.y >= 10 && text.y <= 290, text.words.c_str());
            const bool isNumberOfY = text.right < frame.left();
            const bool isOutside = text.y + 10 < frame.top() || text.y - 10 > frame.bottom();
            QVERIFY2(isNumberOfY || isOutside, text.words.c_str()); // nothing stands on the curves
        }
    }

    void longLegendsTakeMoreRows()
    {
        Recorder recorder;
        const std::vector<ChartEntry> entries{{"a long name", 0}, {"another long name", 1}, {"short", 2}};
        const int rows = legendRows(recorder, 300, entries, "score");
        QCOMPARE(rows, 2);
        QCOMPARE(legendRows(recorder, 900, entries, "score"), 1);
        QCOMPARE(legendRows(recorder, 900, {}, "score"), 1);
        const ChartFrame frame({0, 0, 300, 200, 20, 40, rows}, 0, 1, 0, 1);
        paintLegend(recorder, frame, entries, "score");
        QCOMPARE(recorder.lines.size(), entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            QCOMPARE(recorder.lines[i].second, i);
            QVERIFY(recorder.texts[i].y < frame.top());
            QVERIFY(recorder.texts[i].right <= frame.right() && recorder.lines[i].first[0].x >= 0);
            for (std::size_t j = 0; j < i; ++j) {
                const bool apart = recorder.texts[i].y != recorder.texts[j].y
                    || recorder.texts[j].right < recorder.lines[i].first[0].x; // in the order of reading
                QVERIFY(apart);
            }
        }
    }

    void svgIsWellFormed()
    {
        const ChartAxes axes{"a < b & \"c\"", "x", "y", 0, 10, 0, 1};
        const std::vector<ChartSeries> series{{"first", {{0, 0}, {5, 0.5}, {10, 1}}}, {"second", {{0, 1}, {10, 0}}}};
        const std::string line = lineChart(axes, series);
        QCOMPARE(elements(line, u"polyline"_s), 4); // two lines, two of the legend
        QVERIFY(line.find("a &lt; b &amp; &quot;c&quot;") != std::string::npos);
        const std::string scatter = scatterChart(axes, series);
        QCOMPARE(elements(scatter, u"circle"_s), 5);
        QCOMPARE(elements(gridChart("grid", std::vector<double>(12, 0.5)), u"rect"_s), 12);
        QVERIFY(gridChart("grid", {1, 2}).empty());
        QCOMPARE(elements(barChart(axes, 0.5, {{"one", 0.7, 0.6, 0.8}, {"two", 0.4, 0.3, 0.5}}), u"rect"_s), 2);
        const std::string sheet = chartSheet("title", {{axes, series}, {axes, {{"nothing", {}}}}});
        QCOMPARE(elements(sheet, u"g"_s), 1); // the one without points is left out
        QVERIFY(sheet.find("var(") == std::string::npos);
    }
};

HALFLENS_TEST(TestChart)
#include "tst_chart.moc"
