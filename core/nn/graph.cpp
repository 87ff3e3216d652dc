// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/graph.h"

#include <algorithm>
#include <cassert>

namespace halflens::nn {

Window Window::square(int size, int stride, int pad)
{
    return {size, size, stride, 1, pad, pad, pad, pad, false};
}

Window Window::sameSquare(int size, int stride)
{
    return {size, size, stride, 1, 0, 0, 0, 0, true};
}

namespace {

int reach(int size, int dilation)
{
    return (size - 1) * dilation + 1;
}

int extent(int in, int size, const Window& window, int before, int after)
{
    const int room = in + before + after - reach(size, window.dilation);
    return room < 0 ? 0 : room / window.stride + 1;
}

} // namespace

Window resolved(const Window& window, int height, int width)
{
    if (!window.same)
        return window;
    const auto total = [&](int in, int size) {
        const int out = (in + window.stride - 1) / window.stride;
        return std::max((out - 1) * window.stride + reach(size, window.dilation) - in, 0);
    };
    Window result = window;
    result.same = false;
    const int vertical = total(height, window.height);
    const int horizontal = total(width, window.width);
    result.padTop = vertical / 2;
    result.padBottom = vertical - result.padTop;
    result.padLeft = horizontal / 2;
    result.padRight = horizontal - result.padLeft;
    return result;
}

LayerId Graph::append(Layer layer)
{
    for ([[maybe_unused]] const LayerId id : layer.inputs)
        assert(id.value >= 0 && id.value < static_cast<int>(m_layers.size()));
    m_layers.push_back(std::move(layer));
    return {static_cast<int>(m_layers.size()) - 1};
}

LayerId Graph::input(int channels)
{
    assert(m_layers.empty());
    Layer layer;
    layer.channels = channels;
    return append(std::move(layer));
}

LayerId Graph::convolution(LayerId from, const std::string& name, int channels, Window window, bool bias, int groups)
{
    Layer layer;
    layer.kind = LayerKind::Convolution;
    layer.name = name;
    layer.inputs = {from};
    layer.channels = channels;
    layer.window = window;
    layer.bias = bias;
    layer.groups = groups;
    return append(std::move(layer));
}

LayerId Graph::batchNorm(LayerId from, const std::string& name, double epsilon, bool gamma)
{
    Layer layer;
    layer.kind = LayerKind::BatchNorm;
    layer.name = name;
    layer.inputs = {from};
    layer.channels = channels(from);
    layer.epsilon = epsilon;
    layer.gamma = gamma;
    return append(std::move(layer));
}

LayerId Graph::activation(LayerId from, Activation kind)
{
    Layer layer;
    layer.kind = LayerKind::Activation;
    layer.inputs = {from};
    layer.channels = channels(from);
    layer.activation = kind;
    return append(std::move(layer));
}

LayerId Graph::maxPool(LayerId from, Window window)
{
    Layer layer;
    layer.kind = LayerKind::MaxPool;
    layer.inputs = {from};
    layer.channels = channels(from);
    layer.window = window;
    return append(std::move(layer));
}

LayerId Graph::averagePool(LayerId from, Window window)
{
    const LayerId id = maxPool(from, window);
    m_layers.back().kind = LayerKind::AveragePool;
    return id;
}

LayerId Graph::add(LayerId first, LayerId second, double scale)
{
    assert(channels(first) == channels(second));
    Layer layer;
    layer.kind = LayerKind::Add;
    layer.inputs = {first, second};
    layer.channels = channels(first);
    layer.scale = scale;
    return append(std::move(layer));
}

LayerId Graph::concat(const std::vector<LayerId>& parts)
{
    Layer layer;
    layer.kind = LayerKind::Concat;
    layer.inputs = parts;
    for (const LayerId part : parts)
        layer.channels += channels(part);
    return append(std::move(layer));
}

LayerId Graph::upsampleNearest(LayerId from, LayerId like)
{
    Layer layer;
    layer.kind = LayerKind::Upsample;
    layer.inputs = {from, like};
    layer.channels = channels(from);
    return append(std::move(layer));
}

void Graph::output(const std::string& name, LayerId layer)
{
    m_outputs[name] = layer;
}

std::map<std::string, Shape> Graph::parameters() const
{
    std::map<std::string, Shape> shapes;
    for (const Layer& layer : m_layers) {
        if (layer.kind == LayerKind::Convolution) {
            const int in = channels(layer.inputs[0]) / layer.groups;
            shapes[layer.name + ".weight"] = {layer.channels, in, layer.window.height, layer.window.width};
            if (layer.bias)
                shapes[layer.name + ".bias"] = {layer.channels};
        } else if (layer.kind == LayerKind::BatchNorm) {
            if (layer.gamma)
                shapes[layer.name + ".weight"] = {layer.channels};
            for (const char* part : {".bias", ".running_mean", ".running_var"})
                shapes[layer.name + part] = {layer.channels};
        }
    }
    return shapes;
}

Result<std::vector<MapSize>> Graph::sizes(int height, int width) const
{
    std::vector<MapSize> sizes;
    sizes.reserve(m_layers.size());
    for (const Layer& layer : m_layers) {
        MapSize size{layer.channels, height, width};
        if (!layer.inputs.empty()) {
            // An upsampled map takes its extent from the map it is brought to, everything else from what it reads.
            const LayerId reference = layer.inputs[layer.kind == LayerKind::Upsample ? 1 : 0];
            const MapSize in = sizes[static_cast<std::size_t>(reference.value)];
            size.height = in.height;
            size.width = in.width;
            const bool windowed = layer.kind == LayerKind::Convolution || layer.kind == LayerKind::MaxPool
                || layer.kind == LayerKind::AveragePool;
            if (windowed) {
                const Window window = resolved(layer.window, in.height, in.width);
                size.height = extent(in.height, window.height, window, window.padTop, window.padBottom);
                size.width = extent(in.width, window.width, window, window.padLeft, window.padRight);
            }
        }
        if (size.height < 1 || size.width < 1)
            return Error{ErrorCode::Model,
                         "model",
                         "an input of " + std::to_string(width) + " x " + std::to_string(height)
                             + " pixels is too small for this network",
                         "use a larger image, or let it be fitted to the model's own size",
                         {}};
        sizes.push_back(size);
    }
    return sizes;
}

int Graph::stride(LayerId id) const
{
    int stride = 1;
    for (; !layer(id).inputs.empty(); id = layer(id).inputs.front())
        stride *= layer(id).window.stride;
    return stride;
}

Result<double> Graph::multiplyAdds(int height, int width, const std::string& output) const
{
    const auto found = m_outputs.find(output);
    if (found == m_outputs.end())
        return Error{ErrorCode::Internal, "model", "the network has no output called " + output, {}, {}};
    const Result<std::vector<MapSize>> all = sizes(height, width);
    if (!all)
        return all.error();
    const std::vector<bool> needed = reachable(*this, {found->second});
    double total = 0;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_layers[i];
        if (!needed[i] || layer.kind != LayerKind::Convolution)
            continue;
        const MapSize& size = (*all)[i];
        const double perPixel =
            static_cast<double>(channels(layer.inputs[0])) / layer.groups * layer.window.height * layer.window.width;
        total += perPixel * size.channels * size.height * size.width;
    }
    return total;
}

std::vector<bool> reachable(const Graph& graph, const std::vector<LayerId>& wanted)
{
    std::vector<bool> needed(graph.layers().size(), false);
    for (const LayerId id : wanted)
        needed[static_cast<std::size_t>(id.value)] = true;
    for (std::size_t i = needed.size(); i-- > 0;) {
        if (!needed[i])
            continue;
        for (const LayerId id : graph.layers()[i].inputs)
            needed[static_cast<std::size_t>(id.value)] = true;
    }
    return needed;
}

} // namespace halflens::nn
