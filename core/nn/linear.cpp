// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/linear.h"

#include <algorithm>

namespace halflens::nn::detail {

using dnnl::memory;

namespace {

memory::desc matrix(memory::dim rows, memory::dim columns, memory::format_tag tag)
{
    return {{rows, columns}, memory::data_type::f32, tag};
}

dnnl::matmul::primitive_desc describe(const dnnl::engine& engine, const Tensor& weight, memory::dim rows, After after)
{
    const memory::dim out = weight.shape[0];
    const memory::dim in = weight.shape[1];
    dnnl::post_ops operations;
    if (after == After::Gelu)
        onednn::appendEltwise(operations, dnnl::algorithm::eltwise_gelu_erf, 0.F, 0.F);
    else if (after == After::AddToTarget)
        operations.append_sum(1.F);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(operations);
    const auto plain = memory::format_tag::ab;
    return onednn::describe<dnnl::matmul>(engine, attributes, matrix(rows, in, plain),
                                          matrix(in, out, memory::format_tag::any), matrix(1, out, plain),
                                          matrix(rows, out, plain));
}

} // namespace

Linear::Linear(const dnnl::engine& engine, const Tensor& weight, const Tensor* bias, std::size_t rows, After after)
    : m_description(describe(engine, weight, static_cast<memory::dim>(rows), after))
    , m_product(m_description)
    , m_weight(m_description.weights_desc(), engine)
    , m_bias(m_description.bias_desc(), engine)
{
    // [out, in] row-major is the transposed [in, out] matrix.
    memory plain(matrix(weight.shape[1], weight.shape[0], memory::format_tag::ba), engine,
                 const_cast<float*>(weight.values.data()));
    dnnl::stream stream(engine);
    dnnl::reorder(plain, m_weight).execute(stream, plain, m_weight);
    stream.wait();
    auto* shift = static_cast<float*>(m_bias.get_data_handle());
    if (bias)
        std::copy(bias->values.begin(), bias->values.end(), shift);
    else
        std::fill_n(shift, weight.shape[0], 0.F);
}

void Linear::run(dnnl::stream& stream, const float* source, float* target) const
{
    const dnnl::engine engine = stream.get_engine();
    const memory from(m_description.src_desc(), engine, const_cast<float*>(source));
    const memory to(m_description.dst_desc(), engine, target);
    m_product.execute(
        stream, {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, m_weight}, {DNNL_ARG_BIAS, m_bias}, {DNNL_ARG_DST, to}});
    stream.wait();
}

} // namespace halflens::nn::detail
