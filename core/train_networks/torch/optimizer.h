// SPDX-License-Identifier: BSD-3-Clause
// Adam and AdamW with a rate per group, clipping, and averaged weights; its state is plain tensors.
#pragma once

#include "core/train/recipe.h"
#include "core/train_networks/torch/graph_form.h"

#include <ATen/ATen.h>
#include <string>
#include <vector>

namespace halflens::torch_module {

class Optimizer {
public:
    explicit Optimizer(const train::OptimizerRecipe& recipe)
        : m_recipe(recipe)
    { }

    /// `rate` multiplies the learning rate. One-dimensional parameters do not decay.
    void add(const std::string& name, const at::Tensor& parameter, double rate);

    /// Norm of all gradients.
    double gradientNorm() const;

    /// One step with the gradients the parameters hold, which are cleared. Kingma and Ba's bias
    /// correction; decay decoupled (Loshchilov and Hutter) or part of the gradient.
    void step(double rate, double gradientNorm, double emaDecay);

    /// Puts the averaged weights in the place of the parameters, and back at the second call.
    void swapAverages();

    TensorMap averages() const;
    /// "weights.", "average.", "moment1.", "moment2." + name.
    TensorMap state() const;
    /// Takes state() of `steps` steps; throws std::out_of_range where a tensor is missing.
    void restore(const TensorMap& state, std::int64_t steps);

private:
    struct Entry {
        std::string name;
        at::Tensor parameter;
        at::Tensor average;
        at::Tensor moment1;
        at::Tensor moment2;
        double rate = 1;
        bool decays = false;
    };
    train::OptimizerRecipe m_recipe;
    std::vector<Entry> m_entries;
    std::int64_t m_steps = 0;
};

} // namespace halflens::torch_module
