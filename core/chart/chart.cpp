// SPDX-License-Identifier: BSD-3-Clause
#include "core/chart/chart.h"

#include "core/base/numbers_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halflens {

namespace {

constexpr double SampleLength = 12; ///< of a line in the legend
constexpr double SampleGap = 4; ///< between it and its name
constexpr double EntryGap = 10;
constexpr double NumberGap = 3; ///< between the frame and the numbers below it

double share(double value, double low, double high)
{
    return high > low ? std::clamp((value - low) / (high - low), 0., 1.) : 0.5;
}

struct PlacedEntry {
    double left = 0; ///< of the piece of line before the name
    int row = 0;
};

/// Rows end at the right; one that is full goes on below. The first leaves room for the axis's name.
std::vector<PlacedEntry> placed(const ChartSurface& surface, double left, double right,
                                std::span<const ChartEntry> entries, const std::string& nameOfY)
{
    std::vector<PlacedEntry> result;
    double room = right - left - surface.textWidth(nameOfY) - EntryGap;
    double used = 0;
    std::size_t first = 0; // of the row
    const auto closeRow = [&] {
        for (; first < result.size(); ++first)
            result[first].left += right - used;
    };
    int row = 0;
    for (const ChartEntry& entry : entries) {
        const double width = SampleLength + SampleGap + surface.textWidth(entry.name);
        const double gap = first < result.size() ? EntryGap : 0;
        if (used + gap + width > room && (row == 0 || first < result.size())) {
            closeRow();
            ++row;
            room = right - left;
            used = 0;
        } else {
            used += gap;
        }
        result.push_back({used, row});
        used += width;
    }
    closeRow();
    return result;
}

double middleOfRow(const ChartFrame& frame, int row)
{
    return frame.room().top + (row + 0.5) * frame.room().lineHeight;
}

} // namespace

std::vector<double> niceTicks(double low, double high, int most)
{
    if (!(high > low) || most < 2)
        return {low};
    const double raw = (high - low) / most;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw) {
            step = factor * power;
            break;
        }
    }
    std::vector<double> ticks;
    const double tolerance = step * 1e-6;
    for (auto i = static_cast<long long>(std::ceil((low - tolerance) / step));
         static_cast<double>(i) * step <= high + tolerance; ++i)
        ticks.push_back(static_cast<double>(i) * step);
    return ticks;
}

std::vector<ChartTick> numberedTicks(double low, double high, int most)
{
    const std::vector<double> values = niceTicks(low, high, most);
    const double step = values.size() > 1 ? values[1] - values[0] : std::abs(values.front());
    const int digits = step > 0 ? std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-6)), 0, 12) : 0;
    std::vector<ChartTick> ticks;
    for (const double value : values)
        ticks.push_back({value, fixed(value, digits)});
    return ticks;
}

ChartFrame::ChartFrame(const Room& room, double lowX, double highX, double lowY, double highY)
    : m_room(room)
    , m_lowX(lowX)
    , m_highX(highX)
    , m_lowY(lowY)
    , m_highY(highY)
{ }

ChartPoint ChartFrame::at(double x, double y) const
{
    return {left() + share(x, m_lowX, m_highX) * (right() - left()),
            bottom() - share(y, m_lowY, m_highY) * (bottom() - top())};
}

double ChartFrame::valueAt(double x) const
{
    return m_lowX + share(x, left(), right()) * (m_highX - m_lowX);
}

void paintAxes(ChartSurface& surface, const ChartFrame& frame, std::span<const ChartTick> x,
               std::span<const ChartTick> y, const ChartNames& names)
{
    for (const ChartTick& tick : y) {
        const double height = frame.at(0, tick.value).y;
        surface.gridLine({frame.left(), height}, {frame.right(), height});
        surface.text({frame.left() - ChartFrame::LabelGap, height}, ChartSurface::Anchor::End, tick.words);
    }
    const double line = frame.room().lineHeight;
    for (const ChartTick& tick : x)
        surface.text({frame.at(tick.value, 0).x, frame.bottom() + NumberGap + line / 2}, ChartSurface::Anchor::Middle,
                     tick.words);
    surface.text({(frame.left() + frame.right()) / 2, frame.bottom() + NumberGap + 1.5 * line},
                 ChartSurface::Anchor::Middle, names.x);
    surface.text({frame.room().left, middleOfRow(frame, 0)}, ChartSurface::Anchor::Start, names.y);
}

int legendRows(const ChartSurface& surface, double width, std::span<const ChartEntry> entries,
               const std::string& nameOfY)
{
    const std::vector<PlacedEntry> places = placed(surface, 0, width - ChartFrame::RightEdge, entries, nameOfY);
    return places.empty() ? 1 : places.back().row + 1;
}

void paintLegend(ChartSurface& surface, const ChartFrame& frame, std::span<const ChartEntry> entries,
                 const std::string& nameOfY)
{
    const std::vector<PlacedEntry> places = placed(surface, frame.room().left, frame.right(), entries, nameOfY);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const double y = middleOfRow(frame, places[i].row);
        const double end = places[i].left + SampleLength;
        const std::array<ChartPoint, 2> sample{{{places[i].left, y}, {end, y}}};
        surface.polyline(sample, entries[i].ink);
        surface.text({end + SampleGap, y}, ChartSurface::Anchor::Start, entries[i].name);
    }
}

} // namespace halflens
