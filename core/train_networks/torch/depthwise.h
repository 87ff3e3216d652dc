// SPDX-License-Identifier: BSD-3-Clause
// Depthwise convolution whose weight gradient is computed here: oneDNN 2.6 falls back to a generic loop for
// 5 x 5 windows, which would take a third of a training step.
#pragma once

#include <ATen/ATen.h>
#include <cstdint>

namespace halflens::torch_module {

struct DepthwiseGeometry {
    std::int64_t images, height, width, channels; ///< of the input, [images][height][width][channels]
    std::int64_t outHeight, outWidth;
    int stride, padTop, padLeft;
};

/// Whether depthwise() takes it: float32 on the CPU, 3 x 3 or 5 x 5, channels divisible by 16, no dilation.
bool suitsDepthwise(const at::Tensor& input, const at::Tensor& weight, std::int64_t groups, int dilation);

/// at::conv2d of a suitable input, `padding` on both sides, differentiable.
at::Tensor depthwise(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, int stride, int padTop,
                     int padLeft);

/// weightGradient [channels][window][window] and biasGradient [channels] (may be null) from the input and the
/// gradient of the output, both channels last. Sums in an order that does not depend on the thread count.
void depthwiseWeightGradient(const float* input, const float* gradient, const DepthwiseGeometry& geometry, int window,
                             float* weightGradient, float* biasGradient);

} // namespace halflens::torch_module
