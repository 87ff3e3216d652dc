// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/study: charts of the report as SVG elements that take their colours from the page.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace halflens {

/// A named row of points.
struct ChartSeries {
    std::string name;
    std::vector<std::pair<double, double>> points;
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

} // namespace halflens
