// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/trunks.h"

#include <array>

namespace halflens {

namespace {

constexpr double KerasResNetEpsilon = 1.001e-5;
constexpr double EfficientNetEpsilon = 1e-3;

LayerId bottleneck(Graph& graph, LayerId from, const std::string& name, int filters, int stride, bool first)
{
    const auto convolutionNorm = [&](LayerId x, const std::string& part, int channels, Window window) {
        return graph.batchNorm(graph.convolution(x, name + part + "_conv", channels, window), name + part + "_bn",
                               KerasResNetEpsilon);
    };
    const LayerId shortcut = first ? convolutionNorm(from, "_0", 4 * filters, Window::square(1, stride)) : from;
    LayerId x = graph.activation(convolutionNorm(from, "_1", filters, Window::square(1, stride)), Activation::Relu);
    x = graph.activation(convolutionNorm(x, "_2", filters, Window::sameSquare(3)), Activation::Relu);
    x = convolutionNorm(x, "_3", 4 * filters, Window::square(1));
    return graph.activation(graph.add(shortcut, x), Activation::Relu);
}

struct LiteBlock {
    int kernel;
    int stride;
    int channels;
    int repeats;
};

} // namespace

Graph resNet50()
{
    Graph graph;
    LayerId x = graph.input(3);
    x = graph.convolution(x, "conv1_conv", 64, Window::square(7, 2, 3));
    x = graph.activation(graph.batchNorm(x, "conv1_bn", KerasResNetEpsilon), Activation::Relu);
    x = graph.maxPool(x, Window::square(3, 2, 1)); // values are >= 0: zero padding equals -inf padding
    constexpr std::array Blocks{3, 4, 6, 3};
    for (int stage = 0; stage < 4; ++stage) {
        for (int block = 0; block < Blocks[static_cast<std::size_t>(stage)]; ++block) {
            const std::string name = "conv" + std::to_string(stage + 2) + "_block" + std::to_string(block + 1);
            x = bottleneck(graph, x, name, 64 << stage, stage > 0 && block == 0 ? 2 : 1, block == 0);
        }
        graph.output("c" + std::to_string(stage + 2), x);
    }
    return graph;
}

Graph vgg16()
{
    Graph graph;
    LayerId x = graph.input(3);
    constexpr std::array Convolutions{2, 2, 3, 3, 3};
    constexpr std::array Channels{64, 128, 256, 512, 512};
    for (std::size_t block = 0; block < Convolutions.size(); ++block) {
        for (int i = 0; i < Convolutions[block]; ++i) {
            const std::string name = "block" + std::to_string(block + 1) + "_conv" + std::to_string(i + 1);
            x = graph.activation(graph.convolution(x, name, Channels[block], Window::sameSquare(3)), Activation::Relu);
        }
        x = graph.maxPool(x, Window::square(2, 2));
        if (block > 0)
            graph.output("c" + std::to_string(block + 1), x);
    }
    return graph;
}

Graph efficientNetLite0()
{
    Graph graph;
    const auto norm = [&](LayerId x, const std::string& name) { return graph.batchNorm(x, name, EfficientNetEpsilon); };
    LayerId x = graph.convolution(graph.input(3), "_conv_stem", 32, Window::sameSquare(3, 2), false);
    x = graph.activation(norm(x, "_bn0"), Activation::Relu6);
    graph.output("stem", x);

    constexpr std::array<LiteBlock, 7> Stages{
        {{3, 1, 16, 1}, {3, 2, 24, 2}, {5, 2, 40, 2}, {3, 2, 80, 3}, {5, 1, 112, 3}, {5, 2, 192, 4}, {3, 1, 320, 1}}};
    int number = 0;
    for (std::size_t stage = 0; stage < Stages.size(); ++stage) {
        const LiteBlock& block = Stages[stage];
        for (int repeat = 0; repeat < block.repeats; ++repeat, ++number) {
            const std::string prefix = "_blocks." + std::to_string(number) + ".";
            const int stride = repeat == 0 ? block.stride : 1;
            const LayerId from = x;
            int channels = graph.channels(x);
            if (stage > 0) { // the first block does not expand
                channels *= 6;
                x = graph.convolution(x, prefix + "_expand_conv", channels, Window::square(1), false);
                x = graph.activation(norm(x, prefix + "_bn0"), Activation::Relu6);
            }
            x = graph.convolution(x, prefix + "_depthwise_conv", channels, Window::sameSquare(block.kernel, stride),
                                  false, channels);
            x = graph.activation(norm(x, prefix + "_bn1"), Activation::Relu6);
            x = norm(graph.convolution(x, prefix + "_project_conv", block.channels, Window::square(1), false),
                     prefix + "_bn2");
            if (stride == 1 && graph.channels(from) == block.channels)
                x = graph.add(from, x);
        }
        graph.output("stage" + std::to_string(stage), x);
    }
    for (const auto& [name, stage] :
         {std::pair{"c1", "stage0"}, {"c2", "stage1"}, {"c3", "stage2"}, {"c4", "stage4"}, {"c5", "stage6"}})
        graph.output(name, graph.outputs().at(stage));
    return graph;
}

namespace {

struct NamedTrunk {
    const char* name;
    Graph (*make)();
};

constexpr std::array<NamedTrunk, 7> Trunks{{
    {"efficientnet-lite0", efficientNetLite0},
    {"inceptionresnetv2", [] { return inceptionResNetV2(InceptionForm::Keras); }},
    {"inceptionresnetv2-port", [] { return inceptionResNetV2(InceptionForm::Port); }},
    {"resnet50", resNet50},
    {"scnn", scnn},
    {"vgg16", vgg16},
    {"vgg16-scnn", dbcnnTrunk},
}};

} // namespace

Result<Graph> trunkByName(const std::string& name)
{
    std::string known;
    for (const NamedTrunk& trunk : Trunks) {
        if (name == trunk.name)
            return trunk.make();
        known += (known.empty() ? "" : ", ") + std::string(trunk.name);
    }
    return Error{
        ErrorCode::InvalidInput, "model", "there is no trunk called \"" + name + "\"", "use one of " + known, {}};
}

std::vector<std::string> trunkNames()
{
    std::vector<std::string> names;
    for (const NamedTrunk& trunk : Trunks)
        names.emplace_back(trunk.name);
    return names;
}

} // namespace halflens
