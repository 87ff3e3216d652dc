// SPDX-License-Identifier: BSD-3-Clause
// What LibTorch knows of a family: one record at the end of the file of its head.
#pragma once

#include "core/families/torch/torch_head.h"

#include <span>
#include <string_view>

namespace halflens::torch_module {

struct TorchFamily {
    std::string_view name; ///< that of Family

    /// The head, its sizes read off the shapes of `state`, which may hold more. Throws UnfitState.
    std::unique_ptr<TorchHead> (*head)(const StateDict& state, const std::string& trunk) = nullptr;

    /// The head starts from the maps of a TorchSwinTrunk, not from those of the graph.
    bool hasTransformer = false;

    /// The head takes HeadOptions::tokenMask.
    bool masksTokens = false;

    /// Whether on `trunk` the head starts with the mean of its map, whatever the size of that. Null: no.
    bool (*averagesFirst)(const std::string& trunk) = nullptr;
};

/// Null when there is none of this name.
const TorchFamily* torchFamily(std::string_view name);

} // namespace halflens::torch_module
