// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/torch/torch_head.h"

#include "core/families/torch/torch_head_layers.h"

#include <algorithm>

namespace halflens::torch_module {

const Tensor& WeightReader::find(const std::string& name, std::size_t rank) const
{
    const auto found = m_state.find(name);
    if (found == m_state.end())
        throw UnfitState("the weights lack " + name);
    if (found->second.shape.size() != rank)
        throw UnfitState(name + " has shape " + toString(found->second.shape) + ", the network needs "
                         + std::to_string(rank) + " axes");
    return found->second;
}

at::Tensor WeightReader::parameter(const std::string& name, std::size_t rank)
{
    return m_parameters.insert_or_assign(name, toTorch(find(name, rank)).requires_grad_(true)).first->second;
}

at::Tensor WeightReader::buffer(const std::string& name, std::size_t rank)
{
    return m_buffers.insert_or_assign(name, toTorch(find(name, rank))).first->second;
}

TorchDense::TorchDense(WeightReader& reader, const std::string& name, bool withBias)
    : weight(reader.parameter(name + ".weight", 2))
{
    if (withBias)
        bias = reader.parameter(name + ".bias", 1);
}

TorchConvolution::TorchConvolution(WeightReader& reader, const std::string& name, bool withBias)
    : weight(reader.parameter(name + ".weight", 4))
{
    if (withBias)
        bias = reader.parameter(name + ".bias", 1);
}

at::Tensor TorchConvolution::operator()(const at::Tensor& x, std::int64_t stride) const
{
    const auto padding = [&](std::int64_t in, std::int64_t kernel) {
        return std::max<std::int64_t>(((in + stride - 1) / stride - 1) * stride + kernel - in, 0);
    };
    const std::int64_t rows = padding(x.size(2), weight.size(2));
    const std::int64_t columns = padding(x.size(3), weight.size(3));
    if (rows == 0 && columns == 0)
        return at::conv2d(x, weight, bias, stride);
    if (rows % 2 == 0 && columns % 2 == 0)
        return at::conv2d(x, weight, bias, stride, {rows / 2, columns / 2});
    return at::conv2d(at::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}), weight,
                      bias, stride);
}

TorchLayerNorm::TorchLayerNorm(WeightReader& reader, const std::string& name, double layerEpsilon)
    : weight(reader.parameter(name + ".weight", 1))
    , bias(reader.parameter(name + ".bias", 1))
    , epsilon(layerEpsilon)
{ }

at::Tensor dropout(const at::Tensor& x, double rate, const HeadOptions& options)
{
    const double used = options.dropout.value_or(rate);
    return options.training && used > 0 ? at::dropout(x, used, true) : x;
}

// Each at the end of the file of its head.
extern const TorchFamily TorchTriq, TorchAihiqnet, TorchKoncept, TorchDbcnn, TorchSwinIqa;

const TorchFamily* torchFamily(std::string_view name)
{
    for (const TorchFamily* family : {&TorchTriq, &TorchAihiqnet, &TorchKoncept, &TorchDbcnn, &TorchSwinIqa}) {
        if (family->name == name)
            return family;
    }
    return nullptr;
}

Result<std::unique_ptr<TorchHead>> TorchHead::create(const std::string& family, const std::string& trunk,
                                                     const StateDict& state)
{
    return guarded("model", [&]() -> Result<std::unique_ptr<TorchHead>> {
        const TorchFamily* const found = torchFamily(family);
        if (!found)
            return Error{ErrorCode::Unsupported,
                         "model",
                         "the family " + family + " has no head that gradients pass through",
                         "use a TRIQ, AIHIQnet, KonCept, DBCNN or Swin-IQA model",
                         {}};
        try {
            return found->head(state, trunk);
        } catch (const UnfitState& unfit) {
            return Error{ErrorCode::InvalidInput, "model", unfit.what(), "use weights made for this network", {}};
        }
    });
}

StateDict TorchHead::state() const
{
    StateDict result = toStateDict(m_parameters);
    result.merge(toStateDict(m_buffers));
    return result;
}

at::Tensor headOutput(const at::Tensor& logits)
{
    return logits.size(1) > 1 ? at::softmax(logits, 1) : logits;
}

at::Tensor headScore(const at::Tensor& logits)
{
    if (logits.size(1) == 1)
        return logits.select(1, 0);
    const at::Tensor grades = at::arange(1, logits.size(1) + 1, logits.options().requires_grad(false));
    return at::matmul(at::softmax(logits, 1), grades);
}

StateDict toStateDict(const NamedTensors& tensors)
{
    StateDict result;
    for (const auto& [name, tensor] : tensors) {
        const at::Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
        const float* values = plain.data_ptr<float>();
        result[name] = {Shape(plain.sizes().begin(), plain.sizes().end()),
                        std::vector<float>(values, values + plain.numel())};
    }
    return result;
}

at::Tensor toTorch(const Tensor& tensor)
{
    return at::from_blob(const_cast<float*>(tensor.values.data()), tensor.shape, at::kFloat).clone();
}

} // namespace halflens::torch_module
