// SPDX-License-Identifier: BSD-3-Clause
#include "core/predictor/model_types.h"

#include <algorithm>
#include <cmath>

namespace halflens {

Result<Prediction> toPrediction(std::vector<float> output, const ModelInfo& info)
{
    if (!std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); }))
        return Error{ErrorCode::Model,
                     "model",
                     "the network's outputs are not numbers",
                     "the weights are damaged or training diverged; use another file",
                     {}};
    Prediction prediction;
    prediction.score = scoreOf(output);
    prediction.score5 = info.scale.toFive(prediction.score);
    prediction.output = std::move(output);
    return prediction;
}

Result<Prediction> Predictor::predict(const ModelInput& input, std::stop_token stop) const
{
    const Result<std::shared_ptr<const Features>> computed = features(input, stop);
    if (!computed)
        return computed.error();
    return predict(**computed, BlockMask());
}

std::unique_ptr<Composites> Predictor::composites(const ModelInput&, const ModelInput&, BlockMask) const
{
    return nullptr;
}

Result<MapGradient> Predictor::gradient(const ModelInput&, std::stop_token, const std::string&) const
{
    return Error{ErrorCode::Unsupported,
                 "model",
                 "there is no derivative of the score for models of the family " + info().family,
                 "use LIME or the mask table for this model",
                 {}};
}

} // namespace halflens
