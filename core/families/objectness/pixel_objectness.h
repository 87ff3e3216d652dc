// SPDX-License-Identifier: BSD-3-Clause
// Objectness by the authors' own network, where the user has its file (spec measures 3).
#pragma once

#include "core/measures/objectness.h"
#include "core/nn/inference_form.h"

#include <filesystem>
#include <memory>
#include <mutex>

namespace halflens {

/// VGG16 DeepLab-LargeFOV for inputs of 513 x 513 (spec measures 3.3): output "objectness", two logits a
/// cell, 65 x 65. Parameter names are those of the caffemodel ("conv1_1.weight", ..., "fc8_voc12.bias"), and
/// "pool5a.weight", the averaging that counts its padding.
nn::Graph pixelObjectnessGraph();

/// Any thread; runs one after the other, since they share the network's buffers.
class PixelObjectness final : public ObjectnessSource {
public:
    /// Reads pixel_objectness.caffemodel. Seconds. InvalidInput: damaged, tensors missing or mis-shaped;
    /// Io; Unsupported: another kind of file.
    static Result<std::shared_ptr<const PixelObjectness>> load(const std::filesystem::path& file);

    /// The same from the file's tensors. `weightsHash` is for caches.
    static Result<std::shared_ptr<const PixelObjectness>> create(StateDict state, std::string weightsHash);

    std::string name() const override { return "pixel objectness (the authors' VGG16 network)"; }
    std::string cacheKey() const override { return "pixel-objectness/1 " + m_weightsHash; }

    /// Probability of the object channel, H x W. Images whose longer side is above 512 are reduced to it; the
    /// rest of 513 x 513 is filled with the mean, and cropped from the result. InvalidInput: empty image; Cancelled.
    Result<ScalarMap> objectness(const Image& image, std::stop_token stop) const override;

private:
    PixelObjectness(std::unique_ptr<nn::InferenceForm> network, std::string weightsHash);

    std::unique_ptr<nn::InferenceForm> m_network;
    std::string m_weightsHash;
    mutable std::mutex m_running;
};

/// Two channels of logits, `cells` a side, to probabilities of the second one on the top left height x width
/// pixels of the interpolated map: bilinear with aligned corners to cells + 7 (cells - 1) a side first, softmax second.
ScalarMap pixelProbabilities(std::span<const float> logits, int cells, int height, int width);

} // namespace halflens
