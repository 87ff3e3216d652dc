// SPDX-License-Identifier: BSD-3-Clause
#include "core/train_networks/torch/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <cmath>

namespace halflens::torch_module {

void Optimizer::add(const std::string& name, const at::Tensor& parameter, double rate)
{
    const at::NoGradGuard noGradient;
    Entry entry;
    entry.name = name;
    entry.parameter = parameter;
    entry.average = parameter.detach().clone();
    entry.moment1 = at::zeros_like(entry.average);
    entry.moment2 = at::zeros_like(entry.average);
    entry.rate = rate;
    entry.decays = parameter.dim() > 1;
    m_entries.push_back(std::move(entry));
}

double Optimizer::gradientNorm() const
{
    const at::NoGradGuard noGradient;
    double sum = 0;
    for (const Entry& entry : m_entries) {
        if (entry.parameter.grad().defined())
            sum += std::pow(at::norm(entry.parameter.grad()).item<double>(), 2);
    }
    return std::sqrt(sum);
}

void Optimizer::step(double rate, double gradientNorm, double emaDecay)
{
    constexpr double Epsilon = 1e-8;
    const at::NoGradGuard noGradient;
    ++m_steps;
    const double clip = m_recipe.clip > 0 && gradientNorm > m_recipe.clip ? m_recipe.clip / gradientNorm : 1;
    const double correction1 = 1 - std::pow(m_recipe.beta1, static_cast<double>(m_steps));
    const double correction2 = std::sqrt(1 - std::pow(m_recipe.beta2, static_cast<double>(m_steps)));
    for (Entry& entry : m_entries) {
        at::Tensor& parameter = entry.parameter;
        if (parameter.grad().defined()) {
            at::Tensor gradient = parameter.grad();
            if (clip != 1)
                gradient.mul_(clip);
            const double ownRate = rate * entry.rate;
            if (entry.decays && m_recipe.decoupledDecay)
                parameter.mul_(1 - ownRate * m_recipe.weightDecay);
            else if (entry.decays)
                gradient.add_(parameter, m_recipe.weightDecay);
            entry.moment1.mul_(m_recipe.beta1).add_(gradient, 1 - m_recipe.beta1);
            entry.moment2.mul_(m_recipe.beta2).addcmul_(gradient, gradient, 1 - m_recipe.beta2);
            const at::Tensor divisor = entry.moment2.sqrt().div_(correction2).add_(Epsilon);
            parameter.addcdiv_(entry.moment1, divisor, -ownRate / correction1);
            parameter.mutable_grad().reset();
        }
        entry.average.lerp_(parameter, 1 - emaDecay);
    }
}

void Optimizer::swapAverages()
{
    const at::NoGradGuard noGradient;
    for (Entry& entry : m_entries) {
        const at::Tensor kept = entry.parameter.clone();
        entry.parameter.copy_(entry.average);
        entry.average.copy_(kept);
    }
}

TensorMap Optimizer::averages() const
{
    TensorMap result;
    for (const Entry& entry : m_entries)
        result[entry.name] = entry.average;
    return result;
}

TensorMap Optimizer::state() const
{
    TensorMap result;
    for (const Entry& entry : m_entries) {
        result["weights." + entry.name] = entry.parameter;
        result["average." + entry.name] = entry.average;
        result["moment1." + entry.name] = entry.moment1;
        result["moment2." + entry.name] = entry.moment2;
    }
    return result;
}

void Optimizer::restore(const TensorMap& state, std::int64_t steps)
{
    const at::NoGradGuard noGradient;
    for (Entry& entry : m_entries) {
        entry.parameter.copy_(state.at("weights." + entry.name));
        entry.average.copy_(state.at("average." + entry.name));
        entry.moment1.copy_(state.at("moment1." + entry.name));
        entry.moment2.copy_(state.at("moment2." + entry.name));
    }
    m_steps = steps;
}

} // namespace halflens::torch_module
