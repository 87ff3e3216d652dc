// SPDX-License-Identifier: BSD-3-Clause
// DBCNN: the bilinear product of a VGG16 map and an S-CNN map, its signed root without the sign,
// normalised, and one linear layer (spec models 9).
#pragma once

#include "core/families/family.h"
#include "core/nn/inference_form.h"

#include <vector>

namespace halflens {

/// The map resized to height x width: bilinear, the corner cells kept (align_corners).
nn::FeatureMap alignedCorners(const nn::MapView& map, int height, int width);

/// Normalised bilinear vector of the two maps, index second.channels * c1 + c2; `second` is brought
/// to the size of `first` where it differs. Both maps are after a ReLU.
std::vector<float> poolBilinear(const nn::MapView& first, const nn::MapView& second);

/// Names and shapes of every tensor needed: those of `trunk`, which has the outputs c5 and scnn, and "dbcnn.fc".
Result<std::map<std::string, Shape>> dbcnnParameters(const std::string& trunk);

/// Features::pooled is the bilinear vector.
extern const Family DbcnnFamily;

} // namespace halflens
