// SPDX-License-Identifier: BSD-3-Clause
#include "core/predictor/triq_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

constexpr float LayerNormEpsilon = 1e-6F;

using Row = std::span<float>;
using ConstRow = std::span<const float>;

void apply(const DenseWeights& dense, ConstRow x, Row y)
{
    for (int o = 0; o < dense.out; ++o) {
        const float* weight = dense.weight.data() + static_cast<std::ptrdiff_t>(o) * dense.in;
        float sum = 0;
        for (int i = 0; i < dense.in; ++i)
            sum += weight[i] * x[static_cast<std::size_t>(i)];
        y[static_cast<std::size_t>(o)] = sum + dense.bias[static_cast<std::size_t>(o)];
    }
}

void normalise(const LayerNormWeights& norm, Row x)
{
    const auto count = static_cast<float>(x.size());
    float mean = 0;
    for (const float v : x)
        mean += v;
    mean /= count;
    float variance = 0;
    for (const float v : x)
        variance += (v - mean) * (v - mean);
    variance /= count;
    const float scale = 1.F / std::sqrt(variance + LayerNormEpsilon);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = (x[i] - mean) * scale * norm.gamma[i] + norm.beta[i];
}

/// The tanh form, as the original evaluates it (spec models 5.2).
float gelu(float x)
{
    constexpr float Root2OverPi = 0.7978845608F;
    return 0.5F * x * (1.F + std::tanh(Root2OverPi * (x + 0.044715F * x * x * x)));
}

class Sequence {
public:
    Sequence(std::vector<float> values, int width)
        : m_values(std::move(values))
        , m_width(static_cast<std::size_t>(width))
    { }
    std::size_t length() const { return m_values.size() / m_width; }
    Row operator[](std::size_t token) { return Row(m_values).subspan(token * m_width, m_width); }

private:
    std::vector<float> m_values;
    std::size_t m_width;
};

Sequence map(const DenseWeights& dense, Sequence& x)
{
    Sequence y(std::vector<float>(x.length() * static_cast<std::size_t>(dense.out)), dense.out);
    for (std::size_t t = 0; t < x.length(); ++t)
        apply(dense, x[t], y[t]);
    return y;
}

/// Concatenated heads of softmax(Q K' / sqrt(depth)) V; `weights` keeps the attention when not null.
Sequence attend(Sequence& query, Sequence& key, Sequence& value, int width, int heads, std::vector<float>* weights)
{
    const std::size_t length = query.length();
    const std::size_t depth = static_cast<std::size_t>(width / heads);
    const float divisor = std::sqrt(static_cast<float>(depth));
    Sequence result(std::vector<float>(length * static_cast<std::size_t>(width)), width);
    std::vector<float> logits(length);
    for (std::size_t head = 0; head < static_cast<std::size_t>(heads); ++head) {
        const std::size_t first = head * depth;
        for (std::size_t q = 0; q < length; ++q) {
            for (std::size_t k = 0; k < length; ++k) {
                float dot = 0;
                for (std::size_t d = first; d < first + depth; ++d)
                    dot += query[q][d] * key[k][d];
                logits[k] = dot / divisor;
            }
            softmax(logits);
            for (std::size_t k = 0; k < length; ++k) {
                for (std::size_t d = first; d < first + depth; ++d)
                    result[q][d] += logits[k] * value[k][d];
            }
            if (weights)
                weights->insert(weights->end(), logits.begin(), logits.end());
        }
    }
    return result;
}

void encode(const EncoderLayerWeights& layer, int width, int heads, Sequence& x, std::vector<float>* weights)
{
    Sequence query = map(layer.query, x);
    Sequence key = map(layer.key, x);
    Sequence value = map(layer.value, x);
    Sequence attended = attend(query, key, value, width, heads, weights);
    Sequence projected = map(layer.output, attended);
    std::vector<float> hidden(static_cast<std::size_t>(layer.feedForward0.out));
    std::vector<float> residual(static_cast<std::size_t>(width));
    for (std::size_t t = 0; t < x.length(); ++t) {
        const Row row = x[t];
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] += projected[t][i];
        normalise(layer.norm1, row);
        apply(layer.feedForward0, row, hidden);
        for (float& v : hidden)
            v = std::max(v, 0.F);
        apply(layer.feedForward1, hidden, residual);
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] += residual[i];
        normalise(layer.norm2, row);
    }
}

} // namespace

Result<std::vector<float>> embedTokens(const TriqEncoder& encoder, const TokenGrid& tokens)
{
    const int count = tokens.height * tokens.width;
    if (tokens.channels != encoder.width || count < 1)
        return Error{ErrorCode::Internal, "model", "the token grid does not fit the encoder", {}, {}};
    if (count + 1 > encoder.positions())
        return Error{ErrorCode::Model,
                     "model",
                     "the image yields " + std::to_string(tokens.height) + " x " + std::to_string(tokens.width) + " = "
                         + std::to_string(count) + " tokens, the model has positions for "
                         + std::to_string(encoder.positions() - 1),
                     "use a smaller image, or let it be fitted to the model's own size",
                     {}};
    const auto width = static_cast<std::size_t>(encoder.width);
    std::vector<float> sequence = encoder.qualityToken;
    sequence.insert(sequence.end(), tokens.values.begin(), tokens.values.end());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count + 1) * width; ++i)
        sequence[i] += encoder.positionEmbedding[i];
    return sequence;
}

Result<std::vector<float>> evaluate(const TriqEncoder& encoder, const TokenGrid& tokens, BlockMask mask,
                                    EncoderTrace* trace)
{
    std::vector<std::uint8_t> hidden;
    for (int row = 0; row < tokens.height; ++row) {
        for (int column = 0; column < tokens.width; ++column)
            hidden.push_back(mask.contains(blockOfToken(row, column, tokens.height, tokens.width)) ? 1 : 0);
    }
    return evaluateHiding(encoder, tokens, hidden, trace);
}

Result<std::vector<float>> evaluateHiding(const TriqEncoder& encoder, const TokenGrid& tokens,
                                          std::span<const std::uint8_t> hidden, EncoderTrace* trace)
{
    const Result<std::vector<float>> embedded = embedTokens(encoder, tokens);
    if (!embedded)
        return embedded.error();
    const auto width = static_cast<std::size_t>(encoder.width);
    std::vector<float> kept(embedded->begin(), embedded->begin() + encoder.width);
    for (std::size_t token = 0; token < hidden.size(); ++token) {
        const auto begin = embedded->begin() + static_cast<std::ptrdiff_t>((1 + token) * width);
        if (hidden[token] == 0)
            kept.insert(kept.end(), begin, begin + encoder.width);
    }
    Sequence x(std::move(kept), encoder.width);
    for (const EncoderLayerWeights& layer : encoder.layers) {
        if (trace)
            trace->attention.emplace_back();
        encode(layer, encoder.width, encoder.heads, x, trace ? &trace->attention.back() : nullptr);
        if (trace)
            trace->clsAfterLayer.emplace_back(x[0].begin(), x[0].end());
    }
    std::vector<float> inner(static_cast<std::size_t>(encoder.head0.out));
    apply(encoder.head0, x[0], inner);
    for (float& v : inner)
        v = gelu(v);
    std::vector<float> output(static_cast<std::size_t>(encoder.head1.out));
    apply(encoder.head1, inner, output);
    if (output.size() > 1)
        softmax(output);
    return output;
}

} // namespace halflens
