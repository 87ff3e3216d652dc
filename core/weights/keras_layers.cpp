// SPDX-License-Identifier: BSD-3-Clause
#include "core/weights/keras_layers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace halflens {

namespace {

/// Result axis i is source axis order[i].
Tensor permuted(const Tensor& tensor, const std::vector<std::size_t>& order)
{
    const std::size_t rank = order.size();
    std::vector<std::size_t> sourceStride(rank, 1);
    for (std::size_t i = rank - 1; i-- > 0;)
        sourceStride[i] = sourceStride[i + 1] * static_cast<std::size_t>(tensor.shape[i + 1]);
    Tensor result;
    for (const std::size_t axis : order)
        result.shape.push_back(tensor.shape[axis]);
    result.values.resize(tensor.values.size());
    std::vector<std::size_t> position(rank, 0);
    std::size_t source = 0;
    for (float& value : result.values) {
        value = tensor.values[source];
        for (std::size_t i = rank; i-- > 0;) {
            source += sourceStride[order[i]];
            if (++position[i] < static_cast<std::size_t>(result.shape[i]))
                break;
            source -= position[i] * sourceStride[order[i]];
            position[i] = 0;
        }
    }
    return result;
}

std::string lastPart(const std::string& name)
{
    return name.substr(name.rfind('/') + 1);
}

/// Number Keras put behind the name of a layer that was not named: "dense" is 0, "dense_7" is 7.
std::optional<int> anonymousNumber(const std::string& layer, const std::string& prefix)
{
    if (!layer.starts_with(prefix))
        return {};
    if (layer.size() == prefix.size())
        return 0;
    int number = 0;
    const char* const end = layer.data() + layer.size();
    const auto [stopped, failed] = std::from_chars(layer.data() + prefix.size() + 1, end, number);
    if (layer[prefix.size()] != '_' || failed != std::errc() || stopped != end)
        return {};
    return number;
}

} // namespace

KerasLayers::KerasLayers(TensorArchive& archive)
{
    for (NamedTensor& entry : archive.tensors) {
        if (names.insert(entry.group).second)
            order.push_back(entry.group);
        groups[entry.group].push_back(&entry);
    }
}

std::map<std::string, int> KerasLayers::ranked(const std::string& prefix) const
{
    std::vector<std::pair<int, std::string>> numbered;
    for (const std::string& name : names) {
        if (const std::optional<int> number = anonymousNumber(name, prefix))
            numbered.emplace_back(*number, name);
    }
    std::sort(numbered.begin(), numbered.end());
    std::map<std::string, int> ranks;
    for (const auto& [number, name] : numbered)
        ranks.emplace(name, static_cast<int>(ranks.size()));
    return ranks;
}

Tensor reshaped(Tensor tensor, Shape shape)
{
    tensor.shape = std::move(shape);
    return tensor;
}

NetworkTensor fromKeras(const std::string& weightName, Tensor tensor)
{
    static constexpr std::array<std::pair<std::string_view, const char*>, 7> Kinds{{
        {"kernel", "weight"},
        {"depthwise_kernel", "weight"},
        {"bias", "bias"},
        {"gamma", "weight"},
        {"beta", "bias"},
        {"moving_mean", "running_mean"},
        {"moving_variance", "running_var"},
    }};
    std::string last = lastPart(weightName); // "kernel:0", of Keras 3 "kernel"
    if (last.ends_with(":0"))
        last.resize(last.size() - 2);
    const auto kind = std::find_if(Kinds.begin(), Kinds.end(), [&](const auto& entry) { return entry.first == last; });
    NetworkTensor result{kind == Kinds.end() ? "" : kind->second, std::move(tensor)};
    Tensor& values = result.tensor;
    const std::size_t rank = values.shape.size();
    if (last == "kernel" && rank == 4)
        values = permuted(values, {3, 2, 0, 1});
    else if (last == "kernel" && rank == 3)
        values = permuted(values, {2, 1, 0});
    else if (last == "kernel" && rank == 2)
        values = permuted(values, {1, 0});
    else if (last == "depthwise_kernel" && rank == 4) {
        const Shape shape = values.shape;
        values = reshaped(permuted(values, {2, 3, 0, 1}), {shape[2] * shape[3], 1, shape[0], shape[1]});
    }
    return result;
}

void moveLayer(const KerasGroup& group, const std::string& name, StateDict& state)
{
    for (NamedTensor* entry : group) {
        NetworkTensor converted = fromKeras(entry->name, std::move(entry->tensor));
        const std::string suffix = converted.suffix.empty() ? lastPart(entry->name) : converted.suffix;
        state[name + "." + suffix] = std::move(converted.tensor);
    }
}

} // namespace halflens
