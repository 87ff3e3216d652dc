// SPDX-License-Identifier: BSD-3-Clause
// Objectness by a network of a model pack.
#pragma once

#include "core/families/objectness/objectness_network.h"
#include "core/measures/objectness.h"

#include <memory>
#include <mutex>

namespace halflens {

/// Any thread; runs one after the other, since they share the network's buffers.
class NetworkObjectness final : public ObjectnessSource {
public:
    explicit NetworkObjectness(std::shared_ptr<const ObjectnessNetwork> network);

    std::string name() const override { return m_network->name(); }
    std::string cacheKey() const override { return "network/" + m_network->weightsHash(); }
    /// Probabilities brought to the image's size bilinearly, 0..1. InvalidInput: empty image; Cancelled.
    Result<ScalarMap> objectness(const Image& image, std::stop_token stop) const override;

private:
    std::shared_ptr<const ObjectnessNetwork> m_network;
    mutable std::mutex m_running;
};

/// The objectness network of the first folder that has one; the fallback without weights where
/// none has, or where its files are damaged (`problem` then says what is wrong).
std::shared_ptr<const ObjectnessSource> bestObjectness(const std::vector<Manifest>& objectnessManifests,
                                                       Error* problem = nullptr);

} // namespace halflens
