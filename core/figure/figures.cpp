// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figures.h"

#include "core/figure/block_overlay.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

TextRun plain(QString text)
{
    return {std::move(text)};
}

TextRun bold(QString text)
{
    return {std::move(text), true};
}

TextRun muted(QString text)
{
    return {std::move(text), false, true};
}

TextRun breaking(TextRun run)
{
    run.mayBreak = true;
    return run;
}

TextRun nameRun(const std::string& name)
{
    return {cleanText(name), false, false, true};
}

Error missingImage(const std::string& name)
{
    return {ErrorCode::InvalidInput, "figure", "there is no image to show", "name an image that can be opened", name};
}

bool isUsable(const std::shared_ptr<const Image>& image)
{
    return image && image->width > 0 && image->height > 0;
}

/// Two decimals on scales like 1..5, one on 0..100.
int decimalsFor(double low, double high)
{
    return std::abs(high - low) > 20 ? 1 : 2;
}

TextLine scoreLine(double score, double whole, int decimals)
{
    return {bold(formatNumber(score, decimals)),
            breaking(muted(QStringLiteral("  ") + formatChange(score - whole, decimals)))};
}

QString scaleText(double low, double high)
{
    const auto number = [](double value) { return formatNumber(value, value == std::floor(value) ? 0 : 2); };
    return number(low) + QChar(0x2013) + number(high);
}

QString footnoteOf(const Figure2& figure)
{
    QString text = QStringLiteral(
        "Below each panel: the score of what is visible, and its difference from the score of the whole image.");
    if (!figure.model.empty()) {
        text += QStringLiteral(" Model %1, scale %2")
                    .arg(cleanText(figure.model), scaleText(figure.scaleLow, figure.scaleHigh));
        if (!figure.method.empty())
            text += QStringLiteral(", ") + cleanText(figure.method);
        text += QLatin1Char('.');
    }
    return text;
}

/// Thin lines that survive the reduction to a panel.
MaskStyle styleFor(const Image& image, bool gridLines)
{
    MaskStyle style;
    if (gridLines) {
        style.gridPx = std::max(1, std::max(image.width, image.height) / 300);
        style.grid = 0xffffffff;
    }
    return style;
}

QSize sizeOf(const Image& image)
{
    return {image.width, image.height};
}

PanelImage styledPanel(const std::shared_ptr<const Image>& photo, BlockMask hidden, const MaskStyle& style)
{
    return {sizeOf(*photo), [photo, hidden, style] { return maskedImage(*photo, hidden, style); }};
}

/// As symmetricRangeOf() makes it.
ValueRange symmetric(ValueRange range)
{
    const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
    return {-magnitude, magnitude};
}

/// As many decimals as tell the ends of the range apart.
int barDecimals(ValueRange range)
{
    const double span = range.high - range.low;
    return span > 0 ? std::clamp(static_cast<int>(std::ceil(1 - std::log10(span))), 0, 4) : 2;
}

std::vector<Panel> mapPanels(const MapRow& row, const MapFigure& figure)
{
    std::vector<Panel> panels{Panel{photoPanel(row.image, {}), {}, {}}};
    for (std::size_t i = 0; i < row.maps.size(); ++i) {
        const auto& map = row.maps[i];
        panels.emplace_back();
        if (!map || map->isEmpty())
            continue;
        const MapStyle style =
            figure.styles.empty() ? MapStyle{figure.colors, figure.opacity, figure.symmetric} : figure.styles[i];
        const ValueRange own = i < row.ranges.size() ? row.ranges[i] : rangeOf(*map);
        const ValueRange range = style.symmetric ? symmetric(own) : own;
        panels.back().image = mapOverPhoto(row.image, map, style.colors, range, style.opacity);
        if (figure.colorBars)
            panels.back().bar = ColorBar{style.colors, range, barDecimals(range)};
    }
    if (figure.halves) {
        for (const bool important : {true, false}) {
            panels.emplace_back();
            if (row.important)
                panels.back().image = photoPanel(row.image, important ? row.important->complement() : *row.important);
        }
    }
    return panels;
}

/// Rows for columns; what stood beside the rows then stands above the columns.
PanelGrid turned(PanelGrid grid)
{
    std::vector<std::vector<Panel>> rows(grid.rows.empty() ? 0 : grid.rows[0].size());
    for (std::vector<Panel>& row : grid.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            rows[i].push_back(std::move(row[i]));
    }
    grid.rows = std::move(rows);
    std::swap(grid.rowLabels, grid.columnHeaders);
    grid.fit = PanelGrid::Fit::SharedHeights;
    return grid;
}

} // namespace

PanelImage photoPanel(const std::shared_ptr<const Image>& photo, BlockMask hidden, bool gridLines)
{
    return styledPanel(photo, hidden, styleFor(*photo, gridLines));
}

PanelImage mapOverPhoto(const std::shared_ptr<const Image>& photo, const std::shared_ptr<const ScalarMap>& map,
                        ColorMap colors, ValueRange range, double opacity)
{
    if (opacity >= 1)
        return {QSize(map->width, map->height), [map, colors, range] { return colorize(*map, colors, range); }};
    return {sizeOf(*photo), [photo, map, colors, range, opacity]() -> Result<QImage> {
                const Result<QImage> base = toQImage(*photo);
                Result<QImage> colored = colorize(*map, colors, range);
                if (!base || !colored)
                    return base ? colored : base;
                return blend(*base, colored->scaled(base->size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation),
                             opacity);
            }};
}

Result<PanelGrid> figure2(const Figure2& figure)
{
    PanelGrid grid;
    grid.fit = PanelGrid::Fit::SharedHeights;
    grid.title = cleanText(figure.title);
    grid.caption = cleanText(figure.caption);
    grid.footnote = footnoteOf(figure);
    const int decimals = decimalsFor(figure.scaleLow, figure.scaleHigh);
    std::vector<Panel> whole, trivial, important;
    for (const Figure2Column& column : figure.columns) {
        if (!isUsable(column.image))
            return missingImage(column.name);
        const MaskStyle style = styleFor(*column.image, figure.gridLines);
        const auto panel = [&](BlockMask hidden, TextLine text) {
            return Panel{styledPanel(column.image, hidden, style), {std::move(text)}, {}};
        };
        trivial.push_back(panel(column.important, scoreLine(column.trivialScore, column.score, decimals)));
        important.push_back(
            panel(column.important.complement(), scoreLine(column.importantScore, column.score, decimals)));
        if (figure.original)
            whole.push_back(panel({}, {bold(formatNumber(column.score, decimals))}));
        std::vector<TextLine> header{{nameRun(column.name)}};
        if (!figure.original)
            header.push_back({muted(QStringLiteral("whole ")), breaking(plain(formatNumber(column.score, decimals)))});
        grid.columnHeaders.push_back(std::move(header));
    }
    if (figure.original) {
        grid.rows.push_back(std::move(whole));
        grid.rowLabels.push_back({{bold(QStringLiteral("Whole"))}, {muted(QStringLiteral("image"))}});
    }
    grid.rows.push_back(std::move(trivial));
    grid.rowLabels.push_back({{bold(QStringLiteral("Trivial"))}, {muted(QStringLiteral("regions"))}});
    grid.rows.push_back(std::move(important));
    grid.rowLabels.push_back({{bold(QStringLiteral("Important"))}, {muted(QStringLiteral("regions"))}});
    if (figure.columns.empty())
        return Error{ErrorCode::InvalidInput, "figure", "the figure has no images", "name at least one image", {}};
    return grid;
}

Result<PanelGrid> mapFigure(const MapFigure& figure)
{
    if (!figure.styles.empty() && figure.styles.size() != figure.mapNames.size())
        return Error{ErrorCode::InvalidInput,
                     "figure",
                     "the number of styles differs from the number of maps",
                     "give one style for each map, or none",
                     {}};
    PanelGrid grid;
    grid.fit = PanelGrid::Fit::SharedWidths;
    grid.title = cleanText(figure.title);
    grid.caption = cleanText(figure.caption);
    grid.footnote = cleanText(figure.footnote);
    grid.columnHeaders.push_back({{plain(QStringLiteral("Image"))}});
    for (const std::string& name : figure.mapNames)
        grid.columnHeaders.push_back({{plain(cleanText(name))}});
    if (figure.halves) {
        grid.columnHeaders.push_back({{plain(QStringLiteral("Important"))}});
        grid.columnHeaders.push_back({{plain(QStringLiteral("Trivial"))}});
    }
    for (const MapRow& row : figure.rows) {
        if (!isUsable(row.image))
            return missingImage(row.name);
        if (row.maps.size() != figure.mapNames.size())
            return Error{ErrorCode::InvalidInput, "figure", "the number of maps differs from the number of columns",
                         "give one map for each name", row.name};
        grid.rows.push_back(mapPanels(row, figure));
        if (figure.names)
            grid.rowLabels.push_back({{nameRun(row.name)}});
    }
    if (grid.rows.empty())
        return Error{ErrorCode::InvalidInput, "figure", "the figure has no images", "name at least one image", {}};
    if (figure.imagesAsColumns)
        return turned(std::move(grid));
    return grid;
}

} // namespace halflens
