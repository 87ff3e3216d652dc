// SPDX-License-Identifier: BSD-3-Clause
#include "core/train_networks/torch/depthwise.h"

#include <torch/csrc/autograd/custom_function.h>

namespace halflens::torch_module {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t Lanes = 16;

struct Depthwise : torch::autograd::Function<Depthwise> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight,
                              const at::Tensor& bias, std::int64_t stride, std::int64_t padTop, std::int64_t padLeft)
    {
        context->save_for_backward({input, weight});
        context->saved_data["stride"] = stride;
        context->saved_data["padTop"] = padTop;
        context->saved_data["padLeft"] = padLeft;
        return at::conv2d(input, weight, bias, {stride, stride}, {padTop, padLeft}, {1, 1}, weight.size(0));
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& weight = saved[1];
        const at::Tensor input = saved[0].contiguous(at::MemoryFormat::ChannelsLast);
        const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
        const std::int64_t stride = context->saved_data["stride"].toInt();
        const std::int64_t padTop = context->saved_data["padTop"].toInt();
        const std::int64_t padLeft = context->saved_data["padLeft"].toInt();
        at::Tensor inputGradient;
        if (context->needs_input_grad(0))
            inputGradient = std::get<0>(at::convolution_backward(gradient, input, weight, c10::nullopt,
                                                                 {stride, stride}, {padTop, padLeft}, {1, 1}, false,
                                                                 {0, 0}, weight.size(0), {true, false, false}));
        const at::Tensor weightGradient = at::empty(weight.sizes(), at::kFloat);
        const at::Tensor biasGradient = at::empty({weight.size(0)}, at::kFloat);
        const DepthwiseGeometry geometry{input.size(0),
                                         input.size(2),
                                         input.size(3),
                                         input.size(1),
                                         gradient.size(2),
                                         gradient.size(3),
                                         static_cast<int>(stride),
                                         static_cast<int>(padTop),
                                         static_cast<int>(padLeft)};
        depthwiseWeightGradient(input.data_ptr<float>(), gradient.data_ptr<float>(), geometry,
                                static_cast<int>(weight.size(2)), weightGradient.data_ptr<float>(),
                                biasGradient.data_ptr<float>());
        return {inputGradient, weightGradient, biasGradient, {}, {}, {}};
    }
};

} // namespace

bool suitsDepthwise(const at::Tensor& input, const at::Tensor& weight, std::int64_t groups, int dilation)
{
    const bool isDepthwise = groups == input.size(1) && weight.size(0) == groups;
    const bool isWindow = weight.size(2) == weight.size(3) && (weight.size(2) == 3 || weight.size(2) == 5);
    return isDepthwise && isWindow && dilation == 1 && groups % Lanes == 0 && input.device().is_cpu()
        && input.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat;
}

at::Tensor depthwise(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, int stride, int padTop,
                     int padLeft)
{
    return Depthwise::apply(input, weight, bias, static_cast<std::int64_t>(stride), static_cast<std::int64_t>(padTop),
                            static_cast<std::int64_t>(padLeft));
}

} // namespace halflens::torch_module
