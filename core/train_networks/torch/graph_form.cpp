// SPDX-License-Identifier: BSD-3-Clause
#include "core/train_networks/torch/graph_form.h"

#include "core/nn/parts.h"
#include "core/train_networks/torch/depthwise.h"

#include <algorithm>
#include <array>
#include <limits>

namespace halflens::torch_module {

namespace {

at::Tensor padded(const at::Tensor& in, const nn::Window& window, double value)
{
    return at::constant_pad_nd(in, {window.padLeft, window.padRight, window.padTop, window.padBottom}, value);
}

bool isSymmetric(const nn::Window& window)
{
    return window.padTop == window.padBottom && window.padLeft == window.padRight;
}

} // namespace

GraphForm::GraphForm(nn::Graph graph, train::GraphCut cut, GraphFormOptions options)
    : m_graph(std::move(graph))
    , m_cut(std::move(cut))
    , m_options(options)
{
    const std::size_t count = m_graph.layers().size();
    m_foldedNorm.assign(count, -1);
    m_foldedAway.assign(count, false);
    m_lastUse.assign(count, 0);
    m_ownInput.assign(count, false);
    std::vector<int> readers(count, 0);
    std::vector<int> lastReader(count, -1);
    for (std::size_t i = 0; i < count; ++i) {
        if (!m_cut.trained[i])
            continue;
        for (const nn::LayerId id : m_graph.layers()[i].inputs) {
            const auto input = static_cast<std::size_t>(id.value);
            ++readers[input];
            lastReader[input] = static_cast<int>(i);
            m_lastUse[input] = i;
        }
    }
    const auto keep = [&](nn::LayerId id) {
        const auto index = static_cast<std::size_t>(id.value);
        readers[index] += 2; // never changed in place, never folded away
        m_lastUse[index] = count;
    };
    std::for_each(m_cut.wanted.begin(), m_cut.wanted.end(), keep);
    std::for_each(m_cut.boundary.begin(), m_cut.boundary.end(), keep);

    for (std::size_t i = 0; i < count; ++i) {
        if (!m_cut.trained[i])
            continue;
        const nn::Layer& layer = m_graph.layers()[i];
        const auto input = static_cast<std::size_t>(layer.inputs[0].value);
        m_ownInput[i] = readers[input] == 1;
        const int reader = lastReader[i];
        const bool folds = layer.kind == nn::LayerKind::Convolution && readers[i] == 1 && !m_options.trainBatchNorm
            && m_graph.layers()[static_cast<std::size_t>(reader)].kind == nn::LayerKind::BatchNorm;
        if (folds) {
            m_foldedNorm[i] = reader;
            m_foldedAway[static_cast<std::size_t>(reader)] = true;
        }
    }
}

std::map<std::string, Shape> GraphForm::parameters() const
{
    std::map<std::string, Shape> all = m_graph.parameters();
    std::map<std::string, Shape> result;
    for (std::size_t i = 0; i < m_graph.layers().size(); ++i) {
        const nn::Layer& layer = m_graph.layers()[i];
        if (!m_cut.trained[i] || layer.name.empty())
            continue;
        for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
            if (const auto found = all.find(layer.name + part); found != all.end())
                result[train::weightName(found->first)] = found->second;
        }
    }
    return result;
}

const at::Tensor& GraphForm::parameter(const TensorMap& parameters, const std::string& name) const
{
    return parameters.at(train::weightName(name));
}

at::Tensor GraphForm::convolution(const nn::Layer& layer, const nn::Layer* norm, const at::Tensor& in,
                                  const TensorMap& parameters) const
{
    at::Tensor weight = parameter(parameters, layer.name + ".weight");
    at::Tensor bias = layer.bias ? parameter(parameters, layer.name + ".bias") : at::Tensor();
    if (norm) {
        at::Tensor scale = at::rsqrt(parameter(parameters, norm->name + ".running_var") + norm->epsilon);
        if (norm->gamma)
            scale = scale * parameter(parameters, norm->name + ".weight");
        const at::Tensor& mean = parameter(parameters, norm->name + ".running_mean");
        bias = parameter(parameters, norm->name + ".bias") + (bias.defined() ? bias - mean : -mean) * scale;
        weight = weight * scale.view({-1, 1, 1, 1});
    }
    if (weight.scalar_type() != in.scalar_type()) {
        weight = weight.to(in.scalar_type());
        bias = bias.defined() ? bias.to(in.scalar_type()) : bias;
    }
    const nn::Window window = nn::resolved(layer.window, static_cast<int>(in.size(2)), static_cast<int>(in.size(3)));
    const bool symmetric = isSymmetric(window);
    const at::Tensor source = symmetric ? in : padded(in, window, 0);
    const int padTop = symmetric ? window.padTop : 0;
    const int padLeft = symmetric ? window.padLeft : 0;
    if (bias.defined() && suitsDepthwise(source, weight, layer.groups, window.dilation))
        return depthwise(source, weight, bias, window.stride, padTop, padLeft);
    return at::conv2d(source, weight, bias, {window.stride, window.stride}, {padTop, padLeft},
                      {window.dilation, window.dilation}, layer.groups);
}

at::Tensor GraphForm::batchNorm(const nn::Layer& layer, const at::Tensor& in, const TensorMap& parameters,
                                bool training) const
{
    const at::Tensor gamma = layer.gamma ? parameter(parameters, layer.name + ".weight") : at::Tensor();
    return at::batch_norm(in, gamma, parameter(parameters, layer.name + ".bias"),
                          parameter(parameters, layer.name + ".running_mean"),
                          parameter(parameters, layer.name + ".running_var"), training && m_options.trainBatchNorm,
                          m_options.momentum, layer.epsilon, false);
}

at::Tensor GraphForm::pool(const nn::Layer& layer, const at::Tensor& in) const
{
    const nn::Window window = nn::resolved(layer.window, static_cast<int>(in.size(2)), static_cast<int>(in.size(3)));
    const std::array<std::int64_t, 2> size{window.height, window.width}; // an IntArrayRef does not own
    const std::array<std::int64_t, 2> stride{window.stride, window.stride};
    if (layer.kind == nn::LayerKind::MaxPool)
        return at::max_pool2d(padded(in, window, -std::numeric_limits<double>::infinity()), size, stride, {0, 0},
                              {window.dilation, window.dilation});
    if (isSymmetric(window))
        return at::avg_pool2d(in, size, stride, {window.padTop, window.padLeft}, false, false);
    // Padding is not counted: the sum over real pixels by how many there are.
    const at::Tensor ones = at::ones({1, 1, in.size(2), in.size(3)}, in.options());
    return at::avg_pool2d(padded(in, window, 0), size, stride) / at::avg_pool2d(padded(ones, window, 0), size, stride);
}

at::Tensor GraphForm::apply(std::size_t index, const std::vector<at::Tensor>& values, const TensorMap& parameters,
                            bool training) const
{
    const nn::Layer& layer = m_graph.layers()[index];
    const auto input = [&](std::size_t i) -> const at::Tensor& {
        return values[static_cast<std::size_t>(layer.inputs[i].value)];
    };
    switch (layer.kind) {
    case nn::LayerKind::Input:
        break;
    case nn::LayerKind::Convolution: {
        const int norm = m_foldedNorm[index];
        return convolution(layer, norm < 0 ? nullptr : &m_graph.layers()[static_cast<std::size_t>(norm)], input(0),
                           parameters);
    }
    case nn::LayerKind::BatchNorm:
        return m_foldedAway[index] ? input(0) : batchNorm(layer, input(0), parameters, training);
    case nn::LayerKind::Activation: {
        at::Tensor x = input(0);
        if (layer.activation == nn::Activation::Relu)
            return m_ownInput[index] ? at::relu_(x) : at::relu(x);
        if (layer.activation == nn::Activation::Relu6 && m_options.bfloat16)
            return at::clamp(x, 0, 6); // LibTorch 1.13 has no derivative of hardtanh in bfloat16
        if (layer.activation == nn::Activation::Relu6)
            return m_ownInput[index] ? at::hardtanh_(x, 0, 6) : at::hardtanh(x, 0, 6);
        return x;
    }
    case nn::LayerKind::MaxPool:
    case nn::LayerKind::AveragePool:
        return pool(layer, input(0));
    case nn::LayerKind::Add:
        return at::add(input(0), input(1), layer.scale);
    case nn::LayerKind::Concat: {
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i < layer.inputs.size(); ++i)
            parts.push_back(input(i));
        return at::cat(parts, 1);
    }
    case nn::LayerKind::Upsample:
        return at::_upsample_nearest_exact2d(input(0), {input(1).size(2), input(1).size(3)});
    }
    return input(0);
}

std::vector<at::Tensor> GraphForm::forward(const std::vector<at::Tensor>& boundary, const TensorMap& parameters,
                                           bool training) const
{
    if (!m_graph.looksAtBlocks())
        return forwardWhole(boundary, parameters, training);
    const int stride = m_graph.stride(m_cut.boundary.front());
    const Result<std::vector<BlockRect>> parts =
        nn::blockParts(m_graph, static_cast<int>(boundary.front().size(2)) * stride,
                       static_cast<int>(boundary.front().size(3)) * stride);
    TORCH_CHECK(parts.has_value(), "the input is too small to be looked at by blocks");
    // Parts of one size run together, all photos of the first part before those of the second.
    std::map<std::pair<int, int>, std::vector<std::size_t>> bySize;
    for (std::size_t p = 0; p < parts->size(); ++p)
        bySize[{(*parts)[p].bottom - (*parts)[p].top, (*parts)[p].right - (*parts)[p].left}].push_back(p);
    std::vector<std::vector<at::Tensor>> results(parts->size());
    for (const auto& [size, members] : bySize) {
        std::vector<at::Tensor> inputs;
        for (std::size_t b = 0; b < boundary.size(); ++b) {
            const int cell = m_graph.stride(m_cut.boundary[b]);
            std::vector<at::Tensor> pieces;
            for (const std::size_t p : members) {
                const BlockRect& part = (*parts)[p];
                pieces.push_back(boundary[b]
                                     .slice(2, part.top / cell, part.bottom / cell)
                                     .slice(3, part.left / cell, part.right / cell));
            }
            inputs.push_back(at::cat(pieces, 0));
        }
        const std::vector<at::Tensor> maps = forwardWhole(inputs, parameters, training);
        for (const at::Tensor& map : maps) {
            const std::vector<at::Tensor> split = map.split(boundary.front().size(0), 0);
            for (std::size_t i = 0; i < members.size(); ++i)
                results[members[i]].push_back(split[i]);
        }
    }
    std::vector<at::Tensor> joined;
    for (std::size_t m = 0; m < m_cut.wanted.size(); ++m) {
        std::vector<at::Tensor> rows;
        for (std::size_t p = 0; p < parts->size();) {
            std::vector<at::Tensor> row;
            for (const int top = (*parts)[p].top; p < parts->size() && (*parts)[p].top == top; ++p)
                row.push_back(results[p][m]);
            rows.push_back(at::cat(row, 3));
        }
        joined.push_back(at::cat(rows, 2));
    }
    return joined;
}

std::vector<at::Tensor> GraphForm::forwardWhole(const std::vector<at::Tensor>& boundary, const TensorMap& parameters,
                                                bool training) const
{
    std::vector<at::Tensor> values(m_graph.layers().size());
    for (std::size_t i = 0; i < boundary.size(); ++i) {
        values[static_cast<std::size_t>(m_cut.boundary[i].value)] =
            m_options.bfloat16 ? boundary[i].to(at::kBFloat16) : boundary[i];
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!m_cut.trained[i])
            continue;
        values[i] = apply(i, values, parameters, training);
        for (const nn::LayerId id : m_graph.layers()[i].inputs) {
            if (m_lastUse[static_cast<std::size_t>(id.value)] == i)
                values[static_cast<std::size_t>(id.value)].reset();
        }
    }
    std::vector<at::Tensor> result;
    for (const nn::LayerId id : m_cut.wanted)
        result.push_back(values[static_cast<std::size_t>(id.value)].to(at::kFloat));
    return result;
}

} // namespace halflens::torch_module
