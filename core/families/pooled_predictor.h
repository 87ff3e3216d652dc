// SPDX-License-Identifier: BSD-3-Clause
// What AIHIQnet, KonCept, DBCNN and Swin-IQA have in common: trunk maps are pooled into one vector,
// a small head makes the output of it, and there is no attention to mask.
#pragma once

#include "core/base/tensor.h"
#include "core/nn/inference_form.h"
#include "core/predictor/model_types.h"

#include <string>
#include <vector>

namespace halflens {

class PooledPredictor : public Predictor {
public:
    using Predictor::predict;
    const ModelInfo& info() const final { return m_info; }
    bool runsSideBySide() const final { return true; } // trunks do, heads have no state

    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string> maps) const final;
    Result<Prediction> predict(const Features& features, BlockMask mask) const final;
    Result<MapGradient> gradient(const ModelInput& input, std::stop_token stop, const std::string& map) const final;

    /// Prediction from the head maps of one input.
    Result<Prediction> predictFrom(std::span<const nn::MapView> headMaps) const;

protected:
    /// `headMaps` names the trunk maps pool() starts from.
    PooledPredictor(ModelInfo info, std::vector<std::string> headMaps);

    /// Maps of the trunk by name; they stay valid until the next call.
    virtual Result<std::vector<nn::MapView>> trunkMaps(const ModelInput& input, const std::vector<std::string>& names,
                                                       std::stop_token stop) const = 0;

    /// What predict() needs of the head maps. Model: their size does not suit the head.
    virtual Result<std::vector<float>> pool(std::span<const nn::MapView> maps) const = 0;

    /// Raw output of the network.
    virtual std::vector<float> head(std::span<const float> pooled) const = 0;

    /// Weights of everything behind the trunk maps, under HalfLens names; a copy for a moment's use.
    virtual StateDict headState() const = 0;

    /// The maps headState() starts from; those of the head but where a pyramid lies between.
    virtual std::vector<std::string> gradientMaps() const { return m_headMaps; }

    /// The one Grad-CAM is made of (spec models 14.1).
    virtual std::string gradientMap() const { return "c5"; }

    const std::vector<std::string>& headMaps() const { return m_headMaps; }

private:
    Result<std::vector<float>> finitePool(std::span<const nn::MapView> headMaps) const;

    ModelInfo m_info;
    std::vector<std::string> m_headMaps;
};

/// One whose trunk is a convolutional graph.
class ConvolutionalPredictor : public PooledPredictor {
public:
    std::unique_ptr<Composites> composites(const ModelInput& input, const ModelInput& source,
                                           BlockMask players) const final;

protected:
    ConvolutionalPredictor(ModelInfo info, std::vector<std::string> headMaps, std::unique_ptr<nn::InferenceForm> trunk);

    Result<std::vector<nn::MapView>> trunkMaps(const ModelInput& input, const std::vector<std::string>& names,
                                               std::stop_token stop) const final;
    const nn::InferenceForm& trunk() const { return *m_trunk; }

private:
    std::unique_ptr<nn::InferenceForm> m_trunk; ///< changes while it runs; see Predictor on threads
};

} // namespace halflens
