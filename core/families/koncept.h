// SPDX-License-Identifier: BSD-3-Clause
// KonCept512: mean of the last trunk map and four fully connected layers with batch norm between
// them, in the Keras original and the PyTorch port (spec models 8).
#pragma once

#include "core/families/family.h"
#include "core/nn/inference_form.h"
#include "core/predictor/dense.h"

#include <array>
#include <vector>

namespace halflens {

enum class KonceptForm {
    Keras, ///< mean over the whole map, batch norm eps 1e-3; any trunk
    Port ///< mean over the top left 8 x 8 cells, eps 1e-5; trunk "inceptionresnetv2-port"
};

/// Fully connected, ReLU, then batch norm as y = x * scale + shift. Tensors "koncept.fc<i>", "koncept.bn<i>".
struct KonceptStage {
    DenseWeights dense;
    std::vector<float> scale;
    std::vector<float> shift;
};

struct KonceptHead {
    std::array<KonceptStage, 3> stages;
    DenseWeights output; ///< "koncept.out"
};

/// Mean of each channel. Model: Port and the map is not 8..15 cells a side (spec models 0.6).
Result<std::vector<float>> poolKoncept(KonceptForm form, const nn::MapView& map);

/// The score; `afterStages` gets the outputs of the three stages when not null.
float evaluate(const KonceptHead& head, std::span<const float> pooled,
               std::vector<std::vector<float>>* afterStages = nullptr);

KonceptForm konceptForm(const std::string& trunk);

/// Names and shapes of every tensor needed on `trunk`; the widths of the stages are taken from `state`.
Result<std::map<std::string, Shape>> konceptParameters(const std::string& trunk, const StateDict& state);

KonceptHead konceptHead(KonceptForm form, const StateDict& state);

/// Features::pooled is the pooled map.
extern const Family KonceptFamily;

} // namespace halflens
