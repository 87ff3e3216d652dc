// SPDX-License-Identifier: BSD-3-Clause
#include "core/predictor/dense.h"

#include <algorithm>
#include <cmath>

namespace halflens {

DenseWeights denseWeights(const StateDict& state, const std::string& name)
{
    const Tensor& weight = state.at(name + ".weight");
    return {static_cast<int>(weight.shape[1]), static_cast<int>(weight.shape[0]), weight.values,
            state.at(name + ".bias").values};
}

void expectDense(std::map<std::string, Shape>& shapes, const std::string& name, std::int64_t out, std::int64_t in)
{
    shapes[name + ".weight"] = {out, in};
    shapes[name + ".bias"] = {out};
}

std::vector<float> evaluate(const DenseWeights& dense, std::span<const float> x)
{
    std::vector<float> result(static_cast<std::size_t>(dense.out));
    const float* weight = dense.weight.data();
    for (std::size_t o = 0; o < result.size(); ++o) {
        // Four sums, so that one addition need not wait for the last.
        double sums[4] = {};
        std::size_t i = 0;
        for (; i + 4 <= x.size(); i += 4) {
            for (std::size_t lane = 0; lane < 4; ++lane)
                sums[lane] += static_cast<double>(weight[i + lane]) * static_cast<double>(x[i + lane]);
        }
        for (; i < x.size(); ++i)
            sums[0] += static_cast<double>(weight[i]) * static_cast<double>(x[i]);
        result[o] = static_cast<float>(sums[0] + sums[1] + sums[2] + sums[3] + static_cast<double>(dense.bias[o]));
        weight += x.size();
    }
    return result;
}

float sigmoid(float x)
{
    return 1.F / (1.F + std::exp(-x));
}

void softmax(std::span<float> x)
{
    const float top = *std::max_element(x.begin(), x.end());
    float sum = 0;
    for (float& v : x) {
        v = std::exp(v - top);
        sum += v;
    }
    for (float& v : x)
        v /= sum;
}

} // namespace halflens
