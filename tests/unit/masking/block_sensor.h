// SPDX-License-Identifier: BSD-3-Clause
// A predictor without weights whose score is a known function of which blocks are hidden: additive
// costs, one pair that only matters together, and, where wanted, one triple.
#pragma once

#include "core/predictor/model_types.h"

#include <atomic>
#include <cmath>
#include <functional>

namespace halflens::test {

inline constexpr int SensorWidth = 16;
inline constexpr int SensorHeight = 12;

/// Every pixel 1, so that a block filled with zero is seen to be hidden.
inline ModelInput sensorInput()
{
    ModelInput input;
    input.width = SensorWidth;
    input.height = SensorHeight;
    input.planes.assign(static_cast<std::size_t>(3 * SensorWidth * SensorHeight), 1.0F);
    return input;
}

class BlockSensor final : public Predictor {
public:
    using Score = std::function<double(BlockMask)>;

    explicit BlockSensor(Score score, int outputs = 1)
        : m_score(std::move(score))
    {
        m_info.id = "sensor";
        m_info.family = "sensor";
        m_info.weightsHash = "0123";
        m_info.outputs = outputs;
    }

    /// How images are fed; by default at their own size, grey as zero.
    void feed(const InputSpec& input) { m_info.input = input; }

    mutable std::atomic<int> passes{0};
    std::function<void(int)> onPass; ///< told the number of passes so far

    using Predictor::predict;
    const ModelInfo& info() const override { return m_info; }

    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string>) const override
    {
        if (onPass)
            onPass(++passes);
        else
            ++passes;
        if (stop.stop_requested())
            return cancelledError();
        BlockMask hidden;
        for (int block = 0; block < BlockCount; ++block) {
            const BlockRect rect = blockRect({block}, input.height, input.width);
            if (input.planes[static_cast<std::size_t>(rect.top * input.width + rect.left)] == 0.0F)
                hidden = hidden.with({block});
        }
        auto features = std::make_shared<Features>();
        const auto score = static_cast<float>(m_score(hidden));
        if (m_info.outputs == 1) {
            features->pooled = {score};
        } else { // grades 1 and 5 only
            const float high = (score - 1) / 4;
            features->pooled = {1 - high, 0, 0, 0, high};
        }
        return std::shared_ptr<const Features>(std::move(features));
    }

    Result<Prediction> predict(const Features& features, BlockMask) const override
    {
        return toPrediction(features.pooled, m_info);
    }

private:
    Score m_score;
    ModelInfo m_info;
};

inline double additiveScore(BlockMask hidden)
{
    double score = 4;
    for (int block = 0; block < BlockCount; ++block)
        score -= hidden.contains({block}) ? 0.02 * (block + 1) : 0;
    return score;
}

inline double pairScore(BlockMask hidden)
{
    return additiveScore(hidden) - (hidden.contains({3}) && hidden.contains({8}) ? 0.4 : 0);
}

/// Nothing short of all rows describes this one.
inline double roughScore(BlockMask hidden)
{
    const std::uint32_t mixed = hidden.bits() * 2654435761U;
    return pairScore(hidden) + (hidden.isEmpty() ? 0 : 0.1 * std::sin(static_cast<double>(mixed >> 16)));
}

} // namespace halflens::test
