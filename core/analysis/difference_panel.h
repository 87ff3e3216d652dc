// SPDX-License-Identifier: BSD-3-Clause
// Fig. "difference" from two photos and their comparison, put together once for the viewer and the command.
#pragma once

#include "core/analysis/paper_figures.h"
#include "core/masking/difference.h"

#include <array>
#include <memory>
#include <string>

namespace halflens {

/// One of the two versions.
struct ComparedPhoto {
    std::shared_ptr<const Image> image;
    std::string name; ///< of the file, as the figure shows it
};

/// The figure with its metadata; of the style it takes opacity, colour bars, title and caption. Any thread.
/// Errors of differenceFigure().
Result<ComposedFigure> composeDifference(const std::array<ComparedPhoto, 2>& photos,
                                         const VersionComparison& comparison, const FigureStyle& style);

} // namespace halflens
