// SPDX-License-Identifier: BSD-3-Clause
// The fast form of a network: batch norm folded into convolutions, activations and residual
// sums fused into them, weights and maps in oneDNN's blocked layout, buffers kept between runs.
#pragma once

#include "core/base/result.h"
#include "core/nn/graph.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens::nn {

/// A map leaving a network: C x H x W float32, row-major.
struct FeatureMap {
    MapSize size;
    std::vector<float> values;
};

/// A map that still lies in the network's buffers: C x H x W float32, row-major.
struct MapView {
    MapSize size;
    std::span<const float> values;
};

/// Weights are folded and copied at construction; plans (primitives and buffers) are made on the
/// first run of an input size and the newest two are kept. One run at a time per object and workerNumber().
class InferenceForm {
public:
    /// `state` must hold every parameter of the graph under `prefix` + name. Model: one is missing or mis-shaped.
    static Result<std::unique_ptr<InferenceForm>> create(const Graph& graph, StateDict state,
                                                         const std::string& prefix);
    ~InferenceForm();
    InferenceForm(const InferenceForm&) = delete;
    InferenceForm& operator=(const InferenceForm&) = delete;

    /// Runs the network on 3 x height x width values. `outputs` names graph outputs; the result has
    /// the same order. Checks `stop` between layers. Any thread, but one at a time of each
    /// workerNumber().
    /// Model: input too small; Cancelled; OutOfMemory.
    Result<std::vector<FeatureMap>> run(std::span<const float> input, int height, int width,
                                        const std::vector<std::string>& outputs, std::stop_token stop = {});

    /// The same without copies: the views hold until the same worker's next run, or the end, of this object.
    Result<std::vector<MapView>> runInPlace(std::span<const float> input, int height, int width,
                                            const std::vector<std::string>& outputs, std::stop_token stop = {});

    const Graph& graph() const;

    /// The weights as they were given, without the prefix.
    const StateDict& parameters() const;

private:
    struct Private;
    explicit InferenceForm(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace halflens::nn
