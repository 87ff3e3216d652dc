// SPDX-License-Identifier: BSD-3-Clause
// NumPy array files, version 1.0.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"

#include <filesystem>
#include <span>

namespace halflens {

/// Writes little-endian float32 values in C order, atomically. `shape` multiplies to values.size().
Status writeNpy(const std::filesystem::path& path, const Shape& shape, std::span<const float> values);

} // namespace halflens
