// SPDX-License-Identifier: BSD-3-Clause
// Internal to the LibTorch module: reading weights off a state dictionary, and layers the heads share.
#pragma once

#include "core/families/torch/torch_family.h"

#include <set>
#include <stdexcept>

namespace halflens::torch_module {

/// A state dictionary that does not hold what a head needs.
struct UnfitState : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Takes tensors out of a state dictionary as leaves.
class WeightReader {
public:
    WeightReader(const StateDict& state, NamedTensors& parameters, NamedTensors& buffers)
        : m_state(state)
        , m_parameters(parameters)
        , m_buffers(buffers)
    { }

    bool has(const std::string& name) const { return m_state.contains(name); }
    at::Tensor parameter(const std::string& name, std::size_t rank);
    at::Tensor buffer(const std::string& name, std::size_t rank);

private:
    const Tensor& find(const std::string& name, std::size_t rank) const;

    const StateDict& m_state;
    NamedTensors& m_parameters;
    NamedTensors& m_buffers;
};

struct TorchDense {
    at::Tensor weight;
    at::Tensor bias; ///< undefined: none
    TorchDense() = default;
    TorchDense(WeightReader& reader, const std::string& name, bool withBias = true);
    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

struct TorchConvolution {
    at::Tensor weight;
    at::Tensor bias;
    TorchConvolution() = default;
    TorchConvolution(WeightReader& reader, const std::string& name, bool withBias = true);
    /// TensorFlow's `same` padding: the extra pixel at the bottom and right (spec models 0.2).
    at::Tensor operator()(const at::Tensor& x, std::int64_t stride = 1) const;
};

struct TorchLayerNorm {
    at::Tensor weight;
    at::Tensor bias;
    double epsilon = 1e-6;
    TorchLayerNorm() = default;
    TorchLayerNorm(WeightReader& reader, const std::string& name, double layerEpsilon);
    at::Tensor operator()(const at::Tensor& x) const
    {
        return at::layer_norm(x, {weight.size(0)}, weight, bias, epsilon);
    }
};

/// Dropout of `rate` unless the options name another.
at::Tensor dropout(const at::Tensor& x, double rate, const HeadOptions& options);

} // namespace halflens::torch_module
