// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/viewer_state.h"

#include "core/session/state_text.h"

namespace halflens {

using nlohmann::json;

json toJson(const ViewState& view)
{
    return {{"fit", view.fit}, {"zoom", view.zoom}, {"centreX", view.centreX}, {"centreY", view.centreY}};
}

ViewState viewFromJson(JsonObject& object)
{
    const ViewState fallback;
    ViewState view;
    view.fit = object.boolean("fit", fallback.fit);
    view.zoom = object.number("zoom", ViewState::MinZoom, ViewState::MaxZoom, fallback.zoom);
    view.centreX = object.number("centreX", 0, 1, fallback.centreX);
    view.centreY = object.number("centreY", 0, 1, fallback.centreY);
    object.finish();
    return view;
}

json toJson(const ViewerState& state)
{
    return {{"model", state.model},       {"compares", state.compares}, {"layers", toJson(state.layers)},
            {"view", toJson(state.view)}, {"image", state.image},       {"hidden", state.mask.bits()}};
}

ViewerState viewerFromJson(JsonObject& object)
{
    ViewerState state;
    state.model = object.text("model", false);
    state.compares = object.boolean("compares", false);
    if (const json* found = object.get("layers", false)) {
        JsonObject layers = object.child(*found, "layers");
        state.layers = layersFromJson(layers);
    }
    if (const json* found = object.get("view", false)) {
        JsonObject view = object.child(*found, "view");
        state.view = viewFromJson(view);
    }
    state.image = object.text("image", false);
    state.mask = BlockMask(static_cast<std::uint32_t>(object.integer("hidden", 0, MaskCount - 1, 0)));
    object.finish();
    return state;
}

Result<ViewerState> viewerFromText(const std::string& text)
{
    return stateFromText<ViewerState>(text, viewerFromJson);
}

} // namespace halflens
