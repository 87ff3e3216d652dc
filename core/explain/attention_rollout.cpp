// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/attention_rollout.h"

#include "core/measures/normalize.h"
#include "core/measures/resample.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

Error sizesDiffer()
{
    return {ErrorCode::InvalidInput,
            "attention",
            "the attention matrices do not have the stated size",
            "please report this with the model that caused it",
            {}};
}

Status checkLayers(std::span<const AttentionMatrix> layers, int tokens)
{
    const auto square = static_cast<std::size_t>(std::max(0, tokens)) * static_cast<std::size_t>(std::max(0, tokens));
    const bool sized =
        std::all_of(layers.begin(), layers.end(), [&](const AttentionMatrix& layer) { return layer.size() == square; });
    if (layers.empty() || tokens < 2 || !sized)
        return sizesDiffer();
    for (const AttentionMatrix& layer : layers) {
        if (!std::all_of(layer.begin(), layer.end(), [](float value) { return std::isfinite(value) && value >= 0; }))
            return Error{ErrorCode::Model,
                         "attention",
                         "the network's attention is negative or not finite",
                         "check the model with its own verification",
                         {}};
    }
    return {};
}

} // namespace

Result<AttentionMatrix> averageHeads(std::span<const float> heads, int headCount, int tokens)
{
    const auto square = static_cast<std::size_t>(std::max(0, tokens)) * static_cast<std::size_t>(std::max(0, tokens));
    if (headCount < 1 || square == 0 || heads.size() != square * static_cast<std::size_t>(headCount))
        return sizesDiffer();
    AttentionMatrix mean(square);
    for (std::size_t i = 0; i < square; ++i) {
        double sum = 0;
        for (std::size_t head = 0; head < static_cast<std::size_t>(headCount); ++head)
            sum += static_cast<double>(heads[head * square + i]);
        mean[i] = static_cast<float>(sum / headCount);
    }
    return mean;
}

Result<std::vector<float>> rolloutTokens(std::span<const AttentionMatrix> layers, int tokens)
{
    if (const Status usable = checkLayers(layers, tokens); !usable)
        return usable.error();
    const auto count = static_cast<std::size_t>(tokens);
    // Only the CLS row of the product is wanted: carrying that row through the layers, last one
    // first, takes one vector-matrix product each.
    std::vector<double> row(count, 0.0);
    row[0] = 1;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        std::vector<double> next(count, 0.0);
        for (std::size_t query = 0; query < count; ++query) {
            const std::span<const float> attention = std::span(*layer).subspan(query * count, count);
            double sum = 1; // of the identity
            for (const float value : attention)
                sum += static_cast<double>(value);
            const double share = row[query] / sum;
            for (std::size_t key = 0; key < count; ++key)
                next[key] += share * static_cast<double>(attention[key]);
            next[query] += share;
        }
        row = std::move(next);
    }
    return std::vector<float>(row.begin() + 1, row.end());
}

Result<std::vector<float>> lastLayerTokens(std::span<const AttentionMatrix> layers, int tokens)
{
    if (const Status usable = checkLayers(layers, tokens); !usable)
        return usable.error();
    const AttentionMatrix& last = layers.back();
    return std::vector<float>(last.begin() + 1, last.begin() + tokens);
}

Result<ScalarMap> attentionMap(std::span<const float> values, int gridHeight, int gridWidth, int imageHeight,
                               int imageWidth)
{
    const bool filled = gridHeight >= 1 && gridWidth >= 1 && imageHeight >= 1 && imageWidth >= 1
        && values.size() == static_cast<std::size_t>(gridHeight) * static_cast<std::size_t>(gridWidth);
    if (!filled)
        return sizesDiffer();
    return guarded("attention", [&]() -> Result<ScalarMap> {
        // Dividing by the maximum first, as specified, is undone by the min-max at the end.
        Field grid(gridHeight, gridWidth);
        const float highest = *std::max_element(values.begin(), values.end());
        std::transform(values.begin(), values.end(), grid.values.begin(), [&](float value) {
            return highest > 0 ? static_cast<double>(value) / highest : static_cast<double>(value);
        });
        return enlargedMinMax(grid, {imageHeight, imageWidth});
    });
}

} // namespace halflens
