// SPDX-License-Identifier: BSD-3-Clause
#include "core/chart/svg_chart.h"

#include "core/base/block.h"
#include "core/base/numbers_text.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

constexpr double Width = 420;
constexpr double Height = 300;
constexpr double SheetWidth = 640;
constexpr double SheetHeight = 200;
constexpr double Edge = 12;
constexpr double TitleHeight = 24;
constexpr double Line = 14; ///< of text of 11 px
constexpr int Ticks = 5;
constexpr std::size_t Colours = 6; ///< classes s0 .. s5 of the style sheet

std::string at(double value)
{
    return fixed(value, 1);
}

std::string text(double x, double y, const char* kind, const std::string& words)
{
    return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" class=\"" + kind + "\">" + forHtml(words) + "</text>";
}

std::string opened(const std::string& title, double width, double height)
{
    return "<svg role=\"img\" viewBox=\"0 0 " + at(width) + " " + at(height) + "\" width=\"" + at(width)
        + "\" height=\"" + at(height) + "\"><title>" + forHtml(title) + "</title>" + text(0, 16, "ct", title);
}

std::string classOf(char kind, std::size_t ink)
{
    return std::string(1, kind) + std::to_string(ink % Colours);
}

class SvgSurface final : public ChartSurface {
public:
    double lineHeight() const override { return Line; }
    /// No font is at hand: an average letter of 11 px, and some room.
    double textWidth(const std::string& words) const override { return 6.2 * static_cast<double>(words.size()); }
    void gridLine(ChartPoint from, ChartPoint to) override
    {
        svg += "<path class=\"g\" d=\"M" + at(from.x) + " " + at(from.y) + "L" + at(to.x) + " " + at(to.y) + "\"/>";
    }
    void text(ChartPoint place, Anchor anchor, const std::string& words) override
    {
        const char* kind = anchor == Anchor::Start ? "tl" : anchor == Anchor::Middle ? "tx" : "ty";
        svg += halflens::text(place.x, place.y + 4, kind, words);
    }
    void polyline(std::span<const ChartPoint> points, std::size_t ink) override
    {
        svg += "<polyline fill=\"none\" class=\"" + classOf('s', ink) + "\" points=\"";
        for (const ChartPoint& point : points)
            svg += at(point.x) + "," + at(point.y) + " ";
        svg += "\"/>";
    }

    std::string svg;
};

/// Axes and legend; the legend names series where there are several.
ChartFrame begin(SvgSurface& surface, const ChartAxes& axes, const std::vector<ChartSeries>& series, double width,
                 double height)
{
    const std::vector<ChartTick> x = numberedTicks(axes.lowX, axes.highX, Ticks);
    const std::vector<ChartTick> y = numberedTicks(axes.lowY, axes.highY, Ticks);
    std::vector<ChartEntry> entries;
    for (std::size_t i = 0; i < series.size() && series.size() > 1; ++i)
        entries.push_back({series[i].name, i});
    double labels = 0;
    for (const ChartTick& tick : y)
        labels = std::max(labels, surface.textWidth(tick.words));
    const int rows = legendRows(surface, width, entries, axes.y);
    const ChartFrame frame({0, TitleHeight, width, height - TitleHeight, surface.lineHeight(), labels, rows}, axes.lowX,
                           axes.highX, axes.lowY, axes.highY);
    paintAxes(surface, frame, x, y, {axes.x, axes.y});
    paintLegend(surface, frame, entries, axes.y);
    return frame;
}

std::string lines(const ChartAxes& axes, const std::vector<ChartSeries>& series, double width, double height)
{
    SvgSurface surface;
    const ChartFrame frame = begin(surface, axes, series, width, height);
    for (std::size_t i = 0; i < series.size(); ++i) {
        std::vector<ChartPoint> places;
        for (const ChartPoint& point : series[i].points)
            places.push_back(frame.at(point.x, point.y));
        if (!places.empty())
            surface.polyline(places, i);
    }
    return surface.svg;
}

} // namespace

std::string forHtml(const std::string& text)
{
    std::string safe;
    for (const char character : text) {
        switch (character) {
        case '&':
            safe += "&amp;";
            break;
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '"':
            safe += "&quot;";
            break;
        default:
            safe += character;
        }
    }
    return safe;
}

const char* const ChartStyleSheet =
    R"(svg text{fill:var(--ink);font:11px system-ui,sans-serif}
.ct{font-weight:600!important}.tx{text-anchor:middle}.ty{text-anchor:end}.g{stroke:var(--line);fill:none}.d{stroke:var(--soft);stroke-dasharray:4 3;fill:none}
.e{stroke:var(--ink);fill:none}
.s0,.s1,.s2,.s3,.s4,.s5{fill:none;stroke-width:1.8}
.s0{stroke:#2f6fb5}.s1{stroke:#d1772b}.s2{stroke:#2e8b57}.s3{stroke:#a0499f}.s4{stroke:#7d6b2f}.s5{stroke:#6b7684}
.f0,.p0{fill:#2f6fb5}.f1,.p1{fill:#d1772b}.f2,.p2{fill:#2e8b57}.f3,.p3{fill:#a0499f}.f4,.p4{fill:#7d6b2f}.f5,.p5{fill:#6b7684}
.p0,.p1,.p2,.p3,.p4,.p5{fill-opacity:.45}
)";

std::string lineChart(const ChartAxes& axes, const std::vector<ChartSeries>& series)
{
    return opened(axes.title, Width, Height) + lines(axes, series, Width, Height) + "</svg>";
}

std::string scatterChart(const ChartAxes& axes, const std::vector<ChartSeries>& series)
{
    SvgSurface surface;
    const ChartFrame frame = begin(surface, axes, series, Width, Height);
    const ChartPoint from = frame.at(axes.lowX, axes.lowX);
    const ChartPoint to = frame.at(axes.highX, axes.highX);
    surface.svg += "<path class=\"d\" d=\"M" + at(from.x) + " " + at(from.y) + "L" + at(to.x) + " " + at(to.y) + "\"/>";
    for (std::size_t i = 0; i < series.size(); ++i) {
        surface.svg += "<g class=\"" + classOf('p', i) + "\">";
        for (const ChartPoint& point : series[i].points) {
            const ChartPoint place = frame.at(point.x, point.y);
            surface.svg += "<circle cx=\"" + at(place.x) + "\" cy=\"" + at(place.y) + "\" r=\"2\"/>";
        }
        surface.svg += "</g>";
    }
    return opened(axes.title, Width, Height) + surface.svg + "</svg>";
}

std::string gridChart(const std::string& title, const std::vector<double>& values)
{
    constexpr double Cell = 84;
    constexpr double CellHeight = 56;
    if (values.size() != BlockCount)
        return {};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    std::string svg = opened(title, GridColumns * Cell + Edge, TitleHeight + GridRows * CellHeight + Edge);
    for (int block = 0; block < BlockCount; ++block) {
        const double value = values[static_cast<std::size_t>(block)];
        const double part = *high > *low ? (value - *low) / (*high - *low) : 0;
        const int row = block / GridColumns;
        const double x = Cell * (block % GridColumns);
        const double y = TitleHeight + CellHeight * row;
        svg += "<rect class=\"f0\" fill-opacity=\"" + fixed(0.1 + 0.7 * part, 3) + "\" x=\"" + at(x) + "\" y=\"" + at(y)
            + "\" width=\"" + at(Cell - 2) + "\" height=\"" + at(CellHeight - 2) + "\"/>"
            + text(x + Cell / 2, y + CellHeight / 2 + 4, "tx", fixed(value, 4));
    }
    return svg + "</svg>";
}

std::string barChart(const ChartAxes& axes, double base, const std::vector<ChartBar>& bars)
{
    constexpr double Row = 18;
    SvgSurface surface;
    double names = 0;
    for (const ChartBar& bar : bars)
        names = std::max(names, surface.textWidth(bar.name));
    const double height =
        TitleHeight + ChartFrame::TopGap + Row * static_cast<double>(bars.size()) + 2 * Line + ChartFrame::LabelGap;
    const double width = Width + names;
    const ChartFrame frame({0, TitleHeight, width, height - TitleHeight, Line, names, 0}, axes.lowX, axes.highX, 0, 1);
    const std::vector<ChartTick> x{
        {axes.lowX, fixed(axes.lowX, 2)}, {base, fixed(base, 2)}, {axes.highX, fixed(axes.highX, 2)}};
    paintAxes(surface, frame, x, {}, {axes.x, {}});
    const double zero = frame.at(base, 0).x;
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const ChartBar& bar = bars[i];
        const double y = frame.top() + Row * static_cast<double>(i);
        const double end = frame.at(bar.value, 0).x;
        surface.text({frame.left() - ChartFrame::LabelGap, y + Row / 2}, ChartSurface::Anchor::End, bar.name);
        surface.svg += "<rect class=\"f0\" x=\"" + at(std::min(zero, end)) + "\" y=\"" + at(y + 3) + "\" width=\""
            + at(std::abs(end - zero)) + "\" height=\"" + at(Row - 6) + "\"/><path class=\"e\" d=\"M"
            + at(frame.at(bar.low, 0).x) + " " + at(y + Row / 2) + "H" + at(frame.at(bar.high, 0).x) + "\"/>";
    }
    surface.svg += "<path class=\"d\" d=\"M" + at(zero) + " " + at(frame.top()) + "V" + at(frame.bottom()) + "\"/>";
    return opened(axes.title, width, height) + surface.svg + "</svg>";
}

std::string chartSheet(const std::string& title, std::vector<SheetChart> charts)
{
    std::string body;
    double top = 30;
    for (SheetChart& chart : charts) {
        double low = std::numeric_limits<double>::infinity();
        double high = -low;
        for (const ChartSeries& series : chart.series) {
            for (const ChartPoint& point : series.points) {
                low = std::min(low, point.y);
                high = std::max(high, point.y);
            }
        }
        if (!(low <= high))
            continue;
        const double room = std::max((high - low) * 0.05, 1e-9);
        chart.axes.lowY = low - room;
        chart.axes.highY = high + room;
        body += "<g transform=\"translate(10 " + at(top) + ")\">" + text(0, 16, "ct", chart.axes.title)
            + lines(chart.axes, chart.series, SheetWidth - 20, SheetHeight) + "</g>\n";
        top += SheetHeight + Edge;
    }
    // Not every viewer of pictures knows variables.
    std::string style = ChartStyleSheet;
    for (const auto& [name, colour] :
         {std::pair{"var(--ink)", "#1c1f23"}, {"var(--soft)", "#5b636d"}, {"var(--line)", "#d5d9de"}}) {
        for (std::size_t place = style.find(name); place != std::string::npos; place = style.find(name))
            style.replace(place, std::string(name).size(), colour);
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + at(SheetWidth) + " " + at(top) + "\">\n<style>"
        + style + "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        + "<text x=\"10\" y=\"20\" font-size=\"14\">" + forHtml(title) + "</text>\n" + body + "</svg>\n";
}

} // namespace halflens
