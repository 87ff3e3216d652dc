// SPDX-License-Identifier: BSD-3-Clause
// The Swin transformer in LibTorch, for training; core/nn/swin.h is its fast form.
#pragma once

#include "core/families/torch/torch_head.h"

namespace halflens::torch_module {

/// Parameters "swin.*" under Microsoft's names as leaves that require a gradient. Sizes, input
/// channels and patch are read off the shapes. Use from one thread at a time.
class TorchSwinTrunk {
public:
    /// `state` may hold more. InvalidInput: no Swin transformer, tensors missing.
    static Result<std::unique_ptr<TorchSwinTrunk>> create(const StateDict& state, const std::string& prefix = "swin.");
    ~TorchSwinTrunk();
    TorchSwinTrunk(const TorchSwinTrunk&) = delete;
    TorchSwinTrunk& operator=(const TorchSwinTrunk&) = delete;

    /// "f1", "f2", ...: the stages' maps after merging, the last one after the final norm.
    const std::vector<std::string>& mapNames() const;
    const NamedTensors& parameters() const;
    StateDict state() const { return toStateDict(parameters()); }

    /// x: [B, channels, H, W], both sides multiples of what leaves whole windows in every stage (a stage
    /// smaller than its window is not supported, as in the fast form). Maps [B, C, h, w] in the order of
    /// mapNames(). `dropPath`: rate of whole residual branches dropped per image in training, rising
    /// linearly from 0 in the first block to this in the last. Throws c10::Error.
    std::vector<at::Tensor> forward(const at::Tensor& x, bool training = false, double dropPath = 0) const;

private:
    struct Private;
    explicit TorchSwinTrunk(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace halflens::torch_module
