// SPDX-License-Identifier: BSD-3-Clause
// Grad-CAM from activations and gradients, and its product with attention (spec models 14.1, 14.3).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"

#include <span>
#include <string>
#include <vector>

namespace halflens {

/// Shape of a feature map, channels first.
struct ChannelShape {
    int channels = 0;
    int height = 0;
    int width = 0;
    bool operator==(const ChannelShape&) const = default;
};

/// For a quality score the sign matters.
enum class CamSign {
    Raises, ///< what raises the score: positive part (the cited method, default)
    Lowers, ///< what lowers it: positive part with the gradient negated
    Both ///< magnitude of the sum before rectification
};

/// "positive", "negative", "absolute" and back. InvalidInput: another word.
std::string toString(CamSign sign);
Result<CamSign> camSignFromString(const std::string& word);

/// alpha_c: mean over positions of the gradient of the score by channel c.
/// InvalidInput: sizes differ; Model: not finite.
Result<std::vector<float>> gradCamWeights(std::span<const float> gradients, ChannelShape shape);

/// sum_c alpha_c A_c before rectification, height x width; float64 inside. Errors as above.
Result<ScalarMap> gradCamSum(std::span<const float> activations, ChannelShape shape, std::span<const float> weights);

/// The sum as a heat map of the image: rectified by `sign`, enlarged bilinearly, divided by its
/// maximum, 0..1; all zeros where nothing is left. InvalidInput: empty map or image; Model: not finite.
Result<ScalarMap> gradCamMap(const ScalarMap& sum, CamSign sign, int imageHeight, int imageWidth);

/// gradCam * attention, divided by its maximum (all zeros stay). Both of image size, 0..1.
/// InvalidInput: sizes differ.
Result<ScalarMap> productMap(const ScalarMap& gradCam, const ScalarMap& attention);

} // namespace halflens
