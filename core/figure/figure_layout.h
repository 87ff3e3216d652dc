// SPDX-License-Identifier: BSD-3-Clause
// Figures laid out by hand: rows of cells read from JSON (resources/help/figures.md describes it).
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/figure/color_map.h"
#include "core/figure/panel_grid.h"
#include "core/image/image.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

struct LayoutCell {
    enum class Content { Empty, Photo, Important, Trivial, Masked, Map };
    Content content = Content::Empty;
    int image = 0; ///< index into the images of the command, from 0
    std::string map; ///< Map: one of layoutMapNames()
    std::string model; ///< id; empty: the command's
    BlockMask hidden; ///< Masked: blocks painted black
    std::optional<ColorMap> colors; ///< Map; unset: diverging for LIME, else sequential
    std::optional<ValueRange> range; ///< Map; unset: the map's own, symmetric for LIME
    double opacity = 1; ///< Map: 0..1 over the photo
    bool bar = true; ///< Map: with its colour bar
    std::string caption; ///< below the panel; "{name}" and "{score}" are filled in
    bool operator==(const LayoutCell&) const = default;
};

struct FigureLayout {
    std::string title;
    std::string caption;
    std::string footnote;
    PanelGrid::Fit fit = PanelGrid::Fit::SharedHeights;
    std::vector<std::string> columnHeaders; ///< none, or one for every column
    std::vector<std::string> rowLabels; ///< none, or one for every row
    std::vector<std::vector<LayoutCell>> rows; ///< equally long, at least one cell
    bool operator==(const FigureLayout&) const = default;
};

/// "saliency", "frequency", "objectness", "averaged", "lime", "gradcam", "attention", "product".
const std::vector<std::string>& layoutMapNames();

/// Reads a layout; any bytes may be given. InvalidInput: no JSON, unknown or missing keys, values out of range, more
/// than 64 rows or columns; the message names the place.
Result<FigureLayout> parseFigureLayout(const std::string& json);

/// What fills a cell.
struct CellContent {
    std::shared_ptr<const Image> image;
    std::shared_ptr<const ScalarMap> map; ///< for Content::Map
    BlockMask hidden; ///< for Important, Trivial and Masked
    std::string name; ///< of the image
    std::string score; ///< as it is shown
};

/// The panels of a layout; `contentOf` is asked once for every cell that is not empty, in reading order.
/// Errors are those of `contentOf`; InvalidInput: an image or map is missing.
Result<PanelGrid> layoutGrid(const FigureLayout& layout,
                             const std::function<Result<CellContent>(const LayoutCell&)>& contentOf);

} // namespace halflens
