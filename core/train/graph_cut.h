// SPDX-License-Identifier: BSD-3-Clause
// Where a trunk is cut for training: what stays frozen and is computed once, and what is trained.
#pragma once

#include "core/base/result.h"
#include "core/nn/graph.h"

#include <string>
#include <vector>

namespace halflens::train {

/// Value of `freeze_until` that freezes the whole trunk.
inline constexpr char FreezeAll[] = "all";

struct GraphCut {
    std::vector<bool> trained; ///< per layer: computed, and differentiated, in every step
    std::vector<nn::LayerId> boundary; ///< frozen layers that trained layers or the head read, ascending
    std::vector<nn::LayerId> wanted; ///< the maps the head starts from, in its order
    bool fromImage = false; ///< the boundary is the graph's input alone: nothing is frozen
};

/// Cuts `graph`, of which the head reads the outputs `maps`. Everything that the outputs `freezeUntil`
/// (names between commas) are computed from is frozen, they included; empty freezes nothing, FreezeAll the whole trunk.
/// InvalidInput: no such output.
Result<GraphCut> cutGraph(const nn::Graph& graph, const std::vector<std::string>& maps, const std::string& freezeUntil);

/// Name in a file of weights of a parameter of a graph: "trunk." in front, but for the objectness decoder.
std::string weightName(const std::string& parameter);

/// Name under which withBoundaryOutputs() publishes boundary map `index`.
std::string boundaryName(std::size_t index);

/// The graph with its boundary layers as outputs, for the inference form.
nn::Graph withBoundaryOutputs(nn::Graph graph, const GraphCut& cut);

} // namespace halflens::train
