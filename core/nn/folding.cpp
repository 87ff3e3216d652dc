// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/folding.h"

#include <cmath>
#include <map>

namespace halflens::nn {

namespace {

std::size_t index(LayerId id)
{
    return static_cast<std::size_t>(id.value);
}

/// Users of each layer among the needed ones; wanted layers count one more, so that they are never swallowed.
std::vector<std::vector<LayerId>> usersOf(const Graph& graph, const std::vector<bool>& needed)
{
    std::vector<std::vector<LayerId>> users(graph.layers().size());
    for (std::size_t i = 0; i < graph.layers().size(); ++i) {
        if (!needed[i])
            continue;
        for (const LayerId id : graph.layers()[i].inputs)
            users[index(id)].push_back({static_cast<int>(i)});
    }
    return users;
}

class Fuser {
public:
    Fuser(const Graph& graph, const std::vector<LayerId>& wanted)
        : m_graph(graph)
        , m_needed(reachable(graph, wanted))
        , m_users(usersOf(graph, m_needed))
        , m_wanted(graph.layers().size(), false)
        , m_done(graph.layers().size(), false)
        , m_absorbed(graph.layers().size(), false)
    {
        for (const LayerId id : wanted)
            m_wanted[index(id)] = true;
    }

    std::vector<FusedStep> run()
    {
        std::vector<FusedStep> steps;
        for (std::size_t i = 0; i < m_graph.layers().size(); ++i) {
            if (!m_needed[i] || m_absorbed[i])
                continue;
            const Layer& layer = m_graph.layers()[i];
            FusedStep step;
            step.kind = layer.kind;
            step.source = step.result = {static_cast<int>(i)};
            step.inputs = layer.inputs;
            step.activation = layer.activation;
            step.addScale = layer.scale;
            if (layer.kind == LayerKind::Convolution)
                absorb(step);
            m_done[index(step.result)] = true;
            steps.push_back(std::move(step));
        }
        return steps;
    }

private:
    /// The one layer that reads `id`, when there is exactly one and the value is not asked for itself.
    const Layer* onlyUser(LayerId id) const
    {
        if (m_wanted[index(id)] || m_users[index(id)].size() != 1)
            return nullptr;
        return &m_graph.layer(m_users[index(id)][0]);
    }

    void take(FusedStep& step)
    {
        step.result = m_users[index(step.result)][0];
        m_absorbed[index(step.result)] = true;
    }

    void absorb(FusedStep& step)
    {
        const Layer* next = onlyUser(step.result);
        while (next && next->kind == LayerKind::BatchNorm) {
            take(step);
            step.batchNorms.push_back(step.result);
            next = onlyUser(step.result);
        }
        if (next && next->kind == LayerKind::Add && next->inputs[0] != next->inputs[1]) {
            const bool isSecond = next->inputs[1] == step.result;
            const LayerId other = isSecond ? next->inputs[0] : next->inputs[1];
            // The other operand must exist already, and a scale can only be folded into this convolution.
            if (m_done[index(other)] && (isSecond || next->scale == 1)) {
                step.residual = other;
                step.residualScale = isSecond ? next->scale : 1;
                take(step);
                next = onlyUser(step.result);
            }
        }
        if (next && next->kind == LayerKind::Activation) {
            step.activation = next->activation;
            take(step);
        }
    }

    const Graph& m_graph;
    std::vector<bool> m_needed;
    std::vector<std::vector<LayerId>> m_users;
    std::vector<bool> m_wanted;
    std::vector<bool> m_done;
    std::vector<bool> m_absorbed;
};

} // namespace

std::vector<FusedStep> fuse(const Graph& graph, const std::vector<LayerId>& wanted)
{
    return Fuser(graph, wanted).run();
}

FoldedConvolution fold(const Graph& graph, const FusedStep& step, const StateDict& state, const std::string& prefix)
{
    const Layer& layer = graph.layer(step.source);
    const auto values = [&](const std::string& name) -> const std::vector<float>& {
        return state.at(prefix + name).values;
    };
    FoldedConvolution folded;
    folded.weight = values(layer.name + ".weight");
    const auto channels = static_cast<std::size_t>(layer.channels);
    const std::size_t perChannel = folded.weight.size() / channels;
    std::vector<double> scale(channels, 1.0);
    std::vector<double> shift(channels, 0.0);
    if (layer.bias) {
        const std::vector<float>& bias = values(layer.name + ".bias");
        shift.assign(bias.begin(), bias.end());
    }
    for (const LayerId id : step.batchNorms) {
        const Layer& norm = graph.layer(id);
        const std::vector<float>& beta = values(norm.name + ".bias");
        const std::vector<float>& mean = values(norm.name + ".running_mean");
        const std::vector<float>& variance = values(norm.name + ".running_var");
        const std::vector<float>* gamma = norm.gamma ? &values(norm.name + ".weight") : nullptr;
        for (std::size_t c = 0; c < channels; ++c) {
            const double factor =
                (gamma ? (*gamma)[c] : 1.0) / std::sqrt(static_cast<double>(variance[c]) + norm.epsilon);
            scale[c] *= factor;
            shift[c] = (shift[c] - mean[c]) * factor + beta[c];
        }
    }
    folded.bias.resize(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        const double factor = scale[c] * step.residualScale;
        for (std::size_t k = 0; k < perChannel; ++k)
            folded.weight[c * perChannel + k] = static_cast<float>(folded.weight[c * perChannel + k] * factor);
        folded.bias[c] = static_cast<float>(shift[c] * step.residualScale);
    }
    return folded;
}

} // namespace halflens::nn
