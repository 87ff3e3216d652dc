// SPDX-License-Identifier: BSD-3-Clause
// The default pack's objectness network: a fully convolutional network that gives every pixel the
// probability of belonging to an object.
#pragma once

#include "core/base/scalar_map.h"
#include "core/image/image.h"
#include "core/nn/inference_form.h"
#include "core/predictor/manifest.h"

#include <memory>
#include <stop_token>

namespace halflens {

/// One run at a time per object: the network's buffers are its own.
class ObjectnessNetwork {
public:
    /// Reads the weights a manifest of family "objectness" names.
    /// InvalidInput: another family, hash differs, tensors missing, surplus or mis-shaped.
    static Result<std::shared_ptr<const ObjectnessNetwork>> load(const Manifest& manifest);

    /// The same from a state dictionary: tensors "trunk.*" and "decoder.*" (objectnessGraph()).
    static Result<std::shared_ptr<const ObjectnessNetwork>> create(StateDict state, const InputSpec& input);

    /// Probabilities at a quarter of the network's input size, 0..1. The image is fitted to the
    /// input as its manifest says. Any thread, but one at a time. InvalidInput: empty image; Cancelled.
    Result<ScalarMap> probabilities(const Image& image, std::stop_token stop = {}) const;

    const std::string& name() const { return m_name; }
    const std::string& weightsHash() const { return m_weightsHash; } ///< SHA-256; empty from create()

private:
    ObjectnessNetwork(std::unique_ptr<nn::InferenceForm> network, InputSpec input);

    std::unique_ptr<nn::InferenceForm> m_network; ///< its plans and buffers change while it runs
    InputSpec m_input;
    std::string m_name;
    std::string m_weightsHash;
};

} // namespace halflens
