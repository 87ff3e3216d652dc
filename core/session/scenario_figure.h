// SPDX-License-Identifier: BSD-3-Clause
// The pinned scenarios of a photo as a figure: its masks with name, scores and note.
#pragma once

#include "core/figure/paper_maps.h"
#include "core/image/image.h"
#include "core/session/scenario.h"

#include <memory>
#include <string>
#include <vector>

namespace halflens {

struct ScenarioFigure {
    static constexpr int MostColumns = 4;
    static constexpr int MostNoteLines = 3; ///< what is longer ends with an ellipsis

    std::shared_ptr<const Image> image;
    std::string name; ///< file name; loses its middle when long
    std::vector<Scenario> scenarios; ///< in their order; scores are those of this photo
    std::string model; ///< id of the one that is told first; the others follow with their names
    bool original = true; ///< begins with the whole photo
    bool gridLines = false; ///< thin lines between the blocks
    std::string title;
    std::string caption;
};

/// A panel for each scenario, with its metadata: opened as a session it brings the masks back. Any thread; needs a
/// QGuiApplication. InvalidInput: no image, or no scenarios.
Result<ComposedFigure> composeScenarios(const ScenarioFigure& figure);

} // namespace halflens
