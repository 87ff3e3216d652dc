// SPDX-License-Identifier: BSD-3-Clause
#include "core/train_networks/torch/depthwise.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <array>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define HALFLENS_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HALFLENS_CLONES
#endif

#define HALFLENS_INLINE inline __attribute__((always_inline))

namespace halflens::torch_module {

namespace {

constexpr std::int64_t Lanes = 16;
constexpr std::int64_t Group = 4; ///< blocks of lanes worked on together: neighbouring cache lines

/// Sixteen channels; element-wise arithmetic that every instruction set can do.
using Vector = float __attribute__((vector_size(Lanes * sizeof(float)), aligned(sizeof(float)), may_alias));

/// The positions 0 <= o < out whose whole window lies inside the input.
struct Inside {
    std::int64_t first;
    std::int64_t end;
};

Inside insideOf(std::int64_t in, std::int64_t out, int window, int stride, int pad)
{
    const std::int64_t first = std::min(out, static_cast<std::int64_t>((pad + stride - 1) / stride));
    const std::int64_t room = in + pad - window;
    const std::int64_t end = room < 0 ? first : std::clamp<std::int64_t>(room / stride + 1, first, out);
    return {first, end};
}

/// One row of the gradient against one row of the input: adds to one row of the window's sums.
template<int Window>
HALFLENS_INLINE void addProducts(const float* input, const float* gradient, const DepthwiseGeometry& g, Inside inside,
                                 float* sums)
{
    Vector total[Window];
    for (int k = 0; k < Window; ++k)
        total[k] = *reinterpret_cast<const Vector*>(sums + k * Lanes);
    for (std::int64_t o = 0; o < g.outWidth; ++o) {
        if (o == inside.first) { // the long part, without questions
            const float* at = input + (o * g.stride - g.padLeft) * g.channels;
            for (; o < inside.end; ++o, at += g.stride * g.channels) {
                const Vector d = *reinterpret_cast<const Vector*>(gradient + o * g.channels);
                for (int k = 0; k < Window; ++k)
                    total[k] += d * *reinterpret_cast<const Vector*>(at + k * g.channels);
            }
            if (o >= g.outWidth)
                break;
        }
        const Vector d = *reinterpret_cast<const Vector*>(gradient + o * g.channels);
        for (int k = 0; k < Window; ++k) {
            const std::int64_t x = o * g.stride + k - g.padLeft;
            if (x >= 0 && x < g.width)
                total[k] += d * *reinterpret_cast<const Vector*>(input + x * g.channels);
        }
    }
    for (int k = 0; k < Window; ++k)
        *reinterpret_cast<Vector*>(sums + k * Lanes) = total[k];
}

HALFLENS_CLONES void row3(const float* input, const float* gradient, const DepthwiseGeometry& g, Inside inside,
                          float* sums)
{
    addProducts<3>(input, gradient, g, inside, sums);
}

HALFLENS_CLONES void row5(const float* input, const float* gradient, const DepthwiseGeometry& g, Inside inside,
                          float* sums)
{
    addProducts<5>(input, gradient, g, inside, sums);
}

HALFLENS_CLONES void addRow(const float* gradient, const DepthwiseGeometry& g, float* sums)
{
    Vector total = *reinterpret_cast<const Vector*>(sums);
    for (std::int64_t o = 0; o < g.outWidth; ++o)
        total += *reinterpret_cast<const Vector*>(gradient + o * g.channels);
    *reinterpret_cast<Vector*>(sums) = total;
}

/// Sums of up to Group blocks of lanes from `firstBlock` on.
void sumBlocks(const float* input, const float* gradient, const DepthwiseGeometry& g, int window,
               std::int64_t firstBlock, std::int64_t blocks, float* weightGradient, float* biasGradient)
{
    constexpr int Widest = 5;
    std::array<std::array<float, Widest * Widest * Lanes>, Group> sums{};
    std::array<std::array<float, Lanes>, Group> biasSums{};
    const Inside inside = insideOf(g.width, g.outWidth, window, g.stride, g.padLeft);
    for (std::int64_t n = 0; n < g.images; ++n) {
        for (std::int64_t o = 0; o < g.outHeight; ++o) {
            const float* d = gradient + (n * g.outHeight + o) * g.outWidth * g.channels + firstBlock * Lanes;
            for (int k = 0; k < window; ++k) {
                const std::int64_t y = o * g.stride + k - g.padTop;
                if (y < 0 || y >= g.height)
                    continue;
                const float* x = input + (n * g.height + y) * g.width * g.channels + firstBlock * Lanes;
                for (std::int64_t b = 0; b < blocks; ++b) {
                    float* row = sums[static_cast<std::size_t>(b)].data() + k * window * Lanes;
                    (window == 3 ? row3 : row5)(x + b * Lanes, d + b * Lanes, g, inside, row);
                }
            }
            for (std::int64_t b = 0; b < blocks && biasGradient; ++b)
                addRow(d + b * Lanes, g, biasSums[static_cast<std::size_t>(b)].data());
        }
    }
    for (std::int64_t b = 0; b < blocks; ++b) {
        for (std::int64_t lane = 0; lane < Lanes; ++lane) {
            const std::int64_t channel = (firstBlock + b) * Lanes + lane;
            for (int k = 0; k < window * window; ++k)
                weightGradient[channel * window * window + k] =
                    sums[static_cast<std::size_t>(b)][static_cast<std::size_t>(k * Lanes + lane)];
            if (biasGradient)
                biasGradient[channel] = biasSums[static_cast<std::size_t>(b)][static_cast<std::size_t>(lane)];
        }
    }
}

} // namespace

void depthwiseWeightGradient(const float* input, const float* gradient, const DepthwiseGeometry& geometry, int window,
                             float* weightGradient, float* biasGradient)
{
    const std::int64_t blocks = geometry.channels / Lanes;
    at::parallel_for(0, (blocks + Group - 1) / Group, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t group = begin; group < end; ++group) {
            const std::int64_t first = group * Group;
            sumBlocks(input, gradient, geometry, window, first, std::min(Group, blocks - first), weightGradient,
                      biasGradient);
        }
    });
}

} // namespace halflens::torch_module
