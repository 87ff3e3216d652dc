// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/layers_state.h"

#include "core/session/state_text.h"

#include <cmath>
#include <limits>

namespace halflens {

namespace {

using nlohmann::json;

constexpr int MaxLimeSamples = 10000;
constexpr double Largest = std::numeric_limits<double>::max();

json toJson(const LayerLook& look)
{
    return {{"visible", look.visible},       {"opacity", look.opacityPercent}, {"colors", colorMapName(look.colors)},
            {"fixed", look.fixedRange},      {"low", look.range.low},          {"high", look.range.high},
            {"blockMeans", look.blockMeans}, {"outline", look.outline}};
}

LayerLook lookFromJson(JsonObject object, const LayerLook& fallback)
{
    LayerLook look;
    look.visible = object.boolean("visible", fallback.visible);
    look.opacityPercent = object.integer("opacity", 0, 100, fallback.opacityPercent);
    look.colors = wordOf(object, "colors", colorMapFromName, fallback.colors);
    look.fixedRange = object.boolean("fixed", fallback.fixedRange);
    look.range.low = object.number("low", -Largest, Largest, fallback.range.low);
    look.range.high = object.number("high", -Largest, Largest, fallback.range.high);
    look.blockMeans = object.boolean("blockMeans", fallback.blockMeans);
    look.outline = object.boolean("outline", fallback.outline);
    if (!(look.range.low < look.range.high)) {
        object.fail(object.path("low") + " is not below " + object.path("high"));
        look.range = fallback.range;
    }
    object.finish();
    return look;
}

json parametersToJson(const MapRequest& request)
{
    return {{"saliency", toString(request.saliency.mode)},
            {"frequency", toString(request.frequency.mode)},
            {"band", request.band},
            {"segments", toString(request.lime.segments)},
            {"samples", request.lime.samples},
            {"settle", request.lime.settle},
            {"seed", request.lime.seed},
            {"sign", toString(request.camSign)},
            {"attention", toString(request.attention)}};
}

MapRequest parametersFromJson(JsonObject object)
{
    const MapRequest fallback = LayersState().parameters;
    MapRequest request;
    request.saliency.mode = wordOf(object, "saliency", saliencyModeFromString, fallback.saliency.mode);
    request.frequency.mode = wordOf(object, "frequency", frequencyModeFromString, fallback.frequency.mode);
    request.band = object.integer("band", 0, BandCount, 0);
    request.lime.segments = wordOf(object, "segments", limeSegmentsFromString, fallback.lime.segments);
    request.lime.samples = object.integer("samples", 2, MaxLimeSamples, fallback.lime.samples);
    request.lime.settle = object.number("settle", 0, 1, fallback.lime.settle);
    request.lime.seed = static_cast<std::uint64_t>(object.integer("seed", 0, std::numeric_limits<int>::max(), 0));
    request.camSign = wordOf(object, "sign", camSignFromString, fallback.camSign);
    request.attention = wordOf(object, "attention", attentionKindFromString, fallback.attention);
    object.finish();
    return request;
}

Result<OverlayId> overlayFromString(const std::string& word)
{
    for (int id = 0; id < LayerCount; ++id) {
        if (toString(static_cast<OverlayId>(id)) == word)
            return static_cast<OverlayId>(id);
    }
    return Error{ErrorCode::InvalidInput, "layers", "there is no layer \"" + JsonObject::shown(word) + "\"", {}, {}};
}

} // namespace

std::string toString(OverlayId id)
{
    switch (id) {
    case OverlayId::Agreement:
        return "agreement";
    case OverlayId::Halves:
        return "halves";
    case OverlayId::Importance:
        return "importance";
    case OverlayId::Shapley:
        return "shapley";
    default:
        return toString(mapKindOf(id));
    }
}

LayerLook defaultLook(OverlayId id)
{
    LayerLook look;
    if (isSignedLayer(id)) {
        look.colors = ColorMap::BlueRed;
        look.range = {-1, 1};
    }
    if (!isMapLayer(id))
        look.opacityPercent = 45;
    if (id == OverlayId::Halves) // which half matters is told at once, without colouring the photo
        look.visible = look.outline = true;
    return look;
}

bool isSensible(const LayerLook& look)
{
    return look.opacityPercent >= 0 && look.opacityPercent <= 100 && std::isfinite(look.range.low)
        && std::isfinite(look.range.high) && look.range.low < look.range.high;
}

LayersState::LayersState()
{
    for (int id = 0; id < LayerCount; ++id)
        look(static_cast<OverlayId>(id)) = defaultLook(static_cast<OverlayId>(id));
    parameters.lime.settle = LimeSettleShare;
}

json toJson(const LayersState& layers)
{
    json looks = json::object();
    for (int id = 0; id < LayerCount; ++id)
        looks[toString(static_cast<OverlayId>(id))] = toJson(layers.look(static_cast<OverlayId>(id)));
    return {{"looks", looks},
            {"parameters", parametersToJson(layers.parameters)},
            {"current", toString(layers.current)},
            {"on", layers.on}};
}

LayersState layersFromJson(JsonObject& object)
{
    LayersState layers;
    if (const json* found = object.get("looks", false)) {
        JsonObject looks = object.child(*found, "looks");
        for (int id = 0; id < LayerCount; ++id) {
            const std::string name = toString(static_cast<OverlayId>(id));
            LayerLook& look = layers.look(static_cast<OverlayId>(id));
            if (const json* one = looks.get(name.c_str(), false))
                look = lookFromJson(looks.child(*one, name.c_str()), look);
        }
        looks.finish();
    }
    if (const json* found = object.get("parameters", false))
        layers.parameters = parametersFromJson(object.child(*found, "parameters"));
    layers.current = wordOf(object, "current", overlayFromString, layers.current);
    layers.on = object.boolean("on", true);
    object.finish();
    return layers;
}

Result<LayersState> layersFromText(const std::string& text)
{
    return stateFromText<LayersState>(text, layersFromJson);
}

} // namespace halflens
