// SPDX-License-Identifier: BSD-3-Clause
// Graphs for tests of the inference form: one for each feature of the format, and random ones.
#pragma once

#include "core/nn/graph.h"

#include <random>
#include <string>
#include <vector>

namespace halflens::test {

using namespace halflens::nn;

inline LayerId relu(Graph& graph, LayerId x)
{
    return graph.activation(x, Activation::Relu);
}

struct NamedGraph {
    const char* name;
    void (*build)(Graph& graph); ///< gives outputs to what is to be compared
};

// One feature of the format each; channel counts are no multiples of a vector on purpose.
inline const NamedGraph Graphs[] = {
    {"asymmetric padding 3x3",
     [](Graph& g) { g.output("y", g.convolution(g.input(3), "c", 5, Window::sameSquare(3, 2))); }},
    {"asymmetric padding 5x5",
     [](Graph& g) { g.output("y", g.convolution(g.input(3), "c", 16, Window::sameSquare(5, 2))); }},
    {"explicit padding",
     [](Graph& g) {
         g.output("y", g.convolution(g.input(3), "c", 8, {3, 5, 2, 1, 2, 0, 1, 3}));
     }},
    {"valid, stride 3", [](Graph& g) { g.output("y", g.convolution(g.input(2), "c", 7, Window::square(4, 3))); }},
    {"1x1 stride 2", [](Graph& g) { g.output("y", g.convolution(g.input(20), "c", 33, Window::square(1, 2))); }},
    {"1x7 and 7x1",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 9, {1, 7, 1, 1, 0, 0, 0, 0, true});
         g.output("y", g.convolution(x, "b", 4, {7, 1, 1, 1, 0, 0, 0, 0, true}));
     }},
    {"dilation",
     [](Graph& g) {
         Window window = Window::sameSquare(3);
         window.dilation = 2;
         g.output("y", g.convolution(g.input(3), "c", 6, window));
     }},
    {"dilation, explicit, strided",
     [](Graph& g) {
         g.output("y", g.convolution(g.input(4), "c", 16, {3, 2, 2, 3, 3, 1, 0, 4}));
     }},
    {"depthwise",
     [](Graph& g) { g.output("y", g.convolution(g.input(24), "c", 24, Window::sameSquare(3, 2), false, 24)); }},
    {"depthwise, odd channels",
     [](Graph& g) { g.output("y", g.convolution(g.input(13), "c", 13, Window::sameSquare(5), true, 13)); }},
    {"depthwise, two per channel",
     [](Graph& g) { g.output("y", g.convolution(g.input(6), "c", 12, Window::sameSquare(3), true, 6)); }},
    {"groups", [](Graph& g) { g.output("y", g.convolution(g.input(8), "c", 12, Window::sameSquare(3), true, 4)); }},
    {"no bias", [](Graph& g) { g.output("y", g.convolution(g.input(3), "c", 5, Window::square(3), false)); }},
    {"batch norm with and without gamma",
     [](Graph& g) {
         LayerId x = g.batchNorm(g.convolution(g.input(3), "c", 10, Window::square(3)), "n", 1e-3, false);
         x = g.batchNorm(g.convolution(x, "d", 6, Window::square(1), false), "m", 1e-3, true);
         g.output("y", g.batchNorm(x, "again", 1e-5, false));
     }},
    {"ReLU6 cuts at 6",
     [](Graph& g) {
         LayerId x = g.batchNorm(g.convolution(g.input(3), "c", 10, Window::square(3)), "n", 1e-5);
         for (int i = 0; i < 4; ++i)
             x = g.add(x, x, 1.5); // grows well above 6
         g.output("alone", g.activation(x, Activation::Relu6));
         x = g.convolution(x, "d", 6, Window::square(1));
         g.output("fused", g.activation(x, Activation::Relu6));
     }},
    {"residual in place",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 20, Window::square(1)));
         const LayerId y = relu(g, g.convolution(x, "b", 20, Window::sameSquare(3)));
         g.output("y", relu(g, g.add(x, g.convolution(y, "c", 20, Window::square(1)))));
     }},
    {"residual needed later",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 20, Window::square(1)));
         const LayerId y = relu(g, g.convolution(x, "b", 20, Window::sameSquare(3)));
         const LayerId sum = relu(g, g.add(x, g.convolution(y, "c", 20, Window::square(1))));
         g.output("y", g.concat({sum, x, y}));
     }},
    {"residual is an output",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 17, Window::square(1)));
         g.output("x", x);
         const LayerId y = g.convolution(x, "b", 17, Window::sameSquare(3));
         g.output("y", g.add(x, g.convolution(y, "c", 17, Window::square(1))));
     }},
    {"residual is the convolution's own input",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 17, Window::square(1));
         g.output("y", relu(g, g.add(x, g.convolution(x, "b", 17, Window::sameSquare(3)))));
     }},
    {"residual is the network's input",
     [](Graph& g) {
         const LayerId in = g.input(5);
         const LayerId x = relu(g, g.convolution(in, "a", 9, Window::sameSquare(3)));
         g.output("y", g.add(in, g.convolution(x, "b", 5, Window::sameSquare(3))));
     }},
    {"convolution as first operand",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 8, Window::square(1));
         const LayerId y = relu(g, g.convolution(x, "b", 8, Window::square(1)));
         g.output("y", relu(g, g.add(g.convolution(y, "c", 8, Window::square(1)), x)));
     }},
    {"scaled residual, as in Inception",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 32, Window::square(1)));
         const LayerId up =
             g.convolution(relu(g, g.convolution(x, "b", 8, Window::square(1))), "c", 32, Window::square(1));
         const LayerId sum = relu(g, g.add(x, up, 0.17));
         g.output("y", g.add(sum, g.batchNorm(g.convolution(sum, "d", 32, Window::square(1)), "n", 1e-3), 0.1));
     }},
    {"scale that no convolution can take",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 8, Window::square(1));
         const LayerId y = g.maxPool(x, Window::sameSquare(3));
         g.output("y", relu(g, g.add(g.convolution(x, "b", 8, Window::square(1)), y, -0.3)));
     }},
    {"sum with itself",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 8, Window::square(1));
         g.output("y", g.add(x, x, 0.5));
     }},
    {"two branches summed",
     [](Graph& g) {
         const LayerId in = g.input(3);
         const LayerId a = g.convolution(in, "a", 11, Window::sameSquare(3, 2));
         const LayerId b = g.batchNorm(g.convolution(in, "b", 11, Window::square(1, 2)), "n", 1e-5);
         g.output("y", relu(g, g.add(a, b)));
     }},
    {"concat",
     [](Graph& g) {
         const LayerId in = g.input(3);
         const LayerId a = relu(g, g.convolution(in, "a", 5, Window::sameSquare(3)));
         const LayerId b = g.convolution(in, "b", 7, Window::square(1));
         const LayerId c = g.maxPool(in, Window::sameSquare(3));
         const LayerId all = g.concat({a, b, c, in});
         g.output("all", all);
         g.output("y", g.concat({g.convolution(all, "d", 16, Window::square(1)), a}));
     }},
    {"average pooling counts real pixels only",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 10, Window::square(1));
         g.output("same", g.averagePool(x, Window::sameSquare(3)));
         g.output("strided", g.averagePool(x, Window::square(3, 2, 1)));
         g.output("valid", g.averagePool(x, Window::square(2, 2)));
     }},
    {"max pooling pads with nothing",
     [](Graph& g) {
         // All values negative: a padding of zeros would win.
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 10, Window::square(1)));
         const LayerId y = g.add(x, g.add(x, x, 2), -1); // -2 x
         g.output("padded", g.maxPool(y, Window::square(3, 2, 1)));
         g.output("same", g.maxPool(y, Window::sameSquare(3, 2)));
     }},
    {"activations on their own",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 10, Window::square(1));
         g.output("conv", x);
         const LayerId y = relu(g, x);
         g.output("pool", g.activation(g.averagePool(y, Window::square(2)), Activation::Relu6));
         g.output("joined", relu(g, g.concat({x, y})));
     }},
    {"upsampling",
     [](Graph& g) {
         const LayerId in = g.input(3);
         const LayerId a = g.convolution(in, "a", 16, Window::sameSquare(3));
         const LayerId b = g.convolution(relu(g, a), "b", 16, Window::sameSquare(3, 2));
         g.output("blocked", g.add(a, g.upsampleNearest(b, a)));
         g.output("plain", g.upsampleNearest(g.maxPool(in, Window::sameSquare(3, 3)), in));
         g.output("smaller", g.upsampleNearest(g.convolution(in, "c", 5, Window::square(1)), b));
         g.output("same", relu(g, g.upsampleNearest(a, a)));
     }},
    {"several outputs, the input among them",
     [](Graph& g) {
         const LayerId in = g.input(3);
         g.output("in", in);
         LayerId x = relu(g, g.convolution(in, "a", 8, Window::sameSquare(3, 2)));
         g.output("first", x);
         x = g.maxPool(x, Window::square(2, 1));
         g.output("second", x);
         g.output("third", relu(g, g.convolution(x, "b", 30, Window::square(1))));
     }},
};

/// A random network of `count` layers: anything may follow anything it fits.
inline Graph randomGraph(unsigned seed, int count)
{
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Graph g;
    std::vector<LayerId> usable{g.input(3)};
    std::vector<int> level{0}; // maps of one level have one size
    const auto keep = [&](LayerId id, int at) {
        usable.push_back(id);
        level.push_back(at);
    };
    for (int i = 0; i < count; ++i) {
        const std::size_t from = static_cast<std::size_t>(pick(static_cast<int>(usable.size())));
        const LayerId x = usable[from];
        const int at = level[from];
        const std::string name = "l" + std::to_string(i);
        std::vector<LayerId> peers;
        for (std::size_t j = 0; j < usable.size(); ++j) {
            if (level[j] == at)
                peers.push_back(usable[j]);
        }
        const LayerId peer = peers[static_cast<std::size_t>(pick(static_cast<int>(peers.size())))];
        const bool down = at == 0 && pick(4) == 0;
        const int stride = down ? 2 : 1;
        switch (pick(9)) {
        case 0:
        case 1:
        case 2: {
            const bool depthwise = pick(3) == 0;
            const int channels = depthwise ? g.channels(x) : pick(2) == 0 ? g.channels(peer) : 1 + pick(20);
            LayerId y = g.convolution(x, name, channels, Window::sameSquare(1 + 2 * pick(3), stride), pick(2) == 0,
                                      depthwise ? channels : 1);
            if (pick(2) == 0)
                y = g.batchNorm(y, name + "n", 1e-3, pick(2) == 0);
            if (!down && pick(2) == 0 && g.channels(peer) == channels)
                y = pick(2) == 0 ? g.add(peer, y, pick(2) == 0 ? 1 : 0.2) : g.add(y, peer, pick(2) == 0 ? 1 : 0.2);
            if (pick(2) == 0)
                y = g.activation(y, pick(2) == 0 ? Activation::Relu : Activation::Relu6);
            keep(y, down ? 1 : at);
            break;
        }
        case 3:
            keep(g.activation(x, Activation::Relu), at);
            break;
        case 4:
            keep(g.maxPool(x, Window::sameSquare(3, stride)), down ? 1 : at);
            break;
        case 5:
            keep(g.averagePool(x, Window::sameSquare(3, stride)), down ? 1 : at);
            break;
        case 6:
            if (g.channels(peer) == g.channels(x))
                keep(g.add(x, peer, pick(2) == 0 ? 1 : 0.5), at);
            break;
        case 7: {
            const std::size_t like = static_cast<std::size_t>(pick(static_cast<int>(usable.size())));
            keep(g.upsampleNearest(x, usable[like]), level[like]);
            break;
        }
        default:
            if (g.channels(peer) + g.channels(x) < 60)
                keep(g.concat({x, peer}), at);
        }
    }
    g.output("last", usable.back());
    for (int i = 0; i < 3; ++i)
        g.output("o" + std::to_string(i), usable[static_cast<std::size_t>(pick(static_cast<int>(usable.size())))]);
    return g;
}

} // namespace halflens::test
