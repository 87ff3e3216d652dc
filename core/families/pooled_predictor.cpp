// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/pooled_predictor.h"

#include "core/families/map_gradient.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace halflens {

PooledPredictor::PooledPredictor(ModelInfo info, std::vector<std::string> headMaps)
    : m_info(std::move(info))
    , m_headMaps(std::move(headMaps))
{ }

Result<std::shared_ptr<const Features>> PooledPredictor::features(const ModelInput& input, std::stop_token stop,
                                                                  std::span<const std::string> maps) const
{
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::string> names = m_headMaps;
    for (const std::string& name : maps) {
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    const Result<std::vector<nn::MapView>> views = trunkMaps(input, names, std::move(stop));
    if (!views)
        return views.error();

    return guarded("model", [&]() -> Result<std::shared_ptr<const Features>> {
        Result<std::vector<float>> pooled = pool(std::span(*views).first(m_headMaps.size()));
        if (!pooled)
            return std::move(pooled).error();
        if (!std::all_of(pooled->begin(), pooled->end(), [](float v) { return std::isfinite(v); }))
            return Error{ErrorCode::Model,
                         "model",
                         "the network's features are not finite for this image",
                         "check the weights file; it may be damaged",
                         {}};
        auto result = std::make_shared<Features>();
        result->pooled = std::move(*pooled);
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (std::find(maps.begin(), maps.end(), names[i]) == maps.end())
                continue;
            const nn::MapView& view = (*views)[i];
            result->mapShapes[names[i]] = {view.size.channels, view.size.height, view.size.width};
            result->maps[names[i]] = {view.values.begin(), view.values.end()};
        }
        result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return std::shared_ptr<const Features>(std::move(result));
    });
}

Result<Prediction> PooledPredictor::predict(const Features& features, BlockMask mask) const
{
    if (!mask.isEmpty())
        return Error{ErrorCode::Unsupported,
                     "model",
                     "a network of the family " + m_info.family + " has no attention that could be masked",
                     "zero the pixels of the blocks instead",
                     {}};
    return toPrediction(head(features.pooled), m_info);
}

Result<MapGradient> PooledPredictor::gradient(const ModelInput& input, std::stop_token stop,
                                              const std::string& map) const
{
    const std::vector<std::string> names = gradientMaps();
    return mapGradient(
        *this, names, map.empty() ? gradientMap() : map, [this] { return headState(); }, input, std::move(stop));
}

ConvolutionalPredictor::ConvolutionalPredictor(ModelInfo info, std::vector<std::string> headMaps,
                                               std::unique_ptr<nn::InferenceForm> trunk)
    : PooledPredictor(std::move(info), std::move(headMaps))
    , m_trunk(std::move(trunk))
{ }

Result<std::vector<nn::MapView>> ConvolutionalPredictor::trunkMaps(const ModelInput& input,
                                                                   const std::vector<std::string>& names,
                                                                   std::stop_token stop) const
{
    return m_trunk->runInPlace(input.planes, input.height, input.width, names, std::move(stop));
}

} // namespace halflens
