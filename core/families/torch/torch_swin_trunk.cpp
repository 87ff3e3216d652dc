// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/torch/torch_swin_trunk.h"

#include "core/families/torch/torch_head_layers.h"
#include "core/nn/swin.h"

#include <cmath>

namespace halflens::torch_module {

namespace {

constexpr double LayerNormEpsilon = 1e-5;
constexpr double OtherRegion = -100;

/// Drops the branch of whole images, scaling up those that stay.
at::Tensor dropped(const at::Tensor& branch, double rate, bool training)
{
    if (!training || rate <= 0)
        return branch;
    const at::Tensor kept =
        at::bernoulli(at::full({branch.size(0), 1, 1, 1}, 1 - rate, branch.options().requires_grad(false)));
    return branch * kept / (1 - rate);
}

struct Block {
    TorchLayerNorm norm1, norm2;
    TorchDense qkv, projection, hidden, output;
    at::Tensor biasTable;
    std::int64_t heads;
    std::int64_t window;

    Block(WeightReader& reader, const std::string& name, const nn::SwinStage& stage)
        : norm1(reader, name + "norm1", LayerNormEpsilon)
        , norm2(reader, name + "norm2", LayerNormEpsilon)
        , qkv(reader, name + "attn.qkv")
        , projection(reader, name + "attn.proj")
        , hidden(reader, name + "mlp.fc1")
        , output(reader, name + "mlp.fc2")
        , biasTable(reader.parameter(name + "attn.relative_position_bias_table", 2))
        , heads(stage.heads)
        , window(stage.window)
    { }

    /// x: [B, H, W, C].
    at::Tensor operator()(at::Tensor x, std::int64_t shift, bool training, double dropPath) const
    {
        x = x + dropped(attend(norm1(x), shift), dropPath, training);
        return x + dropped(output(at::gelu(hidden(norm2(x)))), dropPath, training);
    }

private:
    /// [B, H, W, C] to [B, rows, columns, window^2, C].
    at::Tensor toWindows(const at::Tensor& x) const
    {
        return x.view({x.size(0), x.size(1) / window, window, x.size(2) / window, window, x.size(3)})
            .permute({0, 1, 3, 2, 4, 5})
            .reshape({x.size(0), x.size(1) / window, x.size(2) / window, window * window, x.size(3)});
    }

    at::Tensor relativeBias() const
    {
        const at::Tensor cells = at::arange(window * window, biasTable.options().dtype(at::kLong).requires_grad(false));
        const at::Tensor rows = at::floor_divide(cells, window);
        const at::Tensor columns = at::remainder(cells, window);
        const auto distance = [&](const at::Tensor& at) { return at.unsqueeze(1) - at.unsqueeze(0) + (window - 1); };
        const at::Tensor index = distance(rows) * (2 * window - 1) + distance(columns);
        return biasTable.index_select(0, index.flatten())
            .view({window * window, window * window, heads})
            .permute({2, 0, 1});
    }

    /// Regions 0, 1, 2 of an axis of `length` that was rolled by `shift`.
    at::Tensor regions(std::int64_t length, std::int64_t shift, const at::TensorOptions& options) const
    {
        const at::Tensor at = at::arange(length, options);
        return at.ge(length - window).to(at::kLong) + at.ge(length - shift).to(at::kLong);
    }

    /// [rows, columns, 1, window^2, window^2], OtherRegion between pixels that were no neighbours.
    at::Tensor shiftMask(std::int64_t height, std::int64_t width, std::int64_t shift) const
    {
        const at::TensorOptions options = biasTable.options().dtype(at::kLong).requires_grad(false);
        const at::Tensor numbers =
            regions(height, shift, options).unsqueeze(1) * 3 + regions(width, shift, options).unsqueeze(0);
        const at::Tensor windows = toWindows(numbers.view({1, height, width, 1})).squeeze(4).squeeze(0);
        return windows.unsqueeze(2).ne(windows.unsqueeze(3)).to(biasTable.scalar_type()).unsqueeze(2) * OtherRegion;
    }

    at::Tensor attend(at::Tensor x, std::int64_t shift) const
    {
        const std::int64_t height = x.size(1);
        const std::int64_t width = x.size(2);
        const std::int64_t channels = x.size(3);
        if (shift > 0)
            x = at::roll(x, {-shift, -shift}, {1, 2});
        const at::Tensor windows = toWindows(x);
        const std::int64_t rows = windows.size(1);
        const std::int64_t columns = windows.size(2);
        const std::int64_t cells = window * window;
        // [3, B, rows, columns, heads, cells, depth]
        const at::Tensor parts = qkv(windows)
                                     .view({x.size(0), rows, columns, cells, 3, heads, channels / heads})
                                     .permute({4, 0, 1, 2, 5, 3, 6});
        const std::int64_t depth = channels / heads;
        const double scale = 1 / std::sqrt(static_cast<double>(depth));
        at::Tensor logits = at::matmul(parts[0] * scale, parts[1].transpose(-2, -1)) + relativeBias();
        if (shift > 0)
            logits = logits + shiftMask(height, width, shift);
        x = projection(at::matmul(at::softmax(logits, -1), parts[2])
                           .permute({0, 1, 2, 4, 3, 5})
                           .reshape({x.size(0), rows, columns, cells, channels}));
        x = x.view({x.size(0), rows, columns, window, window, channels})
                .permute({0, 1, 3, 2, 4, 5})
                .reshape({x.size(0), height, width, channels});
        return shift > 0 ? at::roll(x, {shift, shift}, {1, 2}) : x;
    }
};

struct Merging {
    TorchLayerNorm norm;
    TorchDense reduction;

    at::Tensor operator()(const at::Tensor& x) const
    {
        const auto part = [&](std::int64_t row, std::int64_t column) {
            return x.slice(1, row, c10::nullopt, 2).slice(2, column, c10::nullopt, 2);
        };
        return reduction(norm(at::cat({part(0, 0), part(1, 0), part(0, 1), part(1, 1)}, 3)));
    }
};

struct Stage {
    std::vector<Block> blocks;
    std::optional<Merging> merging;
};

} // namespace

struct TorchSwinTrunk::Private {
    NamedTensors parameters;
    NamedTensors buffers; ///< none; the reader wants a place for them
    std::vector<std::string> mapNames;
    TorchConvolution embedding;
    TorchLayerNorm embeddingNorm;
    std::vector<Stage> stages;
    TorchLayerNorm norm;
    std::int64_t blockCount = 0;
};

TorchSwinTrunk::TorchSwinTrunk(std::unique_ptr<Private> d)
    : m_d(std::move(d))
{ }

TorchSwinTrunk::~TorchSwinTrunk() = default;

const std::vector<std::string>& TorchSwinTrunk::mapNames() const
{
    return m_d->mapNames;
}

const NamedTensors& TorchSwinTrunk::parameters() const
{
    return m_d->parameters;
}

Result<std::unique_ptr<TorchSwinTrunk>> TorchSwinTrunk::create(const StateDict& state, const std::string& prefix)
{
    const Result<nn::SwinConfig> config = nn::swinConfig(state, prefix);
    if (!config)
        return config.error();
    return guarded("model", [&]() -> Result<std::unique_ptr<TorchSwinTrunk>> {
        try {
            auto d = std::make_unique<Private>();
            WeightReader reader(state, d->parameters, d->buffers);
            d->embedding = TorchConvolution(reader, prefix + "patch_embed.proj");
            d->embeddingNorm = TorchLayerNorm(reader, prefix + "patch_embed.norm", LayerNormEpsilon);
            for (std::size_t i = 0; i < config->stages.size(); ++i) {
                const std::string name = prefix + "layers." + std::to_string(i) + ".";
                Stage stage;
                for (int block = 0; block < config->stages[i].depth; ++block)
                    stage.blocks.emplace_back(reader, name + "blocks." + std::to_string(block) + ".",
                                              config->stages[i]);
                if (i + 1 < config->stages.size())
                    stage.merging = Merging{TorchLayerNorm(reader, name + "downsample.norm", LayerNormEpsilon),
                                            TorchDense(reader, name + "downsample.reduction", false)};
                d->blockCount += config->stages[i].depth;
                d->stages.push_back(std::move(stage));
                d->mapNames.push_back("f" + std::to_string(i + 1));
            }
            d->norm = TorchLayerNorm(reader, prefix + "norm", LayerNormEpsilon);
            return std::unique_ptr<TorchSwinTrunk>(new TorchSwinTrunk(std::move(d)));
        } catch (const UnfitState& unfit) {
            return Error{ErrorCode::InvalidInput, "model", unfit.what(), "use weights made for this network", {}};
        }
    });
}

std::vector<at::Tensor> TorchSwinTrunk::forward(const at::Tensor& input, bool training, double dropPath) const
{
    const std::int64_t patch = m_d->embedding.weight.size(2);
    TORCH_CHECK(input.size(2) % patch == 0 && input.size(3) % patch == 0, "the input is not cut by the patch size");
    at::Tensor x = at::conv2d(input, m_d->embedding.weight, m_d->embedding.bias, {patch, patch})
                       .permute({0, 2, 3, 1})
                       .contiguous();
    x = m_d->embeddingNorm(x);
    std::vector<at::Tensor> maps;
    std::int64_t index = 0;
    for (const Stage& stage : m_d->stages) {
        const std::int64_t window = stage.blocks.front().window;
        TORCH_CHECK(x.size(1) % window == 0 && x.size(2) % window == 0, "a map of ", x.size(1), " x ", x.size(2),
                    " cells is not cut by windows of ", window);
        const bool whole = std::min(x.size(1), x.size(2)) <= window;
        for (std::size_t i = 0; i < stage.blocks.size(); ++i, ++index) {
            const double rate = m_d->blockCount > 1
                ? dropPath * static_cast<double>(index) / static_cast<double>(m_d->blockCount - 1)
                : 0;
            x = stage.blocks[i](x, i % 2 == 1 && !whole ? window / 2 : 0, training, rate);
        }
        if (stage.merging)
            x = (*stage.merging)(x);
        else
            x = m_d->norm(x);
        maps.push_back(x.permute({0, 3, 1, 2}));
    }
    return maps;
}

} // namespace halflens::torch_module
