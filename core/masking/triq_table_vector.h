// SPDX-License-Identifier: BSD-3-Clause
// Internal to the mask-table kernels: vectors of HALFLENS_LANES floats and the layers of a transformer on groups of
// them. Included by triq_table_kernel_impl.h alone, once per instruction set.
#pragma once

#include "core/masking/triq_table_kernel.h"

namespace halflens::detail {
namespace { // NOLINT(google-build-namespaces): one copy per instruction set is the point

constexpr int Lanes = HALFLENS_LANES;
constexpr int OutputTile = HALFLENS_OUTPUT_TILE; ///< accumulators: OutputTile * GroupTile registers
constexpr int GroupTile = HALFLENS_GROUP_TILE;
constexpr int GroupSize = TokenWidth * Lanes;
constexpr int HiddenSize = HiddenWidth * Lanes;
constexpr float Never = -1e30F; ///< maximum of an empty set; finite, so that differences stay finite
constexpr float LayerNormEpsilon = 1e-6F;

typedef float Vector __attribute__((vector_size(4 * HALFLENS_LANES)));
typedef int IntVector __attribute__((vector_size(4 * HALFLENS_LANES)));

inline Vector load(const float* p)
{
    return *reinterpret_cast<const Vector*>(p);
}

inline void store(float* p, Vector v)
{
    *reinterpret_cast<Vector*>(p) = v;
}

inline Vector splat(float v)
{
    return v - Vector{};
}

inline Vector larger(Vector a, Vector b)
{
    return a > b ? a : b;
}

/// e^x for x <= 0 within 2 ulp; 0 below -87.
inline Vector expNegative(Vector x)
{
    const Vector log2e = splat(1.44269504088896341F);
    const Vector shifted = x * log2e + splat(12582912.F); // 1.5 * 2^23: rounds to the nearest integer
    const Vector n = shifted - splat(12582912.F);
    Vector r = x - n * splat(0.693359375F);
    r = r + n * splat(2.12194440e-4F);
    Vector p = splat(1.9875691500e-4F);
    p = p * r + splat(1.3981999507e-3F);
    p = p * r + splat(8.3334519073e-3F);
    p = p * r + splat(4.1665795894e-2F);
    p = p * r + splat(1.6666665459e-1F);
    p = p * r + splat(5.0000001201e-1F);
    p = p * r * r + r + splat(1.F);
    const IntVector exponent = __builtin_convertvector(n, IntVector) << 23;
    const Vector scaled = reinterpret_cast<Vector>(reinterpret_cast<IntVector>(p) + exponent);
    return x < splat(-87.F) ? Vector{} : scaled;
}

inline float sumOf(Vector v)
{
    float lanes[Lanes];
    __builtin_memcpy(lanes, &v, sizeof v);
    for (int width = Lanes / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; ++i)
            lanes[i] += lanes[i + width];
    }
    return lanes[0];
}

inline float maximumOf(Vector v)
{
    float lanes[Lanes];
    __builtin_memcpy(lanes, &v, sizeof v);
    for (int width = Lanes / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; ++i)
            lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    }
    return lanes[0];
}

/// y[g] = W x[g] + b for `Groups` groups at once, y and x spaced by their strides.
template<int Groups, int In, int Out>
inline void denseGroups(const float* weight, const float* bias, const float* x, int xStride, float* y, int yStride)
{
    for (int tile = 0; tile < Out / OutputTile; ++tile) {
        Vector sum[OutputTile][Groups];
        for (int o = 0; o < OutputTile; ++o) {
            for (int g = 0; g < Groups; ++g)
                sum[o][g] = bias ? splat(bias[tile * OutputTile + o]) : Vector{};
        }
        const float* w = weight + tile * In * OutputTile;
        for (int i = 0; i < In; ++i, w += OutputTile) {
            Vector column[Groups];
            for (int g = 0; g < Groups; ++g)
                column[g] = load(x + g * xStride + i * Lanes);
            for (int o = 0; o < OutputTile; ++o) {
                for (int g = 0; g < Groups; ++g)
                    sum[o][g] += w[o] * column[g];
            }
        }
        for (int o = 0; o < OutputTile; ++o) {
            for (int g = 0; g < Groups; ++g)
                store(y + g * yStride + (tile * OutputTile + o) * Lanes, sum[o][g]);
        }
    }
}

inline void normalise(float* x, const float* gamma, const float* beta)
{
    Vector mean{};
    for (int i = 0; i < TokenWidth; ++i)
        mean += load(x + i * Lanes);
    mean *= 1.F / TokenWidth;
    Vector variance{};
    for (int i = 0; i < TokenWidth; ++i) {
        const Vector d = load(x + i * Lanes) - mean;
        variance += d * d;
    }
    variance = variance * (1.F / TokenWidth) + LayerNormEpsilon;
    Vector root;
    for (int i = 0; i < Lanes; ++i)
        root[i] = __builtin_sqrtf(variance[i]);
    const Vector scale = 1.F / root;
    for (int i = 0; i < TokenWidth; ++i)
        store(x + i * Lanes, (load(x + i * Lanes) - mean) * scale * gamma[i] + beta[i]);
}

inline void addTo(float* y, const float* x)
{
    for (int i = 0; i < TokenWidth; ++i)
        store(y + i * Lanes, load(y + i * Lanes) + load(x + i * Lanes));
}

/// Everything of an encoder layer behind the attention sums: y = layer(attended, residual x).
/// `attended` and `hidden` are scratch for Groups groups.
template<int Groups>
inline void finishLayer(const PackedLayer& layer, const float* attended, const float* const* x, float* y, float* hidden,
                        float* more)
{
    denseGroups<Groups, TokenWidth, TokenWidth>(layer.output.weight, layer.output.bias, attended, GroupSize, y,
                                                GroupSize);
    for (int g = 0; g < Groups; ++g) {
        addTo(y + g * GroupSize, x[g]);
        normalise(y + g * GroupSize, layer.gamma1, layer.beta1);
    }
    denseGroups<Groups, TokenWidth, HiddenWidth>(layer.feedForward0.weight, layer.feedForward0.bias, y, GroupSize,
                                                 hidden, HiddenSize);
    for (int i = 0; i < Groups * HiddenWidth; ++i)
        store(hidden + i * Lanes, larger(load(hidden + i * Lanes), Vector{}));
    denseGroups<Groups, HiddenWidth, TokenWidth>(layer.feedForward1.weight, layer.feedForward1.bias, hidden, HiddenSize,
                                                 more, GroupSize);
    for (int g = 0; g < Groups; ++g) {
        addTo(y + g * GroupSize, more + g * GroupSize);
        normalise(y + g * GroupSize, layer.gamma2, layer.beta2);
    }
}

} // namespace
} // namespace halflens::detail
