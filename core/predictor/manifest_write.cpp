// SPDX-License-Identifier: BSD-3-Clause
#include "core/predictor/manifest.h"

#include <nlohmann/json.hpp>

namespace halflens {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const InputSpec& input)
{
    switch (input.normalization) {
    case Normalization::PlusMinusOne:
        return "plus_minus_one";
    case Normalization::ImageNetUnit:
        return "imagenet_unit";
    case Normalization::ImageNet255:
        return "imagenet_255";
    case Normalization::Custom:
        return {{"divide", input.custom.divisor}, {"mean", input.custom.mean}, {"std", input.custom.std}};
    }
    return {};
}

} // namespace

std::string toJsonText(const Manifest& manifest)
{
    Json weights{{"file", manifest.weightsFile}};
    if (!manifest.weightsSha256.empty())
        weights["sha256"] = manifest.weightsSha256;
    if (!manifest.weightsKey.empty())
        weights["key"] = manifest.weightsKey;
    Json json{{"format", 1},
              {"id", manifest.id},
              {"name", manifest.name},
              {"family", manifest.family},
              {"trunk", manifest.trunk},
              {"weights", std::move(weights)},
              {"input",
               {{"width", manifest.input.width},
                {"height", manifest.input.height},
                {"policy", toString(manifest.input.policy)},
                {"transpose_portrait", manifest.input.transposePortrait},
                {"normalization", toJson(manifest.input)}}},
              {"output",
               {{"kind",
                 manifest.outputs > 1        ? "distribution"
                     : manifest.outputs == 1 ? "score"
                                             : "map"},
                {"scale", {manifest.scale.low, manifest.scale.high}}}},
              {"licence", manifest.licence}};
    if (manifest.input.normalization == Normalization::Custom)
        json["input"]["channels"] = manifest.input.custom.bgr ? "bgr" : "rgb";
    if (manifest.isScaleAssumed)
        json["output"]["scale_assumed"] = true;
    if (!manifest.source.empty())
        json["source"] = manifest.source;
    if (!manifest.cardFile.empty())
        json["card"] = manifest.cardFile;
    if (manifest.leak)
        json["leak"] = {{"blur", manifest.leak->blur}, {"noise", manifest.leak->noise}, {"jpeg", manifest.leak->jpeg}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace halflens
