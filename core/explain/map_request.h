// SPDX-License-Identifier: BSD-3-Clause
// Which map of an image is wanted: its kind and everything its values depend on.
#pragma once

#include "core/base/result.h"
#include "core/explain/fine.h"
#include "core/explain/grad_cam.h"
#include "core/explain/lime.h"
#include "core/measures/measures.h"

#include <array>
#include <cstdint>
#include <string>

namespace halflens {

enum class MapKind : std::uint8_t {
    Saliency,
    Frequency,
    Objectness,
    Averaged,
    Lime,
    GradCam,
    Attention,
    Product,
    Fine, ///< contributions of small cells
    Tiles ///< local quality at native scale
};
inline constexpr std::array AllMapKinds{MapKind::Saliency, MapKind::Frequency, MapKind::Objectness, MapKind::Averaged,
                                        MapKind::Lime,     MapKind::GradCam,   MapKind::Attention,  MapKind::Product,
                                        MapKind::Fine,     MapKind::Tiles};

/// Those of a model with a value for every pixel; fine contributions and tiles are coarser.
inline constexpr std::array ModelMapKinds{MapKind::Lime, MapKind::GradCam, MapKind::Attention, MapKind::Product};

/// Which attention a map shows.
enum class AttentionKind : std::uint8_t {
    Rollout, ///< through all layers
    LastLayer ///< the CLS row of the last one, mean over heads
};
/// "rollout", "cls_last" and back. InvalidInput: another word.
std::string toString(AttentionKind kind);
Result<AttentionKind> attentionKindFromString(const std::string& word);

/// Parameters of kinds other than `kind` have no influence on the result, but take part in equality.
struct MapRequest {
    MapKind kind = MapKind::Saliency;
    SaliencyOptions saliency;
    FrequencyOptions frequency;
    int band = 0; ///< Frequency: 1..10 is one band's magnitude, 0 the map of all bands
    AverageOptions average;
    LimeOptions lime;
    CamSign camSign = CamSign::Raises;
    AttentionKind attention = AttentionKind::Rollout;
    FineOptions fine;
    bool operator==(const MapRequest&) const = default;
};

/// "saliency", "frequency", "objectness", "averaged", "lime", "gradcam", "attention", "product", "fine", "tiles" and
/// back. InvalidInput: another word.
std::string toString(MapKind kind);
Result<MapKind> mapKindFromString(const std::string& word);

/// As sentences name it: "LIME", "Grad-CAM", "saliency".
std::string spokenName(MapKind kind);

/// Whether a model has to be asked. The others depend on the image alone.
constexpr bool needsModel(MapKind kind)
{
    return kind >= MapKind::Lime;
}

/// Whether zero is a value with a meaning in the middle of the range: then a diverging colour map fits.
constexpr bool isSigned(MapKind kind)
{
    return kind == MapKind::Lime || kind == MapKind::Fine;
}

/// Text that differs where results of the same image, and model where there is one, differ:
/// only what the kind depends on.
std::string cacheKey(const MapRequest& request);

} // namespace halflens
