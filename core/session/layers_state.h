// SPDX-License-Identifier: BSD-3-Clause
// What may lie over a photo and how it looks, as one value: kept in the settings and in sessions, by name.
#pragma once

#include "core/base/json_object.h"
#include "core/explain/map_request.h"
#include "core/figure/color_map.h"

#include <array>
#include <cstdint>
#include <string>

namespace halflens {

/// From the top of the stack to its bottom. The first four have one value for each block, the others
/// are maps. Not called LayerId: that is a layer of a network, and one name for two types breaks both.
enum class OverlayId : std::uint8_t {
    Agreement,
    Halves,
    Importance,
    Shapley,
    Saliency,
    Frequency,
    Objectness,
    Averaged,
    Lime,
    GradCam,
    Attention,
    Product,
    Fine,
    Tiles
};
inline constexpr int LayerCount = 14;

constexpr bool isMapLayer(OverlayId id)
{
    return id >= OverlayId::Saliency;
}
constexpr MapKind mapKindOf(OverlayId id)
{
    return static_cast<MapKind>(static_cast<int>(id) - static_cast<int>(OverlayId::Saliency));
}
constexpr OverlayId layerOf(MapKind kind)
{
    return static_cast<OverlayId>(static_cast<int>(kind) + static_cast<int>(OverlayId::Saliency));
}
/// Zero lies in the middle: a diverging colour map and a symmetric range.
constexpr bool isSignedLayer(OverlayId id)
{
    return id == OverlayId::Shapley || (isMapLayer(id) && isSigned(mapKindOf(id)));
}

/// Its name in files, which lasts: "agreement", "halves", "importance", "shapley", or that of the map.
std::string toString(OverlayId id);

/// How a layer looks.
struct LayerLook {
    bool visible = false;
    int opacityPercent = 60; ///< 0..100
    ColorMap colors = ColorMap::Viridis;
    bool fixedRange = false; ///< else from the values of each image
    ValueRange range; ///< when it is fixed; low < high, finite
    bool blockMeans = false; ///< maps only: the means of the blocks in place of the pixels
    bool outline = false; ///< halves only: their borders in place of coloured blocks
    bool operator==(const LayerLook&) const = default;
};
LayerLook defaultLook(OverlayId id);
/// Opacity and range are within their bounds.
bool isSensible(const LayerLook& look);

struct LayersState {
    LayersState(); ///< the looks of a first start

    std::array<LayerLook, LayerCount> looks; ///< by OverlayId
    MapRequest parameters; ///< of all maps; its kind has no meaning
    OverlayId current = OverlayId::Halves; ///< whose values are read out
    bool on = true; ///< the switch over all of them
    bool operator==(const LayersState&) const = default;

    LayerLook& look(OverlayId id) { return looks[static_cast<std::size_t>(id)]; }
    const LayerLook& look(OverlayId id) const { return looks[static_cast<std::size_t>(id)]; }
};

nlohmann::json toJson(const LayersState& layers);
/// Strict: unknown keys, layers and words, and values out of range are problems of `object`. What is absent is as
/// at a first start, so that layers may be added.
LayersState layersFromJson(JsonObject& object);
/// The same of a text. InvalidInput: the first thing wrong, by its key.
Result<LayersState> layersFromText(const std::string& json);

} // namespace halflens
