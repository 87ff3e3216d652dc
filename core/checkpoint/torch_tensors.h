// SPDX-License-Identifier: BSD-3-Clause
// From an interpreted pickle to named tensors (spec models 2.3). Private to core/checkpoint.
#pragma once

#include "core/checkpoint/pickle_machine.h"

#include <functional>

namespace halflens::detail {

/// Raw little-endian elements of a storage, exactly as many as the pickle says.
using StorageBytes = std::function<Result<std::span<const std::uint8_t>>(const PickleValue& storage)>;

/// The tensors of the dictionary `root`, or of the dictionary under its key params, state_dict or
/// model (named in the metadata as "wrapper"), in its order; a leading "module." is dropped, entries
/// "num_batches_tracked" and entries that are no tensors are left out.
Result<TensorArchive> collectTensors(const PickleMachine& machine, PickleId root, TensorBudget& budget,
                                     const StorageBytes& storageBytes);

} // namespace halflens::detail
