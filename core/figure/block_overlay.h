// SPDX-License-Identifier: BSD-3-Clause
// The photo with some of its blocks blacked out, as in the paper's Fig. 2.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/image/image.h"

#include <QColor>
#include <QImage>

namespace halflens {

/// How hidden blocks look.
struct MaskStyle {
    QRgb hidden = 0xff000000; ///< opaque colour of a hidden block
    int gridPx = 0; ///< width of the lines between blocks, centred on the cuts; 0: none
    QRgb grid = 0xffffffff; ///< opaque colour of the lines
    bool operator==(const MaskStyle&) const = default;
};

/// The photo as Format_RGB32 with rows of its own. OutOfMemory: no room. Any thread.
Result<QImage> toQImage(const Image& image);

/// The photo at its full size with the blocks of `hidden` filled; blocks are cut by blockRect().
/// OutOfMemory: no room. Any thread; O(H W).
Result<QImage> maskedImage(const Image& image, BlockMask hidden, const MaskStyle& style = {});

} // namespace halflens
