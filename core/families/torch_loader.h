// SPDX-License-Identifier: BSD-3-Clause
// Internal: opens the LibTorch modules on first use.
#pragma once

#include "core/base/result.h"
#include "core/families/torch/torch_module.h"

namespace halflens {

/// Where a function of a module lies; its type is up to who asks.
struct ModuleFunction {
    void (*address)() = nullptr;
};

/// A function of a module that lies beside the program, is installed with it, or was built with it.
/// Unsupported: the module cannot be loaded.
Result<ModuleFunction> moduleFunction(const char* module, const char* function);

/// The module's functions, the same at every call. Any thread. Unsupported: it cannot be loaded.
const Result<const torch_module::Functions*>& torchFunctions();

} // namespace halflens
