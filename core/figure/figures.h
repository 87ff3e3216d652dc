// SPDX-License-Identifier: BSD-3-Clause
// The paper's figures as panel grids.
#pragma once

#include "core/base/block.h"
#include "core/base/scalar_map.h"
#include "core/figure/panel_grid.h"
#include "core/image/image.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// One image of Fig. 2.
struct Figure2Column {
    std::shared_ptr<const Image> image;
    std::string name; ///< file name; loses its middle when long
    BlockMask important; ///< important half; the trivial half is the complement
    double score = 0; ///< prediction from the whole image
    double trivialScore = 0; ///< only the trivial half visible (important blocks masked)
    double importantScore = 0; ///< only the important half visible
};

/// Fig. 2: images as columns; top row the trivial regions with the important blocks black, bottom
/// row the important regions, each with its score and the change against the whole image.
struct Figure2 {
    std::vector<Figure2Column> columns;
    std::string model; ///< as the footnote shows it, e.g. "lite-triq"
    double scaleLow = 1; ///< ends of the scale the scores are on; they set the decimals too
    double scaleHigh = 5;
    std::string method; ///< how blocks were hidden from the model, e.g. "attention mask"
    bool original = false; ///< a first row with the untouched images
    bool gridLines = false; ///< thin lines between the blocks
    std::string title;
    std::string caption;
};
/// InvalidInput: no columns, an image missing or empty.
Result<PanelGrid> figure2(const Figure2& figure);

/// One image of Figs. 1 and 3.
struct MapRow {
    std::shared_ptr<const Image> image;
    std::string name;
    std::vector<std::shared_ptr<const ScalarMap>> maps; ///< one per name; null leaves a gap; of the photo's shape
    std::optional<BlockMask> important; ///< adds the two halves when `halves` is set
    std::vector<ValueRange> ranges = {}; ///< of the maps, rangeOf() each, where they are known; none: found here
};

/// How the map of one name is shown.
struct MapStyle {
    ColorMap colors = ColorMap::Viridis;
    double opacity = 1; ///< over the photo; 1 shows the map alone
    bool symmetric = false; ///< range -m..m for signed maps
};

/// Fig. 1 (maps LIME and Grad-CAM x attention, `halves` off) and Fig. 3 (four measures, `halves` on):
/// images as rows, first the photo, then its maps, then important and trivial regions.
struct MapFigure {
    std::vector<MapRow> rows;
    std::vector<std::string> mapNames;
    ColorMap colors = ColorMap::Viridis;
    double opacity = 1; ///< of the maps over the photo; 1 shows the map alone
    bool halves = false;
    bool colorBars = true;
    bool symmetric = false; ///< range -m..m for signed maps
    std::vector<MapStyle> styles; ///< one per map name; none: the three above for all
    bool names = true; ///< file names as row labels
    bool imagesAsColumns = false; ///< the figure turned over: maps below each other
    std::string title;
    std::string caption;
    std::string footnote;
};
/// InvalidInput: no rows, an image missing, a row without as many maps, or a figure without as many styles, as
/// there are names.
Result<PanelGrid> mapFigure(const MapFigure& figure);

/// A photo with blocks black, made when it is painted; thin lines between the blocks where `gridLines` is set.
PanelImage photoPanel(const std::shared_ptr<const Image>& photo, BlockMask hidden = {}, bool gridLines = false);

/// A coloured map, made when it is painted: alone at its own resolution, or over the photo at the photo's.
PanelImage mapOverPhoto(const std::shared_ptr<const Image>& photo, const std::shared_ptr<const ScalarMap>& map,
                        ColorMap colors, ValueRange range, double opacity);

} // namespace halflens
