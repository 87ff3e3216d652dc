// SPDX-License-Identifier: BSD-3-Clause
// The training form of a graph: the trained layers as differentiable LibTorch operations.
#pragma once

#include "core/nn/graph.h"
#include "core/train/graph_cut.h"

#include <ATen/ATen.h>
#include <map>
#include <string>
#include <vector>

namespace halflens::torch_module {

/// Tensors by their names in a file of weights.
using TensorMap = std::map<std::string, at::Tensor>;

struct GraphFormOptions {
    bool trainBatchNorm = false; ///< batch statistics and running averages; else the stored ones, folded in
    double momentum = 0.01; ///< of the running averages
    bool bfloat16 = false; ///< maps and folded weights in bfloat16
};

/// Runs the layers of a cut that are trained. Parameters belong to the caller and are looked up by their
/// weightName(). One thread at a time.
class GraphForm {
public:
    GraphForm(nn::Graph graph, train::GraphCut cut, GraphFormOptions options);

    /// Weight names and shapes of the parameters of trained layers.
    std::map<std::string, Shape> parameters() const;

    /// `boundary` holds the cut's boundary maps, [N, C, H, W]; returns its wanted maps, float32.
    std::vector<at::Tensor> forward(const std::vector<at::Tensor>& boundary, const TensorMap& parameters,
                                    bool training) const;

private:
    std::vector<at::Tensor> forwardWhole(const std::vector<at::Tensor>& boundary, const TensorMap& parameters,
                                         bool training) const;
    at::Tensor convolution(const nn::Layer& layer, const nn::Layer* norm, const at::Tensor& in,
                           const TensorMap& parameters) const;
    at::Tensor batchNorm(const nn::Layer& layer, const at::Tensor& in, const TensorMap& parameters,
                         bool training) const;
    at::Tensor pool(const nn::Layer& layer, const at::Tensor& in) const;
    at::Tensor apply(std::size_t index, const std::vector<at::Tensor>& values, const TensorMap& parameters,
                     bool training) const;
    const at::Tensor& parameter(const TensorMap& parameters, const std::string& name) const;

    nn::Graph m_graph;
    train::GraphCut m_cut;
    GraphFormOptions m_options;
    std::vector<int> m_foldedNorm; ///< per convolution: the batch norm folded into it, or -1
    std::vector<bool> m_foldedAway; ///< batch norms that are folded
    std::vector<std::size_t> m_lastUse; ///< layer after which a value is dropped
    std::vector<bool> m_ownInput; ///< nobody else reads the layer's first input: it may be changed in place
};

} // namespace halflens::torch_module
