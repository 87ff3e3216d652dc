// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/panel_grid.h"

#include "core/figure/grid_sizes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halflens {

namespace {

constexpr double RowGapMm = 3.2;
constexpr double CaptionGapMm = 0.9; ///< between image and text that belongs to it
constexpr double BlockGapMm = 3; ///< before footnote and caption
constexpr double BarMm = 1.8; ///< height of a colour bar
constexpr double FrameMm = 0.08;
constexpr int LargestPage = 30000; ///< pixels; the raster painter's coordinates end at 32767

constexpr double TitlePt = 10;
constexpr double FootnotePt = 6.5;
constexpr double FigureCaptionPt = 8;
constexpr int SmallestParagraphPercent = 85; ///< title and notes shrink less than what stands at panels

constexpr QRgb Ink = 0xff1a1a1a;
constexpr QRgb MutedInk = 0xff6b6b6b;
constexpr QRgb FrameInk = 0xffb8b8b8;

Error invalid(std::string reason, std::string remedy)
{
    return {ErrorCode::InvalidInput, "figure", std::move(reason), std::move(remedy), {}};
}

/// Largest size of the image's shape inside `box`.
QSize inscribed(QSize image, QSize box)
{
    const double aspect = static_cast<double>(image.width()) / image.height();
    const int width = static_cast<int>(std::lround(box.height() * aspect));
    if (width <= box.width())
        return {std::max(width, 1), box.height()};
    return {box.width(), std::clamp(static_cast<int>(std::lround(box.width() / aspect)), 1, box.height())};
}

QImage gradient(ColorMap colors, QSize size)
{
    QImage image(size, QImage::Format_RGB32);
    const int last = std::max(size.width() - 1, 1);
    for (int y = 0; y < size.height(); ++y)
        for (int x = 0; x < size.width(); ++x)
            reinterpret_cast<QRgb*>(image.scanLine(y))[x] = colorOf(x, colors, {0, static_cast<double>(last)});
    return image;
}

class GridLayout {
public:
    GridLayout(const PanelGrid& grid, const PageSetup& setup, GridSizes sizes)
        : m_grid(grid)
        , m_setup(setup)
        , m_sizes(std::move(sizes))
        , m_columns(grid.rows.front().size())
        , m_margin(setup.px(MarginMm))
    {
        m_page.width = setup.px(setup.widthMm);
        m_page.dpi = setup.dpi;
    }

    Result<FigurePage> run();

private:
    void placeColumns();
    int barHeight(const std::vector<Panel>& row) const;
    int captionHeight(std::size_t r) const;

    void addTitle();
    void addHeaders();
    void addRow(std::size_t r);
    void addRowLabel(std::size_t r);
    void addBar(const ColorBar& bar, QRect place);
    void addFrame(QRect around);
    void addParagraph(const QString& text, double points, bool bold, QRgb color);
    void addCentred(const TextLine& line, int pixelSize, double left, double width, int top);

    const PanelGrid& m_grid;
    const PageSetup& m_setup;
    GridSizes m_sizes;
    std::size_t m_columns;
    int m_margin;
    std::vector<int> m_columnX;
    int m_y = 0;
    FigurePage m_page;
};

void GridLayout::placeColumns()
{
    const int gap = m_setup.px(ColumnGapMm);
    const int block = std::accumulate(m_sizes.columnWidth.begin(), m_sizes.columnWidth.end(), 0)
        + static_cast<int>(m_columns - 1) * gap + m_sizes.labelWidth;
    m_columnX.resize(m_columns);
    int x = (m_page.width - block) / 2 + m_sizes.labelWidth;
    for (std::size_t c = 0; c < m_columns; ++c) {
        m_columnX[c] = x;
        x += m_sizes.columnWidth[c] + gap;
    }
}

int GridLayout::barHeight(const std::vector<Panel>& row) const
{
    const bool any = std::any_of(row.begin(), row.end(), [](const Panel& panel) { return panel.bar.has_value(); });
    return any ? m_setup.px(CaptionGapMm) + std::max(m_setup.px(BarMm), lineHeight(m_sizes.barPx)) : 0;
}

int GridLayout::captionHeight(std::size_t r) const
{
    std::size_t lines = 0;
    for (const auto& captions : m_sizes.captions[r])
        lines = std::max(lines, captions.size());
    return lines == 0 ? 0 : m_setup.px(CaptionGapMm) + static_cast<int>(lines) * lineHeight(m_sizes.captionPx);
}

/// A line centred in [left, left + width], cut to that width.
void GridLayout::addCentred(const TextLine& line, int pixelSize, double left, double width, int top)
{
    const TextLine cut = fitted(line, pixelSize, width);
    double x = std::round(left + (width - textWidth(cut, pixelSize)) / 2);
    for (const TextRun& run : cut) {
        const double advance = textWidth(run.text, pixelSize, run.bold);
        if (!run.text.isEmpty())
            m_page.texts.push_back({QPointF(x, top + ascent(pixelSize)), QRectF(x, top, advance, lineHeight(pixelSize)),
                                    run.text, pixelSize, run.bold, run.muted ? MutedInk : Ink, false});
        x += advance;
    }
}

/// A paragraph over the page width: centred when it is one line, else flush left.
void GridLayout::addParagraph(const QString& text, double points, bool bold, QRgb color)
{
    const int size = m_setup.pointsToPx(points * std::max(m_sizes.typePercent, SmallestParagraphPercent) / 100);
    const double room = m_page.width - 2.0 * m_margin;
    const QStringList lines = wrapped(cleanText(text), size, bold, room);
    for (const QString& line : lines) {
        const double advance = textWidth(line, size, bold);
        const double x = lines.size() == 1 ? std::round((m_page.width - advance) / 2) : m_margin;
        m_page.texts.push_back({QPointF(x, m_y + ascent(size)), QRectF(x, m_y, advance, lineHeight(size)), line, size,
                                bold, color, false});
        m_y += lineHeight(size);
    }
}

void GridLayout::addTitle()
{
    m_y = m_margin;
    if (m_grid.title.isEmpty())
        return;
    addParagraph(m_grid.title, TitlePt, true, Ink);
    m_y += m_setup.px(BlockGapMm) / 2;
}

/// Headers stand on the top edge of the panels: columns with fewer lines start lower.
void GridLayout::addHeaders()
{
    if (m_sizes.headers.empty())
        return;
    std::size_t most = 0;
    for (const auto& header : m_sizes.headers)
        most = std::max(most, header.size());
    const int height = lineHeight(m_sizes.headerPx);
    for (std::size_t c = 0; c < m_columns; ++c) {
        const auto& header = m_sizes.headers[c];
        int top = m_y + static_cast<int>(most - header.size()) * height;
        for (const TextLine& line : header) {
            addCentred(line, m_sizes.headerPx, m_columnX[c], m_sizes.columnWidth[c], top);
            top += height;
        }
    }
    m_y += static_cast<int>(most) * height + m_setup.px(CaptionGapMm);
}

void GridLayout::addRowLabel(std::size_t r)
{
    const int size = m_sizes.headerPx;
    const int height = lineHeight(size);
    int left = m_columnX.front() - m_sizes.labelWidth;
    for (const TextLine& line : m_grid.rowLabels[r]) {
        const TextLine cut = fitted(line, size, m_sizes.rowHeight[r]);
        double y = std::round(m_y + (m_sizes.rowHeight[r] + textWidth(cut, size)) / 2);
        for (const TextRun& run : cut) {
            const double advance = textWidth(run.text, size, run.bold);
            if (!run.text.isEmpty())
                m_page.texts.push_back({QPointF(left + ascent(size), y), QRectF(left, y - advance, height, advance),
                                        run.text, size, run.bold, run.muted ? MutedInk : Ink, true});
            y -= advance;
        }
        left += height;
    }
}

void GridLayout::addFrame(QRect around)
{
    const int line = std::max(1, m_setup.px(FrameMm));
    const QRect outer = around.adjusted(-line, -line, line, line);
    m_page.rects.push_back({QRect(outer.left(), outer.top(), outer.width(), line), FrameInk});
    m_page.rects.push_back({QRect(outer.left(), around.bottom() + 1, outer.width(), line), FrameInk});
    m_page.rects.push_back({QRect(outer.left(), around.top(), line, around.height()), FrameInk});
    m_page.rects.push_back({QRect(around.right() + 1, around.top(), line, around.height()), FrameInk});
}

/// "low [gradient] high" in one line; without numbers where there is no room for them.
void GridLayout::addBar(const ColorBar& bar, QRect place)
{
    const int size = m_sizes.barPx;
    const int space = m_setup.px(0.8);
    const TextLine low{{formatNumber(bar.range.low, bar.decimals), false, true, false}};
    const TextLine high{{formatNumber(bar.range.high, bar.decimals), false, true, false}};
    const int lowWidth = static_cast<int>(std::ceil(textWidth(low, size))) + space;
    const int highWidth = static_cast<int>(std::ceil(textWidth(high, size))) + space;
    const int height = m_setup.px(BarMm);
    QRect strip(place.left(), place.top() + (place.height() - height) / 2, place.width(), height);
    if (place.width() - lowWidth - highWidth >= place.width() / 4) {
        strip.adjust(lowWidth, 0, -highWidth, 0);
        const int top = place.top() + (place.height() - lineHeight(size)) / 2;
        addCentred(low, size, place.left(), lowWidth - space, top);
        addCentred(high, size, strip.right() + 1 + space, highWidth - space, top);
    }
    m_page.bars.push_back({strip, gradient(bar.colors, strip.size())});
}

void GridLayout::addRow(std::size_t r)
{
    const std::vector<Panel>& row = m_grid.rows[r];
    if (!m_grid.rowLabels.empty())
        addRowLabel(r);
    const int below = m_y + m_sizes.rowHeight[r];
    const int barPart = barHeight(row);
    for (std::size_t c = 0; c < m_columns; ++c) {
        const Panel& panel = row[c];
        QRect rect(m_columnX[c], m_y, m_sizes.columnWidth[c], m_sizes.rowHeight[r]);
        if (!panel.image.isNull()) {
            const QSize size = inscribed(panel.image.size, rect.size());
            rect = QRect(rect.left() + (rect.width() - size.width()) / 2,
                         rect.top() + (rect.height() - size.height()) / 2, size.width(), size.height());
            m_page.panels.push_back({rect, panel.image});
            addFrame(rect);
        }
        if (panel.bar) {
            const int top = below + m_setup.px(CaptionGapMm);
            addBar(*panel.bar, QRect(rect.left(), top, rect.width(), below + barPart - top));
        }
        int top = below + barPart + m_setup.px(CaptionGapMm);
        for (const TextLine& line : m_sizes.captions[r][c]) {
            addCentred(line, m_sizes.captionPx, m_columnX[c], m_sizes.columnWidth[c], top);
            top += lineHeight(m_sizes.captionPx);
        }
    }
    m_y = below + barPart + captionHeight(r);
}

Result<FigurePage> GridLayout::run()
{
    placeColumns();
    addTitle();
    addHeaders();
    for (std::size_t r = 0; r < m_grid.rows.size(); ++r) {
        addRow(r);
        if (r + 1 < m_grid.rows.size())
            m_y += m_setup.px(RowGapMm);
    }
    if (!m_grid.footnote.isEmpty()) {
        m_y += m_setup.px(BlockGapMm);
        addParagraph(m_grid.footnote, FootnotePt, false, MutedInk);
    }
    if (!m_grid.caption.isEmpty()) {
        m_y += m_setup.px(BlockGapMm);
        addParagraph(m_grid.caption, FigureCaptionPt, false, Ink);
    }
    m_page.height = m_y + m_margin;
    if (m_page.width > LargestPage || m_page.height > LargestPage)
        return invalid("the figure would have " + std::to_string(m_page.width) + " x " + std::to_string(m_page.height)
                           + " pixels, more than 30000 one way",
                       "lower the resolution or the width, or use fewer images");
    return std::move(m_page);
}

} // namespace

Result<FigurePage> layOut(const PanelGrid& grid, const PageSetup& setup)
{
    if (Status checked = checkPageSetup(setup); !checked)
        return std::move(checked).error();
    if (grid.rows.empty() || grid.rows.front().empty())
        return invalid("the figure has no panels", "name at least one image");
    const std::size_t columns = grid.rows.front().size();
    const bool regular =
        std::all_of(grid.rows.begin(), grid.rows.end(), [&](const auto& row) { return row.size() == columns; });
    if (!regular || (!grid.columnHeaders.empty() && grid.columnHeaders.size() != columns)
        || (!grid.rowLabels.empty() && grid.rowLabels.size() != grid.rows.size()))
        return invalid("the rows and columns of the figure differ in length",
                       "give every row the same number of panels");
    std::optional<GridSizes> sizes = chooseGridSizes(grid, setup);
    if (!sizes)
        return invalid(std::to_string(columns) + " columns do not fit into a width of "
                           + std::to_string(std::lround(setup.widthMm)) + " mm",
                       "use fewer images or a wider figure");
    return GridLayout(grid, setup, *std::move(sizes)).run();
}

} // namespace halflens
