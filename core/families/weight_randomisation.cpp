// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/weight_randomisation.h"

#include <random>
#include <utility>

namespace halflens {

std::string toString(RandomisedPart part)
{
    return part == RandomisedPart::Head ? "head" : "trunk";
}

void randomiseWeights(StateDict& state, RandomisedPart part, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    for (auto& [name, tensor] : state) {
        const bool inTrunk = name.starts_with("trunk.") || name.starts_with("swin.");
        if (inTrunk != (part == RandomisedPart::Trunk))
            continue;
        // Written out: the standard's shuffle is not the same everywhere. The bias of % is of no matter here.
        for (std::size_t i = tensor.values.size(); i > 1; --i)
            std::swap(tensor.values[i - 1], tensor.values[random() % i]);
    }
}

} // namespace halflens
