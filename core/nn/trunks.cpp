// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/trunks.h"

#include <array>

namespace halflens::nn {

namespace {

constexpr double KerasResNetEpsilon = 1.001e-5;

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
        graph.output(std::string(1, 'c') + std::to_string(stage + 2), x);
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
            graph.output(std::string(1, 'c') + std::to_string(block + 1), x);
    }
    return graph;
}

namespace {

struct NamedTrunk {
    const char* name;
    Graph (*make)();
};

constexpr std::array<NamedTrunk, 11> Trunks{{
    {"efficientnet-lite0", efficientNetLite0},
    {"efficientnet-lite0-blocks", efficientNetLite0Blocks},
    {"efficientnet-lite0-narrow", efficientNetLite0Narrow},
    {"efficientnet-lite0-s16", efficientNetLite0Stride16},
    {"efficientnet-lite0-scnn", efficientNetLite0Scnn},
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

} // namespace halflens::nn
