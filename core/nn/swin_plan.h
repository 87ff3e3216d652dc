// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/nn: products, orders and buffers of a Swin transformer for one input size.
#pragma once

#include "core/nn/linear.h"
#include "core/nn/swin.h"

#include <optional>

namespace halflens::nn::detail {

/// Which token stands where when windows are cut, and what may see what.
struct WindowOrder {
    std::vector<int> tokens; ///< windowed row -> token of the map
    std::vector<int> regions; ///< of each windowed row after a shift; empty without one
};

/// Order for windows of `window` tokens a side on a map rolled by (-shift, -shift) (spec models 10.4).
WindowOrder windowOrder(int height, int width, int window, int shift);

/// The bias of every pair of tokens of a window: [heads][tokens][tokens] (query, key).
std::vector<float> expandedBias(const Tensor& table, int window);

/// The size of the map at a stage, and how it is cut into windows. Model: it does not suit.
struct StageLayout {
    int height;
    int width;
    int window;
    bool shifts; ///< whether odd blocks do
};
Result<std::vector<StageLayout>> stageLayouts(const SwinConfig& config, int height, int width);

class SwinPlan {
public:
    /// `state` holds the parameters under their own names and outlives the plan. Throws dnnl::error, std::bad_alloc.
    SwinPlan(const SwinConfig& config, const StateDict& state, const dnnl::engine& engine, int height, int width,
             const std::vector<StageLayout>& layouts);

    bool matches(int height, int width) const { return m_height == height && m_width == width; }

    /// False when stopped between two blocks.
    bool run(std::span<const float> input, dnnl::stream& stream, const std::stop_token& stop);

    MapView map(std::size_t stage) const;

private:
    struct Norm {
        const float* gamma;
        const float* beta;
    };
    struct Block {
        Norm norm1, norm2;
        Linear qkv, proj, fc1, fc2;
        std::vector<float> bias;
        int shifted; ///< index into Stage::orders
    };
    struct Stage {
        int height, width, channels, heads, window, hidden;
        WindowOrder orders[2]; ///< without and with shift
        std::vector<Block> blocks;
        Norm norm; ///< of the merging, or the final one
        std::optional<Linear> reduction;
        MapSize outSize;
        std::vector<float> out; ///< planes
        std::size_t tokens() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
    };

    Stage makeStage(const SwinConfig& config, std::size_t index, const StageLayout& layout) const;
    Norm norm(const std::string& name) const;
    Linear linear(const std::string& name, std::size_t rows, After after, bool bias = true) const;

    void embed(std::span<const float> input, dnnl::stream& stream);
    void runBlock(const Stage& stage, const Block& block, dnnl::stream& stream);
    void attend(const Stage& stage, const Block& block);
    void finish(Stage& stage, dnnl::stream& stream);
    void normalise(const Norm& norm, const float* source, float* target, std::size_t rows, std::size_t channels,
                   const int* order = nullptr) const;

    const StateDict& m_state;
    dnnl::engine m_engine;
    int m_height, m_width, m_patch, m_channels;
    std::optional<Linear> m_embedding;
    Norm m_embeddingNorm;
    std::vector<Stage> m_stages;
    std::vector<float> m_x; ///< the residual stream, [tokens][channels]
    std::vector<float> m_rows; ///< normalised or attended rows
    std::vector<float> m_weights; ///< attention of one window and head, for each thread
    std::vector<float> m_wide; ///< queries, keys and values; the inside of the MLP; merged cells
};

} // namespace halflens::nn::detail
