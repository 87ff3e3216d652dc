// SPDX-License-Identifier: BSD-3-Clause
// The convolutional trunks as graphs. Parameter names are those of the original files.
#pragma once

#include "core/base/result.h"
#include "core/nn/graph.h"

#include <string>
#include <vector>

namespace halflens {

/// ResNet50, Keras flavour (spec models 3): biased convolutions, eps 1.001e-5, stride in the first
/// 1x1 of a stage. Outputs c2..c5 after the closing ReLU. 3 x H x W in [-1, 1].
Graph resNet50();

/// VGG16, Keras names (spec models 4): outputs c2..c5 are block2_pool..block5_pool.
Graph vgg16();

/// EfficientNet-Lite0 without its classifier: TensorFlow padding, eps 1e-3, ReLU6. Outputs
/// c1 (H/2) .. c5 (H/32), and stage0 .. stage6.
Graph efficientNetLite0();

/// "resnet50", "vgg16", "efficientnet-lite0". InvalidInput: another name.
Result<Graph> trunkByName(const std::string& name);
std::vector<std::string> trunkNames();

} // namespace halflens
