// SPDX-License-Identifier: BSD-3-Clause
// From an interpreted pickle to named tensors (spec models 2.3). Private to core/checkpoint.
#pragma once

#include "core/checkpoint/pickle_machine.h"

#include <functional>

namespace halflens::detail {

/// Raw little-endian elements of a storage, exactly as many as the pickle says.
using StorageBytes = std::function<Result<std::span<const std::uint8_t>>(const PickleValue& storage)>;

/// The tensors of one dictionary at or below `root`, in its order: the one under `key` ("a/b" or "a.b" for deeper
/// ones), or the fullest; of several about as full, the one under params, state_dict or model, or the first, which is
/// noted. Its place is the metadata "wrapper". Prefixes of wrappers are taken off the names; counters and what is no
/// tensor are left out. InvalidInput: damaged; Unsupported: no tensors, or none under `key`.
Result<TensorArchive> collectTensors(const PickleMachine& machine, PickleId root, TensorBudget& budget,
                                     const StorageBytes& storageBytes, const std::string& key = {});

} // namespace halflens::detail
