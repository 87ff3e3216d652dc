// SPDX-License-Identifier: BSD-3-Clause
// What lies over the photo: hidden blocks, overlays, grid, numbers, marks.
#pragma once

#include "core/base/block.h"
#include "core/engine/analysis.h"
#include "core/figure/color_map.h"
#include "ui/canvas/view_transform.h"
#include "ui/state/theme.h"

#include <QPainter>
#include <QRectF>

#include <array>
#include <optional>

namespace halflens {

enum class HiddenStyle { Black, Hatched, Dimmed };
enum class BlockOverlay { None, Halves, Importance, Shapley };

HiddenStyle hiddenStyleFromWord(const QString& word);
BlockOverlay blockOverlayFromWord(const QString& word);

/// Everything but the photo. Plain values: the canvas collects them, the painter draws them.
struct BlockScene {
    BlockMask hidden;
    HiddenStyle style = HiddenStyle::Black;
    std::optional<std::array<QColor, BlockCount>> tints; ///< one colour with alpha for each block
    bool grid = true;
    bool numbers = true;
    std::optional<BlockIndex> hovered;
    std::optional<BlockIndex> focused;
    bool focusVisible = false; ///< the keyboard is here
};

/// Colour of every block for an overlay; nothing when the overlay needs results that are not there.
std::optional<std::array<QColor, BlockCount>> overlayTints(BlockOverlay overlay, const Analysis* analysis, ColorMap map,
                                                           double opacity, const ThemeColors& theme);

/// Rectangle of a block in the widget, edges on device pixels.
QRectF blockViewRect(BlockIndex block, const ViewTransform& view);

/// `painter` works in logical pixels.
void paintBlocks(QPainter& painter, const BlockScene& scene, const ViewTransform& view, const ThemeColors& theme);

} // namespace halflens
