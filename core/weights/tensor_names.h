// SPDX-License-Identifier: BSD-3-Clause
// The names in a file: asking for them, replacing their beginnings, and the trunk whose layers they are.
#pragma once

#include "core/base/tensor.h"
#include "core/checkpoint/tensor_archive.h"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace halflens {

using NameMap = std::pair<std::string_view, std::string_view>; ///< prefix in the file, prefix here

bool hasTensor(const TensorArchive& archive, std::string_view name);

/// The names of the parameters that begin with `prefix`, without it and up to the last dot.
std::set<std::string> layersOf(const TensorArchive& archive, std::string_view prefix);

/// Moves every tensor to `state`; a name no prefix of `map` fits keeps its own and is reported as surplus.
void moveRenamed(TensorArchive& archive, std::span<const NameMap> map, StateDict& state);

/// Takes the first part off all names when it is the same everywhere: the name of the attribute that held the network.
/// False: there is none.
bool dropCommonPrefix(TensorArchive& archive);

/// Trunk whose layers these are: "resnet50", "vgg16", ...; empty when none. `layers` are the names of
/// the parameters up to the last dot.
std::string trunkOf(const std::set<std::string>& layers);

} // namespace halflens
