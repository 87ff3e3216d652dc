// SPDX-License-Identifier: BSD-3-Clause
// Keras files: TRIQ, AIHIQnet and PHIQnet, KonCept512 (spec models 1.3, 5.6, 7.3, 8.5).
#include "core/weights/recognise.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace halflens {

namespace {

using Group = std::vector<NamedTensor*>;

/// The tensors of a file by layer. Points into the archive it was made from.
struct Layers {
    std::set<std::string> names;
    std::vector<std::string> order;
    std::map<std::string, Group> groups;
};

Layers layersOf(TensorArchive& archive)
{
    Layers layers;
    for (NamedTensor& entry : archive.tensors) {
        if (layers.names.insert(entry.group).second)
            layers.order.push_back(entry.group);
        layers.groups[entry.group].push_back(&entry);
    }
    return layers;
}

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

/// Moves the tensors of a layer to `state` under `name`. What is no known kind keeps its own name,
/// so that it is reported as surplus.
void moveLayer(const Group& group, const std::string& name, StateDict& state)
{
    for (NamedTensor* entry : group) {
        NetworkTensor converted = fromKeras(entry->name, std::move(entry->tensor));
        const std::string suffix = converted.suffix.empty() ? lastPart(entry->name) : converted.suffix;
        state[name + "." + suffix] = std::move(converted.tensor);
    }
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

/// Rank among the layers with that prefix, by number: the order they were made in (spec models 1.3).
std::map<std::string, int> ranked(const Layers& layers, const std::string& prefix)
{
    std::vector<std::pair<int, std::string>> numbered;
    for (const std::string& name : layers.names) {
        if (const std::optional<int> number = anonymousNumber(name, prefix))
            numbered.emplace_back(*number, name);
    }
    std::sort(numbered.begin(), numbered.end());
    std::map<std::string, int> ranks;
    for (const auto& [number, name] : numbered)
        ranks.emplace(name, static_cast<int>(ranks.size()));
    return ranks;
}

// TRIQ

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
std::optional<std::size_t> triqLayers(const Group& group)
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

void addTriqGroup(const Group& group, std::size_t layers, StateDict& state)
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

bool convertTriq(const Layers& layers, StateDict& state)
{
    const auto transformer = std::find_if(layers.order.begin(), layers.order.end(), [&](const std::string& name) {
        return triqLayers(layers.groups.at(name)).has_value();
    });
    if (transformer == layers.order.end())
        return false;
    for (const std::string& name : layers.order) {
        const Group& group = layers.groups.at(name);
        if (name == *transformer)
            addTriqGroup(group, *triqLayers(group), state);
        else
            moveLayer(group, "trunk." + name, state);
    }
    return true;
}

// AIHIQnet and PHIQnet

/// Head whose output layer this is: P0_fc_prediction, or P0fc_prediction in PHIQnet.
std::optional<int> predictionHead(const std::string& layer)
{
    if (layer.size() < 2 || layer[0] != 'P' || layer[1] < '0' || layer[1] > '4')
        return {};
    const std::string rest = layer.substr(2);
    if (rest != "_fc_prediction" && rest != "fc_prediction")
        return {};
    return layer[1] - '0';
}

void convertAihiqnet(const Layers& layers, StateDict& state)
{
    const std::map<std::string, int> channel = ranked(layers, "dense");
    const std::map<std::string, int> spatial = ranked(layers, "conv2d");
    const auto headPart = [](int head, const char* part) { return "aihiq.heads." + std::to_string(head) + "." + part; };
    for (const std::string& name : layers.order) {
        std::string own = "trunk." + name;
        if (name.starts_with("fpn_"))
            own = "aihiq." + name;
        else if (const std::optional<int> head = predictionHead(name))
            own = headPart(*head, "output");
        else if (const auto found = channel.find(name); found != channel.end())
            own = headPart(found->second, "channel");
        else if (const auto place = spatial.find(name); place != spatial.end())
            own = headPart(place->second, "spatial");
        moveLayer(layers.groups.at(name), own, state);
    }
}

// KonCept512

void convertKoncept(const Layers& layers, StateDict& state)
{
    std::map<std::string, std::string> names;
    for (const char* prefix : {"conv2d", "batch_normalization"}) {
        for (const auto& [name, rank] : ranked(layers, prefix))
            names[name] = "trunk." + std::string(prefix) + "_" + std::to_string(rank + 1);
    }
    for (const char* stage : {"0", "1", "2"}) {
        names[std::string("fc_fc") + stage] = std::string("koncept.fc") + stage;
        names[std::string("fc_bn") + stage] = std::string("koncept.bn") + stage;
    }
    names["fc_out"] = "koncept.out";
    for (const std::string& name : layers.order) {
        const auto found = names.find(name);
        moveLayer(layers.groups.at(name), found == names.end() ? "trunk." + name : found->second, state);
    }
}

Error withoutOption(const char* option)
{
    return {ErrorCode::Unsupported,
            "checkpoint",
            std::string("this is an AIHIQnet made without ") + option,
            "use one with feature fusion and attention modules, the form its authors train",
            {}};
}

} // namespace

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

Result<NetworkWeights> detail::fromKerasArchive(TensorArchive archive)
{
    const Layers layers = layersOf(archive);
    NetworkWeights weights;
    weights.trunk = trunkOf(layers.names);
    if (weights.trunk.empty())
        return unknownNetwork(archive);
    if (layers.names.contains("fc_out") && layers.names.contains("conv_7b")) {
        weights.family = "koncept";
        weights.scale = koniqScale();
        convertKoncept(layers, weights.state);
    } else if (layers.names.contains("P6_bottleneck")) {
        return withoutOption("feature fusion");
    } else if (layers.names.contains("fpn_P6")) {
        if (!std::any_of(layers.names.begin(), layers.names.end(),
                         [](const std::string& name) { return predictionHead(name).has_value(); }))
            return withoutOption("attention modules");
        weights.family = "aihiqnet";
        convertAihiqnet(layers, weights.state);
    } else if (convertTriq(layers, weights.state)) {
        weights.family = "triq";
    } else {
        return withoutHead("weights of the trunk " + weights.trunk + " without a quality head (start weights?)");
    }
    weights.input = publishedInput(weights.family, weights.trunk);
    return weights;
}

} // namespace halflens
