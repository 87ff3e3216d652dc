// SPDX-License-Identifier: BSD-3-Clause
// The head of Swin-IQA (spec models 10.3).
#include "core/families/torch/torch_head_layers.h"

namespace halflens::torch_module {

namespace {

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

extern const TorchFamily TorchSwinIqa;
const TorchFamily TorchSwinIqa{
    .name = "swin-iqa",
    .head = [](const StateDict& state, const std::string&) -> std::unique_ptr<TorchHead> {
        return std::make_unique<SwinIqaHead>(state);
    },
    .hasTransformer = true,
};

} // namespace halflens::torch_module
