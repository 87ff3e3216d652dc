// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/nn: a fully connected layer over many rows, its weights in oneDNN's own layout.
#pragma once

#include "core/base/tensor.h"
#include "core/nn/onednn.h"

namespace halflens::nn::detail {

enum class After {
    Nothing,
    Gelu, ///< exact (erf) form
    AddToTarget ///< the product is added to what the target holds
};

/// y = x Wᵀ + b for `rows` rows. `weight` is [out, in]; `bias` [out] or null. Throws dnnl::error.
class Linear {
public:
    Linear(const dnnl::engine& engine, const Tensor& weight, const Tensor* bias, std::size_t rows,
           After after = After::Nothing);

    /// `source` is [rows][in], `target` [rows][out]; they do not overlap.
    void run(dnnl::stream& stream, const float* source, float* target) const;

private:
    dnnl::matmul::primitive_desc m_description;
    dnnl::matmul m_product;
    dnnl::memory m_weight;
    dnnl::memory m_bias;
};

} // namespace halflens::nn::detail
