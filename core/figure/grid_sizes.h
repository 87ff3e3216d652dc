// SPDX-License-Identifier: BSD-3-Clause
// First half of the layout of a panel grid: type size, column widths and row heights.
#pragma once

#include "core/figure/panel_grid.h"

#include <optional>
#include <vector>

namespace halflens {

inline constexpr double MarginMm = 3;
inline constexpr double ColumnGapMm = 2;
inline constexpr double HeaderPt = 7.5;
inline constexpr double CaptionPt = 7.5;
inline constexpr double BarPt = 6;

/// Sizes in pixels and the texts in the form they are set in.
struct GridSizes {
    int typePercent = 100;
    int headerPx = 0;
    int captionPx = 0;
    int barPx = 0;
    int labelWidth = 0; ///< left of the first column, gap included
    std::vector<int> columnWidth;
    std::vector<int> rowHeight; ///< of the images
    std::vector<std::vector<TextLine>> headers; ///< by column
    std::vector<std::vector<std::vector<TextLine>>> captions; ///< by row and column
};

/// The largest type at which everything fits: somewhat smaller first, then with broken lines; at
/// the smallest size text may have to be cut. Nothing when not even that helps. The grid is
/// regular and has panels.
std::optional<GridSizes> chooseGridSizes(const PanelGrid& grid, const PageSetup& setup);

} // namespace halflens
