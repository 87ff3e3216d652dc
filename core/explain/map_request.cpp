// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/map_request.h"

#include "core/base/numbers_text.h"

namespace halflens {

std::string toString(MapKind kind)
{
    switch (kind) {
    case MapKind::Saliency:
        return "saliency";
    case MapKind::Frequency:
        return "frequency";
    case MapKind::Objectness:
        return "objectness";
    case MapKind::Averaged:
        return "averaged";
    case MapKind::Lime:
        return "lime";
    case MapKind::GradCam:
        return "gradcam";
    case MapKind::Attention:
        return "attention";
    case MapKind::Product:
        return "product";
    case MapKind::Fine:
        return "fine";
    case MapKind::Tiles:
        return "tiles";
    }
    return {};
}

Result<MapKind> mapKindFromString(const std::string& word)
{
    for (const MapKind kind : AllMapKinds) {
        if (word == toString(kind))
            return kind;
    }
    return Error{ErrorCode::InvalidInput,
                 "options",
                 "unknown map \"" + word + "\"",
                 "use saliency, frequency, objectness, averaged, lime, gradcam, attention, product, fine or tiles",
                 {}};
}

std::string toString(AttentionKind kind)
{
    return kind == AttentionKind::Rollout ? "rollout" : "cls_last";
}

Result<AttentionKind> attentionKindFromString(const std::string& word)
{
    for (const AttentionKind kind : {AttentionKind::Rollout, AttentionKind::LastLayer}) {
        if (word == toString(kind))
            return kind;
    }
    return Error{
        ErrorCode::InvalidInput, "options", "unknown attention \"" + word + "\"", "use rollout or cls_last", {}};
}

std::string spokenName(MapKind kind)
{
    switch (kind) {
    case MapKind::Lime:
        return "LIME";
    case MapKind::GradCam:
        return "Grad-CAM";
    case MapKind::Fine:
        return "fine contribution";
    case MapKind::Tiles:
        return "tile";
    default:
        return toString(kind);
    }
}

std::string cacheKey(const MapRequest& request)
{
    const std::string kind = "map " + toString(request.kind) + "/1";
    const std::string frequency = request.band > 0
        ? cacheKey(request.frequency) + " band=" + std::to_string(request.band)
        : cacheKey(request.frequency);
    const std::string cam = "sign=" + toString(request.camSign);
    const std::string attention = toString(request.attention);
    switch (request.kind) {
    case MapKind::Saliency:
        return kind + "; " + cacheKey(request.saliency);
    case MapKind::Frequency:
        return kind + "; " + frequency;
    case MapKind::Objectness:
        return kind;
    case MapKind::Averaged: // of all bands, whichever one is looked at
        return kind + "; " + cacheKey(request.saliency) + "; " + cacheKey(request.frequency) + "; "
            + cacheKey(request.average);
    case MapKind::Lime:
        return kind + "; " + cacheKey(request.lime);
    case MapKind::GradCam:
        return kind + "; " + cam;
    case MapKind::Attention:
        return kind + "; " + attention;
    case MapKind::Product:
        return kind + "; " + cam + "; " + attention;
    case MapKind::Fine:
        return kind + "; cells=" + std::to_string(request.fine.cells.rows) + "x"
            + std::to_string(request.fine.cells.columns) + " n=" + std::to_string(request.fine.permutations)
            + " error=" + exact(request.fine.standardError) + " seed=" + std::to_string(request.fine.seed);
    case MapKind::Tiles:
        return kind;
    }
    return kind;
}

} // namespace halflens
