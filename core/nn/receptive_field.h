// SPDX-License-Identifier: BSD-3-Clause
// Which pixels of the input a cell of a network's map depends on.
#pragma once

#include "core/nn/graph.h"

#include <optional>
#include <string>

namespace halflens::nn {

/// Along one axis: cell i depends on the pixels first + i * stride to last + i * stride of the input, both included, as
/// far as there are such pixels, and on no other.
struct Sight {
    int stride = 1;
    int first = 0;
    int last = 0;
    bool operator==(const Sight&) const = default;
};

struct ReceptiveField {
    Sight rows;
    Sight columns;
    /// Whether the network may be run on a part of the input: a part that begins at a multiple of the strides, and ends
    /// at one or at the end of the input, gives the whole's values in all cells that see nothing beyond it.
    bool holdsInParts = true;
};

/// The field of a map for an input of height x width. Nothing where there is no one rule for all cells: the network has
/// no such map, the input is too small, or a map was enlarged, or maps of different strides meet on the way. Any
/// thread.
std::optional<ReceptiveField> receptiveField(const Graph& graph, const std::string& output, int height, int width);

} // namespace halflens::nn
