// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/families/made_up_triq.h"

#include "core/nn/trunks.h"
#include "tests/unit/masking/reference_encoder.h"
#include "tests/unit/nn/reference_network.h"

#include <algorithm>

namespace halflens::test {

namespace {

nn::Graph withProjection(const std::string& trunk, int width)
{
    nn::Graph graph = nn::trunkByName(trunk).value();
    graph.output("projection", graph.convolution(graph.outputs().at("c5"), "projection", width, nn::Window::square(1)));
    return graph;
}

void put(StateDict& state, const std::string& name, const DenseWeights& dense)
{
    state[name + ".weight"] = {{dense.out, dense.in}, dense.weight};
    state[name + ".bias"] = {{dense.out}, dense.bias};
}

void put(StateDict& state, const std::string& name, const LayerNormWeights& norm)
{
    const auto width = static_cast<std::int64_t>(norm.gamma.size());
    state[name + ".weight"] = {{width}, norm.gamma};
    state[name + ".bias"] = {{width}, norm.beta};
}

/// OIHW to HWIO, or [out, in] to [in, out].
Tensor toKeras(const Tensor& tensor)
{
    if (tensor.shape.size() < 2)
        return tensor;
    const auto out = static_cast<std::size_t>(tensor.shape[0]);
    const auto in = static_cast<std::size_t>(tensor.shape[1]);
    const std::size_t cells = tensor.values.size() / (in * out);
    Tensor result{tensor.shape.size() == 4 ? Shape{tensor.shape[2], tensor.shape[3], tensor.shape[1], tensor.shape[0]}
                                           : Shape{tensor.shape[1], tensor.shape[0]},
                  std::vector<float>(tensor.values.size())};
    for (std::size_t o = 0; o < out; ++o) {
        for (std::size_t i = 0; i < in; ++i) {
            for (std::size_t c = 0; c < cells; ++c)
                result.values[(c * in + i) * out + o] = tensor.values[(o * in + i) * cells + c];
        }
    }
    return result;
}

std::string numbered(const std::string& name, int number)
{
    return number == 0 ? name : name + "_" + std::to_string(number);
}

} // namespace

MadeUpTriq madeUpTriq(const std::string& trunk, int outputs)
{
    EncoderRecipe recipe;
    recipe.outputs = outputs;
    MadeUpTriq result{{"triq", trunk, {}, {}, {}}, randomEncoder(41, recipe)};
    const TriqEncoder& encoder = result.encoder;
    StateDict& state = result.weights.state;
    for (auto& [name, tensor] : randomState(withProjection(trunk, encoder.width), 42))
        state[(name.starts_with("projection.") ? "triq." : "trunk.") + name] = std::move(tensor);
    for (std::size_t i = 0; i < encoder.layers.size(); ++i) {
        const EncoderLayerWeights& layer = encoder.layers[i];
        const std::string name = "triq.layers." + std::to_string(i);
        put(state, name + ".attention.query", layer.query);
        put(state, name + ".attention.key", layer.key);
        put(state, name + ".attention.value", layer.value);
        put(state, name + ".attention.output", layer.output);
        put(state, name + ".feed_forward.0", layer.feedForward0);
        put(state, name + ".feed_forward.1", layer.feedForward1);
        put(state, name + ".norm1", layer.norm1);
        put(state, name + ".norm2", layer.norm2);
    }
    put(state, "triq.head.0", encoder.head0);
    put(state, "triq.head.1", encoder.head1);
    state["triq.position_embedding"] = {{encoder.positions(), encoder.width}, encoder.positionEmbedding};
    state["triq.quality_token"] = {{encoder.width}, encoder.qualityToken};
    return result;
}

TensorArchive kerasArchive(const MadeUpTriq& triq, int firstNumber, const std::string& tokenName)
{
    TensorArchive archive{"keras-h5", {}, {}};
    const StateDict& state = triq.weights.state;
    for (const auto& [name, tensor] : state) {
        if (!name.starts_with("trunk."))
            continue;
        const std::size_t dot = name.rfind('.');
        const std::string layer = name.substr(6, dot - 6);
        const bool isNorm = state.contains("trunk." + layer + ".running_mean");
        const std::map<std::string, std::string> kinds{{"weight", isNorm ? "gamma:0" : "kernel:0"},
                                                       {"bias", isNorm ? "beta:0" : "bias:0"},
                                                       {"running_mean", "moving_mean:0"},
                                                       {"running_var", "moving_variance:0"}};
        archive.tensors.push_back({layer + "/" + kinds.at(name.substr(dot + 1)), layer, toKeras(tensor)});
    }
    const std::string group = numbered("tri_q_image_quality_transformer", firstNumber);
    const auto add = [&](const std::string& name, const std::string& own) {
        archive.tensors.push_back({name, group, toKeras(state.at(own))});
    };
    const auto addDense = [&](const std::string& name, const std::string& own) {
        add(name + "/kernel:0", own + ".weight");
        add(name + "/bias:0", own + ".bias");
    };
    int dense = firstNumber;
    const auto nextDense = [&] { return numbered("dense", dense++); };
    addDense(group + "/" + numbered("conv2d", firstNumber), "triq.projection");
    for (std::size_t i = 0; i < triq.encoder.layers.size(); ++i) {
        const std::string own = "triq.layers." + std::to_string(i);
        for (const char* part : {".attention.query", ".attention.key", ".attention.value", ".attention.output"})
            addDense(group + "/multi_head_attention/" + nextDense(), own + part);
        addDense(nextDense(), own + ".feed_forward.0");
        addDense(nextDense(), own + ".feed_forward.1");
        for (const char* part : {".norm1", ".norm2"}) {
            add(group + "/layer_normalization/gamma:0", own + part + ".weight");
            add(group + "/layer_normalization/beta:0", own + part + ".bias");
        }
    }
    addDense(nextDense(), "triq.head.0");
    addDense(nextDense(), "triq.head.1");
    Tensor positions = state.at("triq.position_embedding");
    positions.shape.insert(positions.shape.begin(), 1);
    archive.tensors.push_back({"pos_emb:0", group, std::move(positions)});
    Tensor token = state.at("triq.quality_token");
    token.shape.insert(token.shape.begin(), 2, 1);
    archive.tensors.push_back({tokenName, group, std::move(token)});
    return archive;
}

TensorArchive ownArchive(const MadeUpTriq& triq)
{
    TensorArchive archive{"safetensors", {}, {}};
    for (const auto& [name, tensor] : triq.weights.state)
        archive.tensors.push_back({name, {}, tensor});
    return archive;
}

ModelInput madeUpInput(int height, int width)
{
    ModelInput input;
    input.height = height;
    input.width = width;
    input.planes = randomInput(3, height, width, 43);
    return input;
}

TokenGrid tokensSlowly(const MadeUpTriq& triq, const ModelInput& input)
{
    const nn::Graph graph = withProjection(triq.weights.trunk, triq.encoder.width);
    StateDict state;
    for (const auto& [name, tensor] : triq.weights.state)
        state[name.substr(name.find('.') + 1)] = tensor;
    const ReferenceMap map = evaluateSlowly(graph, state, input.planes, input.height, input.width).back();
    TokenGrid tokens;
    const int step = map.height >= 16 ? 2 : 1; // spec models 5.2
    tokens.height = map.height / step;
    tokens.width = map.width / step;
    tokens.channels = map.channels;
    for (int row = 0; row < tokens.height; ++row) {
        for (int column = 0; column < tokens.width; ++column) {
            for (int c = 0; c < map.channels; ++c) {
                double largest = -1e30;
                for (int i = 0; i < step * step; ++i) {
                    const int y = step * row + i / step;
                    const int x = step * column + i % step;
                    largest =
                        std::max(largest, map.values[static_cast<std::size_t>((c * map.height + y) * map.width + x)]);
                }
                tokens.values.push_back(static_cast<float>(largest));
            }
        }
    }
    return tokens;
}

} // namespace halflens::test
