// SPDX-License-Identifier: BSD-3-Clause
// The Python names that pickles of tensors hold, and those of attacks. Private to core/checkpoint.
#pragma once

#include "core/checkpoint/pickle_machine.h"

#include <optional>
#include <string_view>

namespace halflens::detail {

struct PickleName {
    PickleGlobal global;
    ElementType element; ///< of storage types and element types
};

/// What a name means here; nothing when it is opaque.
std::optional<PickleName> knownGlobal(std::string_view module, std::string_view name);

/// Nothing that training leaves behind names these; whoever does wants code to be run. The file is refused although
/// nothing here would run it: it is no file to keep.
bool isAttack(std::string_view module, std::string_view name);

} // namespace halflens::detail
