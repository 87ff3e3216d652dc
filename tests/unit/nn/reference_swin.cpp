// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/nn/reference_swin.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace halflens::test {

namespace {

using Token = std::vector<double>;

struct TokenMap {
    int height = 0;
    int width = 0;
    std::vector<Token> tokens;
    Token& at(int y, int x) { return tokens[static_cast<std::size_t>(y * width + x)]; }
    const Token& at(int y, int x) const { return tokens[static_cast<std::size_t>(y * width + x)]; }
};

Token linear(const StateDict& state, const std::string& name, const Token& x)
{
    const Tensor& weight = state.at(name + ".weight");
    const auto bias = state.find(name + ".bias");
    Token y;
    const auto out = static_cast<std::size_t>(weight.shape[0]);
    for (std::size_t o = 0; o < out; ++o) {
        double sum = bias == state.end() ? 0 : static_cast<double>(bias->second.values[o]);
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += static_cast<double>(weight.values[o * x.size() + i]) * x[i];
        y.push_back(sum);
    }
    return y;
}

Token normed(const StateDict& state, const std::string& name, const Token& x)
{
    double mean = 0;
    for (const double v : x)
        mean += v / static_cast<double>(x.size());
    double variance = 0;
    for (const double v : x)
        variance += (v - mean) * (v - mean) / static_cast<double>(x.size());
    Token y;
    for (std::size_t i = 0; i < x.size(); ++i)
        y.push_back((x[i] - mean) / std::sqrt(variance + 1e-5)
                        * static_cast<double>(state.at(name + ".weight").values[i])
                    + static_cast<double>(state.at(name + ".bias").values[i]));
    return y;
}

int region(int position, int length, int window, int shift)
{
    if (position < length - window)
        return 0;
    return position < length - shift ? 1 : 2;
}

TokenMap attention(const StateDict& state, const std::string& name, const TokenMap& x, int heads, int window, int shift)
{
    TokenMap qkv = x;
    for (Token& token : qkv.tokens)
        token = linear(state, name + "qkv", token);
    const std::size_t channels = x.tokens[0].size();
    const std::size_t depth = channels / static_cast<std::size_t>(heads);
    const Tensor& table = state.at(name + "relative_position_bias_table");
    TokenMap result = x;
    // (y, x) are positions on the rolled map.
    const auto original = [&](int y, int column) -> const Token& {
        return qkv.at((y + shift) % x.height, (column + shift) % x.width);
    };
    for (int y = 0; y < x.height; ++y) {
        for (int column = 0; column < x.width; ++column) {
            Token attended(channels, 0.0);
            for (std::size_t head = 0; head < static_cast<std::size_t>(heads); ++head) {
                std::vector<double> logits;
                std::vector<const Token*> keys;
                const int top = y / window * window;
                const int left = column / window * window;
                for (int ky = top; ky < top + window; ++ky) {
                    for (int kx = left; kx < left + window; ++kx) {
                        const Token& query = original(y, column);
                        const Token& key = original(ky, kx);
                        double dot = 0;
                        for (std::size_t d = 0; d < depth; ++d)
                            dot += query[head * depth + d] / std::sqrt(static_cast<double>(depth))
                                * key[channels + head * depth + d];
                        const int row = (y - ky + window - 1) * (2 * window - 1) + column - kx + window - 1;
                        dot += static_cast<double>(table.values[static_cast<std::size_t>(row * heads) + head]);
                        const bool same = region(y, x.height, window, shift) == region(ky, x.height, window, shift)
                            && region(column, x.width, window, shift) == region(kx, x.width, window, shift);
                        logits.push_back(shift > 0 && !same ? dot - 100 : dot);
                        keys.push_back(&key);
                    }
                }
                const double largest = *std::max_element(logits.begin(), logits.end());
                double sum = 0;
                for (double& logit : logits)
                    sum += logit = std::exp(logit - largest);
                for (std::size_t k = 0; k < keys.size(); ++k) {
                    for (std::size_t d = 0; d < depth; ++d)
                        attended[head * depth + d] += logits[k] / sum * (*keys[k])[2 * channels + head * depth + d];
                }
            }
            result.at((y + shift) % x.height, (column + shift) % x.width) = linear(state, name + "proj", attended);
        }
    }
    return result;
}

void addTo(TokenMap& x, const TokenMap& change)
{
    for (std::size_t i = 0; i < x.tokens.size(); ++i) {
        for (std::size_t c = 0; c < x.tokens[i].size(); ++c)
            x.tokens[i][c] += change.tokens[i][c];
    }
}

void block(const StateDict& state, const std::string& name, TokenMap& x, int heads, int window, int shift)
{
    TokenMap inner = x;
    for (Token& token : inner.tokens)
        token = normed(state, name + "norm1", token);
    addTo(x, attention(state, name + "attn.", inner, heads, window, shift));
    inner = x;
    for (Token& token : inner.tokens) {
        token = linear(state, name + "mlp.fc1", normed(state, name + "norm2", token));
        for (double& v : token)
            v = 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)));
        token = linear(state, name + "mlp.fc2", token);
    }
    addTo(x, inner);
}

TokenMap merged(const StateDict& state, const std::string& name, const TokenMap& x)
{
    TokenMap result{x.height / 2, x.width / 2, {}};
    for (int y = 0; y < result.height; ++y) {
        for (int column = 0; column < result.width; ++column) {
            Token four;
            for (const auto& [dy, dx] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
                const Token& part = x.at(2 * y + dy, 2 * column + dx);
                four.insert(four.end(), part.begin(), part.end());
            }
            result.tokens.push_back(linear(state, name + "reduction", normed(state, name + "norm", four)));
        }
    }
    return result;
}

ReferenceMap planesOf(const TokenMap& x)
{
    ReferenceMap map{static_cast<int>(x.tokens[0].size()), x.height, x.width, {}};
    for (std::size_t c = 0; c < x.tokens[0].size(); ++c) {
        for (const Token& token : x.tokens)
            map.values.push_back(token[c]);
    }
    return map;
}

std::string blockName(std::size_t stage, int index)
{
    return "layers." + std::to_string(stage) + ".blocks." + std::to_string(index) + ".";
}

} // namespace

StateDict randomSwin(const SwinSize& size, unsigned seed)
{
    std::mt19937 random(seed);
    StateDict state;
    const auto add = [&](const std::string& name, Shape shape, double centre, double spread) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        Tensor tensor{std::move(shape), {}};
        std::uniform_real_distribution<double> value(centre - spread, centre + spread);
        for (std::size_t i = 0; i < count; ++i)
            tensor.values.push_back(static_cast<float>(value(random)));
        state[name] = std::move(tensor);
    };
    const auto addLinear = [&](const std::string& name, std::int64_t out, std::int64_t in, bool bias = true) {
        add(name + ".weight", {out, in}, 0, 2 / std::sqrt(static_cast<double>(in)));
        if (bias)
            add(name + ".bias", {out}, 0, 0.3);
    };
    const auto addNorm = [&](const std::string& name, std::int64_t width) {
        add(name + ".weight", {width}, 1, 0.4);
        add(name + ".bias", {width}, 0, 0.3);
    };
    std::int64_t width = size.width;
    add("patch_embed.proj.weight", {width, 3, size.patch, size.patch}, 0, 0.5);
    add("patch_embed.proj.bias", {width}, 0, 0.3);
    addNorm("patch_embed.norm", width);
    for (std::size_t stage = 0; stage < size.depths.size(); ++stage) {
        for (int i = 0; i < size.depths[stage]; ++i) {
            const std::string name = blockName(stage, i);
            addNorm(name + "norm1", width);
            addNorm(name + "norm2", width);
            addLinear(name + "attn.qkv", 3 * width, width);
            addLinear(name + "attn.proj", width, width);
            const std::int64_t distances = 2 * size.window - 1;
            add(name + "attn.relative_position_bias_table", {distances * distances, size.heads[stage]}, 0, 2);
            addLinear(name + "mlp.fc1", size.hiddenRatio * width, width);
            addLinear(name + "mlp.fc2", width, size.hiddenRatio * width);
        }
        if (stage + 1 < size.depths.size()) {
            const std::string name = "layers." + std::to_string(stage) + ".downsample.";
            addNorm(name + "norm", 4 * width);
            addLinear(name + "reduction", 2 * width, 4 * width, false);
            width *= 2;
        }
    }
    addNorm("norm", width);
    return state;
}

std::vector<ReferenceMap> evaluateSwinSlowly(const SwinSize& size, const StateDict& state, std::span<const float> input,
                                             int height, int width)
{
    TokenMap x{height / size.patch, width / size.patch, {}};
    for (int y = 0; y < x.height; ++y) {
        for (int column = 0; column < x.width; ++column) {
            Token token;
            for (int o = 0; o < size.width; ++o) {
                double sum = static_cast<double>(state.at("patch_embed.proj.bias").values[static_cast<std::size_t>(o)]);
                for (int c = 0; c < 3; ++c) {
                    for (int i = 0; i < size.patch; ++i) {
                        for (int j = 0; j < size.patch; ++j) {
                            const int weight = ((o * 3 + c) * size.patch + i) * size.patch + j;
                            const int pixel = (c * height + y * size.patch + i) * width + column * size.patch + j;
                            sum += static_cast<double>(
                                       state.at("patch_embed.proj.weight").values[static_cast<std::size_t>(weight)])
                                * static_cast<double>(input[static_cast<std::size_t>(pixel)]);
                        }
                    }
                }
                token.push_back(sum);
            }
            x.tokens.push_back(normed(state, "patch_embed.norm", token));
        }
    }
    std::vector<ReferenceMap> maps;
    for (std::size_t stage = 0; stage < size.depths.size(); ++stage) {
        const bool whole = std::min(x.height, x.width) <= size.window;
        for (int i = 0; i < size.depths[stage]; ++i)
            block(state, blockName(stage, i), x, size.heads[stage], size.window,
                  i % 2 == 1 && !whole ? size.window / 2 : 0);
        if (stage + 1 < size.depths.size()) {
            x = merged(state, "layers." + std::to_string(stage) + ".downsample.", x);
            maps.push_back(planesOf(x));
        }
    }
    for (Token& token : x.tokens)
        token = normed(state, "norm", token);
    maps.push_back(planesOf(x));
    return maps;
}

} // namespace halflens::test
