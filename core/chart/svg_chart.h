// SPDX-License-Identifier: BSD-3-Clause
// Charts as SVG elements that take their colours from the page they stand in.
#pragma once

#include "core/chart/chart.h"

#include <string>
#include <vector>

namespace halflens {

/// `text` for HTML and SVG.
std::string forHtml(const std::string& text);

/// Rules for the classes the charts use, for the style sheet of a page that defines --ink, --soft and --line.
extern const char* const ChartStyleSheet;

/// A named row of points.
struct ChartSeries {
    std::string name;
    std::vector<ChartPoint> points;
};

struct ChartAxes {
    std::string title; ///< also what a screen reader says
    std::string x;
    std::string y;
    double lowX = 0, highX = 1, lowY = 0, highY = 1;
};

std::string lineChart(const ChartAxes& axes, const std::vector<ChartSeries>& series);
/// Points and the diagonal of equality.
std::string scatterChart(const ChartAxes& axes, const std::vector<ChartSeries>& series);
/// Twelve values on the 3 x 4 grid, darker = larger share of the range, each with its number.
std::string gridChart(const std::string& title, const std::vector<double>& values);
/// Horizontal bars from `base`, with their intervals.
struct ChartBar {
    std::string name;
    double value = 0;
    double low = 0;
    double high = 0;
};
std::string barChart(const ChartAxes& axes, double base, const std::vector<ChartBar>& bars);

/// A line chart of a sheet; the vertical range is that of the points.
struct SheetChart {
    ChartAxes axes;
    std::vector<ChartSeries> series;
};
/// A whole SVG file, black on white: line charts one below the other. Charts without points are left out.
std::string chartSheet(const std::string& title, std::vector<SheetChart> charts);

} // namespace halflens
