// SPDX-License-Identifier: BSD-3-Clause
// The convolutional trunks as graphs. Parameter names are those of the original files.
#pragma once

#include "core/base/result.h"
#include "core/nn/graph.h"

#include <string>
#include <vector>

namespace halflens::nn {

/// ResNet50, Keras flavour (spec models 3): biased convolutions, eps 1.001e-5, stride in the first
/// 1x1 of a stage. Outputs c2..c5 after the closing ReLU. 3 x H x W in [-1, 1].
Graph resNet50();

/// VGG16, Keras names (spec models 4): outputs c2..c5 are block2_pool..block5_pool.
Graph vgg16();

/// EfficientNet-Lite0 without its classifier: TensorFlow padding, eps 1e-3, ReLU6. Outputs
/// c1 (H/2) .. c5 (H/32), and stage0 .. stage6.
Graph efficientNetLite0();

/// Its first five stages: c5 is the map of H/16, 112 channels. Cells see less of the image than at H/32.
/// The small Swin transformer starts from this map.
Graph efficientNetLite0Stride16();

/// Its first thirteen blocks, two of them on the map of H/32: c5 has 192 channels. Its cells see less of the
/// image than those of the last stage (two fewer 5 x 5 windows there, and one of 3 x 3).
Graph efficientNetLite0Narrow();

/// The same thirteen, run on every block of the 3 x 4 grid by itself (Graph::lookAtBlocks()): what is hidden of an
/// image cannot have reached the cells that stay. Its parameters have the shapes of the narrow trunk's.
Graph efficientNetLite0Blocks();

/// Its first five stages, c5 after a ReLU, beside S-CNN (output scnn, parameters "scnn.*") on the same input:
/// the two trunks of a small DBCNN.
Graph efficientNetLite0Scnn();

/// EfficientNet-Lite0 and a top-down decoder (parameters "decoder.*"): output objectness, one
/// channel of logits at H/4. 3 x H x W in [-1, 1].
Graph objectnessGraph();

/// Which of the two InceptionResNetV2 files the parameter names follow (spec models 8).
enum class InceptionForm {
    Keras, ///< "conv2d_1".."conv2d_203" in order of creation, "batch_normalization_N" without scale
    Port ///< Cadene's numbering under "base."
};

/// InceptionResNetV2 without its top (spec models 8.2). 3 x H x W in [-1, 1], at least 75 a side.
/// Outputs c5 (conv_7b after its ReLU), stem1..stem5, stem_out, mixed_5b, block35_end, mixed_6a,
/// block17_end, mixed_7a, block8_9_end, block8_10_conv (before adding), block8_10_end.
Graph inceptionResNetV2(InceptionForm form);

/// Both trunks of DBCNN (spec models 9.2): c5 is VGG16's conv5_3 after its ReLU (c2..c4 conv2_2,
/// conv3_3, conv4_3), scnn the S-CNN's last map.
Graph dbcnnTrunk();

/// S-CNN alone, as its own file names it: output scnn.
Graph scnn();

/// Appends the nine convolutions of S-CNN, parameters under `prefix` (spec models 9.2).
LayerId appendScnn(Graph& graph, LayerId from, const std::string& prefix);

/// "resnet50", "vgg16", "efficientnet-lite0", "efficientnet-lite0-s16", "efficientnet-lite0-narrow",
/// "efficientnet-lite0-blocks", "efficientnet-lite0-scnn",
/// "inceptionresnetv2", "inceptionresnetv2-port",
/// "vgg16-scnn" (DBCNN's two), "scnn". InvalidInput: another name.
Result<Graph> trunkByName(const std::string& name);
std::vector<std::string> trunkNames();

} // namespace halflens::nn
