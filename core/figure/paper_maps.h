// SPDX-License-Identifier: BSD-3-Clause
// The paper's Figs. 1 and 3 with everything that is written on and into them: one place for the
// command and the viewer.
#pragma once

#include "core/figure/figures.h"
#include "core/figure/provenance.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halflens {

enum class PaperMaps : std::uint8_t {
    Explanations, ///< Fig. 1: LIME, Grad-CAM x attention
    Measures ///< Fig. 3: saliency, frequency, objectness, averaged, and the two halves
};

/// "1" or "3".
std::string figureNumber(PaperMaps kind);
/// Opacity of the maps over the photo when nobody says otherwise: 0.65 in Fig. 1, 1 in Fig. 3.
double paperOpacity(PaperMaps kind);

struct PaperMapFigure {
    PaperMaps kind = PaperMaps::Explanations;
    /// Maps in the order of the figure: LIME, Grad-CAM x attention (plain Grad-CAM without `hasAttention`); or
    /// saliency, frequency, objectness, averaged, with the important half.
    std::vector<MapRow> rows;
    Provenance::Model model;
    bool hasAttention = true; ///< of the model; Fig. 1 only
    std::string lime; ///< cacheKey() of its options; Fig. 1 only
    std::string objectness; ///< what computed it; Fig. 3 only
    std::string method = "attention mask"; ///< how blocks were hidden for the halves, in words; Fig. 3 only
    std::string by = "attention"; ///< the same for the provenance: "attention", "zero"
    std::string indicator; ///< decides the halves; Fig. 3 only
    std::string halves = "judge"; ///< whose they are, "judge" or "model"; Fig. 3 only
    double opacity = -1; ///< of the maps; below 0: paperOpacity()
    bool colorBars = true;
    bool imagesAsColumns = false; ///< the figure turned over: maps below each other
    std::string title;
    std::string caption;
};

struct ComposedFigure {
    PanelGrid grid;
    Provenance provenance;
};

/// Any thread. Errors of mapFigure().
Result<ComposedFigure> paperMapFigure(const PaperMapFigure& figure);

} // namespace halflens
