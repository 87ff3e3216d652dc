// SPDX-License-Identifier: BSD-3-Clause
// EfficientNet-Lite0 and what is built on it for the default pack.
#include "core/nn/trunks.h"

#include <array>

namespace halflens::nn {

namespace {

constexpr double EfficientNetEpsilon = 1e-3;
constexpr int AllBlocks = 16;
constexpr int Stride16Blocks = 11; ///< the last before the map shrinks to H/32
constexpr int NarrowBlocks = 13; ///< two on the map of H/32
constexpr int DecoderWidth = 48;

struct LiteBlock {
    int kernel;
    int stride;
    int channels;
    int repeats;
};

/// Appends the first `blocks` blocks; outputs stem and, of complete stages, stage0, stage1, ...
LayerId appendEfficientNet(Graph& graph, LayerId x, int blocks)
{
    const auto norm = [&](LayerId from, const std::string& name) {
        return graph.batchNorm(from, name, EfficientNetEpsilon);
    };
    x = graph.convolution(x, "_conv_stem", 32, Window::sameSquare(3, 2), false);
    x = graph.activation(norm(x, "_bn0"), Activation::Relu6);
    graph.output("stem", x);

    constexpr std::array<LiteBlock, 7> Stages{
        {{3, 1, 16, 1}, {3, 2, 24, 2}, {5, 2, 40, 2}, {3, 2, 80, 3}, {5, 1, 112, 3}, {5, 2, 192, 4}, {3, 1, 320, 1}}};
    int number = 0;
    for (std::size_t stage = 0; stage < Stages.size(); ++stage) {
        const LiteBlock& block = Stages[stage];
        for (int repeat = 0; repeat < block.repeats; ++repeat, ++number) {
            if (number == blocks)
                return x;
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
    return x;
}

/// Names the stages whose maps are the last of their size "c1", "c2", ...
void nameLevels(Graph& graph)
{
    for (const auto& [name, stage] :
         {std::pair{"c1", "stage0"}, {"c2", "stage1"}, {"c3", "stage2"}, {"c4", "stage4"}, {"c5", "stage6"}}) {
        if (const auto found = graph.outputs().find(stage); found != graph.outputs().end())
            graph.output(name, LayerId(found->second));
    }
}

} // namespace

Graph efficientNetLite0()
{
    Graph graph;
    appendEfficientNet(graph, graph.input(3), AllBlocks);
    nameLevels(graph);
    return graph;
}

Graph efficientNetLite0Stride16()
{
    Graph graph;
    graph.output("c5", appendEfficientNet(graph, graph.input(3), Stride16Blocks));
    nameLevels(graph);
    return graph;
}

Graph efficientNetLite0Narrow()
{
    Graph graph;
    graph.output("c5", appendEfficientNet(graph, graph.input(3), NarrowBlocks));
    nameLevels(graph);
    return graph;
}

Graph efficientNetLite0Blocks()
{
    Graph graph = efficientNetLite0Narrow();
    graph.lookAtBlocks();
    return graph;
}

Graph efficientNetLite0Scnn()
{
    Graph graph;
    const LayerId input = graph.input(3);
    // Both factors of the bilinear product must not be negative (spec models 9.2).
    graph.output("c5", graph.activation(appendEfficientNet(graph, input, Stride16Blocks), Activation::Relu));
    nameLevels(graph);
    graph.output("scnn", appendScnn(graph, input, "scnn."));
    return graph;
}

Graph objectnessGraph()
{
    Graph graph = efficientNetLite0();
    const auto level = [&](const char* name) { return graph.outputs().at(name); };
    const auto convolution = [&](LayerId from, const std::string& name, Window window) {
        return graph.activation(graph.convolution(from, "decoder." + name, DecoderWidth, window), Activation::Relu);
    };
    const auto lateral = [&](const char* name) {
        return graph.convolution(level(name), std::string("decoder.lateral_") + name, DecoderWidth, Window::square(1));
    };
    // Two dilated windows let each cell of the coarsest map see the whole image.
    LayerId x = graph.activation(lateral("c5"), Activation::Relu);
    for (const int dilation : {1, 3}) {
        Window window = Window::square(3, 1, dilation);
        window.dilation = dilation;
        x = graph.add(x, convolution(x, "context" + std::to_string(dilation), window));
    }
    for (const char* name : {"c4", "c3", "c2"}) {
        x = graph.add(graph.upsampleNearest(x, level(name)), lateral(name));
        x = convolution(x, std::string("merge_") + name, Window::sameSquare(3));
    }
    graph.output("objectness", graph.convolution(x, "decoder.output", 1, Window::square(1)));
    return graph;
}

} // namespace halflens::nn
