// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/difference_figure.h"

#include "core/figure/figures.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

/// Two decimals on scales like 1..5, one on 0..100.
int decimalsFor(double low, double high)
{
    return std::abs(high - low) > 20 ? 1 : 2;
}

/// One pixel a block would do, but not for grids that do not divide the picture evenly.
std::shared_ptr<const ScalarMap> blockMap(const std::array<double, BlockCount>& values, const Image& image)
{
    auto map = std::make_shared<ScalarMap>(image.height, image.width);
    for (int block = 0; block < BlockCount; ++block) {
        const BlockRect rect = blockRect({block}, image.height, image.width);
        for (int y = rect.top; y < rect.bottom; ++y)
            std::fill(map->row(y).begin() + rect.left, map->row(y).begin() + rect.right,
                      static_cast<float>(values[static_cast<std::size_t>(block)]));
    }
    return map;
}

} // namespace

Result<PanelGrid> differenceFigure(const DifferenceFigure& figure)
{
    for (const DifferenceFigure::Version* version : {&figure.a, &figure.b}) {
        if (!version->image || version->image->width < 1 || version->image->height < 1)
            return Error{ErrorCode::InvalidInput, "figure", "there is no image to show",
                         "name an image that can be opened", version->name};
    }
    const int decimals = decimalsFor(figure.scaleLow, figure.scaleHigh);
    const double change = figure.b.score - figure.a.score;
    double largest = 0;
    for (const double value : figure.contributions)
        largest = std::max(largest, std::abs(value));
    const auto bold = [](QString text) { return TextRun{std::move(text), true}; };
    const auto muted = [](QString text) { return TextRun{std::move(text), false, true}; };
    const auto name = [](const std::string& file) { return TextRun{cleanText(file), false, false, true}; };

    const Panel a{photoPanel(figure.a.image), {{bold(formatNumber(figure.a.score, decimals))}}, {}};
    const Panel b{
        photoPanel(figure.b.image),
        {{bold(formatNumber(figure.b.score, decimals)), muted(QStringLiteral("  ") + formatChange(change, decimals))}},
        {}};
    const double end = largest > 0 ? largest : 1; // nothing changes: the middle of the colours
    const ValueRange range{-end, end};
    Panel contributions{mapOverPhoto(figure.b.image, blockMap(figure.contributions, *figure.b.image), ColorMap::BlueRed,
                                     range, figure.opacity),
                        {{muted(QStringLiteral("sum ")), bold(formatChange(change, decimals))}},
                        {}};
    if (figure.colorBar && largest > 0)
        contributions.bar = ColorBar{ColorMap::BlueRed, range, decimals + 1};

    PanelGrid grid;
    grid.fit = PanelGrid::Fit::SharedHeights;
    grid.title = cleanText(figure.title);
    grid.caption = cleanText(figure.caption);
    grid.columnHeaders = {{{bold(QStringLiteral("A  ")), name(figure.a.name)}},
                          {{bold(QStringLiteral("B  ")), name(figure.b.name)}},
                          {{bold(QStringLiteral("What costs, what gains"))}}};
    grid.rows = {{a, b, contributions}};
    grid.footnote = QStringLiteral("Blue lowers the score of B against A, red raises it: contributions of its blocks.");
    if (!figure.model.empty())
        grid.footnote += QStringLiteral(" Model %1, %2 exchanged.").arg(cleanText(figure.model), cleanText(figure.by));
    return grid;
}

} // namespace halflens
