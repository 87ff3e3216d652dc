// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/families: what Predictor::gradient() of all families has in common.
#pragma once

#include "core/base/tensor.h"
#include "core/predictor/dense.h"
#include "core/predictor/model_types.h"

#include <functional>

namespace halflens {

/// Runs the trunk for `headMaps`, which the head starts from, then the head with `headState()` in LibTorch;
/// that copy of the weights lives no longer than this. `map`: one of the head maps, or "c5" for the last one.
Result<MapGradient> mapGradient(const Predictor& predictor, const std::vector<std::string>& headMaps,
                                const std::string& map, const std::function<StateDict()>& headState,
                                const ModelInput& input, std::stop_token stop);

/// Adds "<name>.weight" [out, in] and "<name>.bias".
void putDense(StateDict& state, const std::string& name, const DenseWeights& dense);

} // namespace halflens
