// SPDX-License-Identifier: BSD-3-Clause
// Small networks of every family with made-up weights.
#pragma once

#include "core/predictor/model_types.h"
#include "core/weights/network_weights.h"
#include "tests/unit/families/made_up_triq.h"
#include "tests/unit/nn/reference_network.h"

namespace halflens::test {

struct MadeUpFamily {
    NetworkWeights weights;
    std::vector<std::string> headMaps; ///< trunk maps the LibTorch head starts from
    std::string gradientMap; ///< the one of Grad-CAM
    int channels = 0; ///< of that map
    int height = 0; ///< of an input that suits it
    int width = 0;
};

/// Names of the cases: families, some with one output, odd sizes or the other pooling.
std::vector<std::string> madeUpFamilyNames();
MadeUpFamily madeUpFamily(const std::string& name);

} // namespace halflens::test
