// SPDX-License-Identifier: BSD-3-Clause
// The figure of two versions of a picture: A, B, and what each block adds to the change of the score.
#pragma once

#include "core/base/block.h"
#include "core/figure/panel_grid.h"
#include "core/image/image.h"

#include <array>
#include <memory>
#include <string>

namespace halflens {

struct DifferenceFigure {
    struct Version {
        std::shared_ptr<const Image> image;
        std::string name; ///< file name; loses its middle when long
        double score = 0; ///< native
    };
    Version a;
    Version b;
    std::array<double, BlockCount>
        contributions{}; ///< of each block of B to the change, native; their sum is the change
    std::string model; ///< as the footnote shows it
    double scaleLow = 1; ///< ends of the scale the scores are on; they set the decimals too
    double scaleHigh = 5;
    std::string by; ///< what was exchanged, "tokens" or "pixels"
    double opacity = 0.65; ///< of the contributions over B
    bool colorBar = true;
    std::string title;
    std::string caption;
};

/// InvalidInput: an image missing or empty.
Result<PanelGrid> differenceFigure(const DifferenceFigure& figure);

} // namespace halflens
