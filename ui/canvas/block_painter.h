// SPDX-License-Identifier: BSD-3-Clause
// What lies over the photo: hidden blocks, overlays, grid, numbers, marks.
#pragma once

#include "core/base/block.h"
#include "ui/state/layer_view.h"
#include "ui/state/theme.h"
#include "ui/state/view_transform.h"

#include <QPainter>
#include <QRectF>

#include <array>
#include <optional>
#include <vector>

namespace halflens {

enum class HiddenStyle { Black, Hatched, Dimmed };

HiddenStyle hiddenStyleFromWord(const QString& word);

/// One colour with alpha for each block.
using BlockTints = std::array<QColor, BlockCount>;

/// Everything but the photo. Plain values: the canvas collects them, the painter draws them.
struct BlockScene {
    BlockMask hidden;
    HiddenStyle style = HiddenStyle::Black;
    std::optional<BlockMask> important; ///< the halves are outlined
    bool dashed = false; ///< their border could as well run elsewhere
    BlockMask marked; ///< blocks that are pointed at from elsewhere
    std::optional<std::array<QString, BlockCount>> values; ///< written into the blocks
    bool grid = true;
    bool numbers = true;
    std::optional<BlockIndex> hovered;
    std::optional<BlockIndex> focused;
    bool focusVisible = false; ///< the keyboard is here
};

/// Colours of a layer that has values for blocks.
BlockTints tintsOf(const LayerPicture& layer, const ThemeColors& theme);

/// Rectangle of a block in the widget, edges on device pixels.
QRectF blockViewRect(BlockIndex block, const ViewTransform& view);

/// The blocks of a layer, below everything else. Logical pixels.
void paintTints(QPainter& painter, const BlockTints& tints, const ViewTransform& view);

/// `painter` works in logical pixels.
void paintBlocks(QPainter& painter, const BlockScene& scene, const ViewTransform& view, const ThemeColors& theme);

/// A word in the middle of the upper edge of a view so wide.
void paintLabel(QPainter& painter, const QString& text, double viewWidth);

} // namespace halflens
