// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/swin_kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace halflens::nn::detail {

namespace {

constexpr float Epsilon = 1e-5F;
constexpr float OtherRegion = -100.F;

#define HALFLENS_INLINE inline __attribute__((always_inline))

/// e^x for x <= 0 within 2 ulp; 0 below -87. Free of branches, so that loops over it vectorise.
HALFLENS_INLINE float expNegative(float x)
{
    constexpr float Log2e = 1.44269504088896341F;
    constexpr float Rounder = 12582912.F; // 1.5 * 2^23: adding it rounds to the nearest integer
    const float inside = x < -87.F ? -87.F : x;
    const float n = (inside * Log2e + Rounder) - Rounder;
    const float r = (inside - n * 0.693359375F) + n * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.F;
    const auto power = std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
    return x < -87.F ? 0.F : p * power;
}

HALFLENS_INLINE void layerNorm(const float* source, float* target, const float* gamma, const float* beta,
                               std::size_t count)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < count; ++i)
        sum += source[i];
    const float mean = sum / static_cast<float>(count);
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::size_t i = 0; i < count; ++i)
        squares += (source[i] - mean) * (source[i] - mean);
    const float scale = 1.F / std::sqrt(squares / static_cast<float>(count) + Epsilon);
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        target[i] = (source[i] - mean) * scale * gamma[i] + beta[i];
}

HALFLENS_INLINE void attention(float* row, const float* bias, const int* regions, int region, std::size_t count)
{
    float top = -INFINITY;
    if (regions) {
#pragma omp simd reduction(max : top)
        for (std::size_t i = 0; i < count; ++i) {
            row[i] += bias[i] + (regions[i] == region ? 0.F : OtherRegion);
            top = row[i] > top ? row[i] : top;
        }
    } else {
#pragma omp simd reduction(max : top)
        for (std::size_t i = 0; i < count; ++i) {
            row[i] += bias[i];
            top = row[i] > top ? row[i] : top;
        }
    }
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < count; ++i) {
        row[i] = expNegative(row[i] - top);
        sum += row[i];
    }
    const float factor = 1.F / sum;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        row[i] *= factor;
}

struct Kernels {
    void (*layerNorm)(const float*, float*, const float*, const float*, std::size_t);
    void (*attention)(float*, const float*, const int*, int, std::size_t);
};

#if defined(__x86_64__)
#define HALFLENS_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define HALFLENS_TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma,prefer-vector-width=512")))

HALFLENS_TARGET_AVX2 void layerNormAvx2(const float* source, float* target, const float* gamma, const float* beta,
                                        std::size_t count)
{
    layerNorm(source, target, gamma, beta, count);
}

HALFLENS_TARGET_AVX2 void attentionAvx2(float* row, const float* bias, const int* regions, int region,
                                        std::size_t count)
{
    attention(row, bias, regions, region, count);
}

HALFLENS_TARGET_AVX512 void layerNormAvx512(const float* source, float* target, const float* gamma, const float* beta,
                                            std::size_t count)
{
    layerNorm(source, target, gamma, beta, count);
}

HALFLENS_TARGET_AVX512 void attentionAvx512(float* row, const float* bias, const int* regions, int region,
                                            std::size_t count)
{
    attention(row, bias, regions, region, count);
}

Kernels chosen()
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw"))
        return {layerNormAvx512, attentionAvx512};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return {layerNormAvx2, attentionAvx2};
    return {layerNormRowPlain, attentionRowPlain};
}
#else
Kernels chosen()
{
    return {layerNormRowPlain, attentionRowPlain};
}
#endif

const Kernels& kernels()
{
    static const Kernels found = chosen();
    return found;
}

} // namespace

void layerNormRow(const float* source, float* target, const float* gamma, const float* beta, std::size_t count)
{
    kernels().layerNorm(source, target, gamma, beta, count);
}

void attentionRow(float* row, const float* bias, const int* regions, int region, std::size_t count)
{
    kernels().attention(row, bias, regions, region, count);
}

void layerNormRowPlain(const float* source, float* target, const float* gamma, const float* beta, std::size_t count)
{
    layerNorm(source, target, gamma, beta, count);
}

void attentionRowPlain(float* row, const float* bias, const int* regions, int region, std::size_t count)
{
    attention(row, bias, regions, region, count);
}

} // namespace halflens::nn::detail
