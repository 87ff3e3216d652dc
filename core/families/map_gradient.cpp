// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/map_gradient.h"

#include "core/families/head_gradient.h"

#include <algorithm>

namespace halflens {

Result<MapGradient> mapGradient(const Predictor& predictor, const std::vector<std::string>& headMaps,
                                const std::string& map, const std::function<StateDict()>& headState,
                                const ModelInput& input, std::stop_token stop)
{
    if (std::find(headMaps.begin(), headMaps.end(), map) == headMaps.end())
        return Error{ErrorCode::Unsupported,
                     "model",
                     "the head of " + predictor.info().id + " does not start from a map called " + map,
                     "leave the map to the model",
                     {}};
    return guarded("model", [&]() -> Result<MapGradient> {
        const Result<std::shared_ptr<const Features>> features = predictor.features(input, stop, headMaps);
        if (!features)
            return features.error();
        Result<Prediction> prediction = predictor.predict(**features, BlockMask());
        if (!prediction)
            return std::move(prediction).error();
        if (stop.stop_requested())
            return cancelledError();
        std::map<std::string, HeadMap> maps;
        for (const std::string& name : headMaps)
            maps[name] = {(*features)->mapShapes.at(name), (*features)->maps.at(name)};
        const ModelInfo& info = predictor.info();
        Result<HeadEvaluation> evaluation = evaluateHead(info.family, info.trunk, headState(), maps, map);
        if (!evaluation)
            return std::move(evaluation).error();
        return MapGradient{map, (*features)->mapShapes.at(map), (*features)->maps.at(map),
                           std::move(evaluation->gradient), *std::move(prediction)};
    });
}

void putDense(StateDict& state, const std::string& name, const DenseWeights& dense)
{
    state[name + ".weight"] = {{dense.out, dense.in}, dense.weight};
    state[name + ".bias"] = {{dense.out}, dense.bias};
}

} // namespace halflens
