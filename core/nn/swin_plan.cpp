// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/swin_plan.h"

#include "core/nn/swin_kernels.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace halflens::nn::detail {

namespace {

std::string blockName(std::size_t stage, int block)
{
    return "layers." + std::to_string(stage) + ".blocks." + std::to_string(block) + ".";
}

#ifdef _OPENMP
int loopThreads()
{
    return omp_get_max_threads();
}

int thisThread()
{
    return omp_get_thread_num();
}
#else // the loops below then run on one thread
int loopThreads()
{
    return 1;
}

int thisThread()
{
    return 0;
}
#endif

/// Parts a rolled axis falls into: what was there, what lies in the last window, what came round.
int part(int position, int length, int window, int shift)
{
    return position < length - window ? 0 : position < length - shift ? 1 : 2;
}

/// [rows][channels] to C x H x W.
void toPlanes(const float* rows, std::size_t count, std::size_t channels, float* planes)
{
#pragma omp parallel for schedule(static)
    for (std::size_t c = 0; c < channels; ++c) {
        for (std::size_t i = 0; i < count; ++i)
            planes[c * count + i] = rows[i * channels + c];
    }
}

} // namespace

WindowOrder windowOrder(int height, int width, int window, int shift)
{
    WindowOrder order;
    order.tokens.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (int top = 0; top < height; top += window) {
        for (int left = 0; left < width; left += window) {
            for (int y = top; y < top + window; ++y) {
                for (int x = left; x < left + window; ++x) {
                    order.tokens.push_back((y + shift) % height * width + (x + shift) % width);
                    if (shift > 0)
                        order.regions.push_back(3 * part(y, height, window, shift) + part(x, width, window, shift));
                }
            }
        }
    }
    return order;
}

std::vector<float> expandedBias(const Tensor& table, int window)
{
    const auto heads = static_cast<int>(table.shape[1]);
    const int distances = 2 * window - 1;
    const int tokens = window * window;
    std::vector<float> bias;
    bias.reserve(static_cast<std::size_t>(heads) * static_cast<std::size_t>(tokens) * static_cast<std::size_t>(tokens));
    for (int head = 0; head < heads; ++head) {
        for (int query = 0; query < tokens; ++query) {
            for (int key = 0; key < tokens; ++key) {
                const int dy = query / window - key / window + window - 1;
                const int dx = query % window - key % window + window - 1;
                bias.push_back(table.values[static_cast<std::size_t>((dy * distances + dx) * heads + head)]);
            }
        }
    }
    return bias;
}

Result<std::vector<StageLayout>> stageLayouts(const SwinConfig& config, int height, int width)
{
    const auto unsuitable = [&] {
        const std::string unit = std::to_string(config.inputUnit());
        return Error{ErrorCode::Model,
                     "model",
                     "this Swin transformer takes images whose sides are multiples of " + unit + " pixels, not "
                         + std::to_string(width) + " x " + std::to_string(height),
                     "let the image be fitted to " + unit + " x " + unit + " pixels (--fit)",
                     {}};
    };
    if (height < 1 || width < 1 || height % config.patch != 0 || width % config.patch != 0)
        return unsuitable();
    std::vector<StageLayout> layouts;
    int rows = height / config.patch;
    int columns = width / config.patch;
    for (std::size_t i = 0; i < config.stages.size(); ++i) {
        const int window = config.stages[i].window;
        if (rows % window != 0 || columns % window != 0)
            return unsuitable();
        layouts.push_back({rows, columns, window, std::min(rows, columns) > window});
        if (i + 1 < config.stages.size() && (rows % 2 != 0 || columns % 2 != 0))
            return unsuitable();
        rows /= 2;
        columns /= 2;
    }
    return layouts;
}

SwinPlan::SwinPlan(const SwinConfig& config, const StateDict& state, const dnnl::engine& engine, int height, int width,
                   const std::vector<StageLayout>& layouts)
    : m_state(state)
    , m_engine(engine)
    , m_height(height)
    , m_width(width)
    , m_patch(config.patch)
    , m_channels(config.channels)
    , m_embeddingNorm(norm("patch_embed.norm"))
{
    Tensor kernel = state.at("patch_embed.proj.weight");
    kernel.shape = {kernel.shape[0], kernel.shape[1] * kernel.shape[2] * kernel.shape[3]};
    std::size_t rows = 0;
    std::size_t wide = 0;
    for (std::size_t i = 0; i < config.stages.size(); ++i) {
        m_stages.push_back(makeStage(config, i, layouts[i]));
        const Stage& stage = m_stages.back();
        const auto channels = static_cast<std::size_t>(stage.channels);
        rows = std::max(rows, stage.tokens() * channels);
        wide = std::max(wide, stage.tokens() * std::max(3 * channels, static_cast<std::size_t>(stage.hidden)));
    }
    const std::size_t tokens = m_stages.front().tokens();
    m_embedding.emplace(engine, kernel, &state.at("patch_embed.proj.bias"), tokens);
    m_x.resize(rows);
    m_rows.resize(rows);
    m_wide.resize(std::max(wide, tokens * static_cast<std::size_t>(kernel.shape[1])));
}

SwinPlan::Norm SwinPlan::norm(const std::string& name) const
{
    return {m_state.at(name + ".weight").values.data(), m_state.at(name + ".bias").values.data()};
}

Linear SwinPlan::linear(const std::string& name, std::size_t rows, After after, bool bias) const
{
    return {m_engine, m_state.at(name + ".weight"), bias ? &m_state.at(name + ".bias") : nullptr, rows, after};
}

SwinPlan::Stage SwinPlan::makeStage(const SwinConfig& config, std::size_t index, const StageLayout& layout) const
{
    const SwinStage& shape = config.stages[index];
    Stage stage{};
    stage.height = layout.height;
    stage.width = layout.width;
    stage.channels = config.width << index;
    stage.heads = shape.heads;
    stage.window = layout.window;
    stage.hidden = shape.hidden;
    for (const int shifted : {0, 1})
        stage.orders[shifted] = windowOrder(layout.height, layout.width, layout.window,
                                            layout.shifts && shifted == 1 ? layout.window / 2 : 0);
    for (int i = 0; i < shape.depth; ++i) {
        const std::string name = blockName(index, i);
        stage.blocks.push_back(
            {norm(name + "norm1"), norm(name + "norm2"), linear(name + "attn.qkv", stage.tokens(), After::Nothing),
             linear(name + "attn.proj", stage.tokens(), After::Nothing),
             linear(name + "mlp.fc1", stage.tokens(), After::Gelu),
             linear(name + "mlp.fc2", stage.tokens(), After::AddToTarget),
             expandedBias(m_state.at(name + "attn.relative_position_bias_table"), layout.window), i % 2});
    }
    if (index + 1 < config.stages.size()) {
        const std::string name = "layers." + std::to_string(index) + ".downsample.";
        stage.norm = norm(name + "norm");
        stage.reduction = linear(name + "reduction", stage.tokens() / 4, After::Nothing, false);
        stage.outSize = {2 * stage.channels, stage.height / 2, stage.width / 2};
    } else {
        stage.norm = norm("norm");
        stage.outSize = {stage.channels, stage.height, stage.width};
    }
    stage.out.resize(static_cast<std::size_t>(stage.outSize.channels) * static_cast<std::size_t>(stage.outSize.height)
                     * static_cast<std::size_t>(stage.outSize.width));
    return stage;
}

void SwinPlan::normalise(const Norm& norm, const float* source, float* target, std::size_t rows, std::size_t channels,
                         const int* order) const
{
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t from = order ? static_cast<std::size_t>(order[i]) : i;
        layerNormRow(source + from * channels, target + i * channels, norm.gamma, norm.beta, channels);
    }
}

void SwinPlan::embed(std::span<const float> input, dnnl::stream& stream)
{
    const Stage& first = m_stages.front();
    const auto patch = static_cast<std::size_t>(m_patch);
    const auto width = static_cast<std::size_t>(m_width);
    const std::size_t pixels = width * static_cast<std::size_t>(m_height);
    const auto columns = static_cast<std::size_t>(first.width);
    const auto channels = static_cast<std::size_t>(m_channels);
#pragma omp parallel for schedule(static)
    for (std::size_t token = 0; token < first.tokens(); ++token) {
        float* out = m_wide.data() + token * channels * patch * patch;
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t y = 0; y < patch; ++y) {
                const std::size_t row = token / columns * patch + y;
                out = std::copy_n(input.data() + c * pixels + row * width + token % columns * patch, patch, out);
            }
        }
    }
    m_embedding->run(stream, m_wide.data(), m_rows.data());
    normalise(m_embeddingNorm, m_rows.data(), m_x.data(), first.tokens(), static_cast<std::size_t>(first.channels));
}

void SwinPlan::attend(const Stage& stage, const Block& block)
{
    const WindowOrder& order = stage.orders[block.shifted];
    const int tokens = stage.window * stage.window;
    const int windows = static_cast<int>(order.tokens.size()) / tokens;
    const int depth = stage.channels / stage.heads;
    const int stride = 3 * stage.channels;
    const auto cells = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(tokens);
    const float scale = 1.F / std::sqrt(static_cast<float>(depth));
    m_weights.resize(cells * static_cast<std::size_t>(loopThreads()));
    std::atomic<bool> failed{false};
#pragma omp parallel
    {
        float* weights = m_weights.data() + cells * static_cast<std::size_t>(thisThread());
        // Products inside a parallel region use the thread they are called from.
#pragma omp for collapse(2) schedule(static)
        for (int window = 0; window < windows; ++window) {
            for (int head = 0; head < stage.heads; ++head) {
                const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(window) * tokens;
                const float* query = m_wide.data() + first * stride + head * depth;
                const float* key = query + stage.channels;
                const float* value = key + stage.channels;
                auto status = dnnl::sgemm('N', 'T', tokens, tokens, depth, scale, query, stride, key, stride, 0.F,
                                          weights, tokens);
                const float* bias = block.bias.data() + static_cast<std::size_t>(head) * cells;
                const int* regions = order.regions.empty() ? nullptr : order.regions.data() + first;
                for (int i = 0; i < tokens; ++i)
                    attentionRow(weights + i * tokens, bias + i * tokens, regions, regions ? regions[i] : 0,
                                 static_cast<std::size_t>(tokens));
                float* out = m_rows.data() + first * stage.channels + head * depth;
                if (status == dnnl::status::success)
                    status = dnnl::sgemm('N', 'N', tokens, depth, tokens, 1.F, weights, tokens, value, stride, 0.F, out,
                                         stage.channels);
                if (status != dnnl::status::success)
                    failed = true;
            }
        }
    }
    if (failed)
        throw dnnl::error(dnnl_runtime_error, "a matrix product failed");
}

void SwinPlan::runBlock(const Stage& stage, const Block& block, dnnl::stream& stream)
{
    const std::size_t tokens = stage.tokens();
    const auto channels = static_cast<std::size_t>(stage.channels);
    const std::vector<int>& order = stage.orders[block.shifted].tokens;
    normalise(block.norm1, m_x.data(), m_rows.data(), tokens, channels, order.data());
    block.qkv.run(stream, m_rows.data(), m_wide.data());
    attend(stage, block);
    block.proj.run(stream, m_rows.data(), m_wide.data());
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < tokens; ++i) {
        float* x = m_x.data() + static_cast<std::size_t>(order[i]) * channels;
        const float* change = m_wide.data() + i * channels;
        for (std::size_t c = 0; c < channels; ++c)
            x[c] += change[c];
    }
    normalise(block.norm2, m_x.data(), m_rows.data(), tokens, channels);
    block.fc1.run(stream, m_rows.data(), m_wide.data());
    block.fc2.run(stream, m_wide.data(), m_x.data());
}

void SwinPlan::finish(Stage& stage, dnnl::stream& stream)
{
    const auto channels = static_cast<std::size_t>(stage.channels);
    const auto outTokens =
        static_cast<std::size_t>(stage.outSize.height) * static_cast<std::size_t>(stage.outSize.width);
    if (!stage.reduction) {
        normalise(stage.norm, m_x.data(), m_rows.data(), outTokens, channels);
        toPlanes(m_rows.data(), outTokens, channels, stage.out.data());
        return;
    }
    const auto width = static_cast<std::size_t>(stage.width);
    const auto outWidth = static_cast<std::size_t>(stage.outSize.width);
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < outTokens; ++i) {
        const std::size_t corner = i / outWidth * 2 * width + i % outWidth * 2;
        float* out = m_wide.data() + i * 4 * channels;
        // Even row and even column first, then odd-even, even-odd, odd-odd (row, column).
        for (const std::size_t token : {corner, corner + width, corner + 1, corner + width + 1})
            out = std::copy_n(m_x.data() + token * channels, channels, out);
    }
    normalise(stage.norm, m_wide.data(), m_rows.data(), outTokens, 4 * channels);
    stage.reduction->run(stream, m_rows.data(), m_x.data());
    toPlanes(m_x.data(), outTokens, 2 * channels, stage.out.data());
}

bool SwinPlan::run(std::span<const float> input, dnnl::stream& stream, const std::stop_token& stop)
{
    embed(input, stream);
    for (Stage& stage : m_stages) {
        for (const Block& block : stage.blocks) {
            if (stop.stop_requested())
                return false;
            runBlock(stage, block, stream);
        }
        finish(stage, stream);
    }
    return true;
}

MapView SwinPlan::map(std::size_t stage) const
{
    return {m_stages[stage].outSize, m_stages[stage].out};
}

} // namespace halflens::nn::detail
