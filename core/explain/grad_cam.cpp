// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/grad_cam.h"

#include "core/measures/resample.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

std::size_t positions(ChannelShape shape)
{
    return static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
}

bool fills(std::span<const float> values, ChannelShape shape)
{
    return shape.channels >= 1 && shape.height >= 1 && shape.width >= 1
        && values.size() == static_cast<std::size_t>(shape.channels) * positions(shape);
}

Error sizesDiffer()
{
    return {ErrorCode::InvalidInput,
            "gradcam",
            "feature map, gradient or image do not have the stated size",
            "please report this with the model that caused it",
            {}};
}

Error notFinite()
{
    return {ErrorCode::Model,
            "gradcam",
            "the network's feature map or gradient is not finite",
            "check the model with its own verification",
            {}};
}

template<class Values> bool allFinite(const Values& values)
{
    return std::all_of(values.begin(), values.end(), [](auto value) { return std::isfinite(value); });
}

void divideByMaximum(ScalarMap& map)
{
    const float highest = *std::max_element(map.values.begin(), map.values.end());
    if (!(highest > 0))
        return;
    for (float& value : map.values)
        value = static_cast<float>(static_cast<double>(value) / static_cast<double>(highest));
}

} // namespace

std::string toString(CamSign sign)
{
    switch (sign) {
    case CamSign::Raises:
        return "positive";
    case CamSign::Lowers:
        return "negative";
    case CamSign::Both:
        return "absolute";
    }
    return {};
}

Result<CamSign> camSignFromString(const std::string& word)
{
    for (const CamSign sign : {CamSign::Raises, CamSign::Lowers, CamSign::Both}) {
        if (word == toString(sign))
            return sign;
    }
    return Error{
        ErrorCode::InvalidInput, "options", "unknown sign \"" + word + "\"", "use positive, negative or absolute", {}};
}

Result<std::vector<float>> gradCamWeights(std::span<const float> gradients, ChannelShape shape)
{
    if (!fills(gradients, shape))
        return sizesDiffer();
    const std::size_t count = positions(shape);
    std::vector<float> weights(static_cast<std::size_t>(shape.channels));
    for (std::size_t channel = 0; channel < weights.size(); ++channel) {
        double sum = 0;
        for (const float value : gradients.subspan(channel * count, count))
            sum += static_cast<double>(value);
        weights[channel] = static_cast<float>(sum / static_cast<double>(count));
    }
    if (!allFinite(weights))
        return notFinite();
    return weights;
}

Result<ScalarMap> gradCamSum(std::span<const float> activations, ChannelShape shape, std::span<const float> weights)
{
    if (!fills(activations, shape) || weights.size() != static_cast<std::size_t>(shape.channels))
        return sizesDiffer();
    const std::size_t count = positions(shape);
    std::vector<double> sums(count);
    for (std::size_t channel = 0; channel < weights.size(); ++channel) {
        const auto weight = static_cast<double>(weights[channel]);
        const std::span<const float> plane = activations.subspan(channel * count, count);
        for (std::size_t i = 0; i < count; ++i)
            sums[i] += weight * static_cast<double>(plane[i]);
    }
    ScalarMap result(shape.height, shape.width);
    std::transform(sums.begin(), sums.end(), result.values.begin(),
                   [](double value) { return static_cast<float>(value); });
    if (!allFinite(result.values))
        return notFinite();
    return result;
}

Result<ScalarMap> gradCamMap(const ScalarMap& sum, CamSign sign, int imageHeight, int imageWidth)
{
    if (sum.isEmpty() || imageHeight < 1 || imageWidth < 1)
        return sizesDiffer();
    if (!allFinite(sum.values))
        return notFinite();
    return guarded("gradcam", [&]() -> Result<ScalarMap> {
        ScalarMap rectified = sum;
        for (float& value : rectified.values) {
            if (sign == CamSign::Both)
                value = std::abs(value);
            else
                value = std::max(0.0F, sign == CamSign::Raises ? value : -value);
        }
        ScalarMap map = resizedBilinear(rectified, {imageHeight, imageWidth});
        divideByMaximum(map);
        return map;
    });
}

Result<ScalarMap> productMap(const ScalarMap& gradCam, const ScalarMap& attention)
{
    if (gradCam.isEmpty() || gradCam.height != attention.height || gradCam.width != attention.width)
        return sizesDiffer();
    ScalarMap product = gradCam;
    for (std::size_t i = 0; i < product.values.size(); ++i)
        product.values[i] *= attention.values[i];
    divideByMaximum(product);
    return product;
}

} // namespace halflens
