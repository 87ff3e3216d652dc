// SPDX-License-Identifier: BSD-3-Clause
// The LibTorch module: the masked transformer, batched, as the original graph computes it.
#include "core/families/torch/torch_module.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <c10/core/InferenceMode.h>

namespace halflens::torch_module {

namespace {

constexpr double MaskedLogit = -1e9;
constexpr double LayerNormEpsilon = 1e-6;

at::Tensor tensorOf(const std::vector<float>& values, at::IntArrayRef shape)
{
    return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).clone();
}

struct Dense {
    at::Tensor weight;
    at::Tensor bias;
    explicit Dense(const DenseWeights& dense)
        : weight(tensorOf(dense.weight, {dense.out, dense.in}))
        , bias(tensorOf(dense.bias, {dense.out}))
    { }
    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

struct Norm {
    at::Tensor gamma;
    at::Tensor beta;
    explicit Norm(const LayerNormWeights& norm)
        : gamma(tensorOf(norm.gamma, {static_cast<std::int64_t>(norm.gamma.size())}))
        , beta(tensorOf(norm.beta, {static_cast<std::int64_t>(norm.beta.size())}))
    { }
    at::Tensor operator()(const at::Tensor& x) const
    {
        return at::layer_norm(x, {gamma.size(0)}, gamma, beta, LayerNormEpsilon);
    }
};

struct EncoderLayer {
    Dense query, key, value, output, feedForward0, feedForward1;
    Norm norm1, norm2;
    std::int64_t heads;

    EncoderLayer(const EncoderLayerWeights& layer, int headCount)
        : query(layer.query)
        , key(layer.key)
        , value(layer.value)
        , output(layer.output)
        , feedForward0(layer.feedForward0)
        , feedForward1(layer.feedForward1)
        , norm1(layer.norm1)
        , norm2(layer.norm2)
        , heads(headCount)
    { }

    at::Tensor split(const at::Tensor& x) const
    {
        return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
    }

    /// x: [B, T, width]; masked: [B, 1, 1, T], MaskedLogit where masked.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& masked) const
    {
        const at::Tensor q = split(query(x));
        const at::Tensor k = split(key(x));
        const at::Tensor v = split(value(x));
        const double divisor = std::sqrt(static_cast<double>(q.size(3)));
        const at::Tensor attention = at::softmax(at::matmul(q, k.transpose(2, 3)) / divisor + masked, -1);
        const at::Tensor joined = at::matmul(attention, v).transpose(1, 2).reshape(x.sizes());
        const at::Tensor x1 = norm1(x + output(joined));
        return norm2(x1 + feedForward1(at::relu(feedForward0(x1))));
    }
};

at::Tensor maskRows(std::span<const BlockMask> masks, const TokenGrid& tokens)
{
    at::Tensor rows = at::zeros({static_cast<std::int64_t>(masks.size()), 1, 1, tokens.height * tokens.width + 1});
    float* value = rows.data_ptr<float>();
    for (const BlockMask mask : masks) {
        *value++ = 0; // CLS is never masked
        for (int row = 0; row < tokens.height; ++row) {
            for (int column = 0; column < tokens.width; ++column)
                *value++ = mask.contains(blockOfToken(row, column, tokens.height, tokens.width))
                    ? static_cast<float>(MaskedLogit)
                    : 0.F;
        }
    }
    return rows;
}

Result<std::vector<float>> evaluateMasks(const TriqEncoder& encoder, const TokenGrid& tokens,
                                         std::span<const BlockMask> masks, int batch, int threads,
                                         const std::stop_token& stop)
{
    return guarded("table", [&]() -> Result<std::vector<float>> {
        const Result<std::vector<float>> embedded = embedTokens(encoder, tokens);
        if (!embedded)
            return embedded.error();
        const c10::InferenceMode inference;
        at::set_num_threads(threads);
        const at::Tensor sequence = tensorOf(*embedded, {1, tokens.height * tokens.width + 1, encoder.width});
        std::vector<EncoderLayer> layers;
        for (const EncoderLayerWeights& layer : encoder.layers)
            layers.emplace_back(layer, encoder.heads);
        const Dense head0(encoder.head0);
        const Dense head1(encoder.head1);
        std::vector<float> rows;
        rows.reserve(masks.size() * static_cast<std::size_t>(encoder.outputs()));
        while (!masks.empty()) {
            if (stop.stop_requested())
                return cancelledError();
            const std::size_t count = std::min<std::size_t>(masks.size(), static_cast<std::size_t>(batch));
            const at::Tensor masked = maskRows(masks.first(count), tokens);
            masks = masks.subspan(count);
            at::Tensor x =
                sequence.expand({static_cast<std::int64_t>(count), sequence.size(1), sequence.size(2)}).contiguous();
            for (const EncoderLayer& layer : layers)
                x = layer(x, masked);
            at::Tensor y = head1(at::gelu(head0(x.select(1, 0)), "tanh"));
            if (encoder.outputs() > 1)
                y = at::softmax(y, -1);
            y = y.contiguous();
            rows.insert(rows.end(), y.data_ptr<float>(), y.data_ptr<float>() + y.numel());
        }
        return rows;
    });
}

} // namespace

} // namespace halflens::torch_module

extern "C" __attribute__((visibility("default"))) const halflens::torch_module::Functions* halflensTorchFunctions()
{
    static const halflens::torch_module::Functions table{
        halflens::torch_module::evaluateMasks, halflens::torch_module::runHead, halflens::torch_module::loadScript};
    return &table;
}
