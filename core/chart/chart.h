// SPDX-License-Identifier: BSD-3-Clause
// A chart's axes, legend and lines, painted alike on a widget and into an SVG file.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace halflens {

struct ChartPoint {
    double x = 0;
    double y = 0;
};

/// Round values (1, 2 or 5 times a power of ten apart) in low..high, about `most` of them, one more at times. `low`
/// alone where the range is empty.
std::vector<double> niceTicks(double low, double high, int most);

struct ChartTick {
    double value = 0;
    std::string words;
};
/// niceTicks() with as many digits as tell them apart.
std::vector<ChartTick> numberedTicks(double low, double high, int most);

/// What a chart is painted on; y downwards.
class ChartSurface {
public:
    enum class Anchor { Start, Middle, End };

    virtual ~ChartSurface() = default;
    virtual double lineHeight() const = 0;
    virtual double textWidth(const std::string& words) const = 0;
    virtual void gridLine(ChartPoint from, ChartPoint to) = 0;
    /// `at` is the anchor in the text's width and the middle of its height.
    virtual void text(ChartPoint at, Anchor anchor, const std::string& words) = 0;
    /// `ink` names one of the chart's lines, from 0: colour, width and dashes are the surface's business.
    virtual void polyline(std::span<const ChartPoint> points, std::size_t ink) = 0;
};

/// Where the values of a chart lie.
class ChartFrame {
public:
    /// The room of a chart: labels `labelWidth` wide stand to its left, `rowsAbove` lines of text (the name of the
    /// vertical axis and the legend) above it, two lines below.
    struct Room {
        double left = 0, top = 0, width = 0, height = 0;
        double lineHeight = 0;
        double labelWidth = 0;
        int rowsAbove = 1;
    };
    /// Values outside lowX..highX and lowY..highY lie on the edge.
    ChartFrame(const Room& room, double lowX, double highX, double lowY, double highY);

    double left() const { return m_room.left + m_room.labelWidth + LabelGap; }
    double right() const { return m_room.left + m_room.width - RightEdge; }
    double top() const { return m_room.top + m_room.rowsAbove * m_room.lineHeight + TopGap; }
    double bottom() const { return m_room.top + m_room.height - 2 * m_room.lineHeight - LabelGap; }
    ChartPoint at(double x, double y) const;
    /// The horizontal value at this place, inside its range.
    double valueAt(double x) const;
    const Room& room() const { return m_room; }

    static constexpr double LabelGap = 6;
    static constexpr double TopGap = 9;
    static constexpr double RightEdge = 8;

private:
    Room m_room;
    double m_lowX, m_highX, m_lowY, m_highY;
};

struct ChartNames {
    std::string x;
    std::string y;
};

/// Grid lines at the ticks of y, the numbers of both axes and their names.
void paintAxes(ChartSurface& surface, const ChartFrame& frame, std::span<const ChartTick> x,
               std::span<const ChartTick> y, const ChartNames& names);

struct ChartEntry {
    std::string name;
    std::size_t ink = 0;
};
/// How many lines of text the legend takes beside the name of the vertical axis, at least 1.
int legendRows(const ChartSurface& surface, double width, std::span<const ChartEntry> entries,
               const std::string& nameOfY);
/// Above the frame, to its right end.
void paintLegend(ChartSurface& surface, const ChartFrame& frame, std::span<const ChartEntry> entries,
                 const std::string& nameOfY);

} // namespace halflens
