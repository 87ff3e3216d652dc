// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/masking/reference_encoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace halflens::test {

namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>; ///< one row per token

Vector affine(const DenseWeights& dense, const Vector& x)
{
    Vector y(dense.bias.begin(), dense.bias.end());
    for (std::size_t o = 0; o < y.size(); ++o) {
        for (std::size_t i = 0; i < x.size(); ++i)
            y[o] += static_cast<double>(dense.weight[o * x.size() + i]) * x[i];
    }
    return y;
}

Matrix affine(const DenseWeights& dense, const Matrix& x)
{
    Matrix y;
    for (const Vector& row : x)
        y.push_back(affine(dense, row));
    return y;
}

Vector normalised(const LayerNormWeights& norm, Vector x)
{
    const auto count = static_cast<double>(x.size());
    double mean = 0;
    for (const double v : x)
        mean += v / count;
    double variance = 0;
    for (const double v : x)
        variance += (v - mean) * (v - mean) / count;
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = (x[i] - mean) / std::sqrt(variance + 1e-6) * norm.gamma[i] + norm.beta[i];
    return x;
}

void softmax(Vector& x)
{
    const double top = *std::max_element(x.begin(), x.end());
    double sum = 0;
    for (double& v : x)
        sum += v = std::exp(v - top);
    for (double& v : x)
        v /= sum;
}

Matrix attend(const Matrix& query, const Matrix& key, const Matrix& value, std::size_t heads, const Vector& hidden)
{
    const std::size_t width = query[0].size();
    const std::size_t depth = width / heads;
    Matrix result(query.size(), Vector(width, 0.0));
    Vector weights(key.size());
    for (std::size_t q = 0; q < query.size(); ++q) {
        for (std::size_t head = 0; head < heads; ++head) {
            for (std::size_t k = 0; k < key.size(); ++k) {
                double dot = 0;
                for (std::size_t d = head * depth; d < (head + 1) * depth; ++d)
                    dot += query[q][d] * key[k][d];
                weights[k] = dot / std::sqrt(static_cast<double>(depth)) + hidden[k] * -1e9;
            }
            softmax(weights);
            for (std::size_t k = 0; k < key.size(); ++k) {
                for (std::size_t d = head * depth; d < (head + 1) * depth; ++d)
                    result[q][d] += weights[k] * value[k][d];
            }
        }
    }
    return result;
}

double gelu(double x)
{
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

} // namespace

std::vector<double> evaluateMasked(const TriqEncoder& encoder, const TokenGrid& tokens, std::uint32_t mask,
                                   std::size_t maskedLayers)
{
    const auto width = static_cast<std::size_t>(encoder.width);
    const auto count = static_cast<std::size_t>(tokens.height * tokens.width);
    Matrix x(count + 1, Vector(width));
    Vector hidden(count + 1, 0.0); // 1 = masked; CLS never is
    for (std::size_t t = 0; t <= count; ++t) {
        for (std::size_t i = 0; i < width; ++i)
            x[t][i] = static_cast<double>(t == 0 ? encoder.qualityToken[i] : tokens.values[(t - 1) * width + i])
                + static_cast<double>(encoder.positionEmbedding[t * width + i]);
    }
    for (int row = 0; row < tokens.height; ++row) {
        for (int column = 0; column < tokens.width; ++column) {
            // The block a token's centre lies in.
            const int blockRow = static_cast<int>(std::floor((row + 0.5) * 3 / tokens.height));
            const int blockColumn = static_cast<int>(std::floor((column + 0.5) * 4 / tokens.width));
            hidden[static_cast<std::size_t>(1 + row * tokens.width + column)] =
                mask >> (4 * blockRow + blockColumn) & 1u ? 1 : 0;
        }
    }
    const Vector nothing(count + 1, 0.0);
    for (std::size_t l = 0; l < encoder.layers.size(); ++l) {
        const EncoderLayerWeights& layer = encoder.layers[l];
        const Matrix attended =
            affine(layer.output,
                   attend(affine(layer.query, x), affine(layer.key, x), affine(layer.value, x),
                          static_cast<std::size_t>(encoder.heads), l < maskedLayers ? hidden : nothing));
        for (std::size_t t = 0; t <= count; ++t) {
            for (std::size_t i = 0; i < width; ++i)
                x[t][i] += attended[t][i];
            x[t] = normalised(layer.norm1, std::move(x[t]));
            Vector inner = affine(layer.feedForward0, x[t]);
            for (double& v : inner)
                v = std::max(v, 0.0);
            const Vector added = affine(layer.feedForward1, inner);
            for (std::size_t i = 0; i < width; ++i)
                x[t][i] += added[i];
            x[t] = normalised(layer.norm2, std::move(x[t]));
        }
    }
    Vector inner = affine(encoder.head0, x[0]);
    for (double& v : inner)
        v = gelu(v);
    Vector output = affine(encoder.head1, inner);
    if (output.size() > 1)
        softmax(output);
    return output;
}

TriqEncoder randomEncoder(unsigned seed, const EncoderRecipe& recipe)
{
    std::mt19937 random(seed);
    const auto uniform = [&](float low, float high) {
        return low + (high - low) * (static_cast<float>(random() >> 8) / 16'777'216.F);
    };
    const auto dense = [&](int in, int out, float factor) {
        DenseWeights weights{in, out, {}, {}};
        const float limit = factor * std::sqrt(3.F / static_cast<float>(in)); // keeps the variance
        for (int i = 0; i < in * out; ++i)
            weights.weight.push_back(uniform(-limit, limit));
        for (int i = 0; i < out; ++i)
            weights.bias.push_back(factor * uniform(-0.5F, 0.5F));
        return weights;
    };
    const auto norm = [&](int width) {
        LayerNormWeights weights;
        for (int i = 0; i < width; ++i) {
            weights.gamma.push_back(uniform(0.5F, 1.5F));
            weights.beta.push_back(uniform(-0.3F, 0.3F));
        }
        return weights;
    };
    TriqEncoder encoder;
    encoder.width = recipe.width;
    encoder.heads = recipe.heads;
    for (int l = 0; l < recipe.layers; ++l) {
        const int w = recipe.width;
        encoder.layers.push_back({dense(w, w, l == 0 ? recipe.query1 : recipe.query2), dense(w, w, 1), dense(w, w, 1),
                                  dense(w, w, recipe.branches), dense(w, recipe.hidden, 1),
                                  dense(recipe.hidden, w, recipe.branches), norm(w), norm(w)});
    }
    encoder.head0 = dense(recipe.width, recipe.headHidden, recipe.head);
    encoder.head1 = dense(recipe.headHidden, recipe.outputs, recipe.head);
    for (int i = 0; i < recipe.width; ++i)
        encoder.qualityToken.push_back(recipe.tokens * uniform(-1, 1));
    for (int i = 0; i < recipe.width * recipe.positions; ++i)
        encoder.positionEmbedding.push_back(recipe.tokens * uniform(-0.5F, 0.5F));
    return encoder;
}

TokenGrid randomTokens(unsigned seed, int height, int width, int channels, float scale)
{
    std::mt19937 random(seed);
    TokenGrid grid{height, width, channels, {}};
    for (int i = 0; i < height * width * channels; ++i)
        grid.values.push_back(scale * (static_cast<float>(random() >> 8) / 8'388'608.F - 1));
    return grid;
}

} // namespace halflens::test
