// SPDX-License-Identifier: BSD-3-Clause
// The two trunks of DBCNN on one input (spec models 9.2), under the names of the PyTorch files.
#include "core/nn/trunks.h"

#include <array>

namespace halflens::nn {

namespace {

constexpr double TorchEpsilon = 1e-5;

/// VGG16 as torchvision numbers it, without the last pooling; ends after the ReLU of conv5_3.
LayerId torchVgg16(Graph& graph, LayerId x, const std::string& prefix)
{
    constexpr std::array Convolutions{2, 2, 3, 3, 3};
    constexpr std::array Channels{64, 128, 256, 512, 512};
    int index = 0;
    for (std::size_t block = 0; block < Convolutions.size(); ++block) {
        if (block > 0) {
            x = graph.maxPool(x, Window::square(2, 2));
            ++index;
        }
        for (int i = 0; i < Convolutions[block]; ++i) {
            x = graph.convolution(x, prefix + std::to_string(index), Channels[block], Window::square(3, 1, 1));
            x = graph.activation(x, Activation::Relu);
            index += 2;
        }
        if (block > 0 && block + 1 < Convolutions.size())
            graph.output(std::string(1, 'c') + std::to_string(block + 1), x);
    }
    return x;
}

} // namespace

LayerId appendScnn(Graph& graph, LayerId x, const std::string& prefix)
{
    constexpr std::array<std::pair<int, int>, 9> Layers{
        {{48, 1}, {48, 2}, {64, 1}, {64, 2}, {64, 1}, {64, 2}, {128, 1}, {128, 1}, {128, 2}}};
    int index = 0;
    for (const auto& [channels, stride] : Layers) {
        x = graph.convolution(x, prefix + std::to_string(index), channels, Window::square(3, stride, 1));
        x = graph.batchNorm(x, prefix + std::to_string(index + 1), TorchEpsilon);
        x = graph.activation(x, Activation::Relu);
        index += 3;
    }
    return x;
}

Graph scnn()
{
    Graph graph;
    graph.output("scnn", appendScnn(graph, graph.input(3), "features."));
    return graph;
}

Graph dbcnnTrunk()
{
    Graph graph;
    const LayerId input = graph.input(3);
    graph.output("c5", torchVgg16(graph, input, "features1."));
    graph.output("scnn", appendScnn(graph, input, "features2."));
    return graph;
}

} // namespace halflens::nn
