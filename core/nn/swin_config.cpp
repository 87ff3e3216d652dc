// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/swin.h"

#include <algorithm>
#include <cmath>

namespace halflens::nn {

namespace {

constexpr int MaxWidth = 4096;
constexpr int MaxStages = 6;
constexpr int MaxDepth = 128;
constexpr int MaxWindow = 64;
constexpr int MaxPatch = 32;

Error unsuitable(std::string reason)
{
    return {ErrorCode::InvalidInput, "checkpoint", std::move(reason), "use the weights of a Swin transformer", {}};
}

/// Extent of an axis of a tensor; 0 when there is no such tensor or axis, or it is beyond reason.
int extent(const StateDict& state, const std::string& name, std::size_t rank, std::size_t axis)
{
    constexpr std::int64_t Most = 1 << 20;
    const auto found = state.find(name);
    if (found == state.end() || found->second.shape.size() != rank || found->second.shape[axis] > Most)
        return 0;
    return static_cast<int>(found->second.shape[axis]);
}

std::string blockName(std::size_t stage, int block)
{
    return "layers." + std::to_string(stage) + ".blocks." + std::to_string(block) + ".";
}

/// Window side whose table of relative positions has `rows` rows; 0 when none has.
int windowOf(int rows)
{
    const int side = static_cast<int>(std::lround(std::sqrt(rows)));
    return side * side == rows && side % 2 == 1 ? (side + 1) / 2 : 0;
}

} // namespace

int SwinConfig::inputUnit() const
{
    const auto last = static_cast<int>(stages.size()) - 1;
    return (patch << last) * stages.back().window;
}

Result<SwinConfig> swinConfig(const StateDict& state, const std::string& prefix)
{
    SwinConfig config;
    config.width = extent(state, prefix + "patch_embed.proj.weight", 4, 0);
    config.channels = extent(state, prefix + "patch_embed.proj.weight", 4, 1);
    config.patch = extent(state, prefix + "patch_embed.proj.weight", 4, 2);
    if (config.width < 1 || config.width > MaxWidth || config.patch < 1 || config.patch > MaxPatch
        || config.channels < 1 || config.channels > MaxWidth)
        return unsuitable("there is no patch embedding of a Swin transformer");
    for (std::size_t i = 0; i < MaxStages; ++i) {
        SwinStage stage;
        const std::string first = prefix + blockName(i, 0);
        stage.depth = 0;
        while (stage.depth < MaxDepth && state.contains(prefix + blockName(i, stage.depth) + "norm1.weight"))
            ++stage.depth;
        if (stage.depth == 0)
            break;
        stage.window = windowOf(extent(state, first + "attn.relative_position_bias_table", 2, 0));
        stage.heads = extent(state, first + "attn.relative_position_bias_table", 2, 1);
        stage.hidden = extent(state, first + "mlp.fc1.weight", 2, 0);
        const int width = config.width << i;
        if (width > MaxWidth || stage.window < 1 || stage.window > MaxWindow || stage.heads < 1
            || width % stage.heads != 0 || stage.hidden < 1)
            return unsuitable("the sizes of stage " + std::to_string(i + 1) + " are not those of a Swin transformer");
        config.stages.push_back(stage);
    }
    if (config.stages.empty())
        return unsuitable("there are no blocks of a Swin transformer");
    return config;
}

std::map<std::string, Shape> swinParameters(const SwinConfig& config)
{
    std::map<std::string, Shape> shapes;
    const auto norm = [&](const std::string& name, std::int64_t width) {
        shapes[name + ".weight"] = {width};
        shapes[name + ".bias"] = {width};
    };
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        shapes[name + ".weight"] = {out, in};
        shapes[name + ".bias"] = {out};
    };
    shapes["patch_embed.proj.weight"] = {config.width, config.channels, config.patch, config.patch};
    shapes["patch_embed.proj.bias"] = {config.width};
    norm("patch_embed.norm", config.width);
    std::int64_t width = config.width;
    for (std::size_t i = 0; i < config.stages.size(); ++i) {
        const SwinStage& stage = config.stages[i];
        for (int block = 0; block < stage.depth; ++block) {
            const std::string name = blockName(i, block);
            norm(name + "norm1", width);
            norm(name + "norm2", width);
            linear(name + "attn.qkv", 3 * width, width);
            linear(name + "attn.proj", width, width);
            const std::int64_t distances = 2 * stage.window - 1;
            shapes[name + "attn.relative_position_bias_table"] = {distances * distances, stage.heads};
            linear(name + "mlp.fc1", stage.hidden, width);
            linear(name + "mlp.fc2", width, stage.hidden);
        }
        if (i + 1 < config.stages.size()) {
            const std::string name = "layers." + std::to_string(i) + ".downsample.";
            norm(name + "norm", 4 * width);
            shapes[name + "reduction.weight"] = {2 * width, 4 * width};
            width *= 2;
        }
    }
    norm("norm", width);
    return shapes;
}

} // namespace halflens::nn
