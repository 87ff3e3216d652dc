// SPDX-License-Identifier: BSD-3-Clause
// What a viewer shows, as one value with strict JSON: what a session keeps of it.
#pragma once

#include "core/base/block.h"
#include "core/session/layers_state.h"
#include "core/session/view_state.h"

#include <string>

namespace halflens {

struct ViewerState {
    std::string model; ///< id of the chosen one; empty: none
    bool compares = false; ///< all models are asked
    LayersState layers;
    ViewState view;
    std::string image; ///< path of the shown one; empty: none, or one without a file
    BlockMask mask; ///< its hidden blocks
    bool operator==(const ViewerState&) const = default;
};

nlohmann::json toJson(const ViewState& view);
ViewState viewFromJson(JsonObject& object); ///< strict, as layersFromJson()
nlohmann::json toJson(const ViewerState& state);
ViewerState viewerFromJson(JsonObject& object);
/// InvalidInput: the first thing wrong, by its key.
Result<ViewerState> viewerFromText(const std::string& json);

} // namespace halflens
