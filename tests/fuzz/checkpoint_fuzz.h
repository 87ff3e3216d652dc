// SPDX-License-Identifier: BSD-3-Clause
// What every checkpoint fuzz target checks of an answer.
#pragma once

#include "core/checkpoint/element_type.h"
#include "core/checkpoint/tensor_archive.h"

#include <cstdlib>

namespace halflens::fuzz {

/// Low, so that a hostile size shows as an error and not as a slow run.
inline constexpr CheckpointLimits Limits{.maxFileBytes = 1 << 24, .maxTensors = 1000, .maxValues = 1 << 20};

/// An archive must be consistent and within the limits, an error must say something.
inline void check(const Result<TensorArchive>& archive)
{
    if (!archive) {
        if (archive.error().reason.empty() || archive.error().remedy.empty())
            std::abort();
        return;
    }
    std::uint64_t values = 0;
    for (const NamedTensor& named : archive->tensors) {
        values += named.tensor.values.size();
        if (valueCount(named.tensor.shape) != named.tensor.values.size())
            std::abort();
    }
    if (values > Limits.maxValues || archive->tensors.size() > Limits.maxTensors)
        std::abort();
}

} // namespace halflens::fuzz
