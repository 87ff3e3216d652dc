// SPDX-License-Identifier: BSD-3-Clause
// TRIQ's transformer in float64 as the original computes it: the whole sequence, with -1e9 added to
// the logits of masked tokens in every layer (spec models 5.3, 6.1). Made-up encoders to try it on.
#pragma once

#include "core/predictor/triq_encoder.h"

#include <cstdint>
#include <vector>

namespace halflens::test {

/// Output with the tokens of `mask` masked in the first `maskedLayers` layers (all unless told).
std::vector<double> evaluateMasked(const TriqEncoder& encoder, const TokenGrid& tokens, std::uint32_t mask,
                                   std::size_t maskedLayers = 1000);

/// Sizes and strengths of a made-up encoder. Defaults: the published sizes, logits of a few units.
struct EncoderRecipe {
    int width = 32;
    int heads = 8;
    int layers = 2;
    int hidden = 64;
    int headHidden = 64;
    int outputs = 5;
    int positions = 193;
    float query1 = 1; ///< factor on the query weights of the first layer
    float query2 = 1; ///< and of the others
    float branches = 1; ///< factor on what attention and feed-forward add to the residual
    float tokens = 1; ///< factor on quality token and positions
    float head = 1; ///< factor on the head's weights
};

TriqEncoder randomEncoder(unsigned seed, const EncoderRecipe& recipe = {});
TokenGrid randomTokens(unsigned seed, int height, int width, int channels = 32, float scale = 1);

} // namespace halflens::test
