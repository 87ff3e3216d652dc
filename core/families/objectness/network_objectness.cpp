// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/objectness/network_objectness.h"

#include "core/measures/resample.h"

#include <algorithm>

namespace halflens {

NetworkObjectness::NetworkObjectness(std::shared_ptr<const ObjectnessNetwork> network)
    : m_network(std::move(network))
{ }

Result<ScalarMap> NetworkObjectness::objectness(const Image& image, std::stop_token stop) const
{
    const std::scoped_lock lock(m_running);
    const Result<ScalarMap> map = m_network->probabilities(image, std::move(stop));
    if (!map)
        return map.error();
    return guarded("objectness", [&]() -> Result<ScalarMap> {
        ScalarMap large = resizedBilinear(*map, mapSize(image.height, image.width));
        for (float& value : large.values) // interpolation rounds
            value = std::clamp(value, 0.F, 1.F);
        return large;
    });
}

std::shared_ptr<const ObjectnessSource> bestObjectness(const std::vector<Manifest>& objectnessManifests, Error* problem)
{
    for (const Manifest& manifest : objectnessManifests) {
        Result<std::shared_ptr<const ObjectnessNetwork>> network = ObjectnessNetwork::load(manifest);
        if (network)
            return std::make_shared<const NetworkObjectness>(std::move(*network));
        if (problem)
            *problem = std::move(network).error();
    }
    return std::make_shared<const MinimumBarrierObjectness>();
}

} // namespace halflens
