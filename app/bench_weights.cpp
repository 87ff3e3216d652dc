// SPDX-License-Identifier: BSD-3-Clause
#include "app/bench_weights.h"

#include <cmath>

namespace halflens {

std::vector<float> uniformValues(std::size_t count, float scale, std::mt19937& random)
{
    std::vector<float> values(count);
    for (float& value : values)
        value = scale * (static_cast<float>(random() >> 8) / static_cast<float>(1 << 23) - 1.F);
    return values;
}

StateDict randomState(const nn::Graph& graph)
{
    std::mt19937 random(BenchSeed);
    StateDict state;
    for (const auto& [name, shape] : graph.parameters()) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        Tensor tensor{shape, std::vector<float>(count, 1.F)};
        if (shape.size() == 4)
            tensor.values =
                uniformValues(count, std::sqrt(6.F / static_cast<float>(shape[1] * shape[2] * shape[3])), random);
        else if (!name.ends_with("running_var") && !name.ends_with("weight"))
            tensor.values.assign(count, 0.F);
        state.emplace(name, std::move(tensor));
    }
    return state;
}

} // namespace halflens
