// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/nn: oneDNN 2.6 and later, and 3.x, by the same names. Version 3 gave up descriptions apart from
// primitive descriptors, puts the engine first and took the scale from eltwise post-operations.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <utility>
#include <vector>

namespace halflens::nn::onednn {

using dnnl::memory;

#if DNNL_VERSION_MAJOR >= 3
inline constexpr bool EngineFirst = true;
#else
inline constexpr bool EngineFirst = false;
#endif

/// The primitive descriptor of an operation that version 2 describes apart; throws dnnl::error, as all of these.
template<class Primitive, class... Description>
typename Primitive::primitive_desc describe(const dnnl::engine& engine, const dnnl::primitive_attr& attributes,
                                            Description&&... description)
{
    if constexpr (EngineFirst)
        return {engine, std::forward<Description>(description)..., attributes};
    else
        return {typename Primitive::desc(std::forward<Description>(description)...), attributes, engine};
}

/// The primitive descriptor of an operation over several sources: sum (scales) or concat (axis).
template<class Primitive, class Parameter>
typename Primitive::primitive_desc describeMany(const dnnl::engine& engine, const Parameter& parameter,
                                                const std::vector<memory::desc>& sources)
{
    if constexpr (EngineFirst)
        return {engine, parameter, sources};
    else
        return {parameter, sources, engine};
}

/// Max or average pooling without dilation. `padding` is (before, after), each (vertical, horizontal).
inline dnnl::pooling_forward::primitive_desc describePooling(const dnnl::engine& engine, dnnl::algorithm algorithm,
                                                             const memory::desc& source, const memory::desc& target,
                                                             const memory::dims& strides, const memory::dims& window,
                                                             const std::pair<memory::dims, memory::dims>& padding)
{
#if DNNL_VERSION_MAJOR >= 3
    return {engine, dnnl::prop_kind::forward_inference, algorithm,     source,        target, strides,
            window, memory::dims(window.size(), 0),     padding.first, padding.second};
#else
    return {
        {dnnl::prop_kind::forward_inference, algorithm, source, target, strides, window, padding.first, padding.second},
        engine};
#endif
}

/// f(x) applied element by element, the layout unchanged.
inline dnnl::eltwise_forward::primitive_desc describeEltwise(const dnnl::engine& engine, dnnl::algorithm algorithm,
                                                             const memory::desc& layout, float alpha, float beta)
{
#if DNNL_VERSION_MAJOR >= 3
    return {engine, dnnl::prop_kind::forward_inference, algorithm, layout, layout, alpha, beta};
#else
    return {{dnnl::prop_kind::forward_inference, algorithm, layout, alpha, beta}, engine};
#endif
}

/// Appends f(x), unscaled, to what a primitive does with its result.
inline void appendEltwise(dnnl::post_ops& operations, dnnl::algorithm algorithm, float alpha, float beta)
{
#if DNNL_VERSION_MAJOR >= 3
    operations.append_eltwise(algorithm, alpha, beta);
#else
    operations.append_eltwise(1.F, algorithm, alpha, beta);
#endif
}

} // namespace halflens::nn::onednn
