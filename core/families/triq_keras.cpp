// SPDX-License-Identifier: BSD-3-Clause
// TRIQ as its authors' Keras code stores it (spec models 1.3, 5.6).
#include "core/families/triq.h"

#include <algorithm>
#include <optional>

namespace halflens {

namespace {

/// Names of the 40 tensors of a TRIQ transformer group in file order (spec models 5.6), for any
/// number of encoder layers.
std::vector<std::string> triqNames(std::size_t layers)
{
    std::vector<std::string> names{"triq.projection.weight", "triq.projection.bias"};
    const auto both = [&](const std::string& prefix) {
        names.push_back(prefix + ".weight");
        names.push_back(prefix + ".bias");
    };
    for (std::size_t i = 0; i < layers; ++i) {
        const std::string layer = "triq.layers." + std::to_string(i);
        for (const char* part : {".attention.query", ".attention.key", ".attention.value", ".attention.output",
                                 ".feed_forward.0", ".feed_forward.1", ".norm1", ".norm2"})
            both(layer + part);
    }
    both("triq.head.0");
    both("triq.head.1");
    names.emplace_back("triq.position_embedding");
    names.emplace_back("triq.quality_token");
    return names;
}

constexpr std::size_t TensorsPerLayer = 16;
constexpr std::size_t TensorsOutsideLayers = 8;

/// Number of encoder layers of a TRIQ transformer group: the right number of tensors, a projection
/// first and the two tokens last. Nothing: it is another layer.
std::optional<std::size_t> triqLayers(const KerasGroup& group)
{
    if (group.size() <= TensorsOutsideLayers || (group.size() - TensorsOutsideLayers) % TensorsPerLayer != 0)
        return {};
    const Shape& projection = group.front()->tensor.shape;
    const Shape& token = group.back()->tensor.shape;
    const Shape& positions = group[group.size() - 2]->tensor.shape;
    const bool fits = projection.size() == 4 && projection[0] == 1 && projection[1] == 1 && token.size() == 3
        && positions.size() == 3 && token[2] == projection[3] && positions[2] == projection[3];
    if (!fits)
        return {};
    return (group.size() - TensorsOutsideLayers) / TensorsPerLayer;
}

void addTriqGroup(const KerasGroup& group, std::size_t layers, StateDict& state)
{
    const std::vector<std::string> names = triqNames(layers);
    for (std::size_t i = 0; i < group.size(); ++i) {
        Tensor& tensor = group[i]->tensor;
        const Shape shape = tensor.shape;
        if (names[i] == "triq.position_embedding")
            state[names[i]] = reshaped(std::move(tensor), {shape[0] * shape[1], shape[2]});
        else if (names[i] == "triq.quality_token")
            state[names[i]] = reshaped(std::move(tensor), {shape[0] * shape[1] * shape[2]});
        else
            state[names[i]] = fromKeras(group[i]->name, std::move(tensor)).tensor;
    }
}

} // namespace

Result<bool> takeTriqKeras(const KerasLayers& layers, StateDict& state)
{
    const auto transformer = std::find_if(layers.order.begin(), layers.order.end(), [&](const std::string& name) {
        return triqLayers(layers.groups.at(name)).has_value();
    });
    if (transformer == layers.order.end())
        return false;
    for (const std::string& name : layers.order) {
        const KerasGroup& group = layers.groups.at(name);
        if (name == *transformer)
            addTriqGroup(group, *triqLayers(group), state);
        else
            moveLayer(group, "trunk." + name, state);
    }
    return true;
}

} // namespace halflens
