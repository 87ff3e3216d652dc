// SPDX-License-Identifier: BSD-3-Clause
// TRIQ's transformer encoder and head as plain numbers, and its straightforward evaluation
// (spec models 5.2, 5.3, 6).
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/predictor/dense.h"
#include "core/predictor/model_types.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// Normalisation over the channels of one token, eps 1e-6.
struct LayerNormWeights {
    std::vector<float> gamma;
    std::vector<float> beta;
};

/// One post-norm encoder layer (spec models 5.3).
struct EncoderLayerWeights {
    DenseWeights query, key, value, output;
    DenseWeights feedForward0, feedForward1;
    LayerNormWeights norm1, norm2;
};

struct TriqEncoder {
    int width = 32;
    int heads = 8;
    std::vector<EncoderLayerWeights> layers;
    DenseWeights head0, head1;
    std::vector<float> qualityToken; ///< [width]
    std::vector<float> positionEmbedding; ///< [positions][width], row 0 belongs to CLS
    int positions() const { return static_cast<int>(positionEmbedding.size()) / width; }
    int outputs() const { return head1.out; }
};

/// Values along the way, for parity checks and attention maps.
struct EncoderTrace {
    std::vector<std::vector<float>> clsAfterLayer; ///< per layer [width]
    std::vector<std::vector<float>> attention; ///< per layer [heads][N + 1][N + 1]
};

/// Unmasked CLS sequence: quality token, then tokens plus positions; [(N + 1)][width].
/// Model: more tokens than the position embedding has rows (spec models 5.4).
Result<std::vector<float>> embedTokens(const TriqEncoder& encoder, const TokenGrid& tokens);

/// Output of the network with the tokens of `mask` kept from attention in every layer, evaluated
/// by dropping them. Softmax grades, or the linear output when there is one. `trace` sees the
/// kept tokens only. Any thread.
Result<std::vector<float>> evaluate(const TriqEncoder& encoder, const TokenGrid& tokens, BlockMask mask,
                                    EncoderTrace* trace = nullptr);

/// The same with any tokens hidden: one flag a token, row-major, not 0 is hidden.
Result<std::vector<float>> evaluateHiding(const TriqEncoder& encoder, const TokenGrid& tokens,
                                          std::span<const std::uint8_t> hidden, EncoderTrace* trace = nullptr);

} // namespace halflens
