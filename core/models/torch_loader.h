// SPDX-License-Identifier: BSD-3-Clause
// Internal: opens the LibTorch module on first use.
#pragma once

#include "core/base/result.h"
#include "core/models/torch_module/torch_module.h"

namespace halflens {

/// The module's functions, the same at every call. Any thread. Unsupported: it cannot be loaded.
const Result<const torch_module::Functions*>& torchFunctions();

} // namespace halflens
