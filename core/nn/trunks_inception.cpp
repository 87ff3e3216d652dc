// SPDX-License-Identifier: BSD-3-Clause
// InceptionResNetV2 without its top (spec models 8.2) in the two forms KonCept512 exists in.
#include "core/nn/trunks.h"

namespace halflens::nn {

namespace {

constexpr double Epsilon = 1e-3;

/// Convolution window with padding that keeps the size at stride 1 (odd extents).
Window keeping(int height, int width)
{
    Window window = Window::square(1);
    window.height = height;
    window.width = width;
    window.padTop = window.padBottom = height / 2;
    window.padLeft = window.padRight = width / 2;
    return window;
}

/// Adds layers under the names of one form. The Keras form numbers its anonymous convolutions in the
/// order they are made, which is the order of the calls here; the port names them by their place.
class Builder {
public:
    Builder(Graph& graph, InceptionForm form)
        : m_graph(graph)
        , m_form(form)
    { }

    /// Convolution without bias, batch norm, ReLU.
    LayerId unit(LayerId x, const std::string& place, int channels, Window window)
    {
        ++m_number;
        const std::string number = std::to_string(m_number);
        const bool port = m_form == InceptionForm::Port;
        return named(x, port ? place + ".conv" : "conv2d_" + number,
                     port ? place + ".bn" : "batch_normalization_" + number, channels, window);
    }

    LayerId named(LayerId x, const std::string& convolution, const std::string& norm, int channels, Window window)
    {
        x = m_graph.convolution(x, convolution, channels, window, false);
        // The Keras batch norm has no scale (scale=False), the port's has.
        x = m_graph.batchNorm(x, norm, Epsilon, m_form == InceptionForm::Port);
        return m_graph.activation(x, Activation::Relu);
    }

    LayerId residual(LayerId x, const std::vector<LayerId>& branches, const std::string& place,
                     const std::string& kerasName, double scale)
    {
        m_up =
            m_graph.convolution(m_graph.concat(branches), m_form == InceptionForm::Port ? place + ".conv2d" : kerasName,
                                m_graph.channels(x), Window::square(1));
        return m_graph.add(x, m_up, scale);
    }

    LayerId lastUp() const { return m_up; }

private:
    Graph& m_graph;
    InceptionForm m_form;
    int m_number = 0;
    LayerId m_up;
};

LayerId stem(Graph& graph, Builder& builder)
{
    LayerId x = graph.input(3);
    x = builder.unit(x, "base.0", 32, Window::square(3, 2));
    graph.output("stem1", x);
    x = builder.unit(x, "base.1", 32, Window::square(3));
    graph.output("stem2", x);
    x = builder.unit(x, "base.2", 64, keeping(3, 3));
    graph.output("stem3", x);
    x = graph.maxPool(x, Window::square(3, 2));
    x = builder.unit(x, "base.4", 80, Window::square(1));
    graph.output("stem4", x);
    x = builder.unit(x, "base.5", 192, Window::square(3));
    graph.output("stem5", x);
    x = graph.maxPool(x, Window::square(3, 2));
    graph.output("stem_out", x);
    return x;
}

LayerId mixed5b(Graph& graph, Builder& builder, LayerId x)
{
    const LayerId b0 = builder.unit(x, "base.7.branch0", 96, Window::square(1));
    LayerId b1 = builder.unit(x, "base.7.branch1.0", 48, Window::square(1));
    b1 = builder.unit(b1, "base.7.branch1.1", 64, keeping(5, 5));
    LayerId b2 = builder.unit(x, "base.7.branch2.0", 64, Window::square(1));
    b2 = builder.unit(b2, "base.7.branch2.1", 96, keeping(3, 3));
    b2 = builder.unit(b2, "base.7.branch2.2", 96, keeping(3, 3));
    const LayerId b3 =
        builder.unit(graph.averagePool(x, Window::square(3, 1, 1)), "base.7.branch3.1", 64, Window::square(1));
    return graph.concat({b0, b1, b2, b3});
}

LayerId block35(Graph& graph, Builder& builder, LayerId x, int block)
{
    const std::string place = "base.8." + std::to_string(block);
    const LayerId b0 = builder.unit(x, place + ".branch0", 32, Window::square(1));
    LayerId b1 = builder.unit(x, place + ".branch1.0", 32, Window::square(1));
    b1 = builder.unit(b1, place + ".branch1.1", 32, keeping(3, 3));
    LayerId b2 = builder.unit(x, place + ".branch2.0", 32, Window::square(1));
    b2 = builder.unit(b2, place + ".branch2.1", 48, keeping(3, 3));
    b2 = builder.unit(b2, place + ".branch2.2", 64, keeping(3, 3));
    x = builder.residual(x, {b0, b1, b2}, place, "block35_" + std::to_string(block + 1) + "_conv", 0.17);
    return graph.activation(x, Activation::Relu);
}

LayerId mixed6a(Graph& graph, Builder& builder, LayerId x)
{
    const LayerId b0 = builder.unit(x, "base.9.branch0", 384, Window::square(3, 2));
    LayerId b1 = builder.unit(x, "base.9.branch1.0", 256, Window::square(1));
    b1 = builder.unit(b1, "base.9.branch1.1", 256, keeping(3, 3));
    b1 = builder.unit(b1, "base.9.branch1.2", 384, Window::square(3, 2));
    return graph.concat({b0, b1, graph.maxPool(x, Window::square(3, 2))});
}

LayerId block17(Graph& graph, Builder& builder, LayerId x, int block)
{
    const std::string place = "base.10." + std::to_string(block);
    const LayerId b0 = builder.unit(x, place + ".branch0", 192, Window::square(1));
    LayerId b1 = builder.unit(x, place + ".branch1.0", 128, Window::square(1));
    b1 = builder.unit(b1, place + ".branch1.1", 160, keeping(1, 7));
    b1 = builder.unit(b1, place + ".branch1.2", 192, keeping(7, 1));
    x = builder.residual(x, {b0, b1}, place, "block17_" + std::to_string(block + 1) + "_conv", 0.1);
    return graph.activation(x, Activation::Relu);
}

LayerId mixed7a(Graph& graph, Builder& builder, LayerId x)
{
    LayerId b0 = builder.unit(x, "base.11.branch0.0", 256, Window::square(1));
    b0 = builder.unit(b0, "base.11.branch0.1", 384, Window::square(3, 2));
    LayerId b1 = builder.unit(x, "base.11.branch1.0", 256, Window::square(1));
    b1 = builder.unit(b1, "base.11.branch1.1", 288, Window::square(3, 2));
    LayerId b2 = builder.unit(x, "base.11.branch2.0", 256, Window::square(1));
    b2 = builder.unit(b2, "base.11.branch2.1", 288, keeping(3, 3));
    b2 = builder.unit(b2, "base.11.branch2.2", 320, Window::square(3, 2));
    return graph.concat({b0, b1, b2, graph.maxPool(x, Window::square(3, 2))});
}

/// The tenth and last block stands apart in the port, is not scaled and has no ReLU.
LayerId block8(Graph& graph, Builder& builder, LayerId x, int block)
{
    const bool last = block == 9;
    const std::string place = last ? "base.13" : "base.12." + std::to_string(block);
    const LayerId b0 = builder.unit(x, place + ".branch0", 192, Window::square(1));
    LayerId b1 = builder.unit(x, place + ".branch1.0", 192, Window::square(1));
    b1 = builder.unit(b1, place + ".branch1.1", 224, keeping(1, 3));
    b1 = builder.unit(b1, place + ".branch1.2", 256, keeping(3, 1));
    x = builder.residual(x, {b0, b1}, place, "block8_" + std::to_string(block + 1) + "_conv", last ? 1.0 : 0.2);
    return last ? x : graph.activation(x, Activation::Relu);
}

} // namespace

Graph inceptionResNetV2(InceptionForm form)
{
    Graph graph;
    Builder builder(graph, form);
    LayerId x = stem(graph, builder);
    x = mixed5b(graph, builder, x);
    graph.output("mixed_5b", x);
    for (int block = 0; block < 10; ++block)
        x = block35(graph, builder, x, block);
    graph.output("block35_end", x);
    x = mixed6a(graph, builder, x);
    graph.output("mixed_6a", x);
    for (int block = 0; block < 20; ++block)
        x = block17(graph, builder, x, block);
    graph.output("block17_end", x);
    x = mixed7a(graph, builder, x);
    graph.output("mixed_7a", x);
    for (int block = 0; block < 10; ++block) {
        x = block8(graph, builder, x, block);
        if (block == 8)
            graph.output("block8_9_end", x);
    }
    graph.output("block8_10_conv", builder.lastUp());
    graph.output("block8_10_end", x);
    const bool port = form == InceptionForm::Port;
    x = builder.named(x, port ? "base.14.conv" : "conv_7b", port ? "base.14.bn" : "conv_7b_bn", 1536,
                      Window::square(1));
    graph.output("c5", x);
    return graph;
}

} // namespace halflens::nn
