// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/nn/reference_network.h"

#include <cmath>
#include <limits>
#include <random>

namespace halflens::test {

namespace {

/// Where a window begins before the first pixel, and how many outputs there are.
struct Axis {
    int before = 0;
    int out = 0;
};

Axis axisOf(const nn::Window& window, int in, int size, int before, int after)
{
    const int span = (size - 1) * window.dilation + 1;
    if (!window.same)
        return {before, (in + before + after - span) / window.stride + 1};
    const int out = static_cast<int>(std::ceil(static_cast<double>(in) / window.stride));
    const int total = std::max((out - 1) * window.stride + span - in, 0);
    return {total / 2, out}; // the odd pixel goes behind
}

struct Geometry {
    Axis rows;
    Axis columns;
};

Geometry geometryOf(const nn::Window& window, const ReferenceMap& in)
{
    return {axisOf(window, in.height, window.height, window.padTop, window.padBottom),
            axisOf(window, in.width, window.width, window.padLeft, window.padRight)};
}

std::size_t at(const ReferenceMap& map, int c, int y, int x)
{
    return static_cast<std::size_t>((c * map.height + y) * map.width + x);
}

/// Calls visit(y, x, i, j) for each window cell (i, j) that lies on a real pixel (y, x).
template<class Visit>
void window(const nn::Layer& layer, const ReferenceMap& in, const Geometry& g, int row, int column, Visit visit)
{
    for (int i = 0; i < layer.window.height; ++i) {
        for (int j = 0; j < layer.window.width; ++j) {
            const int y = row * layer.window.stride + i * layer.window.dilation - g.rows.before;
            const int x = column * layer.window.stride + j * layer.window.dilation - g.columns.before;
            if (y >= 0 && y < in.height && x >= 0 && x < in.width)
                visit(y, x, i, j);
        }
    }
}

/// Outputs first .. last - 1 along an axis whose window cell `offset` lies on a real pixel.
std::pair<int, int> range(int offset, int stride, int in, int out)
{
    int first = 0;
    while (first < out && first * stride + offset < 0)
        ++first;
    int last = out;
    while (last > first && (last - 1) * stride + offset >= in)
        --last;
    return {first, last};
}

ReferenceMap convolve(const nn::Layer& layer, const StateDict& state, const ReferenceMap& in)
{
    const Geometry g = geometryOf(layer.window, in);
    ReferenceMap out{layer.channels, g.rows.out, g.columns.out, {}};
    const float* weight = state.at(layer.name + ".weight").values.data();
    const int inPerGroup = in.channels / layer.groups;
    const int outPerGroup = layer.channels / layer.groups;
    const int stride = layer.window.stride;
    for (int o = 0; o < layer.channels; ++o) {
        const double bias = layer.bias ? state.at(layer.name + ".bias").values[static_cast<std::size_t>(o)] : 0;
        out.values.resize(out.values.size() + static_cast<std::size_t>(out.height * out.width), bias);
        for (int k = 0; k < inPerGroup; ++k) {
            const int channel = o / outPerGroup * inPerGroup + k;
            for (int i = 0; i < layer.window.height; ++i) {
                for (int j = 0; j < layer.window.width; ++j) {
                    const double w = *weight++;
                    const int down = i * layer.window.dilation - g.rows.before;
                    const int right = j * layer.window.dilation - g.columns.before;
                    const auto [firstRow, lastRow] = range(down, stride, in.height, out.height);
                    const auto [first, last] = range(right, stride, in.width, out.width);
                    for (int row = firstRow; row < lastRow; ++row) {
                        const double* x = in.values.data() + at(in, channel, row * stride + down, 0);
                        double* y = out.values.data() + at(out, o, row, 0);
                        for (int column = first; column < last; ++column)
                            y[column] += w * x[column * stride + right];
                    }
                }
            }
        }
    }
    return out;
}

ReferenceMap pool(const nn::Layer& layer, const ReferenceMap& in)
{
    const Geometry g = geometryOf(layer.window, in);
    ReferenceMap out{in.channels, g.rows.out, g.columns.out, {}};
    for (int c = 0; c < in.channels; ++c) {
        for (int row = 0; row < out.height; ++row) {
            for (int column = 0; column < out.width; ++column) {
                double largest = -std::numeric_limits<double>::infinity();
                double sum = 0;
                int real = 0;
                window(layer, in, g, row, column, [&](int y, int x, int, int) {
                    const double value = in.values[at(in, c, y, x)];
                    largest = std::max(largest, value);
                    sum += value;
                    ++real;
                });
                out.values.push_back(layer.kind == nn::LayerKind::MaxPool ? largest : sum / real);
            }
        }
    }
    return out;
}

/// min(floor((i + 0.5) * in / out), in - 1), the scale in float32 (spec models 7.2).
ReferenceMap resize(const ReferenceMap& in, int height, int width)
{
    const auto source = [](int i, int from, int to) {
        const float scale = static_cast<float>(from) / static_cast<float>(to);
        return std::min(static_cast<int>(std::floor((static_cast<float>(i) + 0.5F) * scale)), from - 1);
    };
    ReferenceMap out{in.channels, height, width, {}};
    for (int c = 0; c < in.channels; ++c) {
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column)
                out.values.push_back(
                    in.values[at(in, c, source(row, in.height, height), source(column, in.width, width))]);
        }
    }
    return out;
}

ReferenceMap normalise(const nn::Layer& layer, const StateDict& state, ReferenceMap x)
{
    const auto parameter = [&](const char* part, int c) {
        return static_cast<double>(state.at(layer.name + part).values[static_cast<std::size_t>(c)]);
    };
    const auto cells = static_cast<std::size_t>(x.height * x.width);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
        const int c = static_cast<int>(i / cells);
        const double gamma = layer.gamma ? parameter(".weight", c) : 1;
        x.values[i] = gamma * (x.values[i] - parameter(".running_mean", c))
                / std::sqrt(parameter(".running_var", c) + layer.epsilon)
            + parameter(".bias", c);
    }
    return x;
}

} // namespace

std::vector<ReferenceMap> evaluateSlowly(const nn::Graph& graph, const StateDict& state, std::span<const float> input,
                                         int height, int width)
{
    std::vector<ReferenceMap> maps;
    for (const nn::Layer& layer : graph.layers()) {
        const auto operand = [&](std::size_t i) -> const ReferenceMap& {
            return maps[static_cast<std::size_t>(layer.inputs[i].value)];
        };
        ReferenceMap map;
        switch (layer.kind) {
        case nn::LayerKind::Input:
            map = {layer.channels, height, width, {input.begin(), input.end()}};
            break;
        case nn::LayerKind::Convolution:
            map = convolve(layer, state, operand(0));
            break;
        case nn::LayerKind::BatchNorm:
            map = normalise(layer, state, operand(0));
            break;
        case nn::LayerKind::Activation:
            map = operand(0);
            for (double& v : map.values)
                v = layer.activation == nn::Activation::Relu6 ? std::min(std::max(v, 0.0), 6.0) : std::max(v, 0.0);
            break;
        case nn::LayerKind::MaxPool:
        case nn::LayerKind::AveragePool:
            map = pool(layer, operand(0));
            break;
        case nn::LayerKind::Add:
            map = operand(0);
            for (std::size_t i = 0; i < map.values.size(); ++i)
                map.values[i] += layer.scale * operand(1).values[i];
            break;
        case nn::LayerKind::Concat:
            map = {0, operand(0).height, operand(0).width, {}};
            for (std::size_t i = 0; i < layer.inputs.size(); ++i) {
                map.channels += operand(i).channels;
                map.values.insert(map.values.end(), operand(i).values.begin(), operand(i).values.end());
            }
            break;
        case nn::LayerKind::Upsample:
            map = resize(operand(0), operand(1).height, operand(1).width);
            break;
        }
        maps.push_back(std::move(map));
    }
    return maps;
}

StateDict randomState(const nn::Graph& graph, unsigned seed)
{
    std::mt19937 random(seed);
    const auto uniform = [&](double low, double high) {
        return static_cast<float>(low + (high - low) * (static_cast<double>(random()) / 4294967296.0));
    };
    StateDict state;
    for (const auto& [name, shape] : graph.parameters()) {
        Tensor tensor{shape, {}};
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        const double fanIn = static_cast<double>(count) / static_cast<double>(shape[0]);
        for (std::size_t i = 0; i < count; ++i) {
            if (shape.size() == 4)
                tensor.values.push_back(uniform(-2, 2) / static_cast<float>(std::sqrt(fanIn)));
            else if (name.ends_with(".running_var") || name.ends_with(".weight"))
                tensor.values.push_back(uniform(0.5, 1.5));
            else
                tensor.values.push_back(uniform(-0.5, 0.5));
        }
        state.emplace(name, std::move(tensor));
    }
    return state;
}

std::vector<float> randomInput(int channels, int height, int width, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<float> values(static_cast<std::size_t>(channels * height * width));
    for (float& v : values)
        v = static_cast<float>(static_cast<double>(random()) / 2147483648.0 - 1);
    return values;
}

} // namespace halflens::test
