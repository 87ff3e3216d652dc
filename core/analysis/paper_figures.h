// SPDX-License-Identifier: BSD-3-Clause
// The paper's Figs. 1, 2 and 3 from images and a model: contents, words and provenance, put together once for the
// viewer and the commands, so that both write the same file.
#pragma once

#include "core/analysis/halves.h"
#include "core/analysis/maps.h"
#include "core/figure/figures.h"
#include "core/figure/paper_maps.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace halflens {

enum class PaperFigure : std::uint8_t {
    Explanations = 1, ///< LIME, Grad-CAM x attention
    Halves = 2, ///< trivial and important half with their scores
    Measures = 3 ///< four measures and the two halves
};

/// Everything the contents depend on beside the images. Measures and maps have the paper's parameters.
struct FigureRequest {
    PaperFigure figure = PaperFigure::Halves;
    std::string model; ///< id
    HalvesOf halves = HalvesOf::Judge; ///< Figs. 2 and 3
    Indicator indicator = Indicator::Dmos; ///< Figs. 2 and 3
    LimeOptions lime; ///< Fig. 1
    bool operator==(const FigureRequest&) const = default;
};

/// One image of a figure. Immutable once shared.
struct FigureContents {
    ModelInfo model;
    std::shared_ptr<const Image> image;
    std::string name; ///< of the file, as the figure shows it
    std::vector<std::shared_ptr<const ImageMap>> maps; ///< Figs. 1 and 3, in the order of the figure
    std::shared_ptr<const Analysis> halves; ///< Figs. 2 and 3: whose report has them
    double score = 0; ///< Fig. 2, native: the whole image
    double trivialScore = 0; ///< Fig. 2: the important blocks hidden
    double importantScore = 0; ///< Fig. 2: the trivial blocks hidden
};

/// What the figure needs of one image, from `cache` or made and kept there. Scores are the model's own: by attention
/// where it has a mask for it, else a forward pass with the pixels set to zero. Worker thread.
/// Errors of image and model; Cancelled.
Result<std::shared_ptr<const FigureContents>> figureContents(const std::shared_ptr<const Image>& image,
                                                             const std::string& name, const FigureRequest& request,
                                                             ModelSource& models, ResultCache& cache,
                                                             const JobContext& context);

/// How it looks; none of it needs a model.
struct FigureStyle {
    double opacity = -1; ///< Figs. 1 and 3: of the maps over the photo; below 0: paperOpacity()
    bool colorBars = true; ///< Figs. 1 and 3
    bool imagesAsColumns = false; ///< Figs. 1 and 3: maps below each other
    bool original = false; ///< Fig. 2: a first row with the whole images
    bool gridLines = false; ///< Fig. 2
    std::string title;
    std::string caption;
};

/// The figure with its metadata. Contents are those of `request`. Any thread. InvalidInput: no images.
Result<ComposedFigure> composeFigure(const FigureRequest& request,
                                     const std::vector<std::shared_ptr<const FigureContents>>& contents,
                                     const FigureStyle& style);

} // namespace halflens
