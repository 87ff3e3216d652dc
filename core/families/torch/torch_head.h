// SPDX-License-Identifier: BSD-3-Clause
// The heads of the families in LibTorch: what trains them, and what gradients are taken through.
// They compute what the files of the families in core/families compute.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"

#include <ATen/ATen.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens::torch_module {

using NamedTensors = std::map<std::string, at::Tensor>;

struct HeadOptions {
    bool training = false; ///< batch norm by the batch's own statistics, dropout on
    /// Rate of every dropout; unset: those of the family (spec models 5.2, 8.3, 10.3).
    std::optional<double> dropout = {};
    /// TRIQ: 1 for tokens kept from attention in every layer, [N] or [B, N]; undefined: none.
    at::Tensor tokenMask = {};
};

/// One head with its weights as leaves that require a gradient. Use from one thread at a time.
class TorchHead {
public:
    virtual ~TorchHead() = default;
    TorchHead(const TorchHead&) = delete;
    TorchHead& operator=(const TorchHead&) = delete;

    /// The head of the family of this name (torch_family.h), its sizes read off the
    /// shapes. `state` may hold more, e.g. the trunk. `trunk` decides the pooling of KonCept.
    /// InvalidInput: tensors missing or of the wrong rank; Unsupported: no such family.
    static Result<std::unique_ptr<TorchHead>> create(const std::string& family, const std::string& trunk,
                                                     const StateDict& state);

    /// Trunk maps forward() starts from, in its order: "c5"; "c2".."c5"; "c5", "scnn"; "f1".."f4".
    const std::vector<std::string>& mapNames() const { return m_mapNames; }
    int outputs() const { return m_outputs; }

    /// `maps` are [B, C, H, W]. Logits [B, 5] whose softmax are the grade probabilities, or scores
    /// [B, 1]. AIHIQnet averages probabilities: its logits are their logarithms. Throws c10::Error.
    virtual at::Tensor forward(const std::vector<at::Tensor>& maps, const HeadOptions& options = {}) const = 0;

    /// Weights under HalfLens names ("triq.head.0.weight", "aihiq.fpn_P6.bias", ...). The tensors are
    /// shared: an optimiser changes them in place.
    const NamedTensors& parameters() const { return m_parameters; }
    /// What training changes without a gradient: running statistics of batch norms.
    const NamedTensors& buffers() const { return m_buffers; }
    /// Parameters and buffers as they are now.
    StateDict state() const;

protected:
    TorchHead() = default;
    NamedTensors m_parameters;
    NamedTensors m_buffers;
    std::vector<std::string> m_mapNames;
    int m_outputs = 0;
};

/// Grade probabilities [B, 5] or scores [B, 1] from what forward() returns.
at::Tensor headOutput(const at::Tensor& logits);
/// Native scores [B]: the weighted grade or the single output.
at::Tensor headScore(const at::Tensor& logits);

/// float32 copies of all tensors, detached, on the CPU.
StateDict toStateDict(const NamedTensors& tensors);
at::Tensor toTorch(const Tensor& tensor);

} // namespace halflens::torch_module
