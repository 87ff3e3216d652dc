// SPDX-License-Identifier: BSD-3-Clause
// Graph rewriting for inference: which layers become one fused step, and folded weights.
#pragma once

#include "core/nn/graph.h"

#include <vector>

namespace halflens::nn {

/// One executable step: a convolution with everything that follows it fused in, or a layer as it is.
struct FusedStep {
    LayerKind kind = LayerKind::Convolution;
    LayerId source; ///< layer the geometry (window, groups) is taken from
    std::vector<LayerId> inputs; ///< layers whose values are read; the residual is not among them
    LayerId residual; ///< Convolution: value added before the activation; value -1 when none
    LayerId result; ///< layer whose value the step yields
    std::vector<LayerId> batchNorms; ///< folded into the convolution, in order
    double residualScale = 1; ///< result = residual + residualScale * convolution
    double addScale = 1; ///< Add: first + addScale * second
    Activation activation = Activation::None;
};

/// Steps computing `wanted` (all kept as they are, never fused away), in execution order.
std::vector<FusedStep> fuse(const Graph& graph, const std::vector<LayerId>& wanted);

/// Weight and bias of a fused convolution: every batch norm and the residual scale multiplied in,
/// in float64, rounded once. `state` holds the parameters under `prefix`.
struct FoldedConvolution {
    std::vector<float> weight; ///< OIHW
    std::vector<float> bias; ///< [O]
};
FoldedConvolution fold(const Graph& graph, const FusedStep& step, const StateDict& state, const std::string& prefix);

} // namespace halflens::nn
