// SPDX-License-Identifier: BSD-3-Clause
// The head of DBCNN (spec models 9.2).
#include "core/families/torch/torch_head_layers.h"

namespace halflens::torch_module {

namespace {

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

} // namespace

extern const TorchFamily TorchDbcnn;
const TorchFamily TorchDbcnn{
    .name = "dbcnn",
    .head = [](const StateDict& state, const std::string&) -> std::unique_ptr<TorchHead> {
        return std::make_unique<DbcnnHead>(state);
    },
};

} // namespace halflens::torch_module
