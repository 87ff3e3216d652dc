// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/weights: the two halves of recogniseWeights() and what they share.
#pragma once

#include "core/weights/network_weights.h"

#include <set>

namespace halflens::detail {

/// Keras HDF5 (spec models 1.3).
Result<NetworkWeights> fromKerasArchive(TensorArchive archive);

/// PyTorch files and safetensors: published names (spec models 2.3) or HalfLens' own.
Result<NetworkWeights> fromNamedArchive(TensorArchive archive);

/// Trunk whose layers these are: "resnet50", "vgg16", ...; empty when none. `layers` are the names of
/// the parameters up to the last dot.
std::string trunkOf(const std::set<std::string>& layers);

/// Sizes and values the published files of a family are fed with.
InputSpec publishedInput(const std::string& family, const std::string& trunk);

/// Whether `scale` is known, and which is likeliest for a one-output network whose file does not say (spec models 11).
void settleScale(NetworkWeights& weights);

/// Input and scale of the manifest the file carries in its metadata. InvalidInput: broken, or of another network.
Status describeByMetadata(NetworkWeights& weights, const std::map<std::string, std::string>& metadata);

/// The scale of KonIQ's MOS column of 0..100 by its fit to the 1..5 column (spec models 8.4).
ScoreScale koniqScale();

Error unknownNetwork(const TensorArchive& archive);

/// A known file that cannot predict quality. `what` is "the weights of ...".
Error withoutHead(const std::string& what);

} // namespace halflens::detail
