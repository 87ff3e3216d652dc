// SPDX-License-Identifier: BSD-3-Clause
// TRIQ behind its trunk: projection, pooling, encoder and head (spec models 5.2, 5.3, 6.1).
#include "core/families/torch/torch_head_layers.h"
#include "core/nn/parts.h"

#include <cmath>

namespace halflens::torch_module {

namespace {

constexpr std::int64_t Heads = 8;
constexpr double MaskedLogit = -1e9;
constexpr double LayerNormEpsilon = 1e-6;
constexpr double DropoutRate = 0.1;

struct Layer {
    TorchDense query, key, value, output, feedForward0, feedForward1;
    TorchLayerNorm norm1, norm2;

    Layer(WeightReader& reader, const std::string& name)
        : query(reader, name + ".attention.query")
        , key(reader, name + ".attention.key")
        , value(reader, name + ".attention.value")
        , output(reader, name + ".attention.output")
        , feedForward0(reader, name + ".feed_forward.0")
        , feedForward1(reader, name + ".feed_forward.1")
        , norm1(reader, name + ".norm1", LayerNormEpsilon)
        , norm2(reader, name + ".norm2", LayerNormEpsilon)
    { }

    static at::Tensor split(const at::Tensor& x)
    {
        return x.view({x.size(0), x.size(1), Heads, x.size(2) / Heads}).transpose(1, 2);
    }

    /// x: [B, T, width]; masked: [B or 1, 1, 1, T], added to the logits, or undefined.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& masked, const HeadOptions& options) const
    {
        const at::Tensor q = split(query(x));
        at::Tensor logits = at::matmul(q, split(key(x)).transpose(2, 3)) / std::sqrt(static_cast<double>(q.size(3)));
        if (masked.defined())
            logits = logits + masked;
        const at::Tensor joined =
            at::matmul(at::softmax(logits, -1), split(value(x))).transpose(1, 2).reshape(x.sizes());
        const at::Tensor x1 = norm1(x + dropout(output(joined), DropoutRate, options));
        return norm2(x1 + dropout(feedForward1(at::relu(feedForward0(x1))), DropoutRate, options));
    }
};

class TriqHead final : public TorchHead {
public:
    explicit TriqHead(const StateDict& state)
    {
        WeightReader reader(state, m_parameters, m_buffers);
        m_projection = TorchConvolution(reader, "triq.projection");
        m_token = reader.parameter("triq.quality_token", 1);
        m_positions = reader.parameter("triq.position_embedding", 2);
        for (std::string name;
             reader.has((name = "triq.layers." + std::to_string(m_layers.size())) + ".attention.query.weight");)
            m_layers.emplace_back(reader, name);
        m_head0 = TorchDense(reader, "triq.head.0");
        m_head1 = TorchDense(reader, "triq.head.1");
        if (m_token.size(0) % Heads != 0)
            throw UnfitState("the width of the transformer is not divisible by " + std::to_string(Heads));
        m_mapNames = {"c5"};
        m_outputs = static_cast<int>(m_head1.weight.size(0));
    }

    at::Tensor forward(const std::vector<at::Tensor>& maps, const HeadOptions& options) const override
    {
        at::Tensor map = m_projection(maps.at(0));
        if (map.size(2) >= nn::PoolingFromRows)
            map = at::max_pool2d(map, 2, 2);
        const at::Tensor tokens = map.flatten(2).transpose(1, 2);
        const at::Tensor first = m_token.expand({tokens.size(0), 1, m_token.size(0)});
        const std::int64_t length = tokens.size(1) + 1;
        TORCH_CHECK(length <= m_positions.size(0), "the map has ", length - 1, " tokens, the model positions for ",
                    m_positions.size(0) - 1);
        at::Tensor x = at::cat({first, tokens}, 1) + m_positions.slice(0, 0, length);
        x = dropout(x, DropoutRate, options);
        const at::Tensor masked = maskedLogits(options.tokenMask, length);
        for (const Layer& layer : m_layers)
            x = layer(x, masked, options);
        return m_head1(dropout(at::gelu(m_head0(x.select(1, 0)), "tanh"), DropoutRate, options));
    }

private:
    /// CLS is never masked.
    static at::Tensor maskedLogits(const at::Tensor& tokenMask, std::int64_t length)
    {
        if (!tokenMask.defined())
            return {};
        const at::Tensor rows = (tokenMask.dim() == 1 ? tokenMask.unsqueeze(0) : tokenMask).to(at::kFloat);
        TORCH_CHECK(rows.size(1) == length - 1, "the mask is of ", rows.size(1), " tokens, there are ", length - 1);
        return at::constant_pad_nd(rows, {1, 0}).unsqueeze(1).unsqueeze(1) * MaskedLogit;
    }

    TorchConvolution m_projection;
    at::Tensor m_token;
    at::Tensor m_positions;
    std::vector<Layer> m_layers;
    TorchDense m_head0, m_head1;
};

} // namespace

extern const TorchFamily TorchTriq;
const TorchFamily TorchTriq{
    .name = "triq",
    .head = [](const StateDict& state, const std::string&) -> std::unique_ptr<TorchHead> {
        return std::make_unique<TriqHead>(state);
    },
    .masksTokens = true,
};

} // namespace halflens::torch_module
