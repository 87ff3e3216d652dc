// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_report_charts.h"

#include "core/base/block.h"
#include "core/base/numbers_text.h"
#include "core/study/study_report.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double Width = 420;
constexpr double Height = 300;
constexpr double Left = 52;
constexpr double Right = 12;
constexpr double Top = 28;
constexpr double Bottom = 44;
constexpr int Ticks = 5;
constexpr std::size_t Colours = 6; ///< classes s0 .. s5 of the page's style

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
        + "\" height=\"" + at(height) + "\"><title>" + forHtml(title) + "</title>" + text(Left, 16, "ct", title);
}

class Plane {
public:
    explicit Plane(const ChartAxes& axes)
        : m_axes(axes)
    { }

    double x(double value) const { return Left + (Width - Left - Right) * share(value, m_axes.lowX, m_axes.highX); }
    double y(double value) const
    {
        return Height - Bottom - (Height - Top - Bottom) * share(value, m_axes.lowY, m_axes.highY);
    }

    std::string frame() const
    {
        std::string svg = opened(m_axes.title, Width, Height);
        for (int i = 0; i < Ticks; ++i) {
            const double part = static_cast<double>(i) / (Ticks - 1);
            const double valueX = m_axes.lowX + part * (m_axes.highX - m_axes.lowX);
            const double valueY = m_axes.lowY + part * (m_axes.highY - m_axes.lowY);
            svg += "<path class=\"g\" d=\"M" + at(Left) + " " + at(y(valueY)) + "H" + at(Width - Right) + "\"/>";
            svg += text(x(valueX), Height - Bottom + 16, "tx", label(valueX, m_axes.highX - m_axes.lowX));
            svg += text(Left - 6, y(valueY) + 4, "ty", label(valueY, m_axes.highY - m_axes.lowY));
        }
        svg += text((Left + Width - Right) / 2, Height - 8, "tx", m_axes.x);
        return svg + "<text class=\"tx\" transform=\"translate(12 " + at((Top + Height - Bottom) / 2)
            + ") rotate(-90)\">" + forHtml(m_axes.y) + "</text>";
    }

    static std::string legend(const std::vector<ChartSeries>& series)
    {
        if (series.size() < 2)
            return {};
        std::string svg;
        for (std::size_t i = 0; i < series.size(); ++i) {
            const double y = Top + 14 * static_cast<double>(i);
            svg += "<rect class=\"f" + std::to_string(i % Colours) + "\" x=\"" + at(Left + 8) + "\" y=\"" + at(y)
                + "\" width=\"10\" height=\"10\"/>" + text(Left + 22, y + 9, "tl", series[i].name);
        }
        return svg;
    }

private:
    static double share(double value, double low, double high)
    {
        return high > low ? std::clamp((value - low) / (high - low), 0., 1.) : 0.5;
    }
    static std::string label(double value, double range) { return fixed(value, range < 0.5 ? 3 : range < 8 ? 2 : 0); }

    const ChartAxes& m_axes;
};

} // namespace

std::string lineChart(const ChartAxes& axes, const std::vector<ChartSeries>& series)
{
    const Plane plane(axes);
    std::string svg = plane.frame();
    for (std::size_t i = 0; i < series.size(); ++i) {
        std::string path;
        for (const auto& [x, y] : series[i].points)
            path += (path.empty() ? "M" : "L") + at(plane.x(x)) + " " + at(plane.y(y));
        svg += "<path class=\"s" + std::to_string(i % Colours) + "\" d=\"" + path + "\"/>";
    }
    return svg + Plane::legend(series) + "</svg>";
}

std::string scatterChart(const ChartAxes& axes, const std::vector<ChartSeries>& series)
{
    const Plane plane(axes);
    std::string svg = plane.frame() + "<path class=\"d\" d=\"M" + at(plane.x(axes.lowX)) + " " + at(plane.y(axes.lowX))
        + "L" + at(plane.x(axes.highX)) + " " + at(plane.y(axes.highX)) + "\"/>";
    for (std::size_t i = 0; i < series.size(); ++i) {
        svg += "<g class=\"p" + std::to_string(i % Colours) + "\">";
        for (const auto& [x, y] : series[i].points)
            svg += "<circle cx=\"" + at(plane.x(x)) + "\" cy=\"" + at(plane.y(y)) + "\" r=\"2\"/>";
        svg += "</g>";
    }
    return svg + Plane::legend(series) + "</svg>";
}

std::string gridChart(const std::string& title, const std::vector<double>& values)
{
    constexpr double Cell = 84;
    constexpr double CellHeight = 56;
    if (values.size() != BlockCount)
        return {};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    std::string svg = opened(title, Left + GridColumns * Cell + Right, Top + GridRows * CellHeight + Right);
    for (int block = 0; block < BlockCount; ++block) {
        const double value = values[static_cast<std::size_t>(block)];
        const double part = *high > *low ? (value - *low) / (*high - *low) : 0;
        const double x = Left + Cell * (block % GridColumns);
        const double y = Top + CellHeight * (block / GridColumns);
        svg += "<rect class=\"f0\" fill-opacity=\"" + fixed(0.1 + 0.7 * part, 3) + "\" x=\"" + at(x) + "\" y=\"" + at(y)
            + "\" width=\"" + at(Cell - 2) + "\" height=\"" + at(CellHeight - 2) + "\"/>"
            + text(x + Cell / 2, y + CellHeight / 2 + 4, "tx", fixed(value, 4));
    }
    return svg + "</svg>";
}

std::string barChart(const ChartAxes& axes, double base, const std::vector<ChartBar>& bars)
{
    constexpr double Names = 140;
    constexpr double Row = 18;
    const double width = Width + Names - Left;
    const double height = Top + Row * static_cast<double>(bars.size()) + Bottom;
    const auto x = [&](double value) {
        const double range = axes.highX - axes.lowX;
        return Names + (width - Names - Right) * (range > 0 ? std::clamp((value - axes.lowX) / range, 0., 1.) : 0.5);
    };
    std::string svg = opened(axes.title, width, height);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const ChartBar& bar = bars[i];
        const double y = Top + Row * static_cast<double>(i);
        const double from = std::min(x(base), x(bar.value));
        svg += text(Names - 6, y + 12, "ty", bar.name) + "<rect class=\"f0\" x=\"" + at(from) + "\" y=\"" + at(y + 3)
            + "\" width=\"" + at(std::abs(x(bar.value) - x(base))) + "\" height=\"" + at(Row - 6)
            + "\"/><path class=\"e\" d=\"M" + at(x(bar.low)) + " " + at(y + Row / 2) + "H" + at(x(bar.high)) + "\"/>";
    }
    svg += "<path class=\"d\" d=\"M" + at(x(base)) + " " + at(Top) + "V" + at(height - Bottom) + "\"/>";
    for (const double value : {axes.lowX, base, axes.highX})
        svg += text(x(value), height - Bottom + 16, "tx", fixed(value, 2));
    return svg + text((Names + width) / 2, height - 8, "tx", axes.x) + "</svg>";
}

} // namespace halflens
