// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/swin_iqa.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace halflens {

namespace {

bool isBuffer(std::string_view name)
{
    return name.ends_with("attn_mask") || name.ends_with("relative_position_index") || name.starts_with("head.");
}

/// The first part of `rest`, up to a dot, as a number; `rest` then begins behind the dot.
std::optional<int> takeNumber(std::string_view& rest)
{
    const std::size_t dot = rest.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot > 4
        || !std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(dot),
                        [](char c) { return c >= '0' && c <= '9'; }))
        return {};
    const int number = std::atoi(std::string(rest.substr(0, dot)).c_str());
    rest.remove_prefix(dot + 1);
    return number;
}

/// torchvision puts everything under "features": the embedding, then blocks and merging by turns.
std::string fromTorchvision(const std::string& name)
{
    std::string_view rest = name;
    constexpr std::string_view Features = "features.";
    if (!rest.starts_with(Features))
        return name;
    rest.remove_prefix(Features.size());
    const std::optional<int> part = takeNumber(rest);
    if (!part)
        return name;
    if (*part == 0) {
        const std::optional<int> piece = takeNumber(rest);
        return !piece ? name : (*piece == 0 ? "patch_embed.proj." : "patch_embed.norm.") + std::string(rest);
    }
    const std::string stage = "layers." + std::to_string((*part - 1) / 2);
    if (*part % 2 == 0)
        return stage + ".downsample." + std::string(rest);
    std::string block(rest);
    for (const auto& [from, to] :
         {std::pair<std::string_view, std::string_view>{".mlp.0.", ".mlp.fc1."}, {".mlp.3.", ".mlp.fc2."}}) {
        if (const std::size_t at = block.find(from); at != std::string::npos)
            block.replace(at, from.size(), to);
    }
    return stage + ".blocks." + block;
}

/// timm since 0.9 merges at the start of the next stage.
std::string mergedEarlier(const std::string& name)
{
    std::string_view rest = name;
    constexpr std::string_view Layers = "layers.";
    if (!rest.starts_with(Layers))
        return name;
    rest.remove_prefix(Layers.size());
    const std::optional<int> stage = takeNumber(rest);
    if (!stage || *stage < 1 || !rest.starts_with("downsample."))
        return name;
    return "layers." + std::to_string(*stage - 1) + "." + std::string(rest);
}

} // namespace

StateDict swinStartWeights(const TensorArchive& archive)
{
    StateDict state;
    bool mergesAtEnd = false;
    for (const NamedTensor& entry : archive.tensors) {
        if (isBuffer(entry.name))
            continue;
        const std::string name = fromTorchvision(entry.name);
        mergesAtEnd = mergesAtEnd || name.starts_with("layers.0.downsample.");
        state[name] = entry.tensor;
    }
    if (mergesAtEnd)
        return state;
    StateDict moved;
    for (auto& [name, tensor] : state)
        moved[mergedEarlier(name)] = std::move(tensor);
    return moved;
}

} // namespace halflens
