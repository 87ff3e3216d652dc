// SPDX-License-Identifier: BSD-3-Clause
// Matrix products of row-major float32 data.
#pragma once

#include <span>
#include <vector>

namespace halflens::nn {

/// A Bᵀ for A [rows][inner] and B [columns][inner]: [rows][columns]. Throws what the library throws.
std::vector<float> timesTransposed(std::span<const float> a, std::span<const float> b, int rows, int columns,
                                   int inner);

/// A B for A [rows][inner] and B [inner][columns]: [rows][columns].
std::vector<float> times(std::span<const float> a, std::span<const float> b, int rows, int columns, int inner);

} // namespace halflens::nn
