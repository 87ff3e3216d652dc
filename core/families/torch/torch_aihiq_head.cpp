// SPDX-License-Identifier: BSD-3-Clause
// AIHIQnet behind its trunk: feature pyramid, five heads with attention, mean of their outputs
// (spec models 7.2).
#include "core/families/torch/torch_head_layers.h"
#include "core/nn/upsample.h"

#include <array>
#include <cmath>

namespace halflens::torch_module {

namespace {

constexpr std::size_t HeadCount = 5;

struct Head {
    TorchDense channel, output;
    TorchConvolution spatial;

    Head(WeightReader& reader, const std::string& name)
        : channel(reader, name + ".channel")
        , output(reader, name + ".output")
        , spatial(reader, name + ".spatial", false)
    { }

    at::Tensor operator()(const at::Tensor& x) const
    {
        const at::Tensor fromMean = at::sigmoid(channel(x.mean({2, 3})));
        const at::Tensor fromLargest = at::sigmoid(channel(x.amax({2, 3})));
        const at::Tensor weight = (fromMean + fromLargest) / 2;
        const at::Tensor planes = at::cat({x.mean(1, true), x.amax(1, true)}, 1);
        return output((x * at::sigmoid(spatial(planes))).mean({2, 3}) * weight);
    }
};

/// Half-pixel nearest neighbour, the scale in float32 (spec models 7.2).
at::Tensor resizedLike(const at::Tensor& x, const at::Tensor& like)
{
    at::Tensor result = x;
    for (const int axis : {2, 3}) {
        if (x.size(axis) == like.size(axis))
            continue;
        const std::vector<int> sources =
            nn::nearestSources(static_cast<int>(x.size(axis)), static_cast<int>(like.size(axis)));
        const std::vector<std::int64_t> wide(sources.begin(), sources.end());
        result = result.index_select(axis, at::tensor(wide, x.options().dtype(at::kLong).requires_grad(false)));
    }
    return result;
}

class AihiqHead final : public TorchHead {
public:
    explicit AihiqHead(const StateDict& state)
    {
        WeightReader reader(state, m_parameters, m_buffers);
        for (std::size_t i = 0; i < m_reduced.size(); ++i) {
            const std::string level = std::to_string(i + 2);
            m_reduced[i] = TorchConvolution(reader, "aihiq.fpn_C" + level + "_reduced");
            m_smoothed[i] = TorchConvolution(reader, "aihiq.fpn_P" + level);
            m_mapNames.push_back("c" + level);
        }
        m_coarsest = TorchConvolution(reader, "aihiq.fpn_P6");
        for (std::size_t i = 0; i < HeadCount; ++i)
            m_heads.emplace_back(reader, "aihiq.heads." + std::to_string(i));
        m_outputs = static_cast<int>(m_heads[0].output.weight.size(0));
    }

    at::Tensor forward(const std::vector<at::Tensor>& maps, const HeadOptions&) const override
    {
        std::vector<at::Tensor> outputs(HeadCount);
        at::Tensor merged;
        for (std::size_t i = m_reduced.size(); i-- > 0;) {
            const at::Tensor reduced = m_reduced[i](maps.at(i));
            // What goes down is the merged map, not the smoothed one.
            merged = merged.defined() ? resizedLike(merged, reduced) + reduced : reduced;
            outputs[i] = m_heads[i](m_smoothed[i](merged));
        }
        outputs.back() = m_heads.back()(m_coarsest(maps.back(), 2));
        const at::Tensor all = at::stack(outputs);
        if (m_outputs == 1)
            return all.mean(0);
        // The mean of probabilities, as logarithms.
        return at::logsumexp(at::log_softmax(all, 2), 0) - std::log(static_cast<double>(HeadCount));
    }

private:
    std::array<TorchConvolution, 4> m_reduced, m_smoothed; ///< levels 2..5
    TorchConvolution m_coarsest;
    std::vector<Head> m_heads; ///< on P2..P6
};

} // namespace

extern const TorchFamily TorchAihiqnet;
const TorchFamily TorchAihiqnet{
    .name = "aihiqnet",
    .head = [](const StateDict& state, const std::string&) -> std::unique_ptr<TorchHead> {
        return std::make_unique<AihiqHead>(state);
    },
};

} // namespace halflens::torch_module
