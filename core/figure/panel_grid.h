// SPDX-License-Identifier: BSD-3-Clause
// Rows and columns of labelled panels, and their layout on a page: Figs. 1 to 3 and free layouts
// are such grids.
#pragma once

#include "core/figure/color_map.h"
#include "core/figure/figure_page.h"
#include "core/figure/figure_text.h"

#include <optional>
#include <vector>

namespace halflens {

/// Legend of a coloured map: the gradient between the two end values.
struct ColorBar {
    ColorMap colors = ColorMap::Viridis;
    ValueRange range;
    int decimals = 2;
};

/// An image with what is written below it. A null image leaves the place empty.
struct Panel {
    PanelImage image;
    std::vector<TextLine> captions; ///< centred, one line each
    std::optional<ColorBar> bar;
};

/// What a figure shows, without sizes.
struct PanelGrid {
    /// Which way panels of different shape line up. SharedHeights: all panels are equally high,
    /// columns as wide as their image (images as columns). SharedWidths: all columns are equally
    /// wide, rows as high as their image (images as rows).
    enum class Fit { SharedHeights, SharedWidths };

    Fit fit = Fit::SharedHeights;
    QString title; ///< above everything; may be empty
    std::vector<std::vector<TextLine>> columnHeaders; ///< none, or lines for every column
    std::vector<std::vector<TextLine>> rowLabels; ///< none, or lines for every row, written upwards
    std::vector<std::vector<Panel>> rows; ///< all of the same length
    QString footnote; ///< small and grey, below the panels
    QString caption; ///< below the footnote
};

/// Places everything in whole pixels: panels of a row share top and bottom, panels of a column
/// their centre; images keep their shape (to a pixel) and nothing overlaps. Type shrinks to fit narrow
/// columns, file names lose their middle. Needs a QGuiApplication; the same input gives the same page.
/// InvalidInput: page setup out of range, no panels, ragged rows, more columns than the width can
/// hold (8 mm each), a page of more than 30000 pixels either way.
Result<FigurePage> layOut(const PanelGrid& grid, const PageSetup& setup);

} // namespace halflens
