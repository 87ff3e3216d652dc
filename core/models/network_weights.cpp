// SPDX-License-Identifier: BSD-3-Clause
#include "core/models/network_weights.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

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

Tensor reshaped(Tensor tensor, Shape shape)
{
    tensor.shape = std::move(shape);
    return tensor;
}

std::string lastPart(const std::string& name)
{
    return name.substr(name.rfind('/') + 1);
}

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

struct TriqLayout {
    std::size_t layers = 0;
    bool found = false;
};

constexpr std::size_t TensorsPerLayer = 16;
constexpr std::size_t TensorsOutsideLayers = 8;

/// A TRIQ transformer group: the right number of tensors, a projection first and the two tokens last.
TriqLayout triqLayout(const std::vector<const NamedTensor*>& group)
{
    if (group.size() <= TensorsOutsideLayers || (group.size() - TensorsOutsideLayers) % TensorsPerLayer != 0)
        return {};
    const Shape& projection = group.front()->tensor.shape;
    const Shape& token = group.back()->tensor.shape;
    const Shape& positions = group[group.size() - 2]->tensor.shape;
    const bool fits = projection.size() == 4 && projection[0] == 1 && projection[1] == 1 && token.size() == 3
        && positions.size() == 3 && token[2] == projection[3] && positions[2] == projection[3];
    return {(group.size() - TensorsOutsideLayers) / TensorsPerLayer, fits};
}

void addTriqGroup(const std::vector<const NamedTensor*>& group, std::size_t layers, StateDict& state)
{
    const std::vector<std::string> names = triqNames(layers);
    for (std::size_t i = 0; i < group.size(); ++i) {
        const Tensor& tensor = group[i]->tensor;
        Tensor converted = fromKeras(group[i]->name, tensor).tensor;
        if (names[i] == "triq.position_embedding")
            converted = reshaped(tensor, {tensor.shape[1], tensor.shape[2]});
        else if (names[i] == "triq.quality_token")
            converted = reshaped(tensor, {tensor.shape[2]});
        state[names[i]] = std::move(converted);
    }
}

std::string trunkOf(const std::set<std::string>& layers)
{
    if (layers.contains("conv1_conv") && layers.contains("conv5_block3_3_conv"))
        return "resnet50";
    if (layers.contains("block1_conv1") && layers.contains("block5_conv3"))
        return "vgg16";
    return {};
}

Error unknownNetwork(const TensorArchive& archive)
{
    std::string seen;
    for (std::size_t i = 0; i < std::min<std::size_t>(archive.tensors.size(), 3); ++i)
        seen += (i == 0 ? "" : ", ") + archive.tensors[i].name;
    return {ErrorCode::Unsupported,
            "checkpoint",
            "the tensors are not those of a network HalfLens knows (" + std::to_string(archive.tensors.size())
                + " tensors, the first are " + (seen.empty() ? "none" : seen) + ")",
            "use a TRIQ checkpoint as its authors publish it, or a file HalfLens wrote",
            {}};
}

Result<NetworkWeights> fromKerasArchive(const TensorArchive& archive)
{
    std::vector<std::string> order;
    std::map<std::string, std::vector<const NamedTensor*>> groups;
    std::set<std::string> names;
    for (const NamedTensor& entry : archive.tensors) {
        if (names.insert(entry.group).second)
            order.push_back(entry.group);
        groups[entry.group].push_back(&entry);
    }
    NetworkWeights weights;
    weights.trunk = trunkOf(names);
    if (weights.trunk.empty())
        return unknownNetwork(archive);
    for (const std::string& name : order) {
        const auto& group = groups[name];
        const TriqLayout layout = triqLayout(group);
        if (layout.found && weights.family.empty()) {
            weights.family = "triq";
            addTriqGroup(group, layout.layers, weights.state);
            continue;
        }
        for (const NamedTensor* entry : group) {
            NetworkTensor converted = fromKeras(entry->name, entry->tensor);
            // What is no known kind keeps its own name, so that it is reported as surplus.
            const std::string suffix = converted.suffix.empty() ? lastPart(entry->name) : converted.suffix;
            weights.state["trunk." + name + "." + suffix] = std::move(converted.tensor);
        }
    }
    if (weights.family.empty())
        return unknownNetwork(archive);
    return weights;
}

Result<NetworkWeights> fromOwnNames(const TensorArchive& archive)
{
    NetworkWeights weights;
    std::set<std::string> layers;
    for (const NamedTensor& entry : archive.tensors) {
        weights.state[entry.name] = entry.tensor;
        constexpr std::string_view Prefix = "trunk.";
        if (entry.name.starts_with(Prefix))
            layers.insert(entry.name.substr(Prefix.size(), entry.name.rfind('.') - Prefix.size()));
    }
    weights.trunk = layers.contains("_conv_stem") ? "efficientnet-lite0" : trunkOf(layers);
    if (weights.state.contains("triq.quality_token"))
        weights.family = "triq";
    if (weights.trunk.empty() || weights.family.empty())
        return unknownNetwork(archive);
    return weights;
}

} // namespace

NetworkTensor fromKeras(const std::string& weightName, const Tensor& tensor)
{
    static constexpr std::array<std::pair<std::string_view, const char*>, 7> Kinds{{
        {"kernel:0", "weight"},
        {"depthwise_kernel:0", "weight"},
        {"bias:0", "bias"},
        {"gamma:0", "weight"},
        {"beta:0", "bias"},
        {"moving_mean:0", "running_mean"},
        {"moving_variance:0", "running_var"},
    }};
    const std::string last = lastPart(weightName);
    const auto kind = std::find_if(Kinds.begin(), Kinds.end(), [&](const auto& entry) { return entry.first == last; });
    NetworkTensor result{kind == Kinds.end() ? "" : kind->second, tensor};
    const std::size_t rank = tensor.shape.size();
    if (last == "kernel:0" && rank == 4)
        result.tensor = permuted(tensor, {3, 2, 0, 1});
    else if (last == "kernel:0" && rank == 3)
        result.tensor = permuted(tensor, {2, 1, 0});
    else if (last == "kernel:0" && rank == 2)
        result.tensor = permuted(tensor, {1, 0});
    else if (last == "depthwise_kernel:0" && rank == 4) {
        const Shape& shape = tensor.shape;
        result.tensor = reshaped(permuted(tensor, {2, 3, 0, 1}), {shape[2] * shape[3], 1, shape[0], shape[1]});
    }
    return result;
}

Result<NetworkWeights> recogniseWeights(const TensorArchive& archive)
{
    if (archive.format == "keras-h5")
        return fromKerasArchive(archive);
    return fromOwnNames(archive);
}

} // namespace halflens
