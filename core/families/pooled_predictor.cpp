// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/pooled_predictor.h"

#include "core/families/composite_maps.h"
#include "core/families/map_gradient.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace halflens {

namespace {

/// Maps put together from parts, and the head behind them.
class PooledComposites final : public Composites {
public:
    PooledComposites(const PooledPredictor& predictor, std::unique_ptr<CompositeMaps> maps)
        : m_predictor(predictor)
        , m_maps(std::move(maps))
    { }
    double passes() const override { return m_maps->passes(); }
    Status compute(Crew& crew, const std::stop_token& stop) override
    {
        return guarded("model", [&] { return m_maps->compute(crew, stop); });
    }
    Result<Prediction> predict(BlockMask fromSource) const override
    {
        return guarded("model", [&] {
            const std::vector<nn::FeatureMap> maps = m_maps->maps(fromSource);
            std::vector<nn::MapView> views;
            for (const nn::FeatureMap& map : maps)
                views.push_back({map.size, map.values});
            return m_predictor.predictFrom(views);
        });
    }

private:
    const PooledPredictor& m_predictor;
    std::unique_ptr<CompositeMaps> m_maps;
};

} // namespace

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
        Result<std::vector<float>> pooled = finitePool(std::span(*views).first(m_headMaps.size()));
        if (!pooled)
            return std::move(pooled).error();
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

Result<std::vector<float>> PooledPredictor::finitePool(std::span<const nn::MapView> headMaps) const
{
    Result<std::vector<float>> pooled = pool(headMaps);
    if (pooled && !std::all_of(pooled->begin(), pooled->end(), [](float v) { return std::isfinite(v); }))
        return Error{ErrorCode::Model,
                     "model",
                     "the network's features are not finite for this image",
                     "check the weights file; it may be damaged",
                     {}};
    return pooled;
}

Result<Prediction> PooledPredictor::predictFrom(std::span<const nn::MapView> headMaps) const
{
    const Result<std::vector<float>> pooled = finitePool(headMaps);
    if (!pooled)
        return pooled.error();
    return toPrediction(head(*pooled), m_info);
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

std::unique_ptr<Composites> ConvolutionalPredictor::composites(const ModelInput& input, const ModelInput& source,
                                                               BlockMask players) const
{
    auto maps = CompositeMaps::plan(*m_trunk, headMaps(), input, source, players);
    if (!maps)
        return nullptr;
    return std::make_unique<PooledComposites>(*this, std::move(maps));
}

Result<std::vector<nn::MapView>> ConvolutionalPredictor::trunkMaps(const ModelInput& input,
                                                                   const std::vector<std::string>& names,
                                                                   std::stop_token stop) const
{
    return m_trunk->runInPlace(input.planes, input.height, input.width, names, std::move(stop));
}

} // namespace halflens
