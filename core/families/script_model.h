// SPDX-License-Identifier: BSD-3-Clause
// Any network as a TorchScript archive: it predicts from pixels and offers nothing else.
#pragma once

#include "core/base/result.h"
#include "core/predictor/model_types.h"

#include <filesystem>
#include <memory>

namespace halflens {

inline constexpr char ScriptFamily[] = "torchscript";

/// Opens the archive. `info` says everything but the hash's meaning: input, scale, outputs (1 or 5).
/// Loading and running execute the archive's own code. InvalidInput: no such archive, or for another
/// version of LibTorch; Unsupported: the LibTorch module is missing.
Result<std::shared_ptr<const Predictor>> makeScriptModel(const std::filesystem::path& file, ModelInfo info);

} // namespace halflens
