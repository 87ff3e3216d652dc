// SPDX-License-Identifier: BSD-3-Clause
// What the tests of mask tables share: masks worth looking at, and a predictor that is nothing but an encoder.
#pragma once

#include "tests/unit/masking/reference_encoder.h"

#include <random>
#include <set>
#include <vector>

namespace halflens::test {

inline constexpr double Tolerance = 1e-5; // in probability

/// The edges, every block alone and without, both halves, and others at random.
inline std::vector<std::uint32_t> someMasks(unsigned count = 60)
{
    std::set<std::uint32_t> chosen{0, MaskCount - 1, 0x3f, 0xfc0};
    for (int b = 0; b < BlockCount; ++b) {
        chosen.insert(1u << b);
        chosen.insert((MaskCount - 1) ^ 1u << b);
    }
    std::mt19937 random(9);
    while (chosen.size() < count)
        chosen.insert(static_cast<std::uint32_t>(random() % MaskCount));
    return {chosen.begin(), chosen.end()};
}

inline Features featuresOf(TokenGrid tokens)
{
    Features features;
    features.tokens = std::move(tokens);
    return features;
}

class TablePredictor final : public Predictor {
public:
    explicit TablePredictor(const TriqEncoder* encoder)
        : m_encoder(encoder)
    {
        m_info.id = "made-up";
        m_info.scale = {0, 100};
    }
    const ModelInfo& info() const override { return m_info; }
    Result<std::shared_ptr<const Features>> features(const ModelInput&, std::stop_token,
                                                     std::span<const std::string>) const override
    {
        return cancelledError();
    }
    Result<Prediction> predict(const Features&, BlockMask) const override { return cancelledError(); }
    const TriqEncoder* attentionEncoder() const override { return m_encoder; }

private:
    const TriqEncoder* m_encoder;
    ModelInfo m_info;
};

} // namespace halflens::test
