// SPDX-License-Identifier: BSD-3-Clause
// Swin transformer trunk (spec models 10.4), any size of it; parameter names are Microsoft's.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"
#include "core/nn/inference_form.h"

#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens::nn {

struct SwinStage {
    int depth = 2; ///< blocks; odd ones are shifted by half a window
    int heads = 3;
    int window = 7; ///< tokens a side
    int hidden = 384; ///< width inside the MLP
};

/// Stage s has width << s channels; patch merging ends every stage but the last.
struct SwinConfig {
    int patch = 4; ///< pixels a side
    int channels = 3; ///< of the input: colours, or those of a map the transformer starts from
    int width = 96;
    std::vector<SwinStage> stages;
    /// Multiple both sides of the input must have: at the last stage whole windows are left.
    int inputUnit() const;
};

/// The sizes a state dictionary is of, read off its shapes.
/// InvalidInput: no Swin transformer, or sizes that make no sense.
Result<SwinConfig> swinConfig(const StateDict& state, const std::string& prefix);

/// Name and shape of every parameter of the trunk.
std::map<std::string, Shape> swinParameters(const SwinConfig& config);

/// Weights are copied at construction; products and buffers are made for an input size on its first
/// run and kept for the next of that size. One run at a time per object and workerNumber().
class SwinTrunk {
public:
    /// `state` must hold every parameter under `prefix` + name. Model: one is missing or mis-shaped.
    static Result<std::unique_ptr<SwinTrunk>> create(StateDict state, const std::string& prefix);
    ~SwinTrunk();
    SwinTrunk(const SwinTrunk&) = delete;
    SwinTrunk& operator=(const SwinTrunk&) = delete;

    const SwinConfig& config() const;
    /// Channels of map "f<stage + 1>".
    int channels(int stage) const;

    /// Runs the trunk on channels x height x width values. Maps are "f1", "f2", ...: the stages' outputs after
    /// merging, the last one after the final norm; "c5" is the last one too. The views hold until the
    /// next run. Checks `stop` between blocks. Model: the size does not suit; Cancelled; OutOfMemory.
    Result<std::vector<MapView>> run(std::span<const float> input, int height, int width,
                                     const std::vector<std::string>& outputs, std::stop_token stop = {});

private:
    struct Private;
    explicit SwinTrunk(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace halflens::nn
