// SPDX-License-Identifier: BSD-3-Clause
// The head of KonCept (spec models 8.3).
#include "core/families/torch/torch_head_layers.h"

#include <array>

namespace halflens::torch_module {

namespace {

constexpr const char* PortTrunk = "inceptionresnetv2-port"; ///< averages the top left corner of its map only

class KonceptHead final : public TorchHead {
public:
    KonceptHead(const StateDict& state, const std::string& trunk)
        : m_port(trunk == PortTrunk)
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
        constexpr std::int64_t PortCells = 8;
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

} // namespace

extern const TorchFamily TorchKoncept;
const TorchFamily TorchKoncept{
    .name = "koncept",
    .head = [](const StateDict& state, const std::string& trunk) -> std::unique_ptr<TorchHead> {
        return std::make_unique<KonceptHead>(state, trunk);
    },
    .averagesFirst = [](const std::string& trunk) { return trunk != PortTrunk; },
};

} // namespace halflens::torch_module
