// SPDX-License-Identifier: BSD-3-Clause
// A TorchScript program behind an interface without LibTorch in it.
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace halflens::torch_module {

class ScriptModule {
public:
    ScriptModule() = default;
    ScriptModule(const ScriptModule&) = delete;
    ScriptModule& operator=(const ScriptModule&) = delete;
    virtual ~ScriptModule() = default;

    /// forward() on 1 x 3 x height x width float32. The values of the tensor it returns, or of the
    /// first tensor of a tuple or list. One thread at a time. Model: it threw, or returned no numbers.
    virtual Result<std::vector<float>> run(std::span<const float> planes, int height, int width, int threads) = 0;
};

/// Opens an archive of torch.jit.save. Loading and running execute what its maker put in.
/// InvalidInput: damaged, or not for this version of LibTorch. Any thread.
Result<std::unique_ptr<ScriptModule>> loadScript(const std::filesystem::path& file);

} // namespace halflens::torch_module
