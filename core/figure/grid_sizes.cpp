// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/grid_sizes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halflens {

namespace {

constexpr double NarrowestColumnMm = 8;
constexpr double HighestPanel = 0.45; ///< of the page width
constexpr double NarrowestPanel = 0.2; ///< width by height; more slender images are fitted inside
constexpr double WidestPanel = 5;
constexpr int SmallestPercent = 60; ///< of the type sizes, to fit narrow columns
constexpr int SmallestWholePercent = 80; ///< down to this lines stay whole, then they break first

double aspectOf(QSize size)
{
    return std::clamp(static_cast<double>(size.width()) / size.height(), NarrowestPanel, WidestPanel);
}

class SizeChooser {
public:
    SizeChooser(const PanelGrid& grid, const PageSetup& setup)
        : m_grid(grid)
        , m_setup(setup)
        , m_columns(grid.rows.front().size())
        , m_pageWidth(setup.px(setup.widthMm))
    {
        m_sizes.columnWidth.resize(m_columns);
        m_sizes.rowHeight.resize(grid.rows.size());
    }

    std::optional<GridSizes> run();

private:
    void takeTexts(bool breakLines);
    void setType(int percent);
    int available() const;
    int textWidthOf(std::size_t column) const;
    bool labelsFit() const;
    bool chooseSizes(bool last);
    bool chooseSharedHeights(const std::vector<int>& narrowest);
    void chooseSharedWidths();

    const PanelGrid& m_grid;
    const PageSetup& m_setup;
    std::size_t m_columns;
    int m_pageWidth;
    GridSizes m_sizes;
};

void SizeChooser::takeTexts(bool breakLines)
{
    const auto take = [breakLines](const std::vector<TextLine>& lines) { return breakLines ? broken(lines) : lines; };
    m_sizes.headers.clear();
    for (const auto& header : m_grid.columnHeaders)
        m_sizes.headers.push_back(take(header));
    m_sizes.captions.clear();
    for (const auto& row : m_grid.rows) {
        m_sizes.captions.emplace_back();
        for (const Panel& panel : row)
            m_sizes.captions.back().push_back(take(panel.captions));
    }
}

void SizeChooser::setType(int percent)
{
    const auto px = [&](double points) { return m_setup.pointsToPx(points * percent / 100); };
    m_sizes.typePercent = percent;
    m_sizes.headerPx = px(HeaderPt);
    m_sizes.captionPx = px(CaptionPt);
    m_sizes.barPx = px(BarPt);
    std::size_t lines = 0;
    for (const auto& label : m_grid.rowLabels)
        lines = std::max(lines, label.size());
    m_sizes.labelWidth = lines == 0 ? 0 : static_cast<int>(lines) * lineHeight(m_sizes.headerPx) + m_setup.px(1);
}

/// Width left for columns.
int SizeChooser::available() const
{
    return m_pageWidth - 2 * m_setup.px(MarginMm) - m_sizes.labelWidth
        - static_cast<int>(m_columns - 1) * m_setup.px(ColumnGapMm);
}

/// Width that captions and headers of a column need at the present type size.
int SizeChooser::textWidthOf(std::size_t column) const
{
    double width = 0;
    if (!m_sizes.headers.empty())
        for (const TextLine& line : m_sizes.headers[column])
            width = std::max(width, fixedWidth(line, m_sizes.headerPx));
    for (const auto& row : m_sizes.captions)
        for (const TextLine& line : row[column])
            width = std::max(width, fixedWidth(line, m_sizes.captionPx));
    return static_cast<int>(std::ceil(width));
}

bool SizeChooser::labelsFit() const
{
    for (std::size_t r = 0; r < m_grid.rowLabels.size(); ++r)
        for (const TextLine& line : m_grid.rowLabels[r])
            if (fixedWidth(line, m_sizes.headerPx) > m_sizes.rowHeight[r])
                return false;
    return true;
}

/// Sizes of rows and columns at the present type size; false when text does not fit. With
/// `last` set, text gives way.
bool SizeChooser::chooseSizes(bool last)
{
    const int narrowest = m_setup.px(NarrowestColumnMm);
    std::vector<int> minimum(m_columns);
    for (std::size_t c = 0; c < m_columns; ++c)
        minimum[c] = last ? narrowest : std::max(narrowest, textWidthOf(c));
    if (m_grid.fit == PanelGrid::Fit::SharedHeights) {
        if (!chooseSharedHeights(minimum))
            return false;
    } else {
        chooseSharedWidths();
        for (std::size_t c = 0; c < m_columns; ++c)
            if (m_sizes.columnWidth[c] < minimum[c])
                return false;
    }
    return last || labelsFit();
}

/// The greatest common height at which the columns fill the width.
bool SizeChooser::chooseSharedHeights(const std::vector<int>& narrowest)
{
    std::vector<double> aspect(m_columns, 0);
    for (const auto& row : m_grid.rows)
        for (std::size_t c = 0; c < m_columns; ++c)
            if (!row[c].image.isNull())
                aspect[c] = std::max(aspect[c], aspectOf(row[c].image.size));
    const auto widthAt = [&](std::size_t c, int height) {
        return std::max(narrowest[c], static_cast<int>(std::lround(aspect[c] * height)));
    };
    const auto total = [&](int height) {
        int sum = 0;
        for (std::size_t c = 0; c < m_columns; ++c)
            sum += widthAt(c, height);
        return sum;
    };
    int low = 0;
    int high = static_cast<int>(HighestPanel * m_pageWidth) + 1;
    while (high - low > 1) {
        const int middle = std::midpoint(low, high);
        (total(middle) <= available() ? low : high) = middle;
    }
    if (low < m_setup.px(NarrowestColumnMm) / 2)
        return false;
    for (std::size_t c = 0; c < m_columns; ++c)
        m_sizes.columnWidth[c] = widthAt(c, low);
    std::fill(m_sizes.rowHeight.begin(), m_sizes.rowHeight.end(), low);
    return true;
}

/// Equal columns; a row is as high as its highest image at that width, at most square.
void SizeChooser::chooseSharedWidths()
{
    const int highest = static_cast<int>(HighestPanel * m_pageWidth);
    const int columns = std::max(1, static_cast<int>(m_columns));
    const int width = std::min(available() / columns, static_cast<int>(highest * 1.6));
    std::fill(m_sizes.columnWidth.begin(), m_sizes.columnWidth.end(), width);
    for (std::size_t r = 0; r < m_sizes.rowHeight.size(); ++r) {
        double aspect = WidestPanel;
        for (const Panel& panel : m_grid.rows[r])
            if (!panel.image.isNull())
                aspect = std::min(aspect, aspectOf(panel.image.size));
        m_sizes.rowHeight[r] = std::max(1, std::min({static_cast<int>(std::lround(width / aspect)), width, highest}));
    }
}

std::optional<GridSizes> SizeChooser::run()
{
    for (const bool breakLines : {false, true}) {
        takeTexts(breakLines);
        for (int percent = 100; percent >= (breakLines ? SmallestPercent : SmallestWholePercent); percent -= 5) {
            setType(percent);
            if (chooseSizes(false))
                return m_sizes;
        }
    }
    return chooseSizes(true) ? std::optional(m_sizes) : std::nullopt;
}

} // namespace

std::optional<GridSizes> chooseGridSizes(const PanelGrid& grid, const PageSetup& setup)
{
    return SizeChooser(grid, setup).run();
}

} // namespace halflens
