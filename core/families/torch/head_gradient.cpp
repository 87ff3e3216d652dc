// SPDX-License-Identifier: BSD-3-Clause
// The LibTorch module: a head's output and the derivative of its score by one of its maps.
#include "core/families/head_gradient.h"

#include "core/families/torch/torch_head.h"
#include "core/families/torch/torch_module.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <torch/csrc/autograd/autograd.h>

namespace halflens::torch_module {

namespace {

Error unfit(std::string reason)
{
    return {ErrorCode::InvalidInput, "model", std::move(reason), "use maps and weights of one network", {}};
}

Result<std::vector<at::Tensor>> mapsOf(const TorchHead& head, const std::map<std::string, HeadMap>& maps)
{
    std::vector<at::Tensor> tensors;
    for (const std::string& name : head.mapNames()) {
        const auto found = maps.find(name);
        if (found == maps.end())
            return unfit("the map " + name + " is missing");
        const auto [channels, height, width] = found->second.shape;
        if (channels < 1 || height < 1 || width < 1
            || found->second.values.size()
                != static_cast<std::size_t>(channels) * static_cast<std::size_t>(height)
                    * static_cast<std::size_t>(width))
            return unfit("the map " + name + " does not have its stated size");
        // Nothing writes to it: the caller's memory is used as it is.
        tensors.push_back(
            at::from_blob(const_cast<float*>(found->second.values.data()), {1, channels, height, width}, at::kFloat));
    }
    return tensors;
}

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.detach().contiguous();
    return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

} // namespace

Result<HeadEvaluation> runHead(const std::string& family, const std::string& trunk, const StateDict& state,
                               const std::map<std::string, HeadMap>& maps, const std::string& differentiate,
                               int threads)
{
    return guarded("model", [&]() -> Result<HeadEvaluation> {
        at::set_num_threads(threads);
        Result<std::unique_ptr<TorchHead>> head = TorchHead::create(family, trunk, state);
        if (!head)
            return std::move(head).error();
        for (const auto& [name, parameter] : (*head)->parameters())
            parameter.requires_grad_(false); // only the map's derivative is wanted
        Result<std::vector<at::Tensor>> inputs = mapsOf(**head, maps);
        if (!inputs)
            return std::move(inputs).error();
        const auto& names = (*head)->mapNames();
        const auto wanted = static_cast<std::size_t>(
            std::distance(names.begin(), std::find(names.begin(), names.end(), differentiate)));
        if (!differentiate.empty() && wanted == names.size())
            return unfit("the head does not start from a map called " + differentiate);

        if (!differentiate.empty())
            (*inputs)[wanted].requires_grad_(true);
        const at::Tensor logits = (*head)->forward(*inputs);
        HeadEvaluation result;
        result.output = valuesOf(headOutput(logits));
        if (differentiate.empty())
            return result;
        const std::vector<at::Tensor> gradients = torch::autograd::grad({headScore(logits).sum()}, {(*inputs)[wanted]});
        result.gradient = valuesOf(gradients.front());
        if (!std::all_of(result.gradient.begin(), result.gradient.end(), [](float v) { return std::isfinite(v); }))
            return Error{ErrorCode::Model,
                         "model",
                         "the derivative of the score is not finite for this image",
                         "check the weights file; it may be damaged",
                         {}};
        return result;
    });
}

} // namespace halflens::torch_module
