// SPDX-License-Identifier: BSD-3-Clause
// The heads of KonCept (spec models 8.3), DBCNN (9.2) and Swin-IQA (10.3).
#include "core/families/torch/torch_head_parts.h"

#include <array>

namespace halflens::torch_module {

namespace {

class KonceptHead final : public TorchHead {
public:
    KonceptHead(const StateDict& state, const std::string& trunk)
        : m_port(trunk == "inceptionresnetv2-port")
    {
        WeightReader reader(state, m_parameters, m_buffers);
        for (std::size_t i = 0; i < m_stages.size(); ++i) {
            const std::string norm = "koncept.bn" + std::to_string(i);
            m_stages[i] = {TorchDense(reader, "koncept.fc" + std::to_string(i)), reader.parameter(norm + ".weight", 1),
                           reader.parameter(norm + ".bias", 1), reader.buffer(norm + ".running_mean", 1),
                           reader.buffer(norm + ".running_var", 1)};
        }
        m_output = TorchDense(reader, "koncept.out");
        m_mapNames = {"c5"};
        m_outputs = 1;
    }

    at::Tensor forward(const std::vector<at::Tensor>& maps, const HeadOptions& options) const override
    {
        constexpr std::int64_t PortCells = 8; // the port averages the top left corner only
        constexpr std::array<double, 3> DropoutRates{0.25, 0.25, 0.5};
        const at::Tensor& map = maps.at(0);
        at::Tensor x = (m_port ? map.slice(2, 0, PortCells).slice(3, 0, PortCells) : map).mean({2, 3});
        for (std::size_t i = 0; i < m_stages.size(); ++i) {
            const Stage& stage = m_stages[i];
            x = at::batch_norm(at::relu(stage.dense(x)), stage.weight, stage.bias, stage.runningMean,
                               stage.runningVariance, options.training, m_port ? 0.1 : 0.01, m_port ? 1e-5 : 1e-3,
                               false);
            x = dropout(x, DropoutRates[i], options);
        }
        return m_output(x);
    }

private:
    struct Stage {
        TorchDense dense;
        at::Tensor weight, bias, runningMean, runningVariance;
    };
    bool m_port;
    std::array<Stage, 3> m_stages;
    TorchDense m_output;
};

class DbcnnHead final : public TorchHead {
public:
    explicit DbcnnHead(const StateDict& state)
    {
        WeightReader reader(state, m_parameters, m_buffers);
        m_output = TorchDense(reader, "dbcnn.fc");
        m_mapNames = {"c5", "scnn"};
        m_outputs = 1;
    }

    at::Tensor forward(const std::vector<at::Tensor>& maps, const HeadOptions&) const override
    {
        constexpr double RootEpsilon = 1e-8;
        constexpr double SmallestNorm = 1e-12;
        const at::Tensor& first = maps.at(0);
        at::Tensor second = maps.at(1);
        if (first.size(2) != second.size(2) || first.size(3) != second.size(3))
            second = at::upsample_bilinear2d(second, {first.size(2), first.size(3)}, true);
        const auto cells = static_cast<double>(first.size(2) * first.size(3));
        const at::Tensor products = at::bmm(first.flatten(2), second.flatten(2).transpose(1, 2)) / cells;
        const at::Tensor roots = at::sqrt(products.flatten(1) + RootEpsilon);
        return m_output(roots / roots.norm(2, {1}, true).clamp_min(SmallestNorm));
    }

private:
    TorchDense m_output;
};

class SwinIqaHead final : public TorchHead {
public:
    explicit SwinIqaHead(const StateDict& state)
    {
        WeightReader reader(state, m_parameters, m_buffers);
        for (std::string name; reader.has((name = "proj." + std::to_string(m_projections.size())) + ".weight");) {
            m_projections.emplace_back(reader, name);
            m_mapNames.push_back("f" + std::to_string(m_projections.size()));
        }
        m_channel = TorchDense(reader, "ca");
        m_hidden = TorchDense(reader, "head.0");
        m_output = TorchDense(reader, "head.3");
        m_outputs = static_cast<int>(m_output.weight.size(0));
    }

    at::Tensor forward(const std::vector<at::Tensor>& maps, const HeadOptions& options) const override
    {
        constexpr double DropoutRate = 0.1;
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i < m_projections.size(); ++i) {
            const at::Tensor x = m_projections[i](maps.at(i));
            const at::Tensor mean = x.mean({2, 3});
            const at::Tensor largest = x.amax({2, 3});
            // The mean of a map weighted by channel is the weighted mean.
            parts.push_back(mean * (at::sigmoid(m_channel(mean)) + at::sigmoid(m_channel(largest))) / 2);
        }
        return m_output(dropout(at::gelu(m_hidden(at::cat(parts, 1))), DropoutRate, options));
    }

private:
    std::vector<TorchConvolution> m_projections;
    TorchDense m_channel, m_hidden, m_output;
};

} // namespace

std::unique_ptr<TorchHead> makeKonceptHead(const StateDict& state, const std::string& trunk)
{
    return std::make_unique<KonceptHead>(state, trunk);
}

std::unique_ptr<TorchHead> makeDbcnnHead(const StateDict& state)
{
    return std::make_unique<DbcnnHead>(state);
}

std::unique_ptr<TorchHead> makeSwinIqaHead(const StateDict& state)
{
    return std::make_unique<SwinIqaHead>(state);
}

} // namespace halflens::torch_module
